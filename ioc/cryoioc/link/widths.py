"""Numbers that have lost a digit on their way are still numbers; only their width tells.

A second program that reads the same serial port, or a receive buffer that overflows, takes bytes out of an answer:
295.000 K becomes 25.000 K, with nothing else wrong.  Many instruments pad their numbers or keep their digits; of
these an answer whose numbers have another width than before is believed only when that comes twice in a row: the
first reading above a power of ten may come one poll late.
"""

from __future__ import annotations

import re
from collections.abc import Hashable

_NUMBER = re.compile(r"(?<!\w)[+-]?[0-9.][\w.]*")  # a code such as 0D0600 is one word, whatever its digits
Width = tuple[int, ...]  # characters of each number in an answer


class Widths:
    """What the answers on one connection have looked like."""

    def __init__(self) -> None:
        self._seen: dict[Hashable, tuple[Width, Width]] = {}  # by whose answer it is: believed, last

    def believe(self, key: Hashable, reply: str) -> bool:
        """Say whether the numbers of an answer are as wide as those believed before, or as those of the last one."""
        width = tuple(len(number) for number in _NUMBER.findall(reply))
        believed, last = self._seen.get(key, (width, width))
        good = width in (believed, last)
        self._seen[key] = (width if good else believed, width)
        return good
