"""A calibration curve that can be evaluated both ways, with its derivatives and its range enforced."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from functools import cached_property
from typing import Literal, overload

import numpy as np
from numpy.typing import ArrayLike

from cryoioc.curves.errors import BadCurve, OutsideRange
from cryoioc.curves.formats import Floats

Outside = Literal["error", "nan"]
"""What a number outside the range gives: :class:`OutsideRange`, or NaN.  Never an extrapolation."""

TABLE = 1001  # points of the table that brackets an inversion
STEPS = 80  # bisections that exhaust a double
LN10 = math.log(10.0)
ROUNDING = 1e-12  # of x and T at an end: what log10 and its inverse lose is not outside


class Curve(ABC):
    """Temperature of a sensor from its reading, and back.

    Inside, a curve is a function T(x) of x, the reading or its log10, on ``x_low`` to ``x_high``.

    Parameters
    ----------
    unit : str
        Of the reading: ``Ohm``, ``V`` or ``mV``.
    log : bool
        Whether x is log10 of the reading.
    x_low, x_high : float
        Ends of the range, in x.
    """

    def __init__(self, *, unit: str, log: bool, x_low: float, x_high: float) -> None:
        if not (math.isfinite(x_low) and math.isfinite(x_high) and x_low < x_high):
            raise BadCurve(f"a range from {x_low:g} to {x_high:g} is none")
        self.unit, self.log, self.x_low, self.x_high = unit, log, x_low, x_high

    # --- what a kind of curve provides -----------------------------------------------------------

    @abstractmethod
    def _evaluate(self, x: Floats) -> Floats:
        """Return T(x), [K], inside the range."""

    @abstractmethod
    def _derivative(self, x: Floats) -> Floats:
        """Return dT/dx, [K], inside the range."""

    def _evaluate_one(self, x: float) -> float:
        return float(self._evaluate(np.array([x]))[0])

    # --- range -------------------------------------------------------------------------------------

    @cached_property
    def ends(self) -> tuple[float, float]:
        """Temperatures at ``x_low`` and ``x_high``, [K]."""
        return self._evaluate_one(self.x_low), self._evaluate_one(self.x_high)

    @property
    def low(self) -> float:
        """Lowest temperature, [K]."""
        return min(self.ends)

    @property
    def high(self) -> float:
        """Highest temperature, [K]."""
        return max(self.ends)

    @property
    def sensor_low(self) -> float:
        """Lowest reading, in ``unit``."""
        return 10.0**self.x_low if self.log else self.x_low

    @property
    def sensor_high(self) -> float:
        """Highest reading, in ``unit``."""
        return 10.0**self.x_high if self.log else self.x_high

    # --- both ways ---------------------------------------------------------------------------------

    @overload
    def kelvin(self, sensor: float, outside: Outside = "error") -> float: ...
    @overload
    def kelvin(self, sensor: ArrayLike, outside: Outside = "error") -> Floats: ...
    def kelvin(self, sensor: ArrayLike | float, outside: Outside = "error") -> Floats | float:
        """Return temperatures, [K], of readings in ``unit``; a number gives a float, anything else an array.

        Raises
        ------
        OutsideRange
            If ``outside`` is "error" and a reading is out of range or NaN.
        """
        if isinstance(sensor, float | int):
            return self._kelvin_of_one(float(sensor), outside)
        return self._kelvin_of_many(np.asarray(sensor, dtype=float), outside)

    def _kelvin_of_one(self, sensor: float, outside: Outside) -> float:
        x = sensor
        if self.log:
            x = math.log10(sensor) if sensor > 0.0 else -math.inf
        if self.x_low <= x <= self.x_high:
            return self._evaluate_one(x)
        if self.x_low - ROUNDING <= x <= self.x_high + ROUNDING:
            return self._evaluate_one(min(max(x, self.x_low), self.x_high))
        if outside == "nan":
            return math.nan
        raise self._outside(sensor)

    def _kelvin_of_many(self, sensor: Floats, outside: Outside) -> Floats:
        with np.errstate(divide="ignore", invalid="ignore"):
            x = np.log10(sensor) if self.log else sensor
        inside = (x >= self.x_low) & (x <= self.x_high)
        if inside.all():
            return self._evaluate(x)
        inside = (x >= self.x_low - ROUNDING) & (x <= self.x_high + ROUNDING)
        if outside == "error" and not inside.all():
            raise self._outside(float(sensor[~inside].flat[0]))
        result = np.full(x.shape, np.nan)
        result[inside] = self._evaluate(np.clip(x[inside], self.x_low, self.x_high))
        return result

    def _outside(self, sensor: float) -> OutsideRange:
        return OutsideRange(
            f"{sensor:g} {self.unit} is outside the curve, {self.sensor_low:g} to {self.sensor_high:g} {self.unit}"
        )

    @overload
    def sensor(self, kelvin: float, outside: Outside = "error") -> float: ...
    @overload
    def sensor(self, kelvin: ArrayLike, outside: Outside = "error") -> Floats: ...
    def sensor(self, kelvin: ArrayLike | float, outside: Outside = "error") -> Floats | float:
        """Return readings, in ``unit``, at temperatures in kelvin; see :meth:`kelvin`."""
        t = np.asarray(kelvin, dtype=float)
        result = self._back(self._x_of(np.atleast_1d(t), outside)).reshape(t.shape)
        return float(result) if isinstance(kelvin, float | int) else result

    def _back(self, x: Floats) -> Floats:
        return np.asarray(np.power(10.0, x)) if self.log else x

    def _x_of(self, kelvin: Floats, outside: Outside) -> Floats:
        inside = (kelvin >= self.low * (1.0 - ROUNDING)) & (kelvin <= self.high * (1.0 + ROUNDING))
        if not inside.all() and outside == "error":
            wrong = float(kelvin[~inside].flat[0])
            raise OutsideRange(f"{wrong:g} K is outside the curve, {self.low:.6g} to {self.high:.6g} K")
        x = np.full(kelvin.shape, np.nan)
        x[inside] = self._invert(np.clip(kelvin[inside], self.low, self.high))
        return x

    # --- derivatives -------------------------------------------------------------------------------

    def slope(self, kelvin: ArrayLike, outside: Outside = "error") -> Floats:
        """Return dR/dT, [``unit``/K], at temperatures in kelvin."""
        x = self._x_of(np.asarray(kelvin, dtype=float), outside)
        with np.errstate(invalid="ignore"):
            per_x = self._back(x) * LN10 if self.log else np.ones_like(x)
            return np.asarray(per_x / self._derivative(x))

    def kelvin_slope(self, sensor: ArrayLike, outside: Outside = "error") -> Floats:
        """Return dT/dR, [K/``unit``], at readings in ``unit``; see :meth:`kelvin` for the range."""
        r = np.asarray(sensor, dtype=float)
        inside = np.isfinite(self._kelvin_of_many(np.atleast_1d(r), outside)).reshape(r.shape)
        with np.errstate(divide="ignore", invalid="ignore"):
            x = np.clip(np.log10(r) if self.log else r, self.x_low, self.x_high)
            slope = self._derivative(np.atleast_1d(x)).reshape(r.shape) / (r * LN10 if self.log else 1.0)
        return np.where(inside, slope, np.nan)

    def sensitivity(self, kelvin: ArrayLike, outside: Outside = "error") -> Floats:
        """Return dlogR/dlogT, dimensionless, at temperatures in kelvin."""
        t = np.asarray(kelvin, dtype=float)
        return np.asarray(t * self.slope(t, outside) / self._back(self._x_of(t, outside)))

    # --- inversion ---------------------------------------------------------------------------------

    @cached_property
    def _brackets(self) -> tuple[Floats, Floats]:
        """Table of x and T, ascending in T; BadCurve if T(x) is not monotone there."""
        x = np.linspace(self.x_low, self.x_high, TABLE)
        t = self._evaluate(x)
        if t[0] > t[-1]:
            x, t = x[::-1], t[::-1]
        if not (np.diff(t) > 0.0).all():
            raise BadCurve(f"not monotone near {t[int(np.argmin(np.diff(t)))]:.6g} K: it cannot be inverted")
        return x, t

    def _invert(self, kelvin: Floats) -> Floats:
        """Return x of temperatures inside the range: Newton's method, kept inside a bracket.

        Where T(x) steps between two fits, a temperature inside the step gives x of the join.
        """
        xs, ts = self._brackets
        i = np.clip(np.searchsorted(ts, kelvin), 1, len(ts) - 1)
        colder, warmer = xs[i - 1].copy(), xs[i].copy()
        x = colder + (warmer - colder) * (kelvin - ts[i - 1]) / (ts[i] - ts[i - 1])
        for _ in range(STEPS):
            error = self._evaluate(x) - kelvin
            colder, warmer = np.where(error <= 0.0, x, colder), np.where(error > 0.0, x, warmer)
            with np.errstate(divide="ignore", invalid="ignore"):
                better = x - error / self._derivative(x)
            low, high = np.minimum(colder, warmer), np.maximum(colder, warmer)
            new = np.where((better >= low) & (better <= high), better, 0.5 * (low + high))
            done = np.abs(new - x) <= 4e-16 * np.maximum(1.0, np.abs(x))
            x = new
            if done.all():
                break
        return np.clip(x, self.x_low, self.x_high)
