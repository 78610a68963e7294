"""What differs from one controller of the family to the next, and what no source settles."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

TORR = 133.322368  # Pa


@dataclass(frozen=True)
class Face:
    """One model."""

    name: str
    sockets: int
    places: int  # values in a command that speaks of every gauge
    units: tuple[str, ...]
    part: str = ""  # part number; empty: the model does not know AYT
    firmware: str = "302-510-D"
    relays: int = 4  # switching functions


UNITS = ("mbar", "Torr", "Pa")
MORE_UNITS = (*UNITS, "micron", "hPa", "V")
FACES: Mapping[str, Face] = {
    "pfeiffer_tpg261": Face("TPG 261", 1, 2, UNITS),
    "pfeiffer_tpg262": Face("TPG 262", 2, 2, UNITS),
    "pfeiffer_tpg361": Face("TPG 361", 1, 1, MORE_UNITS, "PTG28040", "010100"),
    "pfeiffer_tpg362": Face("TPG 362", 2, 2, MORE_UNITS, "PTG28290", "010100"),
    "pfeiffer_tpg366": Face("TPG 366", 6, 6, MORE_UNITS, "PTG28770", "010100", relays=6),  # relays: unverified
}
PASCAL = {"mbar": 100.0, "hPa": 100.0, "Pa": 1.0, "Torr": TORR, "micron": 1e-3 * TORR}
VOLTS = (0.6, 6.8)  # of a logarithmic gauge: V = 0.6 lg(mbar) + 6.8


def shown(mbar: float, unit: str) -> float:
    """Return a pressure as it is shown in a unit."""
    if unit == "V":
        return VOLTS[0] * math.log10(mbar) + VOLTS[1] if mbar > 0.0 else 0.0
    return mbar * PASCAL["mbar"] / PASCAL[unit]


def meant(value: float, unit: str) -> float:
    """Return the pressure that is meant by a number in a unit, [mbar]."""
    if unit == "V":
        return float(10.0 ** ((value - VOLTS[1]) / VOLTS[0]))
    return value * PASCAL[unit] / PASCAL["mbar"]


@dataclass(frozen=True)
class Options:
    """Readings of what is not settled, the one that is harder on a driver first."""

    serial: str = "44990000"
    signed: bool = True  # the value has a sign, as some firmware sends it
    chatters: bool = True  # sends readings of its own accord from power-on until it is spoken to
    period: float = 1.0  # s between them
