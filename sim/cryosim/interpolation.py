"""Smooth interpolation in a table without overshoot.

SciPy has the same, but takes half a second to import, and a command line should be there at once.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise


class MonotoneCubic:
    """Piecewise cubic Hermite interpolation that keeps monotone data monotone.

    Slopes at inner points are weighted harmonic means of the neighbouring chords, zero at extrema
    (F. N. Fritsch, J. Butland, SIAM J. Sci. Stat. Comput. 5 (1984) 300); at the ends a one-sided
    three-point formula.  Outside the table the end slopes go on as straight lines.

    Parameters
    ----------
    x, y : sequences of float
        At least three points, ``x`` ascending.
    """

    def __init__(self, x: Sequence[float], y: Sequence[float]) -> None:
        self._x = list(x)
        self._y = list(y)
        widths = [b - a for a, b in pairwise(x)]
        chords = [(b - a) / width for (a, b), width in zip(pairwise(y), widths, strict=True)]
        inner = [
            _inner_slope(h0, h1, d0, d1) for (h0, h1), (d0, d1) in zip(pairwise(widths), pairwise(chords), strict=True)
        ]
        first = _end_slope(widths[0], widths[1], chords[0], chords[1])
        last = _end_slope(widths[-1], widths[-2], chords[-1], chords[-2])
        self._slopes = [first, *inner, last]

    def __call__(self, at: float) -> float:
        """Return the interpolated value."""
        x, y, slopes = self._x, self._y, self._slopes
        if at <= x[0]:
            return y[0] + slopes[0] * (at - x[0])
        if at >= x[-1]:
            return y[-1] + slopes[-1] * (at - x[-1])
        k = bisect_right(x, at) - 1
        width = x[k + 1] - x[k]
        t = (at - x[k]) / width
        s = 1.0 - t
        return (
            s * s * (1.0 + 2.0 * t) * y[k]
            + t * t * (1.0 + 2.0 * s) * y[k + 1]
            + s * t * width * (s * slopes[k] - t * slopes[k + 1])
        )


def _inner_slope(h0: float, h1: float, d0: float, d1: float) -> float:
    """Return the slope between two chords ``d0`` and ``d1`` of widths ``h0`` and ``h1``."""
    if d0 * d1 <= 0.0:
        return 0.0
    w0, w1 = 2.0 * h1 + h0, h1 + 2.0 * h0
    return (w0 + w1) / (w0 / d0 + w1 / d1)


def _end_slope(h0: float, h1: float, d0: float, d1: float) -> float:
    """Return the slope at an end, whose own chord is ``d0``; limited so that nothing overshoots."""
    slope = ((2.0 * h0 + h1) * d0 - h0 * d1) / (h0 + h1)
    if slope * d0 <= 0.0:
        return 0.0
    if d0 * d1 <= 0.0 and abs(slope) > 3.0 * abs(d0):
        return 3.0 * d0
    return slope
