"""Chebychev polynomials T(log10 R) in several ranges, as calibration certificates give them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from cryoioc.curves.curve import Curve
from cryoioc.curves.errors import BadCurve
from cryoioc.curves.formats import Floats

BLOCK = 4096  # readings evaluated together: their temporaries stay in the cache


@dataclass(frozen=True)
class ChebychevRange:
    """One polynomial: T = sum A_i cos(i arccos k), k = ((Z-ZL)-(ZU-Z))/(ZU-ZL).

    Parameters
    ----------
    zl, zu : float
        Limits the fit was computed with; the polynomial is not to be used outside.
    coefficients : tuple of float
        A_0, A_1 ..., [K].
    z_low, z_high : float
        Useful range, within ``zl`` to ``zu``.
    """

    zl: float
    zu: float
    coefficients: tuple[float, ...]
    z_low: float
    z_high: float

    def kelvin(self, z: Floats) -> Floats:
        """Return T(Z), [K], by Clenshaw's recurrence; no range is enforced here."""
        twice = (z - self.zl) * (4.0 / (self.zu - self.zl)) - 2.0
        b1 = np.full_like(twice, self.coefficients[-1])
        b2 = np.zeros_like(twice)
        spare = np.empty_like(twice)
        for a in self.coefficients[-2:0:-1]:
            np.multiply(twice, b1, out=spare)
            spare -= b2
            spare += a
            b1, b2, spare = spare, b1, b2
        return np.asarray(self.coefficients[0] + 0.5 * twice * b1 - b2)

    def kelvin_of_one(self, z: float) -> float:
        """Return T(Z) of one number, [K]."""
        twice = (z - self.zl) * (4.0 / (self.zu - self.zl)) - 2.0
        b1, b2 = self.coefficients[-1], 0.0
        for a in self.coefficients[-2:0:-1]:
            b1, b2 = twice * b1 - b2 + a, b1
        return self.coefficients[0] + 0.5 * twice * b1 - b2

    def derivative(self, z: Floats) -> Floats:
        """Return dT/dZ, [K]."""
        k = (z - self.zl) * (2.0 / (self.zu - self.zl)) - 1.0
        slopes = np.polynomial.chebyshev.chebder(np.array(self.coefficients))
        return np.asarray(np.polynomial.chebyshev.chebval(k, slopes) * 2.0 / (self.zu - self.zl))


class ChebychevCurve(Curve):
    """Ranges joined at their useful limits: each reading belongs to exactly one of them.

    Parameters
    ----------
    ranges : sequence of ChebychevRange
        In any order; one has to begin where its neighbour ends.
    unit : str
        Of the reading.
    log : bool
        Whether Z is log10 of the reading, or the reading itself (diodes).
    """

    def __init__(self, ranges: Sequence[ChebychevRange], unit: str = "Ohm", *, log: bool = True) -> None:
        self.ranges = tuple(sorted(ranges, key=lambda r: r.z_low))
        if not self.ranges:
            raise BadCurve("a Chebychev curve without a range")
        for one, other in zip(self.ranges, self.ranges[1:], strict=False):
            if one.z_high != other.z_low:
                raise BadCurve(f"a range ends at {one.z_high:g}, the next begins at {other.z_low:g}")
        for one in self.ranges:
            if not min(one.zl, one.zu) - 1e-9 <= one.z_low < one.z_high <= max(one.zl, one.zu) + 1e-9:
                raise BadCurve(f"useful range {one.z_low:g} to {one.z_high:g} outside {one.zl:g} to {one.zu:g}")
        self.joins = [r.z_low for r in self.ranges[1:]]
        super().__init__(unit=unit, log=log, x_low=self.ranges[0].z_low, x_high=self.ranges[-1].z_high)

    def _evaluate(self, x: Floats) -> Floats:
        flat = np.ravel(x)
        result = np.empty_like(flat)
        for start in range(0, len(flat), BLOCK):
            piece = slice(start, start + BLOCK)
            result[piece] = self._choose(flat[piece], ChebychevRange.kelvin)
        return result.reshape(x.shape)

    def _evaluate_one(self, x: float) -> float:
        return self.ranges[bisect_right(self.joins, x)].kelvin_of_one(x)

    def _derivative(self, x: Floats) -> Floats:
        return self._choose(np.ravel(x), ChebychevRange.derivative).reshape(x.shape)

    def _choose(self, x: Floats, function: Callable[[ChebychevRange, Floats], Floats]) -> Floats:
        """Apply a function of a range to the numbers that belong to it."""
        result = np.full_like(x, np.nan)
        number = np.searchsorted(self.joins, x, side="right")
        for index, one in enumerate(self.ranges):
            (mine,) = np.nonzero(number == index)
            if len(mine) == len(x):
                return function(one, x)
            if len(mine):
                result[mine] = function(one, x[mine])
        return result
