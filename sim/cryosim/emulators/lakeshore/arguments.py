"""Parameters of a unit: how many there may be, and which numbers."""

from __future__ import annotations

from collections.abc import Container, Sequence

from cryosim.emulators.lakeshore.grammar import CommandError, ExecutionError
from cryosim.emulators.lakeshore.numbers import parse_whole

Parameters = Sequence[str | None]  # None where one was left out


def only(parameters: Parameters, count: int) -> list[str | None]:
    """Return exactly ``count`` parameters, None where left out.

    Raises
    ------
    CommandError
        When there are more.
    """
    if len(parameters) > count:
        raise CommandError("too many parameters")
    return [*parameters, *[None] * (count - len(parameters))]


def whole(text: str | None) -> int:
    """Return a whole number that must be there."""
    if text is None:
        raise CommandError("number")
    return parse_whole(text)


def one_of(text: str | None, allowed: Container[int]) -> int:
    """Return a whole number that must be one of some; :class:`ExecutionError` for another one."""
    number = whole(text)
    if number not in allowed:
        raise ExecutionError(text)
    return number
