"""Channels of a bias board as biasing sees them: drain, gate and current of a transistor each, one switch for all.

A board tells neither what it is set to nor whether a channel is switched on: both are what it was told last.  It has
no limits that could be programmed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cryoioc.bias import OutputReading, Port, SetVoltage, Switch
from cryoioc.clock import Clock
from cryoioc.devices.bias_board import Answered, Profile
from cryoioc.errors import Refused
from cryoioc.link import Conversation, Priority
from cryoioc.pvs.bias_supply import Order
from cryoioc.pvs.device import Device, Slot

FAST = 0.25  # s
DARK = 0.02  # V at a drain, above which a channel must be switched on
READS = {"drain": "read_drain", "gate": "read_gate", "current": "read_current"}
SCALES = {"mA": 1e-3, "uA": 1e-6, "mV": 1e-3}  # to the units of SI


@dataclass
class Channel:
    """One transistor of the board."""

    slots: Mapping[str, Slot]  # by what is read
    enabled: bool | None = None  # as it was told; None: nobody here has told it anything
    fed: bool = False  # its drain is meant to be on


class BoardBank:
    """Channels of a bias board: implements :class:`cryoioc.pvs.bias_supply.Bank`.

    Parameters
    ----------
    device : Device
    profile : Profile
        What is said to the board.
    numbers : sequence of int
        Channels that an amplifier hangs on.
    """

    def __init__(self, device: Device, profile: Profile, numbers: Sequence[int]) -> None:
        self.device, self._rows = device, profile.interface
        self._clock = Clock()  # of the line
        self._channels = {n: Channel({what: self._slot(row, n) for what, row in READS.items()}) for n in numbers}
        device.on_edge(self._came_or_went)

    def _slot(self, what: str, number: int) -> Slot:
        row = self._rows[what]
        slot = self.device.slot(row.name, str(number))
        slot.every = FAST
        return slot

    def _came_or_went(self) -> None:
        """Forget what it was told: behind a line that broke it may have been switched off and on."""
        if self.device.connected:
            for channel in self._channels.values():
                channel.enabled = None

    @property
    def slots(self) -> Sequence[Slot]:
        """What is read anew before anything is decided."""
        return [slot for channel in self._channels.values() for slot in channel.slots.values()]

    def read(self, output: int, port: Port) -> OutputReading | None:
        """Return drain or gate of a channel as they were read last; None where that is not known."""
        channel = self._channels[output]
        values: dict[str, Any] = {}
        for what, slot in channel.slots.items():
            if slot.values is None or slot.error is not None:
                return None
            values[what] = slot.values[what] * SCALES.get(slot.row[what].unit, 1.0)
        when = min(slot.when for slot in channel.slots.values())
        if channel.enabled is None:
            channel.enabled = channel.fed = values["drain"] > DARK
        if port is Port.GATE:
            return OutputReading(when=when, on=channel.enabled, volts=values["gate"], amperes=None, setting=None)
        on = channel.enabled and channel.fed
        return OutputReading(when=when, on=on, volts=values["drain"], amperes=values["current"], setting=None)

    async def refresh(self) -> None:
        """Read everything now; raises what keeps it from being read."""

        async def work(talk: Conversation) -> None:
            await self._read_channels(talk, self._channels)

        await self.device.transact(work)

    async def _read_channels(self, talk: Conversation, numbers: Iterable[int]) -> None:
        for number in numbers:
            for slot in self._channels[number].slots.values():
                self.device.hear(slot, await talk.chain(slot.queries), self._clock.now())

    async def carry_out(self, orders: Sequence[Order], priority: Priority) -> None:
        """Do all of it, a message each, and read the channels concerned back."""

        async def work(talk: Conversation) -> None:
            for order in orders:
                for row, values in self._told(order):
                    text = row.tell(values, str(order.output))
                    (reply,) = await talk.chain([text])
                    row.obeyed(reply, values, str(order.output))
                self._note(order)
            await self._read_channels(talk, dict.fromkeys(order.output for order in orders))

        await self.device.transact(work, priority)

    def _told(self, order: Order) -> Iterator[tuple[Answered, dict[str, float]]]:
        match order.action:
            case SetVoltage(terminal, volts):
                yield self._rows[f"set_{terminal.port.value}"], {terminal.port.value: volts}
            case Switch(terminal, False) if terminal.port is Port.DRAIN:
                yield self._rows["set_drain"], {"drain": 0.0}  # the switch of the channel would let the gate go too
            case Switch(terminal, on) if terminal.port is Port.GATE:
                yield self._rows["enable" if on else "disable"], {}
            case Switch():
                return
            case _:
                raise Refused(f"{self.device.name}: a bias board has no limits of its own")

    def _note(self, order: Order) -> None:
        match order.action:
            case Switch(terminal, on) if terminal.port is Port.DRAIN:
                self._channels[order.output].fed = on
            case Switch(_, on):
                self._channels[order.output].enabled = on
