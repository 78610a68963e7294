"""How a command of an Alicat is declared: its word, who understands it, and what it does."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryosim.emulators.alicat.instrument import Alicat

NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)")


class BadCommandError(Exception):
    """The instrument answers ``?``."""


Handler = Callable[["Alicat", list[str]], str]


@dataclass(frozen=True)
class Command:
    """One command."""

    word: str  # as it follows the unit id
    handler: Handler
    since: tuple[int, int] = (0, 0)  # firmware
    controller: bool = False  # only on a unit with a valve

    def known_to(self, unit: Alicat) -> bool:
        """True when this unit has the command."""
        fits = unit.options.version >= self.since
        return fits and (unit.options.controller or not self.controller)


def number(text: str) -> float:
    """Read a number, else ``?``."""
    if NUMBER.fullmatch(text) is None:
        raise BadCommandError
    return float(text)


def whole(text: str) -> int:
    """Read a whole number, else ``?``."""
    if not text.isdecimal():
        raise BadCommandError
    return int(text)


def only(arguments: list[str], *counts: int) -> None:
    """Answer ``?`` unless there are as many arguments as one of ``counts``."""
    if len(arguments) not in counts:
        raise BadCommandError
