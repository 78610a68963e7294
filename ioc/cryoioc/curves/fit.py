"""From measured points to a curve: Chebychev polynomials by least squares, or a smoothing spline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.polynomial.chebyshev import chebvander
from scipy.interpolate import PPoly, make_smoothing_spline

from cryoioc.curves.chebychev import ChebychevRange
from cryoioc.curves.errors import BadCurve
from cryoioc.curves.formats import Floats
from cryoioc.curves.piecewise import PiecewiseCurve, check_nodes
from cryoioc.curves.tables import ChebychevFit, TestData

OVERLAP = 2  # points a range takes from beyond a join, on each side, as the certificate does
ORDERS = range(3, 13)


@dataclass(frozen=True)
class RangeFit:
    """One fitted range with what certificates print of it."""

    range: ChebychevRange
    first: int  # number of its first point, counted from 1 in ascending temperature
    residuals: Floats  # T measured minus T of the fit, [K]
    deviations: Floats  # standard deviations of the coefficients, [K]

    @property
    def rms(self) -> float:
        """Root mean square of the residuals, [K]."""
        return float(np.sqrt(np.mean(self.residuals**2)))

    @property
    def sigma(self) -> float:
        """Standard deviation of the fit, [K]: sum of squares over N - n, n coefficients."""
        n = len(self.residuals)
        return float(self.rms * np.sqrt(n / (n - len(self.range.coefficients))))


def fit_range(z: Floats, kelvin: Floats, order: int, *, first: int = 1, z_low: float | None = None,
              z_high: float | None = None) -> RangeFit:  # fmt: skip
    """Fit T(Z) by least squares between the outermost points.

    Parameters
    ----------
    z, kelvin : array
        Points: log10 R (or V) and T, [K].
    order : int
        Of the polynomial.
    first : int
        Number of the first point, for reports.
    z_low, z_high : float, optional
        Useful range; all points if not given.
    """
    if len(z) <= order + 1:
        raise BadCurve(f"{len(z)} points are too few for order {order}")
    zl, zu = float(z.min()), float(z.max())
    design = chebvander(((z - zl) - (zu - z)) / (zu - zl), order)
    coefficients, *_ = np.linalg.lstsq(design, kelvin, rcond=None)
    residuals = kelvin - design @ coefficients
    variance = float(residuals @ residuals) / (len(z) - order - 1)
    deviations = np.sqrt(np.diag(np.linalg.inv(design.T @ design)) * variance)
    useful = zl if z_low is None else z_low, zu if z_high is None else z_high
    return RangeFit(ChebychevRange(zl, zu, tuple(map(float, coefficients)), *useful), first, residuals, deviations)


def best_order(z: Floats, kelvin: Floats) -> int:
    """Return the order with the smallest error of prediction: every point from all the others."""
    scores = {}
    k = 2.0 * (z - z.min()) / (z.max() - z.min()) - 1.0
    for order in ORDERS:
        if len(z) < order + 4:
            break
        q, _ = np.linalg.qr(chebvander(k, order))
        leverage = np.sum(q**2, axis=1)
        scores[order] = float(np.sum(((kelvin - q @ (q.T @ kelvin)) / (1.0 - leverage)) ** 2))
    if not scores:
        raise BadCurve(f"{len(z)} points are too few for a fit of order {ORDERS.start}")
    return min(scores, key=scores.__getitem__)


def fit_chebychev(data: TestData, splits: Sequence[float], orders: Sequence[int] = ()) -> list[RangeFit]:
    """Fit ranges from cold to warm.

    Ranges join at the measured point nearest to each split and overlap by two points either way.  In the
    overlap the colder fit stands in for the measurement, so that the ranges meet (physics.md 9.2).

    Parameters
    ----------
    data : TestData
    splits : sequence of float
        Temperatures, [K], at which ranges join.
    orders : sequence of int
        One for each range; by cross-validation when empty.
    """
    reading, kelvin = check_nodes(data.sensor, data.kelvin)
    z = np.log10(reading) if data.unit == "Ohm" else reading
    if kelvin[0] > kelvin[-1]:
        z, kelvin = z[::-1], kelvin[::-1]
    if orders and len(orders) != len(splits) + 1:
        raise BadCurve(f"{len(orders)} orders for {len(splits) + 1} ranges")
    joins = [int(np.argmin(np.abs(kelvin - split))) for split in sorted(splits)]
    if any(b - a < 2 * OVERLAP for a, b in zip([0, *joins], [*joins, len(z) - 1], strict=True)):
        raise BadCurve("splits too close to each other or to an end of the data")
    fits: list[RangeFit] = []
    wanted = kelvin.copy()
    for number, (start, end) in enumerate(zip([0, *joins], [*joins, len(z) - 1], strict=True)):
        first, last = max(0, start - OVERLAP), min(len(z), end + OVERLAP + 1)
        if fits:
            inside = slice(first, start + 1)
            wanted[inside] = fits[-1].range.kelvin(z[inside])
        points = slice(first, last)
        order = orders[number] if orders else best_order(z[points], wanted[points])
        low, high = sorted((float(z[start]), float(z[end])))
        fits.append(fit_range(z[points], wanted[points], order, first=first + 1, z_low=low, z_high=high))
    return fits


def as_fit(data: TestData, fits: Sequence[RangeFit]) -> ChebychevFit:
    """Return the ranges as a calibration."""
    ranges = tuple(fit.range for fit in fits)
    return ChebychevFit(name=data.name, serial=data.serial, unit=data.unit, log=data.unit == "Ohm", ranges=ranges)


def fit_smoothing(data: TestData, stiffness: float | None = None) -> PiecewiseCurve:
    """Return the smoothing spline of log10 T, against log10 R for resistors.

    In these variables the curvature, which the spline weighs against the residuals, is of one size from
    1 K to 300 K.

    Parameters
    ----------
    data : TestData
    stiffness : float, optional
        Weight of the curvature; by generalised cross-validation if not given.
    """
    reading, kelvin = check_nodes(data.sensor, data.kelvin)
    if len(reading) < 5:
        raise BadCurve(f"{len(reading)} points are too few for a smoothing spline")
    x = np.log10(reading) if data.unit == "Ohm" else reading
    spline = make_smoothing_spline(x, np.log10(kelvin), lam=stiffness)
    pieces = PPoly.from_spline(spline)
    inside = (pieces.x[:-1] < pieces.x[1:]) & (pieces.x[:-1] >= x[0]) & (pieces.x[1:] <= x[-1])
    knots = np.append(pieces.x[:-1][inside], x[-1])
    return PiecewiseCurve(PPoly(pieces.c[:, inside], knots), data.unit, log=data.unit == "Ohm", log_kelvin=True)
