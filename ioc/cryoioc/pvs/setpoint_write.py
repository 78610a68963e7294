"""Setting the setpoint of an output: one message with its checks behind it, and holding where it is.

Units of the wire are the preferred units of the control input, which a person can change at the front
panel at any time.  Every message that sends ``SETP`` therefore asks for the setpoint in front of it and
for control input, units and ramp setting behind it; an answer other than the message was composed for
puts the old setpoint back within the same transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryoioc.errors import CryoError, DeviceRefused, Refused
from cryoioc.pvs.device import Device, Slot, Values
from cryoioc.pvs.reading import Reading, from_kelvin, to_kelvin

if TYPE_CHECKING:
    from cryoioc.link import Conversation

RAMP_TRIES = 5  # messages until RAMPST? must show the ramp; it may take a control tick (6.3)


@dataclass(frozen=True)
class Assumed:
    """What a message is composed for."""

    letter: str  # control input
    units: str  # its preferred units
    ramp: Values  # RAMP? of the output

    def mistaken(self, outmode: Values, intype: Values, ramp: Values) -> CryoError | None:
        """Return what is not as assumed; None if all is."""
        if outmode["input"] != self.letter:
            return Refused(f"control input is now {outmode['input']}: put again")
        if intype["units"] != self.units:
            return Refused(f"units are now {intype['units']}: put again")
        if ramp["on"] != self.ramp["on"]:
            return Refused(f"RAMP is now {ramp['on']}: put again")
        return None


@dataclass(frozen=True)
class Outcome:
    """What the instrument has after a put."""

    kelvin: float  # the target, as it was sent
    ramping: bool


class SetpointWriter:
    """Transactions on ``SETP`` and ``RAMP`` of one output.

    Parameters
    ----------
    device : Device
    output : int
    now : callable
        Clock of the station, [s].
    """

    def __init__(self, device: Device, output: int, now: Callable[[], float]) -> None:
        self.device, self.n, self.now = device, output, now
        self.setp, self.rampst = device.slot("SETP", output), device.slot("RAMPST", output)
        self.ramp, self.outmode = device.slot("RAMP", output), device.slot("OUTMODE", output)

    def assumed(self, reading: Reading, units: str) -> Assumed:
        """Return what is known now of what a message depends on; :class:`Refused` until it was read."""
        return Assumed(reading.letter, units, self.device.known(self.ramp))

    async def has(self, kelvin: float, reading: Reading, assumed: Assumed, *, ramps_for_us: bool) -> bool:
        """Ask whether the instrument holds this target, or ramps to it for us."""
        same, wire = self.setp.row["setpoint"].codec.same, from_kelvin(kelvin, assumed.units)
        slots = [self.setp, self.rampst, self.outmode, reading.intype, self.ramp]

        async def work(talk: Conversation) -> bool:
            replies = await talk.chain([slot.row.ask(*slot.address) for slot in slots])
            setpoint, moving, *rest = (slot.row.parse(reply) for slot, reply in zip(slots, replies, strict=True))
            if assumed.mistaken(*rest) is not None:
                return False
            return ramps_for_us if moving["ramping"] == "On" else same(wire, setpoint["setpoint"])

        return await self.device.transact(work)

    async def send(self, kelvin: float, reading: Reading, assumed: Assumed, *, start: float | None) -> Outcome:
        """Set the target; return when the instrument has it or ramps to it.

        ``start`` is the temperature a ramp must begin from, [K]; None: from where the setpoint is.
        """
        row, n = self.setp.row, self.n
        command = self._setp(kelvin, assumed)
        jump = self._jump(start, assumed) if start is not None else []
        wire = row.parse(command.rpartition(",")[2])["setpoint"]
        checks = [self.outmode, reading.intype, self.ramp]

        async def work(talk: Conversation) -> Outcome:
            behind = [row.ask(n), self.rampst.row.ask(n), *(slot.row.ask(*slot.address) for slot in checks)]
            replies = await self.device.checked(talk, [row.ask(n), *jump, command, *behind])
            old, kept, moving = row.parse(replies[0]), row.parse(replies[1]), self.rampst.row.parse(replies[2])
            found = [slot.row.parse(reply) for slot, reply in zip(checks, replies[3:], strict=True)]
            problem = assumed.mistaken(*found)
            if problem is None:
                kept, moving, problem = await self._arrive(talk, wire, kept, moving, assumed.ramp)
            if problem is not None:
                await self.device.checked(talk, self._jump_wire(old, found[2]))
                self._learn(zip(checks, found, strict=True))  # so that putting again helps
                raise problem
            self._learn(zip((*checks, self.setp, self.rampst), (*found, kept, moving), strict=True))
            return Outcome(to_kelvin(wire, assumed.units), moving["ramping"] == "On")

        return await self.device.transact(work)

    async def _arrive(self, talk: Conversation, wire: float, kept: Values, moving: Values,
                      ramp: Values) -> tuple[Values, Values, CryoError | None]:  # fmt: skip
        """Wait until the setpoint is there or on its way; a few messages at most."""
        same = self.setp.row["setpoint"].codec.same
        for _ in range(RAMP_TRIES if ramp["on"] == "On" else 0):
            if moving["ramping"] == "On" or same(wire, kept["setpoint"]):
                break
            replies = await talk.chain([self.setp.row.ask(self.n), self.rampst.row.ask(self.n)])
            kept, moving = self.setp.row.parse(replies[0]), self.rampst.row.parse(replies[1])
        if moving["ramping"] == "On" or same(wire, kept["setpoint"]):
            return kept, moving, None
        return kept, moving, DeviceRefused(f"{self.device.name} kept setpoint {kept['setpoint']:g}")

    async def freeze(self, assumed: Assumed) -> float:
        """Stop a ramp where it is and make that the target; return it, [K].

        Off freezes the setpoint (6.3); setting that very value makes it the target before On.
        """

        async def work(talk: Conversation) -> float:
            off = self.ramp.row.tell(assumed.ramp | {"on": "Off"}, self.n)
            (reply,) = await self.device.checked(talk, [off, self.setp.row.ask(self.n)])
            return float(self.setp.row.parse(reply)["setpoint"])

        frozen = await self.device.transact(work)
        return await self.hold(to_kelvin(frozen, assumed.units), assumed)

    async def hold(self, kelvin: float, assumed: Assumed) -> float:
        """Make ``kelvin`` the setpoint at once, leaving ramping as it was; return it as sent, [K]."""
        row, n = self.setp.row, self.n
        commands = self._jump(kelvin, assumed)
        wire = row.parse(self._setp(kelvin, assumed).rpartition(",")[2])["setpoint"]
        slots: list[Slot] = [self.setp, self.rampst, self.ramp]

        async def work(talk: Conversation) -> float:
            replies = await self.device.checked(talk, [*commands, *(slot.row.ask(n) for slot in slots)])
            found = [slot.row.parse(reply) for slot, reply in zip(slots, replies, strict=True)]
            if not row["setpoint"].codec.same(wire, found[0]["setpoint"]):
                raise DeviceRefused(f"{self.device.name} kept setpoint {found[0]['setpoint']:g}")
            self._learn(zip(slots, found, strict=True))
            return to_kelvin(wire, assumed.units)

        return await self.device.transact(work)

    def _setp(self, kelvin: float, assumed: Assumed) -> str:
        return self.setp.row.tell({"setpoint": from_kelvin(kelvin, assumed.units)}, self.n)

    def _jump(self, kelvin: float, assumed: Assumed) -> list[str]:
        """Return the commands that put the setpoint to ``kelvin`` without a ramp."""
        return self._jump_wire({"setpoint": from_kelvin(kelvin, assumed.units)}, assumed.ramp)

    def _jump_wire(self, setpoint: Values, ramp: Values) -> list[str]:
        send = self.setp.row.tell(setpoint, self.n)
        if ramp["on"] == "Off":
            return [send]
        off, on = (self.ramp.row.tell(ramp | {"on": word}, self.n) for word in ("Off", "On"))
        return [off, send, on]

    def _learn(self, found: Iterable[tuple[Slot, Values]]) -> None:
        for slot, values in found:
            self.device.learn(slot, values, self.now())
