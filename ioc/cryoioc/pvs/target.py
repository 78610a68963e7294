"""The setpoint of a loop: wish, accepted target and working setpoint; ramp start and STOP.

The instrument cannot be asked for the final target of a ramp (``SETP?`` moves), so the target of a
ramp is the IOC's own number; :mod:`cryoioc.pvs.setpoint_write` sends it.
"""

from __future__ import annotations

from collections.abc import Awaitable
from typing import TYPE_CHECKING, Any

from cryoioc.errors import Refused
from cryoioc.pvs.device import Values
from cryoioc.pvs.reading import Reading, to_kelvin
from cryoioc.pvs.setpoint import RAMP_STEP, Doubt
from cryoioc.pvs.setpoint_write import Outcome, SetpointWriter
from cryoioc.records import Put

if TYPE_CHECKING:
    from cryoioc.pvs.loop import LoopGroup

SAME = 0.6e-3  # K; SETP is sent with three decimals


class Target:
    """``TEMP:SP``, ``TARGET``, ``SETPOINT``, ``RAMPING`` and ``STOP`` of one loop."""

    def __init__(self, loop: LoopGroup) -> None:
        self.loop, self.device = loop, loop.device
        device, spec = self.device, loop.spec
        self.writer = SetpointWriter(device, spec.output, loop.clock.now)
        self.setp, self.rampst = self.writer.setp, self.writer.rampst
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
        self.highest = spec.sp_max  # K
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
        """Judge the setpoint: it is at rest only when SETP? of the same message says where."""
        together = self.setp.when == self.rampst.when or self._doubt.certain or self.busy
        elsewhere = self.setpoint is not None and (self.value is None or abs(self.value - self.setpoint) > SAME)
        if values["ramping"] == "Off" and elsewhere and not together:
            self._doubt.ask()
            return
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
        before = self._before
        if before is None or abs(setpoint - before) > RAMP_STEP:
            before = setpoint  # a jump says nothing of where the ramp goes
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
        if status != "CALC":
            self.ours = False  # what happens while nobody looks is nobody's ramp
        for channel in (self.shown, self.working, self.wish):
            channel.invalidate(status)
        if status != "CALC":
            self._doubt.forget()
            self.ramping_pv.invalidate(status)
        self.loop.update()

    def unbelieved(self) -> None:
        """The setpoint has jumped and its units cannot be asked for: it is not known."""
        self._hide("CALC")

    def _refused(self) -> None:
        self.loop.position.refuse()
        self.loop.update()

    def show_limits(self, curve_limit: float | None) -> None:
        """Narrow the limits of ``TEMP:SP`` to the setpoint limit of the curve in use, [K]."""
        spec = self.loop.spec
        self.highest = min(spec.sp_max, curve_limit) if curve_limit else spec.sp_max
        if self.highest > spec.sp_min:  # else no setpoint is possible, and every put is refused
            self.wish.set_limits(spec.sp_min, self.highest)

    # --- puts ----------------------------------------------------------------------------------

    async def put(self, request: Put) -> None:
        """Carry out a put of the target; it completes when the instrument has it."""
        loop = self.loop
        kelvin = float(request.value)
        loop.position.restart()
        loop.inpos.post("No", force=True)
        loop.insist()
        reading = self._check(kelvin)
        assumed = self.writer.assumed(reading, loop.units(), off=loop.output.range == "Off")
        start = self._fresh_start(reading) if assumed.ramp["on"] == "On" else None
        self._check_zones(kelvin if start is None else start, kelvin)
        again = start is None and self.value is not None and abs(kelvin - self.value) <= SAME
        if not (again and await self.writer.has(kelvin, assumed, ramps_for_us=self.ours)):
            await self._undisturbed(self.writer.send(kelvin, assumed, start=start))
        self._show()
        self.wanted = True
        loop.position.restart()
        loop.update()
        if loop.output.range == "Off":
            loop.note("RANGE is Off: the target is accepted, and nothing heats")

    def _check(self, kelvin: float) -> Reading:
        """Refuse what must not be sent; return the control input."""
        loop = self.loop
        self.device.insist_on_link()
        for slot in (self.setp, self.rampst, self.writer.ramp, self.writer.outmode):
            self.device.known(slot)
        reading = loop.reading
        if reading is None:
            raise Refused(f"control input is {loop.input}: no thermometer of this station")
        if kelvin > self.highest:
            raise Refused(f"{kelvin:g} K is above the curve's setpoint limit, {self.highest:g} K")
        return reading

    def _check_zones(self, *path: float) -> None:
        """Refuse a way of the setpoint, [K], on which the zone table would switch the heater on."""
        loop = self.loop
        if loop.mode is None:
            raise Refused("MODE is not known")
        if loop.mode != "Zone" or loop.output.range not in (None, "Off"):
            return
        if loop.output.range is None or self.setpoint is None or loop.zones.table() is None:
            raise Refused("mode Zone, and range or zones are not known")
        present = loop.zones.present()
        way = (self.setpoint, *path)
        for zone in loop.zones.between(min(way), max(way)):
            if zone.values["range"] and (present is None or zone.number != present.number):
                raise Refused(f"RANGE is Off; zone {zone.number} would switch it on")

    def _fresh_start(self, reading: Reading) -> float | None:
        """Return the reading a ramp must start from, [K]; None if it starts from the setpoint.

        A ramp starts from the working setpoint, which may have been left far from the reading: the
        loop would go there at full power first.
        """
        loop = self.loop
        if loop.ramp_from.value == "Setpoint" or self.ramping:
            return None
        if why := loop.zones.other_input():
            raise Refused(f"{why}: no start for a ramp")
        if reading.kelvin is None:
            raise Refused("reading is invalid: no start for a ramp")
        if self.setpoint is None:
            raise Refused("SETP has not been read yet")
        return reading.kelvin if abs(reading.kelvin - self.setpoint) > float(loop.tolerance.value) else None

    async def stop(self) -> None:
        """Hold where it is: freeze a ramp, do nothing in position, else hold the reading."""
        loop = self.loop
        self.device.insist_on_link()
        reading = loop.reading
        if self.ramping and reading is not None:
            await self._undisturbed(self.writer.freeze(reading))
        elif not loop.in_position:
            if why := loop.zones.other_input():
                raise Refused(f"{why}: nothing to hold")
            if reading is None or reading.kelvin is None:
                raise Refused("reading is invalid: nothing to hold")
            self._check_zones(reading.kelvin)
            assumed = self.writer.assumed(reading, loop.units(), off=loop.output.range == "Off")
            await self._undisturbed(self.writer.hold(reading.kelvin, assumed))
        else:
            return
        self._show()
        loop.update()

    async def _undisturbed(self, work: Awaitable[Outcome]) -> None:
        """Await a transaction and take its outcome; meanwhile what is read does not move target and wish."""
        self.busy = True
        try:
            outcome = await work
            self.value, self.ours = outcome.kelvin, outcome.ramping
        finally:
            self.busy = False
            self._before = None

    def _show(self) -> None:
        if self.value is None:
            self._hide("CALC")
            return
        self.shown.post(self.value, force=True)
        self.wish.post(self.value, force=True)
