"""Uncertainty of a temperature: calibration, fit, breakpoints and instrument, combined at k = 2.

Every contribution is a standard uncertainty in kelvin at a temperature.  A limit (the accuracy of an
instrument, the difference of breakpoints to the fit) is taken as the half width of a rectangular
distribution, divided by the square root of 3.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from cryoioc.curves.catalogue import Sensor
from cryoioc.curves.curve import Curve, Outside
from cryoioc.curves.errors import BadCurve
from cryoioc.curves.formats import Floats

COVERAGE = 2.0
SQRT3 = math.sqrt(3.0)
WINDOW = 0.02  # relative width in T over which the largest difference of breakpoints to the fit is taken
SAMPLES = 21  # temperatures within that window


@dataclass(frozen=True)
class Range:
    """One input range of an instrument: accuracy = offset + gain * reading."""

    full_scale: float  # Ohm or V
    offset: float  # Ohm or V
    gain: float


# Electronic accuracy at 25 degC, NTC RTD with 10 mV and diode with 10 uA, of the Model 350 [M350 1.6.1].  The
# 335 has the same front end (lakeshore-protocol.md 5.1); that its figures are the same is unverified.
NTC_10_MV = (
    Range(10.0, 0.002, 6e-4),
    Range(30.0, 0.002, 6e-4),
    Range(100.0, 0.01, 4e-4),
    Range(300.0, 0.01, 4e-4),
    Range(1e3, 0.1, 4e-4),
    Range(3e3, 0.1, 4e-4),
    Range(10e3, 1.0, 4e-4),
    Range(30e3, 2.0, 4e-4),
    Range(100e3, 10.0, 4e-4),
)
DIODE = (Range(2.5, 80e-6, 5e-5), Range(10.0, 320e-6, 1e-4))
CONTROLLERS = {"Ohm": NTC_10_MV, "V": DIODE}
# Of the 218, one excitation and one range per sensor type (Table 1-2 of its manual).
MONITORS = {
    "Ohm": (Range(7.5e3, 0.1, 4e-4),),
    "V": (Range(2.5, 160e-6, 1e-4), Range(7.5, 160e-6, 2e-4)),
}


def ranges_of(model: str, unit: str) -> tuple[Range, ...]:
    """Return the input ranges of a model for sensors in a unit."""
    return (MONITORS if model.startswith("lakeshore218") else CONTROLLERS)[unit]


def accuracy(reading: ArrayLike, ranges: Sequence[Range]) -> Floats:
    """Return the accuracy of a reading on the smallest range that holds it, in its unit; NaN above the largest."""
    r = np.asarray(reading, dtype=float)
    index = np.searchsorted([one.full_scale for one in ranges], r)
    offset = np.append([one.offset for one in ranges], np.nan)
    gain = np.append([one.gain for one in ranges], np.nan)
    return np.asarray(offset[index] + gain[index] * r)


@dataclass(frozen=True)
class Contributions:
    """Standard uncertainties at each temperature, [K]."""

    kelvin: Floats
    calibration: Floats
    fit: Floats
    interpolation: Floats
    electronics: Floats

    @property
    def expanded(self) -> Floats:
        """Combined expanded uncertainty, k = 2, [K]."""
        parts = (self.calibration, self.fit, self.interpolation, self.electronics)
        return np.asarray(COVERAGE * np.sqrt(sum(part**2 for part in parts)))


class Budget:
    """What is known of the uncertainty of one sensor on one instrument.

    Parameters
    ----------
    sensor : Sensor
        With the certificate's table of uncertainties and the residuals of its fits.
    reference : Curve
        The fit.
    used : Curve, optional
        What temperatures are computed with, such as an instrument's breakpoints; the fit itself by default.
    ranges : sequence of Range, optional
        Of the instrument; none for the sensor alone.

    Raises
    ------
    BadCurve
        The sensor was delivered without uncertainties.
    """

    def __init__(
        self, sensor: Sensor, reference: Curve, used: Curve | None = None, ranges: Sequence[Range] = ()
    ) -> None:
        column = sensor.manifest.get("uncertainty")
        if column is None:
            raise BadCurve(f"no table of uncertainties was delivered for {sensor.model}")
        rows = [row for row in sensor.rows("uncertainty.csv") if row[column]]
        self.reference, self.used, self.ranges = reference, used, tuple(ranges)
        self._log_t = np.log([float(row["kelvin"]) for row in rows])
        self._expanded = np.array([float(row[column]) for row in rows]) * 1e-3
        self._fits = _deviations_of_fits(sensor)

    def at(self, kelvin: ArrayLike, outside: Outside = "error") -> Contributions:
        """Return the contributions at temperatures, [K]; outside the fit they are refused or NaN."""
        t = np.atleast_1d(np.asarray(kelvin, dtype=float))
        reading = self.reference.sensor(t, outside)
        # The table's points are 1.4 to 3 times apart: straight lines over log T.
        calibration = np.interp(np.log(np.maximum(t, 1e-3)), self._log_t, self._expanded) / COVERAGE
        electronics = np.zeros_like(t)
        if self.ranges:
            electronics = accuracy(reading, self.ranges) / np.abs(self.reference.slope(t, outside)) / SQRT3
        highs = [high for high, _ in self._fits]
        fit = np.array([sigma for _, sigma in self._fits])[np.minimum(np.searchsorted(highs, t), len(highs) - 1)]
        calibration = np.where(np.isnan(reading), np.nan, calibration)
        return Contributions(t, calibration, fit, self._interpolation(t), electronics)

    def _interpolation(self, kelvin: Floats) -> Floats:
        """Return the largest difference of the breakpoints to the fit near each temperature, as uncertainty."""
        if self.used is None:
            return np.zeros_like(kelvin)
        near = kelvin[:, None] * np.linspace(1.0 - WINDOW, 1.0 + WINDOW, SAMPLES)
        reading = self.reference.sensor(np.clip(near, self.reference.low, self.reference.high))
        error = np.abs(self.used.kelvin(reading, "nan") - self.reference.kelvin(reading))
        return np.asarray(np.fmax.reduce(error, axis=1) / SQRT3)


def _deviations_of_fits(sensor: Sensor) -> list[tuple[float, float]]:
    """Return (upper end, standard deviation), [K], of each fitted range, by the certificate's own formula."""
    found = []
    for number, body in enumerate(sensor.toml("chebychev.toml")["range"], 1):
        residuals = [float(r["difference_mk"]) for r in sensor.rows("fit_residuals.csv") if r["range"] == str(number)]
        freedom = len(residuals) - len(body["coefficients"])
        sigma = math.sqrt(sum(d * d for d in residuals) / freedom) * 1e-3
        found.append((float(body["high_kelvin"]), sigma))
    return sorted(found)
