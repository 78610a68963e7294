"""The reading chain of one input: sensor units, curve, kelvin, status, filter, linear equation, extremes, alarm."""

from __future__ import annotations

import math
from dataclasses import dataclass

from cryosim.emulators.lakeshore.alarms import AlarmState, next_alarm
from cryosim.emulators.lakeshore.curves import TEMPERATURE_OVER, TEMPERATURE_UNDER
from cryosim.emulators.lakeshore.inputs import ICE_POINT
from cryosim.emulators.lakeshore218.memory import CELSIUS, FULL_SCALE, KELVIN, SENSOR, Memory
from cryosim.emulators.lakeshore218.options import Options
from cryosim.emulators.ports import SensorPort

UNITS_UNDER, UNITS_OVER = 64, 128
"""Bits of RDGST? beside 16 and 32, temperature under and over (6.3)."""

RATE = 16.0
"""Readings per second in all (4.5.1)."""


@dataclass(frozen=True)
class Reading:
    """One completed reading: sensor units, [K], and the status of RDGST?."""

    sensor: float = 0.0
    kelvin: float = 0.0
    status: int = 0


class Input:
    """One input: what it reads now, and what it remembers until the power goes."""

    def __init__(self, number: int, port: SensorPort, options: Options) -> None:
        self.number, self._port, self._options = number, port, options
        self.power_up()

    def power_up(self) -> None:
        """Forget everything volatile."""
        self.shown = Reading()
        self.alarm = AlarmState()
        self.restart()

    def restart(self) -> None:
        """Begin filter and extremes anew: the input has been set up otherwise (4.7.1)."""
        self.extremes: tuple[float, float] | None = None
        self._filtered: float | None = None

    def value(self, source: int, memory: Memory) -> float:
        """Return the reading as kelvin, Celsius, sensor units or linear data."""
        if source == KELVIN:
            return self.shown.kelvin
        if source == CELSIUS:
            return self.shown.kelvin - ICE_POINT
        if source == SENSOR:
            return self.shown.sensor
        record = memory.inputs[self.number]
        return record.slope * self.value(record.linear_source, memory) + record.offset

    def measure(self, memory: Memory) -> None:
        """Take one reading."""
        record = memory.inputs[self.number]
        if not record.on:
            if self._options.disabled_reading == "zero":
                self.shown = Reading()
            self.alarm = AlarmState()
            return
        scale = FULL_SCALE[memory.sensor_type(self.number)]
        self.shown = self._reading(self._filter(self._port.read(), scale, memory), scale, memory)
        if self.shown.status:
            return
        value = self.value(record.extremes_source, memory)
        low, high = self.extremes or (value, value)
        self.extremes = min(low, value), max(high, value)
        self.alarm = next_alarm(self.alarm, record, self.value(record.alarm_source, memory))

    def _reading(self, sensor: float, scale: float, memory: Memory) -> Reading:
        status = UNITS_OVER if sensor >= scale else UNITS_UNDER if sensor <= 0.0 else 0
        sensor = min(max(sensor, 0.0), scale)
        curve = memory.curve_of(self.number)
        if curve is None or not curve.table[0]:
            return Reading(sensor, 0.0, status)
        kelvin, outside = curve.kelvin(max(sensor, 1e-6))
        status = status or outside & (TEMPERATURE_UNDER | TEMPERATURE_OVER)
        return Reading(sensor, 0.0 if status and self._options.reading_on_fault == "zero" else kelvin, status)

    def _filter(self, sensor: float, scale: float, memory: Memory) -> float:
        """Return the exponential average; a step beyond the window starts it again (4.7.3)."""
        record, before = memory.inputs[self.number], self._filtered
        if record.filter_on and before is not None and abs(sensor - before) <= record.filter_window / 100.0 * scale:
            sensor = before + (sensor - before) / record.filter_points
        self._filtered = sensor if math.isfinite(sensor) else None
        return sensor


def period(memory: Memory) -> float:
    """Return how long one pass over all inputs that are on takes, [s] (Table 4-2): the groups go side by side."""
    on = [number for number, record in memory.inputs.items() if record.on]
    longest = max(sum(n <= 4 for n in on), sum(n > 4 for n in on))
    return (longest if len(on) <= 1 else 2 * longest) / RATE or 1.0 / RATE
