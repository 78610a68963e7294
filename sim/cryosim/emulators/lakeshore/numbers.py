"""Numbers as text: what is accepted (lakeshore-protocol.md 2.2) and how replies are written (2.7)."""

from __future__ import annotations

import re
from typing import NamedTuple

from cryosim.emulators.lakeshore.grammar import CommandError

_FIXED = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)")
_FLOATING = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([Ee][+-]?\d{1,2})?")


class Places(NamedTuple):
    """Digit places of a reply: zero-padded before the point, and after it."""

    whole: int
    decimals: int


THREE_DECIMALS = Places(3, 3)
SIX_DIGITS = Places(1, 5)


def signed(value: float, places: Places) -> str:
    """Write ``value`` with its sign; the number of places is constant, the point moves when it must.

    >>> signed(4.2145, Places(3, 3)), signed(1000.0, Places(3, 3)), signed(51.1, Places(3, 1))
    ('+004.215', '+1000.00', '+051.1')
    """
    decimals = places.decimals
    while decimals and len(str(int(abs(round(value, decimals))))) + decimals > sum(places):
        decimals -= 1
    width = 1 + sum(places) + (1 if decimals else 0)
    rounded = round(value, decimals) + 0.0  # no "-000.000"
    return f"{rounded:+0{width}.{decimals}f}"


def parse_real(text: str, exponent: bool = False) -> float:
    """Read a number; sign, leading and trailing zeros are optional.

    Raises
    ------
    CommandError
        When it is no fixed-point number (with ``exponent`` also ``1.5E+2`` is one).
    """
    if not (_FLOATING if exponent else _FIXED).fullmatch(text):
        raise CommandError(text)
    return float(text)


def parse_whole(text: str) -> int:
    """Read a whole number, also written ``01`` or ``1.0``.

    Raises
    ------
    CommandError
        When it is no number or not a whole one.
    """
    value = parse_real(text)
    if value != int(value):
        raise CommandError(text)
    return int(value)
