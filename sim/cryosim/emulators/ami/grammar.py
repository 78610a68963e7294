"""Headers of keywords joined by colons, each in its short or its long form, in any case; then one parameter."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryosim.emulators.ami.instrument import Ami1700

NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


class BadCommandError(Exception):
    """The instrument does not understand."""


Query = Callable[["Ami1700"], str]
Act = Callable[["Ami1700", str], None]


@dataclass(frozen=True)
class Command:
    """One command or query; capitals in ``header`` are the short form."""

    header: str
    query: Query | None = None
    act: Act | None = None

    def fits(self, words: list[str]) -> bool:
        """Say whether these keywords are the header's."""
        own = self.header.split(":")
        return len(own) == len(words) and all(_is(one, word) for one, word in zip(own, words, strict=True))


def _is(keyword: str, word: str) -> bool:
    short = "".join(char for char in keyword if not char.islower())
    return word.upper() in (short, keyword.upper())


def number(text: str, low: float, high: float) -> float:
    """Read a number within limits."""
    if NUMBER.fullmatch(text) is None or not low <= float(text) <= high:
        raise BadCommandError
    return float(text)


def whole(text: str, low: int, high: int) -> int:
    """Read a whole number within limits."""
    value = number(text, low, high)
    if value % 1.0:
        raise BadCommandError
    return int(value)


def quoted(text: str) -> str:
    """Read a text in double quotes."""
    if len(text) < 2 or text[0] != '"' or text[-1] != '"':
        raise BadCommandError
    return text[1:-1]
