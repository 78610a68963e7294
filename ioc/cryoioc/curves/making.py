"""From a curve to breakpoints for an instrument, in one step with its report."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cryoioc.curves.choose import Chosen, Tolerance, choose, per_band, uniform
from cryoioc.curves.compare import BANDS
from cryoioc.curves.curve import Curve
from cryoioc.curves.fit import as_fit, fit_chebychev
from cryoioc.curves.formats import LOG_OHM, MILLIVOLT, VOLT, Floats, Format
from cryoioc.curves.tables import Breakpoints, ChebychevFit, TestData

CERTIFICATE = (1.32e-3, 0.99e-3, 2.16e-3, 2.00e-3, 5.14e-3, 5.21e-3, 12.6e-3)
"""Largest error of the certificate's 147 points in each of :data:`BANDS`, [K] (physics.md 9.2)."""

as_certificate: Tolerance = per_band(BANDS, CERTIFICATE)
"""Errors shared out over temperature as the certificate's 147 points have them."""


def growing(kelvin: Floats) -> Floats:
    """Allow an error that grows with temperature as uncertainties do: 1 mK at 4 K, 5 mK at 50 K, 15 mK at 300 K."""
    return np.asarray(1e-3 * (kelvin / 4.0) ** 0.63)


def format_of(curve: Curve) -> Format:
    """Return the format an instrument takes for a curve."""
    return {"Ohm": LOG_OHM, "V": VOLT, "mV": MILLIVOLT}[curve.unit]


def breakpoints_of(curve: Curve, count: int, *, low: float | None = None, high: float | None = None,
                   minmax: bool = False, name: str = "", serial: str = "") -> tuple[Breakpoints, str]:  # fmt: skip
    """Choose breakpoints; return them and the error they leave, in words.

    Parameters
    ----------
    curve : Curve
    count : int
        Breakpoints, at most.
    low, high : float, optional
        Range, [K]; the curve's own if not given.
    minmax : bool
        Whether the error is the same everywhere instead of growing with temperature.
    """
    bottom, top = curve.low if low is None else low, curve.high if high is None else high
    chosen = choose(curve, format_of(curve), count, low=bottom, high=top, tolerance=uniform if minmax else growing)
    table = as_breakpoints(chosen, format_of(curve), limit=top, name=name, serial=serial)
    if minmax:
        return table, f"off by at most {1e3 * chosen.factor:.2f} mK"
    at_low, at_high = (1e3 * chosen.factor * float(growing(np.array(t))) for t in (bottom, top))
    return table, f"off by at most {at_low:.2f} mK at {bottom:.4g} K, growing to {at_high:.2f} mK at {top:.4g} K"


def as_breakpoints(chosen: Chosen, kind: Format, *, limit: float, name: str = "", serial: str = "") -> Breakpoints:
    """Return chosen points as a curve for an instrument."""
    return Breakpoints(name=name, serial=serial, format=kind, limit=round(limit, 1),
                       units=tuple(map(float, chosen.units)), kelvin=tuple(map(float, chosen.kelvin)))  # fmt: skip


def chebychev_of(data: TestData, splits: Sequence[float], orders: Sequence[int]) -> tuple[ChebychevFit, list[str]]:
    """Fit test data; return the fit and one line for each range."""
    inside = [split for split in splits if min(data.kelvin) < split < max(data.kelvin)]
    fits = fit_chebychev(data, inside, orders)
    report = [
        f"points {f.first} to {f.first + len(f.residuals) - 1}: order {len(f.range.coefficients) - 1}, "
        f"rms {1e3 * f.rms:.2f} mK, standard deviation of the fit {1e3 * f.sigma:.2f} mK"
        for f in fits
    ]
    return as_fit(data, fits), report
