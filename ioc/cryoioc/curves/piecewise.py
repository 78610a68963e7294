"""Curves between breakpoints: straight lines, Lagrange's polynomial through neighbours, cubic splines.

SciPy is imported where a polynomial is made: lines and Chebychev fits, which an IOC uses, start without it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from cryoioc.curves.curve import LN10, Curve
from cryoioc.curves.errors import BadCurve
from cryoioc.curves.formats import Floats

if TYPE_CHECKING:
    from scipy.interpolate import PPoly


def check_nodes(x: Sequence[float] | Floats, kelvin: Sequence[float] | Floats) -> tuple[Floats, Floats]:
    """Return both as arrays ascending in x.

    Raises
    ------
    BadCurve
        Fewer than two points, not finite, doubled or out of order; the message names the first such point.
    """
    xs, ts = np.array(x, dtype=float), np.array(kelvin, dtype=float)
    if len(xs) < 2 or len(xs) != len(ts):
        raise BadCurve(f"{len(xs)} points: a curve has two or more")
    for number in range(len(xs)):
        if not (np.isfinite(xs[number]) and np.isfinite(ts[number])):
            raise BadCurve(f"point {number + 1} is not a number")
    if xs[0] > xs[-1]:
        xs, ts = xs[::-1], ts[::-1]
        numbers = range(len(xs), 0, -1)
    else:
        numbers = range(1, len(xs) + 1)
    rising = ts[-1] > ts[0]
    for at in range(1, len(xs)):
        a, b = numbers[at - 1], numbers[at]
        if xs[at] == xs[at - 1]:
            raise BadCurve(f"points {min(a, b)} and {max(a, b)} have the same sensor units {xs[at]:g}")
        if xs[at] < xs[at - 1]:
            raise BadCurve(f"point {b}: sensor units {xs[at]:g} are out of order")
        if ts[at] == ts[at - 1] or (ts[at] > ts[at - 1]) != rising:
            raise BadCurve(f"point {b}: temperature {ts[at]:g} K is out of order")
    return xs, ts


class LinearCurve(Curve):
    """Straight lines between breakpoints, as the instruments draw them (lakeshore-protocol.md 8.4)."""

    def __init__(self, x: Sequence[float] | Floats, kelvin: Sequence[float] | Floats, unit: str, *, log: bool) -> None:
        self.x, self.t = check_nodes(x, kelvin)
        super().__init__(unit=unit, log=log, x_low=float(self.x[0]), x_high=float(self.x[-1]))
        self._gradients = np.diff(self.t) / np.diff(self.x)

    def _evaluate(self, x: Floats) -> Floats:
        return np.interp(x, self.x, self.t)

    def _derivative(self, x: Floats) -> Floats:
        return self._gradients[np.clip(np.searchsorted(self.x, x, side="right") - 1, 0, len(self.x) - 2)]

    def _invert(self, kelvin: Floats) -> Floats:
        if self.t[0] < self.t[-1]:
            return np.interp(kelvin, self.t, self.x)
        return np.interp(kelvin, self.t[::-1], self.x[::-1])


class PiecewiseCurve(Curve):
    """A piecewise polynomial in x: of T, or of log10 T.

    Parameters
    ----------
    polynomial : scipy.interpolate.PPoly
    unit : str
    log : bool
        Whether x is log10 of the reading.
    log_kelvin : bool
        Whether the polynomial is log10 T.
    """

    def __init__(self, polynomial: PPoly, unit: str, *, log: bool, log_kelvin: bool = False) -> None:
        super().__init__(unit=unit, log=log, x_low=float(polynomial.x[0]), x_high=float(polynomial.x[-1]))
        self._polynomial, self._slopes, self._log_kelvin = polynomial, polynomial.derivative(), log_kelvin

    def _evaluate(self, x: Floats) -> Floats:
        value = np.asarray(self._polynomial(x))
        return np.asarray(np.power(10.0, value)) if self._log_kelvin else value

    def _derivative(self, x: Floats) -> Floats:
        slopes = np.asarray(self._slopes(x))
        return slopes * LN10 * self._evaluate(x) if self._log_kelvin else slopes


def spline_through(x: Sequence[float] | Floats, kelvin: Sequence[float] | Floats, unit: str, *, log: bool) -> PiecewiseCurve:  # fmt: skip  # noqa: E501
    """Return the not-a-knot cubic spline of log10 T through points."""
    from scipy.interpolate import CubicSpline

    xs, ts = check_nodes(x, kelvin)
    if len(xs) < 4 or not (ts > 0.0).all():
        raise BadCurve("a spline needs four points, all above 0 K")
    return PiecewiseCurve(CubicSpline(xs, np.log10(ts), bc_type="not-a-knot"), unit, log=log, log_kelvin=True)


def spline_of_curvatures(ohm: Sequence[float], kelvin: Sequence[float], curvature: Sequence[float]) -> PiecewiseCurve:
    """Return the cubic spline T(R) of format 7: nodes with the second derivative d2T/dR2, [K/ohm2]."""
    from scipy.interpolate import PPoly

    r, t = check_nodes(ohm, kelvin)
    m = np.array(curvature, dtype=float)
    if len(m) != len(r) or not np.isfinite(m).all():
        raise BadCurve(f"{len(m)} curvatures for {len(r)} points")
    m = m if ohm[0] < ohm[-1] else m[::-1]
    h = np.diff(r)
    cubic = np.diff(m) / (6.0 * h)
    linear = np.diff(t) / h - h * (2.0 * m[:-1] + m[1:]) / 6.0
    return PiecewiseCurve(PPoly(np.array([cubic, m[:-1] / 2.0, linear, t[:-1]]), r), "Ohm", log=False)


def lagrange_through(x: Sequence[float] | Floats, kelvin: Sequence[float] | Floats, unit: str, *, log: bool,
                     degree: int = 3) -> PiecewiseCurve:  # fmt: skip
    """Return Lagrange's polynomial of ``degree`` through the nearest breakpoints of each interval.

    That is how a 91C, 93C or 330 interpolates (physics.md 9.2).
    """
    from scipy.interpolate import PPoly

    xs, ts = check_nodes(x, kelvin)
    if len(xs) <= degree:
        raise BadCurve(f"{len(xs)} points are too few for Lagrange {degree}")
    pieces = []
    for at in range(len(xs) - 1):
        first = min(max(at - (degree - 1) // 2, 0), len(xs) - 1 - degree)
        near = slice(first, first + degree + 1)
        # In powers of the distance from the interval's own origin, as PPoly wants them.
        powers = np.vander(xs[near] - xs[at], degree + 1)
        pieces.append(np.linalg.solve(powers, ts[near]))
    return PiecewiseCurve(PPoly(np.array(pieces).T, xs), unit, log=log)
