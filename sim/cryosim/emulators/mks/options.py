"""What differs between the two models and from firmware to firmware, and what no source settles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

TORR = 133.322368  # Pa
PASCAL: Mapping[str, float] = {"TORR": TORR, "MBAR": 100.0, "PASCAL": 1.0, "MICRON": 1e-3 * TORR}


@dataclass(frozen=True)
class Options:
    """Readings of what is not settled, the one that is harder on a driver first."""

    number: str = "937B"  # as MD says it
    address: str = "253"
    serial: str = "1010203040"
    at_sign: bool = False  # replies begin with @; old firmware leaves it out [DiamondLightSource]
    mantissa: int = 2  # places: 1.10e-9 [pymeasure], 7.602E+2 in the manual
    exponent: int = 2  # digits at least: 1.1E-09 [DiamondLightSource simulator], 7.602E+2 in the manual
    mbar: str = "mBAR"  # [DiamondLightSource] [pymeasure]; MBAR in the manual
    no_gauge: str = "NOGAUGE!"  # [DiamondLightSource simulator]; without the mark in its protocol
    above: str = "ATM"  # a Pirani at the atmosphere; HI in the [DiamondLightSource simulator]
    between: str = " "  # channels in the answer to PRZ
    knows_model: bool = False  # MD, of newer firmware
    delay: float = 3.0  # s from high voltage to the first reading, TDC: 3 to 300 s
    words: bool = False  # errors as a word instead of a number, SEM
    keeps_power: bool = False  # high voltage comes back by itself after the mains were off
    strict: bool = True  # a message is all between two ends; else what stands in front of the last @ is forgotten
