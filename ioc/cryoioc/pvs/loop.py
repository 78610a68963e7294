"""A control loop: the PVs of one output, assembled from target, output, zones and autotune."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from cryoioc.clock import Clock
from cryoioc.errors import Refused
from cryoioc.pvs import alerts
from cryoioc.pvs.about import NOTHING_SPECIAL, About
from cryoioc.pvs.background import Background
from cryoioc.pvs.desk import Desk, Group
from cryoioc.pvs.device import Device, Slot, Values
from cryoioc.pvs.held import Held, NotHeld
from cryoioc.pvs.loop_state import SEVERITIES, STATES, Facts, InPosition, state, within
from cryoioc.pvs.output import Output
from cryoioc.pvs.reading import Reading
from cryoioc.pvs.saved import Saved
from cryoioc.pvs.settings import OwnSetting, Setting
from cryoioc.pvs.target import Target
from cryoioc.pvs.thermometer import ThermometerGroup
from cryoioc.pvs.tune import Tune
from cryoioc.pvs.zones import Zones
from cryoioc.records import Channel, Record
from cryoioc.station import Loop


class LoopGroup(Group):
    """All PVs of one control loop.

    Parameters
    ----------
    thermometers : mapping
        The thermometers of the same instrument by input letter.
    """

    def __init__(self, desk: Desk, spec: Loop, device: Device, thermometers: Mapping[str, ThermometerGroup],
                 clock: Clock, saved: Saved) -> None:  # fmt: skip
        super().__init__(desk, spec.name, needs=device.name)
        self.spec, self.device, self.clock, self.thermometers = spec, device, clock, thermometers
        self.readings: dict[str, Reading] = {letter: t.reading for letter, t in thermometers.items()}
        self.saved = saved
        self.position = InPosition()
        self.in_position = False
        self.background = Background(device.give_up)
        self.interlocks: Held = NotHeld()
        self._last_input: str | None = None
        self._told_input = ""  # why it is not known which input controls
        self.outmode = device.slot("OUTMODE", spec.output)
        self._ready = False
        self._own_settings()
        self.temp = self.channel("TEMP", kind="ai", unit="K", precision=4, doc="Reading of the control input",
                                 about=About(sampled=0))  # fmt: skip  # archived as the thermometer's
        self.inpos = self.channel("INPOS", kind="bi", states=("No", "Yes"), doc="In position", initial="No")
        self.state = self.channel(
            "STATE", kind="mbbi", states=STATES, doc="What the loop is doing", severities=SEVERITIES,
            about=About(alert=alerts.LOOP_STATE),
        )
        self.target = Target(self)
        self.output = Output(self)
        self.zones = Zones(self)
        self.tune = Tune(self)
        self._settings()
        device.watch(self.outmode, self._mode_read, lambda status: self.update())
        for letter, reading in self.readings.items():
            reading.watch(partial(self._read, letter), partial(self._not_read, letter))
        self._ready = True

    def channel(self, suffix: str, slot: Slot | None = None, *, set: str = "", about: About = NOTHING_SPECIAL,
                **keywords: Any) -> Channel:  # fmt: skip
        """Declare a PV of this loop, read by ``slot``."""
        return self.declare(
            Record(name=self.pv(suffix), **keywords),
            instrument=self.device.name if slot is not None else "",
            query=slot.row.ask(*slot.address) if slot is not None else "",
            set=set,
            every=slot.row.every if slot is not None else 0.0,
            about=about,
        )

    # --- declaration -------------------------------------------------------------------------

    def _own_settings(self) -> None:
        spec = self.spec
        self.tolerance = OwnSetting(
            self, "TOL", spec.tolerance,
            {"kind": "ai", "unit": "K", "precision": 3, "low": 0.0, "high": 100.0, "doc": "Tolerance of INPOS"},
            self.update)  # fmt: skip
        self.dwell = OwnSetting(
            self, "DWELL", spec.dwell,
            {"kind": "ai", "unit": "s", "precision": 1, "low": 0.0, "high": 86400.0, "doc": "Time in TOL until INPOS"},
            self.update)  # fmt: skip
        self.ramp_from = OwnSetting(
            self, "RAMP:FROM", "Reading",
            {"kind": "bi", "states": ("Reading", "Setpoint"), "doc": "Where a new ramp starts"})  # fmt: skip

    def _settings(self) -> None:
        device, n = self.device, self.spec.output
        pid = device.slot("PID", n)
        for suffix in ("P", "I", "D"):
            Setting(self, suffix, device, pid, suffix.lower(), guard=self._not_in_zone)
        Setting(self, "MODE", device, self.outmode, "mode", guard=self._unless_held_off)
        Setting(self, "INPUT", device, self.outmode, "input", guard=self._not_in_zone)
        Setting(self, "POWERUP", device, self.outmode, "powerup")
        Setting(self, "MOUT", device, device.slot("MOUT", n), "percent", guard=self._manual,
                about=About(restorable=False))  # fmt: skip
        Setting(self, "RAMP", device, self.target.writer.ramp, "on")
        Setting(self, "RAMP:RATE", device, self.target.writer.ramp, "rate", guard=self._not_in_zone)

    def insist(self, *, switching_on: bool = False) -> None:
        """Raise :class:`Refused`, naming the interlock, while one holds this loop off, or the instrument is away."""
        self.device.insist_on_link()
        why = self.interlocks.refusal(self.name, switching_on=switching_on)
        if why:
            raise Refused(why)

    def _unless_held_off(self, value: Any) -> None:
        if value != "Off":
            self.insist()

    def _manual(self, percent: float) -> None:
        self._not_in_zone(percent)
        if percent:
            self.insist()

    def _not_in_zone(self, value: Any) -> None:
        if self.mode == "Zone":
            zone = self.zones.present()
            raise Refused(f"zone {zone.number} sets this" if zone is not None else "the zone table sets this")

    # --- what is known -----------------------------------------------------------------------

    @property
    def mode(self) -> str | None:
        """Output mode; None while it is not known."""
        slot = self.outmode
        return str(slot.values["mode"]) if slot.values is not None and slot.error is None else None

    @property
    def input(self) -> str:
        """Letter of the control input; :class:`Refused` until it was read."""
        return str(self.device.known(self.outmode)["input"])

    @property
    def reading(self) -> Reading | None:
        """The control input; None if it is not known or not a thermometer of this station."""
        if self.outmode.values is None:
            return None
        return self.readings.get(self.input)

    @property
    def controlling(self) -> Reading | None:
        """The control input; None also while zone table and instrument do not agree on it."""
        return self.reading if not self.zones.other_input() else None

    def units(self) -> str:
        """Return preferred units of the control input, Kelvin or Celsius; :class:`Refused` otherwise."""
        reading = self.reading
        if reading is None:
            raise Refused(f"control input is {self.input}: no thermometer of this station")
        if reading.units == "Sensor":
            raise Refused(f"input {reading.letter} shows sensor units: set UNITS Kelvin")
        return reading.units

    def facts(self) -> Facts:
        """Return what is known now."""
        reading = self.controlling
        range_ = self.output.range
        return Facts(
            tripped=self.interlocks.holds(self.name),
            reading=reading.kelvin if reading is not None else None,
            target=self.target.value if self.target.setpoint is not None and not self.target.busy else None,
            mode=self.mode,
            tuning=self.tune.active,
            range_on=None if range_ is None else range_ != "Off",
            ramping=self.target.ramping,
        )

    # --- what happens ------------------------------------------------------------------------

    def _mode_read(self, values: Values) -> None:
        if self._last_input not in (None, values["input"]):
            self.position.restart()
        self._last_input = values["input"]
        if self.reading is None and not self.temp.undefined:
            self.temp.invalidate("READ")  # no thermometer of this station is in control
        self.show_limits()
        self.update()

    def show_limits(self) -> None:
        """Bring the limits of ``TEMP:SP`` in line with the curve of the control input."""
        thermometer = self.thermometers.get(self._last_input or "")
        self.target.show_limits(thermometer.curve_limit if thermometer is not None else None)

    def _read(self, letter: str, kelvin: float) -> None:
        if letter == self._last_input:
            if self.controlling is not None:
                self.temp.post(kelvin)
            elif not self.temp.undefined:
                self.temp.invalidate("READ")
            self.update()

    def _not_read(self, letter: str, status: str) -> None:
        if letter == self._last_input:
            self.temp.invalidate(status)
            self.update()

    def _tell_input(self, why: str) -> None:
        """Say once that the control input is not known, when zones are known to be the reason."""
        if why and why != self._told_input and self.zones.table() is not None:
            self.say(f"Control input not known: {why}")
        self._told_input = why

    def update(self) -> None:
        """Judge position and state anew."""
        if not self._ready:
            return
        facts = self.facts()
        self._tell_input(self.zones.other_input())
        tolerance = float(self.tolerance.value)
        self.in_position = self.position.update(self.clock.now(), facts, tolerance, float(self.dwell.value))
        self.inpos.post("Yes" if self.in_position else "No")
        dwelling = within(facts, tolerance) and (self.in_position or self.position.refused)
        whole = Facts(**{**facts.__dict__, "in_position": self.in_position, "in_tolerance": dwelling})
        word = state(whole)
        idle_heater = word == "RangeOff" and self.target.wanted
        self.state.post(
            word,
            status="STATE",
            severity="MINOR" if idle_heater else "NO_ALARM",
            message="RANGE is Off: nothing heats" if idle_heater else "",
        )
