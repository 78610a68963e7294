"""How a command is declared: its header as in a manual, what it does, and what it answers."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryosim.emulators.scpi.errors import ScpiError
from cryosim.emulators.scpi.grammar import header_pattern

if TYPE_CHECKING:
    from cryosim.emulators.scpi.supply import Supply


@dataclass(frozen=True)
class Request:
    """One unit of a message, as a handler gets it."""

    arguments: tuple[str, ...]
    suffixes: tuple[int, ...]  # numbers in the header


Act = Callable[["Supply", Request], None]
Ask = Callable[["Supply", Request], str]


@dataclass(frozen=True)
class Command:
    """One header."""

    header: str  # as in a manual
    act: Act | None = None
    ask: Ask | None = None

    @functools.cached_property
    def pattern(self) -> re.Pattern[str]:
        """What matches the header."""
        return header_pattern(self.header)


def only(arguments: tuple[str, ...] | list[str], count: int) -> None:
    """Refuse a wrong number of arguments.

    Raises
    ------
    ScpiError
        -108 for too many, -109 for too few.
    """
    if len(arguments) != count:
        raise ScpiError(-108 if len(arguments) > count else -109)
