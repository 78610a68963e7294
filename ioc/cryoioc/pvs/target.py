"""The setpoint of a loop: wish, accepted target and working setpoint; ramp start and STOP.

The instrument cannot be asked for the final target of a ramp (``SETP?`` moves), so the target of a
ramp is the IOC's own number.  Units of the wire are the preferred units of the control input, which
a person can change at the front panel: every message that sends ``SETP`` asks for the control input,
its units and the ramp setting in front of it, and an answer other than the assumed one puts the old
setpoint back within the same transaction.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cryoioc.errors import CryoError, DeviceRefused, Refused
from cryoioc.pvs.device import Slot, Values
from cryoioc.pvs.reading import from_kelvin, to_kelvin
from cryoioc.pvs.setpoint import Doubt
from cryoioc.records import Put

if TYPE_CHECKING:
    from cryoioc.link import Conversation
    from cryoioc.pvs.loop import LoopGroup

SAME = 0.6e-3  # K; SETP is sent with three decimals
RAMP_TRIES = 5  # messages until RAMPST? must show the ramp; it may take a control tick (6.3)


class Target:
    """``TEMP:SP``, ``TARGET``, ``SETPOINT``, ``RAMPING`` and ``STOP`` of one loop."""

    def __init__(self, loop: LoopGroup) -> None:
        self.loop, self.device, self.n = loop, loop.device, loop.spec.output
        device, spec = self.device, loop.spec
        self.setp, self.rampst = device.slot("SETP", self.n), device.slot("RAMPST", self.n)
        self.ramp, self.outmode = device.slot("RAMP", self.n), device.slot("OUTMODE", self.n)
        kelvin: dict[str, Any] = {"kind": "ai", "unit": "K", "precision": 3}
        self.shown = loop.channel("TARGET", self.setp, **kelvin, doc="Accepted target temperature")
        self.working = loop.channel("SETPOINT", self.setp, **kelvin, doc="Working setpoint, moves in a ramp")
        self.ramping_pv = loop.channel(
            "RAMPING", self.rampst, kind="bi", states=("No", "Yes"), doc="Setpoint is ramping"
        )
        self.wish = loop.channel(
            "TEMP:SP", self.setp, set=self.setp.row.set, **(kelvin | {"kind": "ao"}), doc="Target temperature",
            low=spec.sp_min, high=spec.sp_max, writable=True)  # fmt: skip
        loop.desk.alias(loop.pv("TEMP:SP:RBV"), loop.pv("TARGET"))
        self._value: float | None = None
        self._saved = loop.saved.get(self.shown.record.name)  # K, target before a restart of the IOC
        self.setpoint: float | None = None  # K, the working setpoint; None: not known
        self.ours = False  # the ramp under way was started here
        self._foreign = False  # a ramp to an unknown target is under way
        self.wanted = False  # somebody asked for a temperature that a heater must make
        self.busy = False  # a put is on the wire: the polled truth does not move the wish
        self._before: float | None = None  # K, working setpoint one poll ago
        self._doubt = Doubt(self)
        device.watch(self.setp, self._setp, self._hide)
        device.watch(self.rampst, self._rampst, self._hide)
        loop.accept(self.wish, self.put)
        loop.desk.on_refusal(self.wish, self._refused)
        loop.command("STOP", "Hold: freeze ramp, or hold the reading", self.stop, instrument=device.name,
                     set=self.setp.row.set)  # fmt: skip

    # --- what the instrument says ------------------------------------------------------------

    @property
    def value(self) -> float | None:
        """The target, [K]; None while it is not known."""
        return self._value

    @value.setter
    def value(self, kelvin: float | None) -> None:
        self._value = kelvin
        self.loop.saved.put(self.shown.record.name, kelvin)

    @property
    def ramping(self) -> bool | None:
        """Whether the setpoint moves; None while it is not known."""
        slot = self.rampst
        return slot.values["ramping"] == "On" if slot.values is not None and slot.error is None else None

    def _setp(self, values: Values) -> None:
        if self._doubt.about(values["setpoint"]):
            return
        try:
            self.setpoint = to_kelvin(values["setpoint"], self.loop.units())
        except Refused:
            self._hide("CALC")
            return
        self.working.post(self.setpoint)
        self.loop.zones.show_number()

    def _rampst(self, values: Values) -> None:
        """Asked right after SETP?, so both belong together."""
        self.ramping_pv.post("Yes" if values["ramping"] == "On" else "No")
        if self.setpoint is not None and not self.busy and not self._doubt.asking:
            if values["ramping"] == "On":
                self._moving(self.setpoint)
            else:
                self._resting(self.setpoint)
            self._before = self.setpoint
        self.loop.update()

    def _moving(self, setpoint: float) -> None:
        """Judge whether a moving setpoint still goes to our target."""
        before = self._before if self._before is not None else setpoint
        if self.value is None and self._saved is not None:
            self.value, self._saved = self._saved, None
        ahead = self.value is not None and (self.value - setpoint) * (setpoint - before) >= 0
        if self.ours and ahead:
            self.shown.post(self.value)
        elif ahead and setpoint != before:
            self.shown.post(self.value, status="STATE", severity="MINOR")
        elif not ahead:
            if not self._foreign:
                self.loop.say("A ramp not started here runs: TARGET not known")
            self.ours, self.value, self._foreign = False, None, True
            self.shown.invalidate("STATE")

    def _resting(self, setpoint: float) -> None:
        """A setpoint at rest is the target, whoever set it."""
        self.ours, self._saved, self._foreign = False, None, False
        changed = self.value is None or abs(self.value - setpoint) > SAME
        if changed:
            known = self.value is not None
            self.value = setpoint
            self.wish.post(setpoint, force=True)
            if known:
                self.loop.say(f"TEMP:SP changed to {setpoint:g} K by others")
        elif not self.wish.valid:
            self.wish.post(self.value, force=True)
        self.shown.post(self.value)

    def _hide(self, status: str) -> None:
        self.setpoint = self._before = None
        for channel in (self.shown, self.working, self.wish):
            channel.invalidate(status)
        if status != "CALC":
            self._doubt.forget()
            self.ramping_pv.invalidate(status)
        self.loop.update()

    def _refused(self) -> None:
        self.loop.position.refuse()
        self.loop.update()

    def show_limits(self, curve_limit: float | None) -> None:
        """Narrow the limits of ``TEMP:SP`` to the setpoint limit of the curve in use, [K]."""
        spec = self.loop.spec
        high = min(spec.sp_max, curve_limit) if curve_limit else spec.sp_max
        self.wish.set_limits(spec.sp_min, high)

    # --- puts ----------------------------------------------------------------------------------

    async def put(self, request: Put) -> None:
        """Carry out a put of the target; it completes when the instrument has it."""
        loop = self.loop
        kelvin = float(request.value)
        loop.position.restart()
        loop.inpos.post("No", force=True)
        self._check(kelvin)
        units = loop.units()
        ramp = self.device.known(self.ramp)
        start = self._fresh_start() if ramp["on"] == "On" else None
        if start is not None or not await self._has(kelvin, units, ramp):
            commands = [self.setp.row.tell({"setpoint": from_kelvin(kelvin, units)}, self.n)]
            if start is not None:
                commands = [*self._jump(start, units, ramp), *commands]
            await self._send(commands, kelvin, units, ramp)
        self.wanted = True
        loop.position.restart()
        loop.update()
        if loop.output.range == "Off":
            loop.say("RANGE is Off: accepted, not heating")

    def _check(self, kelvin: float) -> None:
        """Refuse what must not be sent."""
        loop = self.loop
        self.device.insist_on_link()
        for slot in (self.setp, self.rampst, self.ramp, self.outmode):
            self.device.known(slot)
        if loop.input not in loop.readings:
            raise Refused(f"control input is {loop.input}: no thermometer of this station")
        loop.units()
        if loop.mode == "Zone" and loop.output.range == "Off":
            zone, present = loop.zones.find(kelvin), loop.zones.present()
            if zone is not None and zone.values["range"] and (present is None or zone.number != present.number):
                raise Refused(f"RANGE is Off; zone {zone.number} would switch it on")

    def _fresh_start(self) -> float | None:
        """Return the reading a ramp must start from, [K]; None if it starts from the setpoint.

        A ramp starts from the working setpoint, which may have been left far from the reading: the
        loop would go there at full power first.
        """
        loop = self.loop
        if loop.ramp_from.value == "Setpoint" or self.ramping:
            return None
        reading = loop.reading
        if reading is None or reading.kelvin is None:
            raise Refused("reading is invalid: no start for a ramp")
        if self.setpoint is None:
            raise Refused("SETP has not been read yet")
        return reading.kelvin if abs(reading.kelvin - self.setpoint) > float(loop.tolerance.value) else None

    async def _has(self, kelvin: float, units: str, ramp: Values) -> bool:
        """Ask whether the instrument holds this target, or ramps to it for us: then nothing is sent."""
        same, device = self.setp.row["setpoint"].codec.same, self.device
        reading, wire = self.loop.reading, from_kelvin(kelvin, units)
        if reading is None or self.value is None or not same(wire, from_kelvin(self.value, units)):
            return False
        slots = [self.outmode, reading.intype, self.ramp, self.setp, self.rampst]

        async def work(talk: Conversation) -> bool:
            replies = await talk.chain([slot.row.ask(*slot.address) for slot in slots])
            *fresh, setpoint, moving = (slot.row.parse(reply) for slot, reply in zip(slots, replies, strict=True))
            if self._changed(fresh, reading.letter, units, ramp) is not None:
                return False
            return self.ours if moving["ramping"] == "On" else same(wire, setpoint["setpoint"])

        if not await device.transact(work):
            return False
        for channel in (self.shown, self.wish):
            channel.post(self.value, force=True)
        return True

    def _jump(self, kelvin: float, units: str, ramp: Values) -> list[str]:
        """Return the commands that put the setpoint to ``kelvin`` at once although ramping is on."""
        row = self.ramp.row
        return [
            row.tell(ramp | {"on": "Off"}, self.n),
            self.setp.row.tell({"setpoint": from_kelvin(kelvin, units)}, self.n),
            row.tell(ramp | {"on": "On"}, self.n),
        ]

    async def _send(self, commands: list[str], kelvin: float, units: str, ramp: Values) -> None:
        """Send setpoint commands with their checks around them, and take what the instrument has."""
        loop, device, n = self.loop, self.device, self.n
        reading = loop.reading
        assert reading is not None
        letter = reading.letter
        asked = [self.outmode.row.ask(n), reading.intype.row.ask(letter), self.ramp.row.ask(n), self.setp.row.ask(n)]
        slots = [self.outmode, reading.intype, self.ramp]
        wire = self.setp.row.parse(commands[-1].rpartition(",")[2])["setpoint"]

        async def work(talk: Conversation) -> None:
            replies = await device.checked(talk, [*asked, *commands, self.setp.row.ask(n), self.rampst.row.ask(n)])
            fresh = [s.row.parse(reply) for s, reply in zip(slots, replies, strict=False)]
            old = self.setp.row.parse(replies[3])
            kept, moving = self.setp.row.parse(replies[4]), self.rampst.row.parse(replies[5])
            problem = self._changed(fresh, letter, units, ramp)
            if problem is None:
                kept, moving, problem = await self._arrive(talk, wire, kept, moving, ramp)
            if problem is not None:
                await device.checked(talk, [*self._restore(old, fresh[2], moving)])
                for slot, values in zip(slots, fresh, strict=False):
                    device.learn(slot, values, loop.desk.clock.now())  # so that putting again helps
                raise problem
            self.value = to_kelvin(wire, units)
            self.ours = moving["ramping"] == "On"
            now = loop.desk.clock.now()
            for slot, values in zip((*slots, self.setp, self.rampst), (*fresh, kept, moving), strict=True):
                device.learn(slot, values, now)

        self.busy = True
        try:
            await device.transact(work)
        finally:
            self.busy = False
        self._before = None
        self.shown.post(self.value, force=True)
        self.wish.post(self.value, force=True)

    def _changed(self, fresh: list[Values], letter: str, units: str, ramp: Values) -> CryoError | None:
        """Return why the message was composed on wrong assumptions; None if it was not."""
        outmode, intype, now = fresh
        if outmode["input"] != letter:
            return Refused(f"control input is now {outmode['input']}: put again")
        if intype["units"] != units:
            return Refused(f"units are now {intype['units']}: put again")
        if now["on"] != ramp["on"]:
            return Refused(f"RAMP is now {now['on']}: put again")
        return None

    def _restore(self, old: Values, ramp: Values, moving: Values) -> list[str]:
        """Return the commands that put the setpoint back where it was, without a ramp."""
        off = [self.ramp.row.tell(ramp | {"on": "Off"}, self.n)] if ramp["on"] == "On" else []
        on = [self.ramp.row.tell(ramp, self.n)] if off else []
        return [*off, self.setp.row.tell(old, self.n), *on]

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

    # --- hold ------------------------------------------------------------------------------------

    async def stop(self) -> None:
        """Hold where it is: freeze a ramp, do nothing in position, else hold the reading."""
        loop, device, n = self.loop, self.device, self.n
        device.insist_on_link()
        ramp, units = device.known(self.ramp), loop.units()
        if self.ramping:
            # Off freezes the setpoint (6.3); setting that very value makes it the target before On.
            async def freeze(talk: Conversation) -> float:
                off = self.ramp.row.tell(ramp | {"on": "Off"}, n)
                (reply,) = await device.checked(talk, [off, self.setp.row.ask(n)])
                return float(self.setp.row.parse(reply)["setpoint"])

            frozen = await device.transact(freeze)
            await self._hold(to_kelvin(frozen, units), units, ramp)
        elif not loop.in_position:
            reading = loop.reading
            if reading is None or reading.kelvin is None:
                raise Refused("reading is invalid: nothing to hold")
            await self._hold(reading.kelvin, units, ramp)
        loop.update()

    async def _hold(self, kelvin: float, units: str, ramp: Values) -> None:
        """Make ``kelvin`` the setpoint at once, and leave ramping as it was."""
        device, n, loop = self.device, self.n, self.loop
        row = self.setp.row
        send = row.tell({"setpoint": from_kelvin(kelvin, units)}, n)
        off, on = (self.ramp.row.tell(ramp | {"on": word}, n) for word in ("Off", "On"))
        commands = [off, send, on] if ramp["on"] == "On" else [send]
        wire = row.parse(send.rpartition(",")[2])["setpoint"]

        async def work(talk: Conversation) -> None:
            asked = [row.ask(n), self.rampst.row.ask(n), self.ramp.row.ask(n)]
            replies = await device.checked(talk, [*commands, *asked])
            kept = row.parse(replies[0])
            if not row["setpoint"].codec.same(wire, kept["setpoint"]):
                raise DeviceRefused(f"{device.name} kept setpoint {kept['setpoint']:g}")
            now = loop.desk.clock.now()
            self.value, self.ours = to_kelvin(wire, units), False
            slots: list[Slot] = [self.setp, self.rampst, self.ramp]
            for slot, reply in zip(slots, replies, strict=True):
                device.learn(slot, slot.row.parse(reply), now)

        self.busy = True
        try:
            await device.transact(work)
        finally:
            self.busy = False
        self._before = None
        self.shown.post(self.value, force=True)
        self.wish.post(self.value, force=True)
