"""Curve formats of Lake Shore instruments and the digits they keep (lakeshore-protocol.md 4.5, 8.4)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Format:
    """What the two numbers of a breakpoint are."""

    code: int
    words: str  # as the instruments name it
    unit: str  # of the sensor reading: Ohm, V, mV
    log: bool  # sensor units are log10 of the reading
    decimals: int  # places an instrument keeps of the sensor units
    low: float  # sensor units outside low .. high cannot be in this format
    high: float


MILLIVOLT = Format(1, "mV/K", "mV", False, 4, -20.0, 100.0)
VOLT = Format(2, "V/K", "V", False, 5, 0.0, 10.0)
OHM = Format(3, "Ohm/K", "Ohm", False, 3, 0.0, 1e6)
LOG_OHM = Format(4, "log Ohm/K", "Ohm", True, 5, -2.0, 6.5)
SPLINE = Format(7, "Ohm/K cubic spline", "Ohm", False, 4, 0.0, 1e6)
FORMATS = {one.code: one for one in (MILLIVOLT, VOLT, OHM, LOG_OHM, SPLINE)}
"""By code.  Code 5, log ohm against log kelvin, exists on the 340 only and is not read."""

WORDS = {"mV/K": MILLIVOLT, "V/K": VOLT, "Ohm/K": OHM, "log Ohm/K": LOG_OHM}
"""By the words of the ``CRVHDR`` row."""


def store_units(units: ArrayLike, kind: Format) -> Floats:
    """Round sensor units to what an instrument keeps."""
    return np.round(np.asarray(units, dtype=float), kind.decimals)


def kelvin_decimals(kelvin: float) -> int:
    """Return the decimals an instrument keeps of a temperature, [K]: 4 below 10 K, 3 to 1000 K, then 2."""
    return 4 if kelvin < 10.0 else 3 if kelvin < 1000.0 else 2


def store_kelvin(kelvin: ArrayLike) -> Floats:
    """Round temperatures, [K], to what an instrument keeps."""
    t = np.asarray(kelvin, dtype=float)
    return np.where(t < 10.0, np.round(t, 4), np.where(t < 1000.0, np.round(t, 3), np.round(t, 2)))
