"""A number in scientific notation, as pressures are sent."""

from __future__ import annotations

import math
from dataclasses import dataclass

from cryoioc.errors import Refused
from cryoioc.wire.codecs import Number


@dataclass(frozen=True)
class Exponent(Number):
    """A number that is sent as ``1.25E-04``; ``decimals`` are those of its mantissa."""

    def format(self, value: object) -> str:
        """Return the text sent; :class:`Refused` outside the limits."""
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise Refused(f"expected a number, got {value!r}")
        if not self.low <= value <= self.high:
            raise Refused(f"{value:g} is outside {self.low:g} to {self.high:g}")
        return f"{value + 0.0:.{self.decimals}E}"

    def same(self, asked: object, kept: object) -> bool:
        """Say whether the instrument kept what was asked, to the places it keeps."""
        return float(self.format(asked)) == float(self.format(kept))
