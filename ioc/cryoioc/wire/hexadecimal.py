"""Numbers that are sent as hexadecimal digits of their bytes, the highest first."""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass

from cryoioc.errors import Refused
from cryoioc.wire.codecs import Choice, Integer, Number


@dataclass(frozen=True)
class HexInteger(Integer):
    """A whole number of ``digits`` hexadecimal digits."""

    digits: int = 4

    def format(self, value: object) -> str:
        """Return the digits; :class:`Refused` outside the limits."""
        return f"{int(super().format(value)):0{self.digits}X}"


@dataclass(frozen=True)
class HexChoice(Choice):
    """A code of one byte that stands for a word."""

    def format(self, value: object) -> str:
        """Return the two digits; :class:`Refused` for an unknown word."""
        return f"{int(super().format(value)):02X}"


@dataclass(frozen=True)
class HexFloat(Number):
    """A number in the 32 bits of IEEE 754."""

    def format(self, value: object) -> str:
        """Return the eight digits; :class:`Refused` outside the limits."""
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise Refused(f"expected a number, got {value!r}")
        if not self.low <= value <= self.high:
            raise Refused(f"{value:g} is outside {self.low:g} to {self.high:g}")
        return struct.pack(">f", value).hex().upper()

    def same(self, asked: object, kept: object) -> bool:
        """Say whether the instrument kept what was asked, to the bits it has."""
        assert isinstance(asked, int | float) and isinstance(kept, int | float)
        return math.isclose(asked, kept, rel_tol=1e-6)
