"""Figures: how far curves are from a reference, and what a curve looks like.  Needs matplotlib."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from cryoioc.curves.compare import BANDS, differences
from cryoioc.curves.curve import Curve
from cryoioc.curves.errors import BadCurve
from cryoioc.curves.formats import Floats

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PIECES = 600  # temperatures a difference is drawn at: the largest one of each piece
STYLE: Any = {"svg.hashsalt": "cryoioc", "svg.fonttype": "none", "font.size": 9.0}


def _figure(rows: int, height: float) -> tuple[Figure, list[Any]]:
    try:
        import matplotlib
        from matplotlib.figure import Figure
    except ImportError:
        raise BadCurve("figures need matplotlib, which is not installed") from None
    matplotlib.rcParams.update(STYLE)
    figure = Figure(figsize=(8.0, height), layout="constrained")
    return figure, list(np.atleast_1d(figure.subplots(rows, 1, sharex=True)))


def envelope(curve: Curve, reference: Curve) -> tuple[Floats, Floats]:
    """Return temperatures, [K], and the largest absolute difference around each, [mK], for drawing."""
    kelvin, difference = differences(curve, reference)
    edges = np.geomspace(kelvin[0], kelvin[-1], PIECES + 1)
    starts = np.unique(np.searchsorted(kelvin, edges[:-1]))
    starts = starts[starts < len(kelvin)]
    return kelvin[starts], 1e3 * np.maximum.reduceat(np.abs(difference), starts)


def errors_figure(path: Path, curves: Mapping[str, Curve], reference: Curve, title: str,
                  bands: Sequence[float] = BANDS) -> None:  # fmt: skip
    """Draw the differences of several curves to a reference over temperature; the ending says the format."""
    figure, (axes,) = _figure(1, 4.2)
    for label, curve in curves.items():
        axes.plot(*envelope(curve, reference), linewidth=0.8, label=label)
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_ylim(bottom=0.01)
    for edge in bands:
        axes.axvline(edge, color="0.85", linewidth=0.6, zorder=0)
    axes.set_xlabel("temperature / K")
    axes.set_ylabel("largest difference / mK")
    axes.set_title(title)
    axes.legend(fontsize=8)
    _save(figure, path)


def curve_figure(path: Path, curve: Curve, title: str) -> None:
    """Draw the reading and the dimensionless sensitivity of a sensor over temperature."""
    figure, (upper, lower) = _figure(2, 6.0)
    kelvin = np.geomspace(curve.low, curve.high, PIECES)[1:-1]
    upper.loglog(kelvin, curve.sensor(kelvin))
    upper.set_ylabel(f"reading / {curve.unit}")
    upper.set_title(title)
    lower.semilogx(kelvin, np.abs(curve.sensitivity(kelvin)))
    lower.set_ylabel("|d log R / d log T|")
    lower.set_xlabel("temperature / K")
    _save(figure, path)


def _save(figure: Figure, path: Path) -> None:
    metadata = {"Date": None} if path.suffix == ".svg" else None
    try:
        figure.savefig(path, metadata=metadata)
    except (OSError, ValueError) as error:
        raise BadCurve(f"{path}: {error}") from error
