"""How far two curves are apart: largest and typical difference per temperature band."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cryoioc.curves.curve import Curve
from cryoioc.curves.errors import OutsideRange
from cryoioc.curves.formats import Floats

BANDS = (1.4, 2.0, 4.2, 10.0, 20.0, 40.0, 100.0, 325.0)
"""Edges of the bands of physics.md 9.2, [K]."""

FINENESS = 200_000  # readings at which two curves are compared


@dataclass(frozen=True)
class BandError:
    """Difference within one band."""

    low: float  # K, of the part that both curves cover
    high: float  # K
    largest: float  # K, absolute
    at: float  # K, where it is largest
    rms: float  # K


def differences(curve: Curve, reference: Curve) -> tuple[Floats, Floats]:
    """Return temperatures of ``reference``, [K], ascending, and ``curve`` minus ``reference`` there, [K].

    Both are given the same readings, evenly spaced in log10 R or V over what they both cover.

    Raises
    ------
    OutsideRange
        They have nothing in common.
    """
    if curve.unit != reference.unit:
        raise OutsideRange(f"a curve in {curve.unit} cannot be compared with one in {reference.unit}")
    low = max(curve.sensor_low, reference.sensor_low)
    high = min(curve.sensor_high, reference.sensor_high)
    if not low < high:
        raise OutsideRange(
            f"no common range: {curve.low:g} to {curve.high:g} K and {reference.low:g} to {reference.high:g} K"
        )
    logarithmic = (curve.log or reference.log) and low > 0.0
    reading = np.geomspace(low, high, FINENESS) if logarithmic else np.linspace(low, high, FINENESS)
    reading[0], reading[-1] = low, high
    kelvin = reference.kelvin(reading, "nan")
    difference = curve.kelvin(reading, "nan") - kelvin
    good = np.isfinite(difference)
    order = np.argsort(kelvin[good])
    return kelvin[good][order], difference[good][order]


def band_errors(curve: Curve, reference: Curve, edges: Sequence[float] = BANDS) -> list[BandError]:
    """Return the differences per band; bands that the curves do not share are left out."""
    kelvin, difference = differences(curve, reference)
    found = []
    for low, high in zip(edges, edges[1:], strict=False):
        inside = (kelvin >= low) & (kelvin <= high if high == edges[-1] else kelvin < high)
        if not inside.any():
            continue
        size = np.abs(difference[inside])
        worst = int(np.argmax(size))
        here = kelvin[inside]
        found.append(BandError(float(here[0]), float(here[-1]), float(size[worst]), float(here[worst]),
                               float(np.sqrt(np.mean(size**2)))))  # fmt: skip
    return found
