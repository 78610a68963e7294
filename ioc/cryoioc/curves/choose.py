"""Choice of breakpoints: the fewest straight lines that stay within a tolerance of a curve.

Every breakpoint is a pair of numbers the instrument stores exactly: sensor units on its grid first, then
the best stored temperature at those rounded units.  The rounding is therefore part of the choice and not
an error on top of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from cryoioc.curves.curve import Curve
from cryoioc.curves.errors import BadCurve
from cryoioc.curves.formats import Floats, Format, kelvin_decimals, store_kelvin

Tolerance = Callable[[Floats], Floats]
"""Temperatures, [K] -> allowed error there before scaling, [K]."""

HALVINGS = 26  # of the tolerance factor
LARGEST = 1e3  # K, of the tolerance factor
STARTS = 12  # temperatures tried for the first breakpoint
FINEST = 40_000  # grid points a curve is looked at on, at most


@dataclass(frozen=True)
class Chosen:
    """Breakpoints, and the factor of the tolerance that needs no more of them."""

    units: Floats  # sensor units, ascending
    kelvin: Floats  # K
    factor: float


def uniform(kelvin: Floats) -> Floats:
    """Allow the same error everywhere: the min-max solution."""
    return np.ones_like(kelvin)


def per_band(edges: Sequence[float], errors: Sequence[float]) -> Tolerance:
    """Return the tolerance that allows ``errors[i]`` from ``edges[i]`` to ``edges[i + 1]``, [K]."""
    inner, values = np.array(edges[1:-1]), np.array(errors)

    def allowed(kelvin: Floats) -> Floats:
        return np.asarray(values[np.searchsorted(inner, kelvin, side="right")], dtype=float)

    return allowed


class Grid:
    """A curve at the sensor units an instrument can store."""

    def __init__(self, curve: Curve, kind: Format, low: float, high: float) -> None:
        if kind.log and not curve.log and curve.unit != "Ohm":
            raise BadCurve(f"a curve in {curve.unit} has no format {kind.words}")
        self.low, self.high = low, high
        step = 10.0**-kind.decimals
        ends = curve.sensor(np.array([low, high]))
        if kind.log:
            ends = np.log10(ends)
        # Outward, so that the whole range is covered, as far as the curve itself reaches.
        first, last = int(np.floor(min(ends) / step)), int(np.ceil(max(ends) / step))
        every = max(1, (last - first) // FINEST)
        self.units = np.round(np.unique([*range(first, last + 1, every), last]) * step, kind.decimals)
        sensor = np.power(10.0, self.units) if kind.log else self.units
        self.kelvin = curve.kelvin(np.clip(sensor, curve.sensor_low, curve.sensor_high))

    def __len__(self) -> int:
        return len(self.units)


def choose(curve: Curve, kind: Format, count: int, *, low: float, high: float,
           tolerance: Tolerance = uniform) -> Chosen:  # fmt: skip
    """Return ``count`` breakpoints that make the largest error, relative to ``tolerance``, smallest.

    Parameters
    ----------
    curve : Curve
        What is to be approximated.
    kind : Format
        Of the instrument.
    count : int
        Breakpoints, 2 or more.
    low, high : float
        Range to be covered, [K].
    tolerance : callable
        Shape of the error over temperature; its scale is found here.

    Raises
    ------
    BadCurve
        The curve does not allow it: too few points, or another kind of sensor.
    """
    if count < 2:
        raise BadCurve(f"{count} breakpoints make no curve")
    grid = Grid(curve, kind, low, high)
    shape = tolerance(grid.kelvin)
    best: list[tuple[int, float]] | None = None
    good, bad = LARGEST / float(shape.min()), 0.0
    for _ in range(HALVINGS + 20):
        factor = 0.5 * (good + bad) if bad or good < 1e-9 else 0.1 * good
        nodes = _walk(grid, shape * factor, count)
        if nodes is None:
            bad = factor
        else:
            good, best = factor, nodes
        if bad and good - bad < 1e-4 * good:
            break
    if best is None:
        raise BadCurve(f"no {count} breakpoints follow this curve")
    return Chosen(grid.units[[i for i, _ in best]], np.array([t for _, t in best]), good)


def _walk(grid: Grid, tolerance: Floats, count: int) -> list[tuple[int, float]] | None:
    """Return breakpoints as (grid index, kelvin) with every line as long as the tolerance allows.

    None if more than ``count`` are needed.  A breakpoint is put where its line begins lowest within the
    tolerance on a curve bent upwards, highest on one bent downwards: the line then touches both edges.
    """
    nodes = [(0, _start(grid, tolerance))]
    while nodes[-1][0] < len(grid) - 1:
        if len(nodes) == count:
            return None
        step = _farthest(grid, tolerance, *nodes[-1])
        if step is None:
            return None
        nodes.append(step)
    return nodes


def _start(grid: Grid, tolerance: Floats) -> float:
    """Return the stored temperature at the first grid point from which the first line reaches farthest.

    It lies outside the range to be covered if it may, so that the end of the range can be read.
    """
    t, e = float(grid.kelvin[0]), float(tolerance[0])
    step = 10.0 ** -kelvin_decimals(t)
    first, last = int(np.ceil((t - e) / step)), int(np.floor((t + e) / step))
    tried = np.unique(np.linspace(first, last, STARTS).round()) if last >= first else np.empty(0)
    stored = [float(store_kelvin(v * step)) for v in tried]
    covering = [v for v in stored if v <= grid.low or v >= grid.high]
    options = covering or stored or [float(store_kelvin(t))]
    reach = [(_farthest(grid, tolerance, 0, v) or (0, v))[0] for v in options]
    return options[int(np.argmax(reach))]


def _farthest(grid: Grid, tolerance: Floats, at: int, start: float) -> tuple[int, float] | None:
    """Return the farthest (index, kelvin) a line from ``at`` can end at within the tolerance."""
    slopes_low, slopes_high = -np.inf, np.inf
    found: tuple[int, float] | None = None
    chunk, first = 64, at + 1
    while first < len(grid):
        piece = slice(first, min(first + chunk, len(grid)))
        run = grid.units[piece] - grid.units[at]
        low = np.maximum.accumulate((grid.kelvin[piece] - tolerance[piece] - start) / run)
        high = np.minimum.accumulate((grid.kelvin[piece] + tolerance[piece] - start) / run)
        np.maximum(low, slopes_low, out=low)
        np.minimum(high, slopes_high, out=high)
        (open_,) = np.nonzero(low <= high)
        for index in open_[::-1]:
            end = _stored_between(start + low[index] * run[index], start + high[index] * run[index],
                                  float(grid.kelvin[piece][index]))  # fmt: skip
            if end is not None:
                found = first + int(index), end
                break
        if len(open_) < len(low):
            break
        slopes_low, slopes_high = float(low[-1]), float(high[-1])
        first, chunk = piece.stop, chunk * 2
    return found


def _stored_between(low: float, high: float, kelvin: float) -> float | None:
    """Return the stored temperature between two limits that leaves the next line most room, if there is one."""
    step = 10.0 ** -kelvin_decimals(kelvin)
    lowest = float(np.ceil(low / step - 1e-9) * step)
    highest = float(np.floor(high / step + 1e-9) * step)
    if lowest > highest:
        return None
    # A convex curve is met from below: the next line then has the whole width of the tolerance to fall into.
    return float(store_kelvin(lowest))
