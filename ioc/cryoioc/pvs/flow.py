"""Helium flow PVs: standard litres at a stated temperature, mass, liquid equivalent and its total."""

from __future__ import annotations

from typing import Any

from cryoioc.clock import Clock
from cryoioc.devices.alicat import FLOW_FAULTS, PSI, STATUS_WORDS
from cryoioc.pvs import alerts
from cryoioc.pvs.about import NOTHING_SPECIAL, About
from cryoioc.pvs.desk import Desk, Group
from cryoioc.pvs.device import Device, Values
from cryoioc.records import Channel, Record
from cryoioc.station import Flow

ZERO_CELSIUS = 273.15  # K
GAS_DENSITY = 0.17848  # g/L of helium at 0 degC and 101.325 kPa: 4.0026 g/mol over R T / p + B, B = 11.8 mL/mol
LIQUID_DENSITY = 124.7  # g/L at 4.2238 K (physics.md 1)
GAP = 5.0  # s of the line without a good reading after which the flow in between counts as unknown
OVER_RANGE = {"VOV", "MOV"}  # more flows than the meter shows
STATUS = ("OK", *STATUS_WORDS.values(), "No reading")


def rescale(slpm: float, from_celsius: float, to_celsius: float) -> float:
    """Return a flow in SLPM referred to another temperature; the same mass is more litres when warm.

    >>> round(rescale(10.0, 0.0, 21.11), 3)
    10.773
    """
    return slpm * (ZERO_CELSIUS + to_celsius) / (ZERO_CELSIUS + from_celsius)


def mass_flow(slpm: float, celsius: float) -> float:
    """Return the helium mass flow, [mg/s], of a flow in SLPM referred to ``celsius`` and 1 atm.

    >>> round(mass_flow(1.0, 21.11), 3)
    2.761
    """
    return rescale(slpm, celsius, 0.0) * GAS_DENSITY / 60.0 * 1e3


def liquid_flow(milligrams: float) -> float:
    """Return the liquid equivalent of a mass flow in mg/s, [mL/h]."""
    return milligrams * 3600.0 / LIQUID_DENSITY


class FlowGroup(Group):
    """All PVs of the flow meter."""

    def __init__(self, desk: Desk, spec: Flow, device: Device, clock: Clock) -> None:
        super().__init__(desk, "FLOW", needs=device.name)
        self.spec, self.device, self.clock = spec, device, clock
        unit = device.model.units[0]
        self.frame, self.reference = device.slot("FRAME", unit), device.slot("DCFRT", unit)
        self._declare()
        self._meter_celsius = spec.meter_tref
        self._mismatch = False
        self._when: float | None = None  # s, time of the last good reading
        self.at_least: float | None = None  # SLPM that flow for sure: also of a meter that is over its range
        self._liters = desk.saved.get("FLOW:LIQUID:TOTAL") or 0.0
        self._missing = desk.saved.get("FLOW:LIQUID:MISSING") or 0.0  # s, not in the total
        self._show_total()
        self.temperature_reference.post(spec.tref)
        device.watch(self.frame, self._good, self._bad)
        device.watch(self.reference, self._reference)

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
        self.status = self._channel("STATUS", kind="mbbi", states=STATUS, doc="Meter status",
                                    severities=dict.fromkeys(STATUS[1:], "MINOR"),
                                    about=About(alert=alerts.FLOW_STATUS))  # fmt: skip
        self.pressure = self._channel(
            "PRESSURE", **number, unit="mbar", precision=1, doc="Absolute pressure at the meter", adel=0.5
        )
        self.gas_temperature = self._channel("GASTEMP", **number, unit="degC", precision=2, doc="Gas temperature",
                                             adel=0.05)  # fmt: skip
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

    def _reference(self, values: Values) -> None:
        """Convert from what the meter says its standard litre is; a surprise is MINOR."""
        celsius = values["celsius"]
        if celsius is None:
            return
        mismatch = abs(celsius - self.spec.meter_tref) > 0.005
        if mismatch and not self._mismatch:
            self.say(f"Meter refers to {celsius:g} degC, station file says {self.spec.meter_tref:g}")
        self._meter_celsius, self._mismatch = celsius, mismatch

    def _good(self, values: Values) -> None:
        now = self.clock.now()
        words = tuple(values["status"].split())
        faults = [word for word in words if word in FLOW_FAULTS]
        slpm = rescale(values["mass"], self._meter_celsius, self.spec.tref)
        mass = mass_flow(slpm, self.spec.tref)
        right_gas = values["gas"].lower() == self.spec.gas.lower()
        self.at_least = slpm if right_gas and set(faults) <= OVER_RANGE else None
        self.gas.post(values["gas"], status="STATE", severity="NO_ALARM" if right_gas else "MAJOR")
        self._show_status(words)
        self.pressure.post(values["pressure"] * PSI)
        self.gas_temperature.post(values["temperature"])
        if faults or not right_gas:
            # The factor of another gas makes a number that looks healthy and is wrong.
            self._lost("READ" if faults else "CALC")
            return
        self._count(mass, now)
        severity = "MINOR" if self._mismatch else "NO_ALARM"
        for channel, value in zip(self.measured, (slpm, mass, liquid_flow(mass)), strict=True):
            channel.post(value, status="CALC", severity=severity)
        self.ok.post("Yes")
        self._when = now

    def _show_status(self, words: tuple[str, ...]) -> None:
        first = next((w for w in words if w in FLOW_FAULTS), words[0] if words else None)
        self.status.post(STATUS_WORDS[first] if first is not None else "OK")

    def _count(self, mass: float, now: float) -> None:
        """Add to the total; of a gap in the readings only the length is kept, the flow in it is unknown."""
        if self._when is None:
            return
        passed = now - self._when
        # How often a meter is read is a matter of its line, however fast the station's clock runs.
        if passed < GAP * self.clock.speed:
            self._liters += max(0.0, mass) * passed / 1e3 / LIQUID_DENSITY
        else:
            self._missing += passed
        self._show_total()

    def _lost(self, status: str) -> None:
        for channel in self.measured:
            channel.invalidate(status)
        self.ok.post("No")

    def _bad(self, status: str) -> None:
        self._lost(status)
        for channel in (self.gas, self.pressure, self.gas_temperature):
            channel.invalidate(status)
        self.status.post("No reading", status=status, severity="INVALID")

    def tick(self) -> None:
        """Bring the age up to date; called about once a second."""
        if self._when is not None:
            self.age.post(self.clock.now() - self._when)
