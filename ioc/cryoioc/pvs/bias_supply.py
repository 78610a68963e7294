"""Outputs of a power supply as biasing sees them: all read in one message, and orders read back with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from cryoioc.bias import Action, ClearProtection, OutputReading, Port, ProgramLimits, SetVoltage, Switch
from cryoioc.clock import Clock
from cryoioc.devices.scpi import bias_rows, is_on, of_output, row_of_output, trips
from cryoioc.errors import Refused
from cryoioc.link import Conversation, Priority
from cryoioc.pvs.device import Device, Slot, Values
from cryoioc.pvs.power_output import CLEARING
from cryoioc.wire.chain import SEPARATOR, is_query

ROOM = 230  # characters of a message, less than it may have: what frames it comes in addition
Hear = Callable[[Sequence[str]], None]
Atom = tuple[str, Hear]  # what is not torn apart, and who takes the answers to it


@dataclass(frozen=True)
class Order:
    """One action and the output it is about."""

    action: Action
    output: int


class Bank(Protocol):
    """The outputs of one instrument that amplifiers hang on."""

    device: Device

    @property
    def slots(self) -> Sequence[Slot]:
        """What is read anew before anything is decided."""

    def read(self, output: int, port: Port) -> OutputReading | None:
        """Return an output as it was read last; None where that is not known."""

    async def refresh(self) -> None:
        """Read everything now; raises what keeps it from being read."""

    async def carry_out(self, orders: Sequence[Order], priority: Priority) -> None:
        """Do all of it and read back; raises what keeps it from being done."""


class SupplyBank:
    """Outputs of a supply that speaks SCPI: implements :class:`Bank`.

    Parameters
    ----------
    device : Device
    outputs : mapping of int to bool
        Each that an amplifier hangs on, and whether it is a source-measure module.
    """

    def __init__(self, device: Device, outputs: Mapping[int, bool]) -> None:
        self.device, self._outputs = device, outputs
        self._clock = Clock()  # of the line: links do not run faster with the station's
        self._main, *rest = (device.own_slot(row) for row in bias_rows(device.model, outputs))
        self._trips = rest[0] if rest else self._main
        self._told = {n: row_of_output(self._trips.row, n) for n in outputs}  # what tells of its protections
        self._seen: tuple[Values | None, Values | None] = (None, None)  # what the readings below are made of
        self._read: dict[int, OutputReading] = {}

    @property
    def slots(self) -> Sequence[Slot]:
        """What is read anew before anything is decided."""
        return (self._main,)

    def read(self, output: int, port: Port) -> OutputReading | None:
        """Return an output as it was read last; None where that is not known."""
        main = self._main
        if main.values is None or main.error is not None:
            return None
        told = self._trips.values if self._trips.error is None else None
        if self._seen[0] is not main.values or self._seen[1] is not told:
            self._seen = (main.values, told)
            self._read = {n: self._reading(main.values, told, n) for n in self._outputs}
        return self._read[output]

    def _reading(self, main: Values, told: Values | None, output: int) -> OutputReading:
        values = of_output(main, output)
        tripped: tuple[str, ...] = ()
        if told is not None:
            tripped = trips(self._told[output], values if told is main else of_output(told, output))
        limit = values["priority_limit" if self._outputs[output] else "limit"]
        return OutputReading(
            when=self._main.when, on=is_on(values), volts=values["measured_voltage"],
            amperes=values["measured_current"], setting=values["voltage"], current_limit=limit,
            over_voltage=values["over_voltage"], tripped=tripped)  # fmt: skip

    async def refresh(self) -> None:
        """Read everything now; raises what keeps it from being read."""

        async def work(talk: Conversation) -> None:
            await self._exchange(talk, [(self._main.queries[0], self._hearer(self._main))])

        await self.device.transact(work)

    async def carry_out(self, orders: Sequence[Order], priority: Priority) -> None:
        """Do all of it, in one message where it fits, and read everything back."""

        async def work(talk: Conversation) -> None:
            if rising := {order.output for order in orders if isinstance(order.action, Switch) and order.action.on}:
                await self._alone(talk, rising)
            told = [(text, _ignore) for order in orders for text in self._texts(order)]
            read = [(slot.queries[0], self._hearer(slot)) for slot in self._read_back(orders)]
            for message in _messages([*told, *read]):
                await self._exchange(talk, message)

        await self.device.transact(work, priority)

    def _texts(self, order: Order) -> Iterator[str]:
        """Yield what the supply is told, each a command with what selects its output."""
        model, n = self.device.model, order.output
        match order.action:
            case SetVoltage(_, volts):
                yield model["VOLT"].tell({"voltage": volts}, n)
            case Switch(_, on):
                yield model["ON" if on else "OFF"].tell({}, n)
            case ProgramLimits(_, limits):
                row, field = ("CURR:LIM", "priority_limit") if self._outputs[n] else ("CURR", "limit")
                yield model[row].tell({field: limits.current}, n)
                if limits.over_voltage is not None:
                    yield model["VOLT"].tell({"voltage": 0.0}, n)  # no setting may be above its protection on the way
                    yield model["VOLT:PROT"].tell({"over_voltage": limits.over_voltage}, n)
            case ClearProtection():
                yield model[next(name for name in CLEARING if name in model.rows)].tell({}, n)

    def _read_back(self, orders: Sequence[Order]) -> list[Slot]:
        cleared = any(isinstance(order.action, ClearProtection) for order in orders)
        return [self._main, self._trips] if cleared and self._trips is not self._main else [self._main]

    def _hearer(self, slot: Slot) -> Hear:
        def hear(replies: Sequence[str]) -> None:
            self.device.hear(slot, [SEPARATOR.join(replies)], self._clock.now())

        return hear

    async def _exchange(self, talk: Conversation, message: Sequence[Atom]) -> None:
        units = [unit for text, _ in message for unit in text.split(SEPARATOR)]
        commands = any(hear is _ignore for _, hear in message)
        replies = iter(await self.device.checked(talk, units) if commands else await talk.chain(units))
        for text, hear in message:
            hear([next(replies) for unit in text.split(SEPARATOR) if is_query(unit)])

    async def _alone(self, talk: Conversation, rising: set[int]) -> None:
        """Refuse where a master switch would turn on others with these outputs, those of another amplifier as well."""
        row = self.device.model.rows.get("OUTP:SEL.all")
        if row is None:
            return
        switches: Values = row.parse(SEPARATOR.join(await talk.chain(row.query.split(SEPARATOR))))
        armed = [n for n in self.device.model.supplies if switches[f"armed{n}"] == "On"]
        others = [str(n) for n in armed if n not in rising]
        if switches["master"] == "Off" and others:
            raise Refused(f"{self.device.name} output {', '.join(others)} is armed and would come on too: disarm it")


def _ignore(replies: Sequence[str]) -> None:
    """Take no answers: a command has none."""


def _messages(atoms: Sequence[Atom]) -> list[list[Atom]]:
    """Put what belongs together into as few messages as there must be."""
    messages: list[list[Atom]] = []
    used = ROOM
    for atom in atoms:
        length = len(atom[0]) + 1
        if used + length > ROOM:
            messages.append([])
            used = 0
        messages[-1].append(atom)
        used += length
    return messages
