"""Bytes to message units: framing, chaining, quoting and delimiters (lakeshore-protocol.md 2.2, 2.3)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache

LIMIT = 255
"""Characters of one message, terminator included [M350 6.3.4.2]."""

REMEMBERED = 1000  # messages and units whose parts are kept: a client asks the same again and again
_UNIT = re.compile(r"(\*?[A-Za-z]+)(\??)(.*)", re.DOTALL)
_PARAMETER = re.compile(r' *(?:"(?P<quoted>[^"]*)"|(?P<bare>[^ ,"]*)) *(?P<comma>,)?')


class RefusedError(Exception):
    """A unit the instrument does not carry out; ``bit`` is what it sets in the standard event register."""

    bit = 0


class CommandError(RefusedError):
    """Unknown mnemonic or bad syntax: CME."""

    bit = 32


class ExecutionError(RefusedError):
    """Known mnemonic, argument outside the instrument's capability: EXE."""

    bit = 16


@dataclass(frozen=True)
class Unit:
    """One command or query.

    Parameters
    ----------
    mnemonic : str
        In upper case, with a leading ``*`` for common commands.
    query : bool
        Whether a ``?`` followed.
    parameters : tuple of (str or None)
        As written, unquoted; None where a field was left empty.  Empty fields at the end are dropped.
    """

    mnemonic: str
    query: bool
    parameters: tuple[str | None, ...]


class Framer:
    """Collects bytes into messages of less than ``limit``; LF ends one, a CR before it belongs to the terminator."""

    def __init__(self, limit: int = LIMIT) -> None:
        self._limit = limit
        self._pending = bytearray()

    def feed(self, data: bytes) -> Iterator[str | None]:
        """Yield each message ended by ``data`` without its terminator; None for one over the limit."""
        *ended, rest = data.split(b"\n")
        for part in ended:
            self._collect(part)
            message = bytes(self._pending)
            self._pending.clear()
            yield None if len(message) >= self._limit else message.removesuffix(b"\r").decode("latin-1")
        self._collect(rest)

    def clear(self) -> None:
        """Forget a half-received message."""
        self._pending.clear()

    def _collect(self, part: bytes) -> None:
        # What goes beyond the limit only has to be known to be there: a line never ended costs no memory.
        self._pending += part[: self._limit - len(self._pending)]


@lru_cache(REMEMBERED)
def split_units(message: str) -> tuple[str, ...]:
    """Split a message at ``;`` outside quotes; the ``:`` that may follow, and empty units, are dropped."""
    parts = re.findall(r'(?:"[^"]*"?|[^;"])+', message)
    units = (part.strip(" \t").removeprefix(":").lstrip(" \t") for part in parts)
    return tuple(unit for unit in units if unit)


@lru_cache(REMEMBERED)
def parse_unit(text: str) -> Unit:
    """Parse one unit of a message.

    Raises
    ------
    CommandError
        When it does not begin with a mnemonic, holds unprintable characters, or a quote stays open.
    """
    text = text.replace("\t", " ")
    match = _UNIT.fullmatch(text)
    if match is None or not (text.isascii() and text.isprintable()):
        raise CommandError(text)
    mnemonic, mark, rest = match.groups()
    return Unit(mnemonic.upper(), mark == "?", split_parameters(rest))


def listed(unit: Unit, texts: Collection[str]) -> bool:
    """Say whether a unit is among some, of which each is a mnemonic alone or with its parameters."""
    units = {(one.mnemonic, one.parameters) for one in map(parse_unit, texts)}
    return (unit.mnemonic, ()) in units or (unit.mnemonic, unit.parameters) in units


def split_parameters(text: str) -> tuple[str | None, ...]:
    """Split at commas and runs of spaces outside quotes.

    Raises
    ------
    CommandError
        When a quote stays open.
    """
    fields: list[str | None] = []
    position = 0
    while position < len(text):
        match = _PARAMETER.match(text, position)
        if match is None or match.end() == position:
            raise CommandError(text)
        quoted, bare = match["quoted"], match["bare"]
        fields.append(quoted if quoted is not None else (bare or None))
        position = match.end()
    while fields and fields[-1] is None:
        fields.pop()
    return tuple(fields)
