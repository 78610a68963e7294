"""The loop of an amplifier, with instruments that are nothing but lists of what they were told."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from tests.bias.transistors import amplifier

from cryoioc import bias
from cryoioc.bias import Failure, OutputReading, Port, SetVoltage, Surroundings, Switch, Terminal
from cryoioc.clock import run_virtual
from cryoioc.devices.scpi import HMP4040
from cryoioc.errors import DeviceRefused, Refused
from cryoioc.link import Priority
from cryoioc.pvs.bias_loop import BiasLoop, Wire
from cryoioc.pvs.bias_supply import Order, SupplyBank
from cryoioc.pvs.device import Device

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


class Armed:
    """The line of an HMP whose master switch is off and whose third output is armed."""

    def __init__(self) -> None:
        self.told: list[str] = []

    async def chain(self, units: Sequence[str]) -> list[str]:
        """Answer what is armed."""
        self.told += [unit for unit in units if "?" not in unit and "NSEL" not in unit]
        return ["0", "0", "1", "0", "0"]


def test_the_master_switch_turns_on_no_output_of_another_amplifier(monkeypatch):
    """Both amplifiers hang on one HMP4040: 1 and 2 of one, 3 of the other."""
    line = Armed()
    device = Device("PS", HMP4040, lambda reply: pytest.fail(reply))

    async def transact(work, priority=Priority.PUT):
        return await work(line)

    monkeypatch.setattr(device, "transact", transact)
    bank = SupplyBank(device, {1: False, 2: False, 3: False})
    orders = [Order(Switch(DRAINS[n - 1], True), n) for n in (1, 2)]
    with pytest.raises(Refused, match="PS output 3 is armed and would come on too"):
        run_virtual(bank.carry_out(orders, Priority.PUT))
    assert line.told == []
