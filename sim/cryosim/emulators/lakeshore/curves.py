"""Sensor curves: storage, interpolation and the standard slots (lakeshore-protocol.md 4.5, 5.6, 8)."""

from __future__ import annotations

import csv
import math
from bisect import bisect_right
from dataclasses import dataclass, field, replace
from functools import cached_property
from importlib import resources

from cryosim.emulators.lakeshore.face import DIODE, NTC, PLATINUM, THERMOCOUPLE

MILLIVOLT, VOLT, OHM, LOG_OHM = 1, 2, 3, 4
NEGATIVE, POSITIVE = 1, 2

FORMATS: dict[int, tuple[int, ...]] = {
    DIODE: (VOLT,),
    PLATINUM: (OHM, LOG_OHM),
    NTC: (OHM, LOG_OHM),
    THERMOCOUPLE: (MILLIVOLT,),
}
"""Curve formats a sensor type can use; another one cannot be assigned (2.5)."""

INVALID, TEMPERATURE_UNDER, TEMPERATURE_OVER = 1, 16, 32

STANDARD = range(1, 21)
USER = range(21, 60)
POINTS = range(1, 201)


@dataclass(frozen=True)
class Curve:
    """One curve slot.

    Parameters
    ----------
    name, serial : str
    format : int
        1 mV, 2 V, 3 ohm, 4 log10 ohm, each per kelvin.
    limit : float
        Setpoint limit, [K]; 9999 is none.
    coefficient : int
        1 negative, 2 positive; from the first two points when there are two.
    points : dict of int to (float, float)
        Index to sensor units and kelvin; what is not there reads as two zeros.
    """

    name: str = ""
    serial: str = ""
    format: int = VOLT
    limit: float = 375.0
    coefficient: int = NEGATIVE
    points: dict[int, tuple[float, float]] = field(default_factory=dict)

    @cached_property
    def table(self) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """Sensor units and kelvin up to the first pair of zeros; empty unless units strictly ascend.

        An instrument interpolates between neighbours in ascending sensor units (8.4): fewer than two
        points or another order give no reading.
        """
        units, kelvin = [], []
        for index in POINTS:
            u, t = self.points.get(index, (0.0, 0.0))
            if u == t == 0.0:
                break
            units.append(u)
            kelvin.append(t)
        ascending = all(a < b for a, b in zip(units, units[1:], strict=False))
        return (tuple(units), tuple(kelvin)) if ascending and len(units) > 1 else ((), ())

    def kelvin(self, sensor: float) -> tuple[float, int]:
        """Convert sensor units to kelvin.

        Parameters
        ----------
        sensor : float
            [mV], [V] or [ohm], also for a log10 curve; > 0 there.

        Returns
        -------
        kelvin : float
            Outside the curve, its end, [K].
        status : int
            0, or the RDGST bit that applies.
        """
        units, kelvin = self.table
        if not units:
            return 0.0, INVALID
        x = math.log10(sensor) if self.format == LOG_OHM else sensor
        rising = kelvin[-1] > kelvin[0]
        if x < units[0]:
            return kelvin[0], TEMPERATURE_UNDER if rising else TEMPERATURE_OVER
        if x > units[-1]:
            return kelvin[-1], TEMPERATURE_OVER if rising else TEMPERATURE_UNDER
        return _between(x, units, kelvin), 0

    def sensor(self, kelvin: float) -> float:
        """Convert kelvin to sensor units, clamped to the curve; 0.0 without a usable curve."""
        units, temperatures = self.table
        if not units:
            return 0.0
        if temperatures[-1] < temperatures[0]:
            units, temperatures = units[::-1], temperatures[::-1]
        inside = min(max(kelvin, temperatures[0]), temperatures[-1])
        value = _between(inside, temperatures, units)
        return 10.0**value if self.format == LOG_OHM else value

    def with_point(self, index: int, units: float, kelvin: float) -> Curve:
        """Return the curve with one point set and the coefficient recomputed."""
        points = {**self.points, index: (units, kelvin)}
        return replace(self, points=points).with_coefficient()

    def with_coefficient(self) -> Curve:
        """Return the curve with the coefficient its first two points give, if it has them."""
        (u1, t1), (u2, t2) = (self.points.get(i, (0.0, 0.0)) for i in (1, 2))
        if (u2, t2) == (0.0, 0.0) or t1 == t2 or u1 == u2:
            return self
        return replace(self, coefficient=POSITIVE if (t2 - t1) * (u2 - u1) > 0 else NEGATIVE)


def _between(x: float, xs: tuple[float, ...], ys: tuple[float, ...]) -> float:
    """Interpolate linearly in ascending ``xs``."""
    i = min(bisect_right(xs, x), len(xs) - 1)
    x0, x1, y0, y1 = xs[i - 1], xs[i], ys[i - 1], ys[i]
    return y0 + (x - x0) * (y1 - y0) / (x1 - x0)


def factory_curves() -> dict[int, Curve]:
    """Return all slots 1-59 as shipped; empty user slots, reserved ones without a name."""
    slots = {number: Curve() for number in (*STANDARD, *USER)}
    for number, (name, fmt, limit, coefficient) in _STANDARD_HEADERS.items():
        pairs = _standard_points(number)
        points = dict(enumerate(pairs, start=1))
        slots[number] = Curve(name, "STANDARD C", fmt, limit, coefficient, points).with_coefficient()
    return slots


_STANDARD_HEADERS: dict[int, tuple[str, int, float, int]] = {
    # Ranges from 5.6; limits of DT-670, Pt-100 and RX-102A from 8.4, of the others the end of their range.
    1: ("DT-470", VOLT, 475.0, NEGATIVE),
    2: ("DT-670", VOLT, 475.0, NEGATIVE),
    3: ("DT-500-D", VOLT, 365.0, NEGATIVE),
    4: ("DT-500-E1", VOLT, 330.0, NEGATIVE),
    6: ("PT-100", OHM, 800.0, POSITIVE),
    7: ("PT-1000", OHM, 800.0, POSITIVE),
    8: ("RX-102A-AA", LOG_OHM, 40.0, NEGATIVE),
    9: ("RX-202A-AA", LOG_OHM, 40.0, NEGATIVE),
    12: ("TYPE K", MILLIVOLT, 1645.0, POSITIVE),
    13: ("TYPE E", MILLIVOLT, 1274.0, POSITIVE),
    14: ("TYPE T", MILLIVOLT, 670.0, POSITIVE),
    15: ("AUFE 0.03%", MILLIVOLT, 500.0, POSITIVE),
    16: ("AUFE 0.07%", MILLIVOLT, 610.0, POSITIVE),
}

_PT_100 = ((3.820, 30.0), (19.223, 75.0), (98.784, 270.0), (289.830, 800.0))
"""The points of the 29 that the reference gives (8.3): a coarse curve, right at these four."""

_RX_102A = (
    # kelvin, ohm: typical points (8.2); the instrument's own table was not available.
    (40.0, 1049.0), (4.2, 1370.0), (1.4, 2005.0), (1.0, 2380.77), (0.9, 2523.01), (0.8, 2704.60),
    (0.7, 2936.57), (0.6, 3250.53), (0.5, 3700.52), (0.4, 4398.49), (0.3, 5615.03), (0.2, 8277.06),
    (0.15, 11421.6), (0.1, 19400.5), (0.09, 22443.7), (0.08, 26563.6), (0.07, 32601.3), (0.06, 43515.8),
    (0.05, 63765.1),
)  # fmt: skip


def _standard_points(number: int) -> list[tuple[float, float]]:
    """Return what is known of a standard slot, (sensor units, kelvin) ascending in units."""
    if number == 2:
        return dt_670()
    if number == 6:
        return platinum_100()
    if number == 7:
        return [(10.0 * ohm, kelvin) for ohm, kelvin in platinum_100()]
    if number == 8:
        return [(math.log10(ohm), kelvin) for kelvin, ohm in _RX_102A]
    return []


def platinum_100() -> list[tuple[float, float]]:
    """Return PT-100, as far as it is known here, (ohm, kelvin)."""
    return list(_PT_100)


def dt_670() -> list[tuple[float, float]]:
    """Return the 75 points instruments carry as DT-670 (8.1)."""
    text = resources.files("cryoioc.calibrations").joinpath("dt670/breakpoints.csv").read_text("utf-8")
    rows = csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))
    return [(float(r["volts"]), float(r["kelvin"])) for r in rows if r["set"] == "instrument75"]
