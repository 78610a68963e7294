"""The reading chain of one input: sensor units, curve, kelvin, status, filter, extremes, alarms.

Source: lakeshore-protocol.md 4.2, 4.3, 5.1 and 6.5.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from cryosim.emulators.lakeshore.alarms import AlarmState, next_alarm
from cryosim.emulators.lakeshore.curves import Curve
from cryosim.emulators.lakeshore.face import DIODE, DISABLED, FULL_SCALE, NTC, PLATINUM, THERMOCOUPLE
from cryosim.emulators.lakeshore.memory import CELSIUS, KELVIN, InputSettings
from cryosim.emulators.lakeshore.options import Options
from cryosim.emulators.ports import SensorPort

UNITS_ZERO, UNITS_OVER = 64, 128
ICE_POINT = 273.15
"""0 degrees Celsius, [K]."""


class OpenCircuit:
    """What an input reads when nothing is connected."""

    def read(self) -> float:
        """Return infinity."""
        return math.inf


@dataclass(frozen=True)
class Reading:
    """One completed reading.

    Parameters
    ----------
    sensor : float
        [V], [ohm] or [mV].
    kelvin : float
        [K]; 0 without a curve.
    status : int
        As RDGST? gives it.
    usable : bool
        Whether ``kelvin`` is a temperature.
    """

    sensor: float = 0.0
    kelvin: float = 0.0
    status: int = 0
    usable: bool = False

    def value(self, units: int) -> float:
        """Return the reading in the units of INTYPE: 1 kelvin, 2 Celsius, 3 sensor units."""
        if units == KELVIN:
            return self.kelvin
        return self.kelvin - ICE_POINT if units == CELSIUS else self.sensor

    def valid(self, units: int) -> bool:
        """Return whether a loop may control on the reading in these units."""
        return self.status == 0 and (self.usable or units not in (KELVIN, CELSIUS))


class Input:
    """One input: what it reads now, and what it remembers until the power goes."""

    def __init__(self, port: SensorPort, options: Options) -> None:
        self._port = port
        self._options = options
        self.power_up()

    def power_up(self) -> None:
        """Forget everything volatile."""
        self.control = Reading()
        """The unfiltered reading: what the loops use."""
        self.shown = Reading()
        """The filtered one: readings, extremes and alarms."""
        self.alarm = AlarmState()
        self.restart()

    def restart(self) -> None:
        """Begin anew after a setup change: filter and extremes."""
        self.extremes: tuple[float, float] | None = None
        self._filtered: float | None = None

    def reset_extremes(self) -> None:
        """Begin the minimum and maximum at the next reading."""
        self.extremes = None

    def measure(self, settings: InputSettings, curve: Curve | None) -> InputSettings:
        """Take one reading; return the settings with the range autoranging has selected."""
        if settings.sensor_type == DISABLED:
            self.control = self.shown = Reading(status=self._options.disabled_status)
            self.extremes, self.alarm = None, AlarmState()
            return settings
        sensor = self._port.read() * (1e3 if settings.sensor_type == THERMOCOUPLE else 1.0)
        if settings.autorange:
            settings = _autorange(settings, sensor)
        self.control = self._reading(sensor, settings, curve)
        filtered = self._filter(sensor, settings)
        self.shown = self.control if filtered == sensor else self._reading(filtered, settings, curve)
        self._judge(settings)
        return settings

    def _reading(self, sensor: float, settings: InputSettings, curve: Curve | None) -> Reading:
        scale = full_scale(settings)
        status = _units_status(sensor, scale, settings.sensor_type)
        sensor = min(max(sensor, -scale), scale)
        if self._options.quantised:
            sensor = round(sensor, resolution(settings))
        if curve is None:
            return Reading(sensor, 0.0, status or self._options.no_curve_status)
        bounded = sensor if sensor > 0.0 or settings.sensor_type == THERMOCOUPLE else 1e-6
        kelvin, outside = curve.kelvin(bounded)
        # A sensor beyond the input hides where it would be on the curve.
        status = status or outside
        if status and self._options.reading_on_fault == "zero":
            kelvin = 0.0
        return Reading(sensor, kelvin, status, usable=not status)

    def _filter(self, sensor: float, settings: InputSettings) -> float:
        """Return the exponential average: time constant 0.1 s / ln(N/(N-1)) at ten readings a second.

        That is a weight of 1/N for the new reading.  A step beyond the window starts it again; which
        quantity is averaged is not documented, sensor units are taken since the window is in them.
        """
        before = self._filtered
        window = settings.filter_window / 100.0 * full_scale(settings)
        if settings.filter_on and before is not None and abs(sensor - before) <= window:
            sensor = before + (sensor - before) / settings.filter_points
        self._filtered = sensor if math.isfinite(sensor) else None
        return sensor

    def _judge(self, settings: InputSettings) -> None:
        """Update extremes and alarms from the reading that is shown."""
        value = self.shown.value(settings.units)
        if self.shown.valid(settings.units):
            low, high = self.extremes or (value, value)
            self.extremes = min(low, value), max(high, value)
        if self.shown.valid(settings.units) or self._options.alarm_on_fault or not settings.alarm_on:
            self.alarm = next_alarm(self.alarm, settings, value)


def full_scale(settings: InputSettings) -> float:
    """Return the full scale of the present range, [V], [ohm] or [mV]."""
    return FULL_SCALE[settings.sensor_type][settings.range]


def resolution(settings: InputSettings) -> int:
    """Return decimals of the display resolution in sensor units (5.1).

    Given are the ends of each list; between them one decade of resolution per decade of range.
    """
    if settings.sensor_type == DIODE:
        return 5 if settings.range == 0 else 4
    if settings.sensor_type == THERMOCOUPLE:
        return 4
    return 5 - int(math.log10(full_scale(settings)))


def in_units(kelvin: float, units: int, curve: Curve | None) -> float:
    """Convert kelvin to the units of INTYPE; sensor units without a curve give 0."""
    if units == KELVIN:
        return kelvin
    if units == CELSIUS:
        return kelvin - ICE_POINT
    return curve.sensor(kelvin) if curve else 0.0


def to_kelvin(value: float, units: int, curve: Curve | None) -> float:
    """Convert from the units of INTYPE to kelvin; sensor units without a curve give 0."""
    if units == KELVIN:
        return value
    if units == CELSIUS:
        return value + ICE_POINT
    return curve.kelvin(max(value, 1e-6))[0] if curve else 0.0


def range_count(sensor_type: int, ntc_ranges: int) -> int:
    """Return how many ranges a sensor type has."""
    return ntc_ranges if sensor_type == NTC else len(FULL_SCALE[sensor_type])


def _autorange(settings: InputSettings, sensor: float) -> InputSettings:
    """Select the smallest range above the reading (resistive sensors)."""
    if settings.sensor_type not in (PLATINUM, NTC):
        return settings
    # The 300 kohm range of a 350 needs its larger excitation and is not chosen automatically.
    ranges = FULL_SCALE[settings.sensor_type][:9]
    chosen = next((code for code, scale in enumerate(ranges) if abs(sensor) < scale), len(ranges) - 1)
    return settings if chosen == settings.range else replace(settings, range=chosen)


def _units_status(sensor: float, scale: float, sensor_type: int) -> int:
    """Return the RDGST bit of a sensor at or beyond the ends of its range, or 0."""
    if sensor >= scale:
        return UNITS_OVER
    bottom = -scale if sensor_type == THERMOCOUPLE else 0.0
    return UNITS_ZERO if sensor <= bottom else 0
