"""Several commands and queries in one message, and their answers in one line.

Instruments of this family take units joined by ``;`` and answer the queries among them, in order,
joined by ``;`` (lakeshore-protocol.md 2.2, 2.3).  A unit must therefore not hold anything that ends
it early: a text with a line end or a semicolon of its own would become a command nobody asked for.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from cryoioc.errors import Refused

SEPARATOR = ";"
_HEADER = re.compile(r"\s*\*?[\w:]+\?")


def is_query(unit: str) -> bool:
    """Say whether ``unit`` asks for an answer: its mnemonic ends in a question mark."""
    return _HEADER.match(unit) is not None


def compose(units: Sequence[str], limit: int) -> str:
    """Join ``units`` into one message.

    Parameters
    ----------
    units : sequence of str
        Commands and queries, at least one.
    limit : int
        Longest message, without its terminator, [characters].

    Raises
    ------
    Refused
        A unit is empty, holds a character that would end it early or cannot be sent, or the message
        is too long.
    """
    if not units:
        raise Refused("a message needs at least one command or query")
    for unit in units:
        if not unit.strip():
            raise Refused("an empty command cannot be sent")
        if not (unit.isascii() and unit.isprintable()):
            raise Refused(f"{unit!r} holds a character that cannot be sent")
        if len(split_reply(unit)) > 1 or unit.count('"') % 2:
            raise Refused(f"{unit!r} holds a semicolon or an open quote")
    text = SEPARATOR.join(units)
    if len(text) > limit:
        raise Refused(f"a message of {len(text)} characters; the instrument takes {limit}")
    return text


def split_reply(text: str) -> list[str]:
    """Cut a reply at every ``;`` that stands outside double quotes.

    A quote that is never closed reaches to the end.
    """
    pieces = [""]
    quoted = False
    for run in re.split(r'([;"])', text):
        if run == SEPARATOR and not quoted:
            pieces.append("")
            continue
        quoted ^= run == '"'
        pieces[-1] += run
    return pieces
