"""Reads transcripts: exchanges typed from the manuals, one file per group and model.

``tests/transcripts/<model>/<group>.txt`` holds blocks under a ``# source:`` line each::

    # source: lakeshore-protocol.md 4.4 [C335] [PY tests]
    exchange PID output=2                          a query: sent, received, meaning
    > PID? 2
    < +0100.0,+0020.0,+000.0
    = p=100 i=20 d=0
    exchange PID output=2 p=33.5 i=12 d=50         a command: values, sent
    > PID 2,33.5,12,50
    refuse PID output=2 p=2000 i=20 d=0            values that must not be sent
    bad PID output=2 < +0100.0,+0020.0             a reply that must not be believed

A query may be followed by several pairs of ``<`` and ``=``.  Values with spaces stand in double quotes,
and so does a text that looks like a number; ``-`` is a value that the instrument does not have.
Nothing here knows an instrument family.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from cryoioc.errors import Refused, ReplyError
from cryoioc.quantities import Exchange

FOLDER = Path(__file__).parent.parent / "transcripts"

Value = str | int | float | None

_VALUE = re.compile(r'([\w!*.]+)=("[^"]*"|\S+)')
_PIECE = re.compile(r'("[^"]*"|[ ,])')


@dataclass(frozen=True)
class Transcript:
    """One typed exchange.  ``given`` holds the address and, for a command, the values."""

    model: str
    row: str
    kind: str  # query, set, refuse, bad
    given: Mapping[str, Value]
    where: str
    sent: str = ""
    replies: tuple[str, ...] = ()
    meanings: tuple[Mapping[str, Value], ...] = field(default=())


class TranscriptError(ValueError):
    """A transcript file is not written as above."""


def value_of(text: str) -> Value:
    """Return the typed value: a quoted text, a number, ``-`` for what the instrument does not have, or a bare word."""
    if text == "-":
        return None
    if text.startswith('"'):
        return text[1:-1]
    for number in (int, float):
        try:
            return number(text)
        except ValueError:
            continue
    return text


def values_of(text: str) -> dict[str, Value]:
    """Return ``name=value`` pairs; :class:`TranscriptError` if anything else is left over."""
    if _VALUE.sub("", text).strip():
        raise TranscriptError(f"not name=value: {_VALUE.sub('', text).strip()!r}")
    return {name: value_of(word) for name, word in _VALUE.findall(text)}


def _one_line(text: str, model: str, where: str) -> Transcript:
    """Return the transcript that an ``exchange``, ``refuse`` or ``bad`` line opens."""
    kind, row, rest = (*text.split(" ", 2), "", "")[:3]
    if kind == "bad":
        address, mark, reply = (f" {rest}").partition(" <")
        if not mark:
            raise TranscriptError(f"{where}: bad without a reply")
        return Transcript(model, row, kind, values_of(address), where, replies=(reply.removeprefix(" "),))
    return Transcript(model, row, "set" if kind == "exchange" else kind, values_of(rest), where)


def _continued(last: Transcript, mark: str, text: str) -> Transcript:
    """Return ``last`` with one ``>``, ``<`` or ``=`` line more."""
    if mark == ">" and not last.sent and last.kind == "set":
        return replace(last, sent=text)
    if mark == "<" and last.sent and len(last.replies) == len(last.meanings):
        return replace(last, kind="query", replies=(*last.replies, text))
    if mark == "=" and len(last.replies) == len(last.meanings) + 1:
        return replace(last, meanings=(*last.meanings, values_of(text)))
    raise TranscriptError(f"{last.where}: a {mark!r} line out of place")


def read(path: Path) -> Iterator[Transcript]:
    """Yield the transcripts of one file; its folder is the model."""
    last: Transcript | None = None
    sourced = False
    for number, line in enumerate([*path.read_text(encoding="ascii").split("\n"), ""], 1):
        where = f"{path.parent.name}/{path.name}:{number}"
        if last and line[:1] in (">", "<", "="):
            last = _continued(last, line[0], line[2:])
            continue
        if last:
            if last.kind in ("set", "query") and (not last.sent or len(last.replies) != len(last.meanings)):
                raise TranscriptError(f"{last.where}: unfinished")
            yield last
            last = None
        if line.startswith("# source:"):
            sourced = True
        elif line.split(" ")[0] in ("exchange", "refuse", "bad"):
            if not sourced:
                raise TranscriptError(f"{where}: no source")
            last = _one_line(line, path.parent.name, where)
        elif line and not line.startswith("#"):
            raise TranscriptError(f"{where}: {line!r}")


def read_all(folder: Path = FOLDER) -> list[Transcript]:
    """Return the transcripts of every model, in the order of the files."""
    return [one for path in sorted(folder.glob("*/*.txt")) for one in read(path)]


def pieces(command: str) -> list[Value]:
    """Split a command for comparison: separators and quoted texts exactly, numbers by value."""
    head, *rest = [piece for piece in _PIECE.split(command) if piece]
    return [head, *(piece if piece.startswith('"') else value_of(piece) for piece in rest)]


def split_given(one: Transcript, row: Exchange) -> tuple[tuple[Value, ...], dict[str, Value]]:
    """Return address and values of a transcript, in the row's order."""
    assert set(row.addresses) <= set(one.given), f"{one.where}: the address of {row.name} is {row.addresses}"
    values = {name: value for name, value in one.given.items() if name not in row.addresses}
    return tuple(one.given[name] for name in row.addresses), values


def check(one: Transcript, row: Exchange) -> None:
    """Compare a transcript with the row it is about; AssertionError where they disagree."""
    address, values = split_given(one, row)
    names = {f.name for f in row.fields}
    if one.kind == "set":
        assert set(values) == names, f"{one.where}: the fields of {row.name} are {sorted(names)}"
        told = row.tell(values, *address)
        assert pieces(told) == pieces(one.sent), f"{one.where}: the row sends {told!r}, typed is {one.sent!r}"
    elif one.kind == "refuse":
        refused = _raises(Refused, lambda: row.tell(values, *address))
        assert refused, f"{one.where}: the row sends {row.tell(values, *address)!r}"
    elif one.kind == "bad":
        doubted = _raises(ReplyError, lambda: row.parse(one.replies[0]))
        assert doubted, f"{one.where}: the row takes {one.replies[0]!r}"
    else:
        asked = row.ask(*address)
        assert asked == one.sent, f"{one.where}: the row asks {asked!r}, typed is {one.sent!r}"
        for reply, meaning in zip(one.replies, one.meanings, strict=True):
            assert set(meaning) == names, f"{one.where}: the fields of {row.name} are {sorted(names)}"
            meant = row.parse(reply)
            assert meant == meaning, f"{one.where}: {reply!r} is read as {meant}, typed is {meaning}"


def _raises(error: type[Exception], act: Callable[[], object]) -> bool:
    try:
        act()
    except error:
        return True
    return False
