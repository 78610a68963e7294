"""The loop of an amplifier, with instruments that are nothing but lists of what they were told."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from tests.bias.transistors import amplifier

from cryoioc import bias
from cryoioc.bias import Failure, OutputReading, Port, SetVoltage, Surroundings, Switch, Terminal
from cryoioc.clock import run_virtual
from cryoioc.errors import DeviceRefused
from cryoioc.link import Priority
from cryoioc.pvs.bias_loop import BiasLoop, Wire
from cryoioc.pvs.bias_supply import Order

DRAINS = [Terminal(number, Port.DRAIN) for number in (1, 2, 3)]


class Named:
    """Of a device, what the loop asks of it."""

    name = "PS"

    def watch(self, slot: object, good: Callable[..., None], bad: Callable[..., None]) -> None:
        """Never calls."""


class Stubborn:
    """An instrument that takes no voltage; it switches."""

    device = Named()
    slots = ()

    def __init__(self) -> None:
        self.told: list[bias.Action] = []

    def read(self, output: int, port: Port) -> OutputReading:
        """Return an output that is off."""
        return OutputReading(when=0.0, on=False, volts=0.0, amperes=0.0, setting=0.0)

    async def refresh(self) -> None:
        """Read nothing."""

    async def carry_out(self, orders: Sequence[Order], priority: Priority) -> None:
        """Take what switches; raise on what sets a voltage."""
        for order in orders:
            self.told.append(order.action)
            if isinstance(order.action, SetVoltage):
                raise DeviceRefused("PS did not accept :VOLT 0")


@pytest.mark.parametrize(("last", "begun"), [(False, True), (True, False)])
def test_what_failed_keeps_nothing_from_being_switched_off(last, begun):
    """A drain that takes no other voltage is switched off all the same; nothing is switched on behind a failure."""
    bank = Stubborn()
    wires = {Terminal(n, port): Wire(bank, n) for n in (1, 2, 3) for port in Port}
    loop = BiasLoop(amplifier("YCA-2024"), wires, Surroundings, lambda: None)
    first, then = [SetVoltage(one, 0.0) for one in DRAINS], [Switch(one, last) for one in DRAINS]

    async def scene() -> Failure | None:
        return await loop._carry_out([*first, *then])

    failure = run_virtual(scene())
    assert (set(then) <= set(bank.told)) is begun
    assert failure is not None and failure.why == "PS: PS did not accept :VOLT 0"
    assert (set(then) <= set(failure.actions)) is last
