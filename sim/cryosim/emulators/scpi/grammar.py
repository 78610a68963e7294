"""Messages of SCPI: units, headers with long and short forms and optional nodes, paths, arguments."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from cryosim.emulators.scpi.errors import ScpiError

_UNIT = re.compile(r"(?P<header>\*?[:A-Za-z0-9]+)(?P<query>\?)?(?:\s+(?P<rest>.*))?", re.DOTALL)
_NODE = re.compile(r"(\*?[A-Z]+)([a-z]*)(#?)")
_PIECE = re.compile(r'(?:"[^"]*"|\([^)]*\)|[^;])+')
_ARGUMENT = re.compile(r'(?:"[^"]*"|\([^)]*\)|[^,])+')


@dataclass(frozen=True)
class Unit:
    """One command or query.

    Parameters
    ----------
    header : str
        Upper case, with its path, without a leading colon.
    query : bool
        Whether a ``?`` followed.
    arguments : tuple of str
        As written, without the spaces around them.
    """

    header: str
    query: bool
    arguments: tuple[str, ...]


def header_pattern(declared: str) -> re.Pattern[str]:
    """Return what matches a header declared as in a manual.

    Upper case letters are the short form, ``[...]`` may be left out, ``#`` is a numeric suffix.

    >>> bool(header_pattern("[SOURce:]VOLTage[:LEVel]").fullmatch("VOLTAGE:LEV"))
    True
    >>> header_pattern("ISUMmary#:CONDition").fullmatch("ISUM2:COND").groups()
    ('2',)
    """
    pattern = _NODE.sub(
        lambda node: (
            re.escape(node[1]) + (f"(?:{node[2].upper()})?" if node[2] else "") + (r"(\d*)" if node[3] else "")
        ),
        declared,
    )
    return re.compile(pattern.replace("[", "(?:").replace("]", ")?"))


def units(message: str, *, relative: bool = True) -> Iterator[Unit | ScpiError]:
    """Yield the units of a message, or the error that stands in a unit's place.

    A header without a leading colon continues where the one before it ended, but for its last node; it begins at
    the root if not ``relative``.
    """
    path = ""
    for piece in _PIECE.findall(message):
        text = piece.strip()
        if not text:
            continue
        match = _UNIT.fullmatch(text)
        if match is None or not (text.isascii() and text.isprintable()):
            yield ScpiError(-102)
            continue
        header = match["header"].upper()
        if header.startswith(":"):
            header = header[1:]
        elif not header.startswith("*"):
            header = path + header
        if relative and not header.startswith("*"):
            path = header[: header.rfind(":") + 1]
        yield Unit(header, match["query"] is not None, _arguments(match["rest"] or ""))


def _arguments(text: str) -> tuple[str, ...]:
    if not text.strip():
        return ()
    return tuple(argument.strip() for argument in _ARGUMENT.findall(text))
