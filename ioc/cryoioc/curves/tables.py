"""What calibrations are delivered as: breakpoints, test data, interpolation tables, Chebychev fits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from cryoioc.curves.chebychev import ChebychevCurve, ChebychevRange
from cryoioc.curves.curve import Curve
from cryoioc.curves.errors import BadCurve
from cryoioc.curves.formats import LOG_OHM, SPLINE, Format
from cryoioc.curves.piecewise import LinearCurve, check_nodes, lagrange_through, spline_of_curvatures, spline_through

Interpolation = Literal["linear", "lagrange"]
NEGATIVE, POSITIVE = 1, 2


@dataclass(frozen=True, kw_only=True)
class Breakpoints:
    """A curve as an instrument stores it.

    Parameters
    ----------
    name, serial : str
        Of the curve or the sensor model, and of the sensor.
    format : Format
    limit : float
        Setpoint limit, [K]; 0 when none is stated.
    units, kelvin : tuple of float
        Breakpoints, sensor units and temperatures, [K].
    curvature : tuple of float
        d2T/dR2 of each point, format 7 only, [K/ohm2].
    interpolation : str
        How the instrument the curve is made for goes from point to point.
    """

    name: str = ""
    serial: str = ""
    format: Format
    limit: float = 0.0
    units: tuple[float, ...]
    kelvin: tuple[float, ...]
    curvature: tuple[float, ...] = ()
    interpolation: Interpolation = "linear"

    @property
    def coefficient(self) -> int:
        """Return 1, negative, or 2, positive."""
        rising = (self.kelvin[-1] - self.kelvin[0]) * (self.units[-1] - self.units[0]) > 0
        return POSITIVE if rising else NEGATIVE


@dataclass(frozen=True, kw_only=True)
class TestData:
    """Measured pairs of temperature, [K], and reading, in ``unit``."""

    name: str = ""
    serial: str = ""
    unit: str = "Ohm"
    kelvin: tuple[float, ...]
    sensor: tuple[float, ...]

    __test__ = False  # no test, whatever pytest takes the name for


@dataclass(frozen=True, kw_only=True)
class InterpolationTable:
    """Readings, in ``unit``, and their derivatives at round temperatures, [K]."""

    name: str = ""
    serial: str = ""
    unit: str = "Ohm"
    kelvin: tuple[float, ...]
    sensor: tuple[float, ...]
    slope: tuple[float, ...]  # dR/dT, unit/K
    sensitivity: tuple[float, ...]  # dlogR/dlogT


@dataclass(frozen=True, kw_only=True)
class ChebychevFit:
    """Polynomials and what they take: log10 of the reading in ``unit``, or the reading."""

    name: str = ""
    serial: str = ""
    unit: str = "Ohm"
    log: bool = True
    ranges: tuple[ChebychevRange, ...]


Calibration = Breakpoints | TestData | InterpolationTable | ChebychevFit


def evaluator(calibration: Calibration) -> Curve:
    """Return the curve a calibration stands for.

    Breakpoints are followed as their instrument follows them; test data and tables by a cubic spline of
    log10 T, against log10 R for resistors.

    Raises
    ------
    BadCurve
        The numbers make no curve.
    """
    if isinstance(calibration, ChebychevFit):
        return ChebychevCurve(calibration.ranges, calibration.unit, log=calibration.log)
    if isinstance(calibration, Breakpoints):
        kind = calibration.format
        if kind is SPLINE:
            return spline_of_curvatures(calibration.units, calibration.kelvin, calibration.curvature)
        if calibration.interpolation == "lagrange":
            return lagrange_through(calibration.units, calibration.kelvin, kind.unit, log=kind.log)
        return LinearCurve(calibration.units, calibration.kelvin, kind.unit, log=kind.log)
    log = calibration.unit == "Ohm"
    if log and min(calibration.sensor) <= 0.0:
        raise BadCurve("a resistance that is not above 0")
    x = np.log10(calibration.sensor) if log else np.array(calibration.sensor)
    return spline_through(x, calibration.kelvin, calibration.unit, log=log)


def check_breakpoints(table: Breakpoints) -> None:
    """Check what can be checked without an instrument.

    Raises
    ------
    BadCurve
        Naming the first point that is wrong: no number, out of order, doubled, of another unit.
    """
    kind = table.format
    check_nodes(table.units, table.kelvin)
    for number, (units, kelvin) in enumerate(zip(table.units, table.kelvin, strict=True), 1):
        if not kind.low <= units <= kind.high:
            hint = "; these look like ohms, not their logarithm" if kind is LOG_OHM and units > kind.high else ""
            raise BadCurve(f"point {number}: {units:g} is no sensor unit of format {kind.code} ({kind.words}){hint}")
        if not 0.0 < kelvin < 3000.0:
            raise BadCurve(f"point {number}: {kelvin:g} K is no temperature")
    if kind is SPLINE and len(table.curvature) != len(table.units):
        raise BadCurve(f"{len(table.curvature)} curvatures for {len(table.units)} points")
    if not (np.isfinite(table.limit) and 0.0 <= table.limit <= 9999.0):
        raise BadCurve(f"a setpoint limit of {table.limit:g} K is none")


def ascending(table: Breakpoints) -> Breakpoints:
    """Return the breakpoints in ascending sensor units, as instruments demand them (lakeshore-protocol.md 8.4)."""
    if table.units[0] <= table.units[-1]:
        return table
    return Breakpoints(
        name=table.name, serial=table.serial, format=table.format, limit=table.limit, units=table.units[::-1],
        kelvin=table.kelvin[::-1], curvature=table.curvature[::-1], interpolation=table.interpolation,
    )  # fmt: skip
