"""Setting the setpoint of an output: one message with its checks behind it, and holding where it is.

Units of the wire are the preferred units of the control input, which a person can change at the front
panel at any time.  Every message that sends a temperature as ``SETP`` therefore asks for the setpoint in
front of it and for mode, control input, units and ramp setting behind it; an answer other than the
message was composed for puts the old setpoint back within the same transaction, and the range off if
the zone table has switched it on meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
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

    reading: Reading  # control input
    units: str  # its preferred units
    mode: str  # of the output
    ramp: Values  # RAMP? of the output
    off: bool  # the range is Off

    def mistaken(self, outmode: Values, intype: Values, ramp: Values) -> CryoError | None:
        """Return what is not as assumed; None if all is."""
        if outmode["input"] != self.reading.letter:
            return Refused(f"control input is now {outmode['input']}: put again")
        if outmode["mode"] != self.mode:
            return Refused(f"MODE is now {outmode['mode']}: put again")
        if intype["units"] != self.units:
            return Refused(f"units are now {intype['units']}: put again")
        if ramp["on"] != self.ramp["on"]:
            return Refused(f"RAMP is now {ramp['on']}: put again")
        return None


@dataclass(frozen=True)
class Outcome:
    """What the instrument has after a put."""

    kelvin: float | None  # the target, as it was sent; None: in units that are no temperature
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

    def assumed(self, reading: Reading, units: str, *, off: bool) -> Assumed:
        """Return what is known now of what a message depends on; :class:`Refused` until it was read."""
        mode = self.device.known(self.outmode)["mode"]
        return Assumed(reading, units, mode, self.device.known(self.ramp), off)

    def _checks(self, assumed: Assumed) -> list[Slot]:
        return [self.outmode, assumed.reading.intype, self.ramp]

    async def has(self, kelvin: float, assumed: Assumed, *, ramps_for_us: bool) -> bool:
        """Ask whether the instrument holds this target, or ramps to it for us."""
        same, wire = self.setp.row["setpoint"].codec.same, from_kelvin(kelvin, assumed.units)
        slots = [self.setp, self.rampst, *self._checks(assumed)]

        async def work(talk: Conversation) -> bool:
            replies = await talk.chain([slot.row.ask(*slot.address) for slot in slots])
            setpoint, moving, *rest = (slot.row.parse(reply) for slot, reply in zip(slots, replies, strict=True))
            if assumed.mistaken(*rest) is not None:
                return False
            return ramps_for_us if moving["ramping"] == "On" else same(wire, setpoint["setpoint"])

        return await self.device.transact(work)

    async def send(self, kelvin: float, assumed: Assumed, *, start: float | None) -> Outcome:
        """Set the target; return when the instrument has it or ramps to it.

        ``start`` is the temperature a ramp must begin from, [K]; None: from where the setpoint is.
        """
        jump = self._jump(self._wire(start, assumed), assumed.ramp) if start is not None else []
        wire = self._wire(kelvin, assumed)
        return await self._write([*jump, self.setp.row.tell(wire, self.n)], wire, assumed)

    async def hold(self, kelvin: float, assumed: Assumed) -> Outcome:
        """Make ``kelvin`` the setpoint at once, leaving ramping as it was."""
        wire = self._wire(kelvin, assumed)
        return await self._write(self._jump(wire, assumed.ramp), wire, assumed)

    async def _write(self, commands: Sequence[str], wire: Values, assumed: Assumed) -> Outcome:
        """Send commands with their checks; undo them where the instrument is not as assumed."""
        row, n, checks = self.setp.row, self.n, self._checks(assumed)

        async def work(talk: Conversation) -> Outcome:
            behind = [row.ask(n), self.rampst.row.ask(n), *(slot.row.ask(*slot.address) for slot in checks)]
            replies = await self.device.checked(talk, [row.ask(n), *commands, *behind])
            old, kept, moving = row.parse(replies[0]), row.parse(replies[1]), self.rampst.row.parse(replies[2])
            found = [slot.row.parse(reply) for slot, reply in zip(checks, replies[3:], strict=True)]
            problem = assumed.mistaken(*found)
            if problem is None:
                kept, moving, problem = await self._arrive(talk, wire["setpoint"], kept, moving, assumed.ramp)
            if problem is not None:
                off = [self.device.model["RANGE"].tell({"range": "Off"}, n)] if assumed.off else []
                await self.device.checked(talk, [*off, *self._jump(old, found[2]), *off])
                self._learn(zip(checks, found, strict=True))  # so that putting again helps
                raise problem
            self._learn(zip((*checks, self.setp, self.rampst), (*found, kept, moving), strict=True))
            return Outcome(to_kelvin(wire["setpoint"], assumed.units), moving["ramping"] == "On")

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

    async def freeze(self, reading: Reading) -> Outcome:
        """Stop a ramp where it is and make that the target.

        Off freezes the setpoint (6.3); setting that very number, in whatever units it is, makes it the
        target before On.
        """
        ramp = self.device.known(self.ramp)
        off, on = (self.ramp.row.tell(ramp | {"on": word}, self.n) for word in ("Off", "On"))
        slots = [self.setp, self.rampst, self.ramp, reading.intype]

        async def work(talk: Conversation) -> Outcome:
            (text,) = await self.device.checked(talk, [off, self.setp.row.ask(self.n)])
            self.setp.row.parse(text)  # a number, to be sent back digit by digit
            asked = [slot.row.ask(*slot.address) for slot in slots]
            replies = await self.device.checked(talk, [f"SETP {self.n},{text.strip().lstrip('+')}", on, *asked])
            found = [slot.row.parse(reply) for slot, reply in zip(slots, replies, strict=True)]
            setpoint, moving, ramping, intype = found
            checked = (reading.intype, self.ramp, self.setp, self.rampst)
            self._learn(zip(checked, (intype, ramping, setpoint, moving), strict=True))
            kelvin = None if intype["units"] == "Sensor" else to_kelvin(setpoint["setpoint"], intype["units"])
            return Outcome(kelvin, moving["ramping"] == "On")

        return await self.device.transact(work)

    def _wire(self, kelvin: float, assumed: Assumed) -> Values:
        """Return the setpoint as the instrument will have it after rounding."""
        row = self.setp.row
        text = row.tell({"setpoint": from_kelvin(kelvin, assumed.units)}, self.n)
        return row.parse(text.rpartition(",")[2])

    def _jump(self, setpoint: Values, ramp: Values) -> list[str]:
        """Return the commands that put the setpoint there without a ramp."""
        send = self.setp.row.tell(setpoint, self.n)
        if ramp["on"] == "Off":
            return [send]
        off, on = (self.ramp.row.tell(ramp | {"on": word}, self.n) for word in ("Off", "On"))
        return [off, send, on]

    def _learn(self, found: Iterable[tuple[Slot, Values]]) -> None:
        for slot, values in found:
            self.device.learn(slot, values, self.now())
