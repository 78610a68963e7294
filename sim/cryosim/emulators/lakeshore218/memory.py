"""What survives a power failure: every setting, as frozen records (Table 4-4, 5.3.4)."""

from __future__ import annotations

from dataclasses import dataclass, field

from cryosim.emulators.lakeshore.curves import LOG_OHM, NEGATIVE, OHM, POSITIVE, VOLT, Curve, dt_670, platinum_100

KELVIN, CELSIUS, SENSOR, LINEAR = 1, 2, 3, 4
"""Sources of alarms, extremes, analog outputs and log (6.3)."""

DIODE, WIDE_DIODE, PLATINUM_250, PLATINUM_500, PLATINUM_5K, CERNOX = range(6)
"""Sensor types of INTYPE (4.5)."""

FULL_SCALE = {
    DIODE: 2.5, WIDE_DIODE: 7.5, PLATINUM_250: 250.0, PLATINUM_500: 500.0, PLATINUM_5K: 5000.0, CERNOX: 7500.0
}  # fmt: skip
"""Input range by sensor type, [V] or [ohm] (Tables 1-2 and 4-1)."""

FORMATS = {
    DIODE: (VOLT,),
    WIDE_DIODE: (VOLT,),
    **dict.fromkeys((PLATINUM_250, PLATINUM_500, PLATINUM_5K, CERNOX), (OHM, LOG_OHM)),
}
"""Curve formats a sensor type can use (Table 5-1)."""

INPUTS = tuple(range(1, 9))
USER = range(21, 29)
STANDARD = range(1, 10)


@dataclass(frozen=True)
class InputRecord:
    """One input: INPUT, INCRV, FILTER, LINEAR, ALARM, MNMX."""

    on: int = 1
    curve: int = 1
    filter_on: int = 0
    filter_points: int = 8
    filter_window: int = 8
    slope: float = 1.0
    linear_source: int = KELVIN
    offset: float = 0.0
    alarm_on: int = 0
    alarm_source: int = KELVIN
    alarm_high: float = 1000.0
    alarm_low: float = 0.0
    alarm_deadband: float = 1.0
    alarm_latch: int = 0
    extremes_source: int = KELVIN


@dataclass(frozen=True)
class GroupRecord:
    """Four inputs: INTYPE."""

    sensor_type: int = DIODE


@dataclass(frozen=True)
class AnalogRecord:
    """One analog output."""

    bipolar: int = 0
    mode: int = 0
    input: int = 1
    source: int = KELVIN
    high: float = 100.0
    low: float = 0.0
    manual: float = 0.0


@dataclass(frozen=True)
class RelayRecord:
    """One relay: mode 0 off, 1 on, 2 alarms; kind 0 low, 1 high, 2 both."""

    mode: int = 0
    input: int = 1
    kind: int = 2


@dataclass(frozen=True)
class FieldRecord:
    """One display location, or one reading of a log record."""

    input: int
    source: int = KELVIN


@dataclass(frozen=True)
class LogRecord:
    """LOGSET."""

    mode: int = 0
    overwrite: int = 0
    start: int = 0
    period: int = 60
    readings: int = 1


@dataclass(frozen=True)
class PanelRecord:
    """What belongs to the instrument as a whole."""

    beeper: int = 0
    baud: int = 2
    locked: int = 0
    lock_code: int = 123
    interface_mode: int = 0
    terminator: int = 0
    eoi_off: int = 0
    address: int = 12


@dataclass
class Memory:
    """Non-volatile memory; the keys are numbers as on the wire, groups by letter."""

    inputs: dict[int, InputRecord] = field(default_factory=lambda: {n: InputRecord() for n in INPUTS})
    groups: dict[str, GroupRecord] = field(default_factory=lambda: {"A": GroupRecord(), "B": GroupRecord()})
    analogs: dict[int, AnalogRecord] = field(default_factory=lambda: {n: AnalogRecord() for n in (1, 2)})
    relays: dict[int, RelayRecord] = field(default_factory=lambda: {n: RelayRecord() for n in range(1, 9)})
    locations: dict[int, FieldRecord] = field(default_factory=lambda: {n: FieldRecord(n) for n in range(1, 9)})
    log_readings: dict[int, FieldRecord] = field(default_factory=lambda: {n: FieldRecord(n) for n in range(1, 9)})
    log: dict[None, LogRecord] = field(default_factory=lambda: {None: LogRecord()})
    panel: dict[None, PanelRecord] = field(default_factory=lambda: {None: PanelRecord()})
    curves: dict[int, Curve] = field(default_factory=lambda: standard_curves() | {n: Curve() for n in USER})

    def sensor_type(self, number: int) -> int:
        """Return the sensor type of an input: that of its group."""
        return self.groups["A" if number <= 4 else "B"].sensor_type

    def curve_of(self, number: int) -> Curve | None:
        """Return the curve an input uses."""
        return self.curves.get(self.inputs[number].curve)

    def fits(self, number: int, curve: int) -> bool:
        """Say whether a curve's format suits the sensor type of an input; 5, 8 and 9 hold nothing."""
        found = self.curves[curve]
        held = curve in USER or bool(found.name)
        return held and found.format in FORMATS[self.sensor_type(number)]


def standard_curves() -> dict[int, Curve]:
    """Return curves 1 to 9 (Table 4-3); of 1 to 3 the points are not carried here."""
    held = {
        1: ("DT-470", VOLT, 475.0, NEGATIVE, []),
        2: ("DT-500", VOLT, 365.0, NEGATIVE, []),
        3: ("CTI", VOLT, 320.0, NEGATIVE, []),
        4: ("DT-670", VOLT, 475.0, NEGATIVE, dt_670()),
        6: ("PT-100", OHM, 800.0, POSITIVE, platinum_100()),
        7: ("PT-1000", OHM, 800.0, POSITIVE, [(10.0 * ohm, kelvin) for ohm, kelvin in platinum_100()]),
    }
    slots = {number: Curve() for number in STANDARD}
    for number, (name, form, limit, coefficient, points) in held.items():
        table = dict(enumerate(points, start=1))
        slots[number] = Curve(name, "STANDARD C", form, limit, coefficient, table).with_coefficient()
    return slots
