"""What the manual of the 218 leaves open, as switches; each names its readings, the default first.

Section numbers are those of the 218 manual, or of lakeshore-protocol.md where that is said.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Version = Literal["218S", "218E"]


@dataclass(frozen=True)
class Options:
    """Readings of what is unverified."""

    out_of_range: Literal["ignore", "clamp"] = "ignore"
    """6.1.3.2: a number outside its limits: value unchanged and EXE | nearest limit stored, no error."""
    exponent_accepted: bool = False
    """lakeshore-protocol.md 2.2: ``1.5E+2``: command error | accepted, as on the 340."""
    overlong: Literal["CME", "silent"] = "CME"
    """6.2.4: a message over 64 characters does nothing: command error | no error either."""
    earlier_queries: Literal["obeyed", "dropped"] = "obeyed"
    """6.2.4: of several queries only the last is answered: the others read and clear registers | do nothing."""
    sensor_text: Literal["five digits", "fixed"] = "five digits"
    """SRDG?: ``+1.0275``, the resolution the specification promises | ``+01.028``, as the format line has it."""
    curve_point_text: Literal["six digits", "three decimals"] = "six digits"
    """CRVPT?: ``+0.10191,+470.000``, as stored | ``+000.102,+470.000``, as the format line has it."""
    curve_mismatch: Literal["none", "kept"] = "none"
    """INCRV with a curve that does not fit the sensor type: the input gets curve 0 | keeps the one it had, and EXE."""
    reading_on_fault: Literal["zero", "end"] = "zero"
    """KRDG? outside curve or input range: 0 | the curve's end."""
    disabled_reading: Literal["zero", "last"] = "zero"
    """KRDG? of an input that is off: 0 | what it read last."""
    model: Version = "218S"
    """1.0: with IEEE-488, relays and analog outputs | without."""
