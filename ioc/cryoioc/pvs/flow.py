"""Helium flow PVs: standard litres at a stated temperature, mass, liquid equivalent and its total."""

from __future__ import annotations

from typing import Any

from cryoioc.clock import Clock
from cryoioc.pvs import alerts
from cryoioc.pvs.about import NOTHING_SPECIAL, About
from cryoioc.pvs.desk import Desk, Group
from cryoioc.pvs.device import Device, Values
from cryoioc.pvs.flow_meters import FLOW_METERS
from cryoioc.pvs.flow_setpoint import FlowSetpoint
from cryoioc.pvs.helium import LIQUID_DENSITY, liquid_flow, mass_flow, rescale
from cryoioc.records import Channel, Record
from cryoioc.station import Flow

GAP = 5.0  # s of the line without a good reading after which the flow in between counts as unknown


class FlowGroup(Group):
    """All PVs of the flow meter, whoever made it."""

    def __init__(self, desk: Desk, spec: Flow, device: Device, clock: Clock) -> None:
        super().__init__(desk, "FLOW", needs=device.name)
        self.spec, self.device, self.clock = spec, device, clock
        self.meter = FLOW_METERS[device.model.name](device, spec)
        self.frame = self.meter.slot  # what a reading is asked by
        self._declare()
        self._mismatch: float | None = None  # degC, what the meter refers to instead of what the file says
        self._when: float | None = None  # s, time of the last good reading
        self._until = 0.0  # s, up to when total or missing time are counted
        self.at_least: float | None = None  # SLPM that flow for sure: also of a meter that is over its range
        self._liters = desk.saved.get("FLOW:LIQUID:TOTAL") or 0.0
        self._missing = desk.saved.get("FLOW:LIQUID:MISSING") or 0.0  # s, not in the total
        self._show_total()
        self.temperature_reference.post(spec.tref)
        device.watch(self.frame, self._good, self._bad)
        if spec.setpoint_max:
            FlowSetpoint(self, spec, device)

    def _channel(self, suffix: str, *, wire: bool = True, about: About = NOTHING_SPECIAL, **keywords: Any) -> Channel:
        record = Record(name=f"FLOW:{suffix}" if suffix else "FLOW", **keywords)
        if not wire:
            return self.declare(record, about=about)
        row = self.frame.row
        query = row.ask(*self.frame.address)
        return self.declare(record, instrument=self.device.name, query=query, every=row.every, about=about)

    def _declare(self) -> None:
        spec = self.spec
        number: dict[str, Any] = {"kind": "ai"}
        self.flow = self._channel("", **number, unit="SLPM", precision=2, doc=f"Helium at {spec.tref:g} degC, 1 atm",
                                  low_alarm=spec.low_alarm, high_alarm=spec.high_alarm, adel=0.01,
                                  about=About(alert=alerts.FLOW))  # fmt: skip
        self.mass = self._channel("MASS", **number, unit="mg/s", doc="Helium mass flow", adel=0.02)
        self.liquid = self._channel("LIQUID", **number, unit="mL/h", precision=0, doc="Liquid helium, by mass",
                                    adel=1.0)  # fmt: skip
        self.total = self._channel("LIQUID:TOTAL", wire=False, **number, unit="L", precision=4, initial=0.0,
                                   doc="Liquid helium used since reset", about=About(sampled=60.0))  # fmt: skip
        self.missing = self._channel("LIQUID:MISSING", wire=False, **number, unit="s", precision=1, initial=0.0,
                                     doc="Time not in the total: flow unknown",
                                     about=About(sampled=60.0))  # fmt: skip
        self.temperature_reference = self._channel(
            "TREF", wire=False, **number, unit="degC", precision=2, doc="Reference temperature of FLOW"
        )
        self.gas = self._channel("GAS", kind="stringin", doc="Gas the meter is set to",
                                 about=About(alert=alerts.FLOW_GAS))  # fmt: skip
        states = ("OK", *self.meter.states, "No reading")
        self.status = self._channel("STATUS", kind="mbbi", states=states, doc="Meter status",
                                    severities=dict.fromkeys(states[1:], "MINOR"),
                                    about=About(alert=alerts.FLOW_STATUS))  # fmt: skip
        self.sensed: tuple[Channel, ...] = ()  # pressure and temperature of the gas, where the meter has them
        if self.meter.senses:
            pressure = self._channel("PRESSURE", **number, unit="mbar", precision=1, adel=0.5,
                                     doc="Absolute pressure at the meter")  # fmt: skip
            temperature = self._channel("GASTEMP", **number, unit="degC", precision=2, adel=0.05,
                                        doc="Gas temperature")  # fmt: skip
            self.sensed = (pressure, temperature)
        self.ok = self._channel(
            "VALID", wire=False, kind="bi", states=("No", "Yes"), doc="Flow may be used", initial="No"
        )
        self.age = self._channel("AGE", wire=False, **number, unit="s", precision=1, doc="Since the last good reading",
                                 about=About(sampled=0))  # fmt: skip
        self.measured = (self.flow, self.mass, self.liquid)
        self.command("LIQUID:TOTAL:RESET", "Reset the helium total", self._reset)

    async def _reset(self) -> None:
        self._liters = self._missing = 0.0
        self._show_total()

    def _show_total(self) -> None:
        for channel, number in ((self.total, self._liters), (self.missing, self._missing)):
            channel.post(number)
            self.desk.saved.put(channel.record.name, number)

    def _compare(self, celsius: float | None) -> None:
        """Tell when the meter's standard litre is another than the station file says; what it says is used."""
        same = celsius is None or abs(celsius - self.spec.meter_tref) <= 0.005
        mismatch = None if same else celsius
        if mismatch is not None and mismatch != self._mismatch:
            self.say(f"Meter refers to {mismatch:g} degC, station file says {self.spec.meter_tref:g}")
        self._mismatch = mismatch

    def _good(self, values: Values) -> None:
        now, seen = self.clock.now(), self.meter.passing(values)
        self._compare(seen.celsius)
        right_gas = seen.gas.lower() == self.spec.gas.lower()
        self.gas.post(seen.gas, status="STATE", severity="NO_ALARM" if right_gas else "MAJOR")
        self.status.post(seen.word)
        for channel, value in zip(self.sensed, (seen.pressure, seen.temperature), strict=False):
            channel.post(value)
        slpm = rescale(seen.slpm, seen.celsius or 0.0, self.spec.tref) if seen.slpm is not None else None
        self.at_least = slpm if right_gas and seen.at_least else None
        if slpm is None or seen.faulty or not right_gas:
            # The factor of another gas makes a number that looks healthy and is wrong.
            self._lost("READ" if seen.faulty else "CALC")
            return
        mass = mass_flow(slpm, self.spec.tref)
        self._count(mass, now)
        severity = "NO_ALARM" if self._mismatch is None else "MINOR"
        for channel, value in zip(self.measured, (slpm, mass, liquid_flow(mass)), strict=True):
            channel.post(value, status="CALC", severity=severity)
        self.ok.post("Yes")
        self._when = self._until = now

    def _count(self, mass: float, now: float) -> None:
        """Add to the total; of a gap in the readings only the length is kept, the flow in it is unknown."""
        if self._when is None:
            return
        if self._unknown(now):
            self._missing += now - self._until
        else:
            self._liters += max(0.0, mass) * (now - self._when) / 1e3 / LIQUID_DENSITY
        self._show_total()

    def _unknown(self, now: float) -> bool:
        """Say whether nobody knows what has flown since the last good reading."""
        # How often a meter is read is a matter of its line, however fast the station's clock runs.
        return self._when is not None and now - self._when >= GAP * self.clock.speed

    def _lost(self, status: str) -> None:
        for channel in self.measured:
            channel.invalidate(status)
        self.ok.post("No")

    def _bad(self, status: str) -> None:
        self.at_least = None
        self._lost(status)
        for channel in (self.gas, *self.sensed):
            channel.invalidate(status)
        self.status.post("No reading", status=status, severity="INVALID")

    def tick(self) -> None:
        """Bring the age up to date; called about once a second."""
        if self._when is None:
            return
        now = self.clock.now()
        self.age.post(now - self._when)
        if self._unknown(now):
            self._missing, self._until = self._missing + now - self._until, now
            self._show_total()
