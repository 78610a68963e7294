"""Bias boards that speak in lines of text: what they are told, and in which steps, is a profile, a file.

A profile says for each exchange what is sent and how the answer looks, and how many volts or milliamperes a step is.
So a bridge to converters, or a card made in the house, needs a file and no code.  ``profiles/gaia.toml`` is that of
the INAF GAIA board; ``instrument.profile`` of a station file names another.  Everything is answered, commands too.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryoioc.errors import DeviceRefused, ReplyError, StationError
from cryoioc.quantities import Exchange, Field, Identity, Model
from cryoioc.toml_tables import Reader, key
from cryoioc.wire.codecs import Codec, Integer, Scaled, Text

FOLDER = Path(__file__).parent / "profiles"
KINDS = ("number", "channel", "text")
TERMINATORS = {"LF": b"\n", "CR": b"\r", "CR LF": b"\r\n"}
# What a transistor of the receiver stands (bias-flow-vacuum.md 2.1): above it a board must not be able to go.
DRAIN_VOLTAGE = 2.0  # V
DRAIN_CURRENT = 15.0  # mA
# What every board must be able to do -> the field of that exchange; empty: it has none.
INTERFACE = {"set_drain": "drain", "set_gate": "gate", "read_drain": "drain", "read_gate": "gate",
             "read_current": "current", "enable": "", "disable": ""}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Board:
    """Keys of a profile outside its tables."""

    maker: str = key("who makes it")
    channels: int = key("number of transistors", low=1, high=64)
    identity: str = key("what the identification looks like: a regular expression, groups model, serial, firmware")
    error: str = key("what a refusal looks like: a regular expression, groups code and words")
    drain_voltage: float = key("most it can give a drain, whatever it is told, V", low=0.0, high=100.0)
    drain_current: float = key("most it lets through a drain, whatever it is told, mA", low=0.0, high=1e5)


@dataclass(frozen=True, kw_only=True)
class Line:
    """``[line]``: what differs from the line of a GAIA board."""

    identify: str = key("what is asked first; empty: as a GAIA board", "")
    sent: str = key("what ends a message; empty: as a GAIA board", "", choices=("", *TERMINATORS))
    answered: str = key("what ends an answer; empty: as a GAIA board", "", choices=("", *TERMINATORS))
    nonsense: str = key("what makes a command that was cut off none; empty: as a GAIA board", "")
    spacing: float | None = key("silence after a message, s", None, low=0.0, high=10.0)
    timeout: float | None = key("time until an answer is given up, s", None, low=0.01, high=60.0)

    @property
    def changes(self) -> dict[str, Any]:
        """What differs, by the names of :class:`cryoioc.link.dialect.Dialect`."""
        found = {"identify": self.identify, "nonsense": self.nonsense,
                 "send_terminator": TERMINATORS.get(self.sent), "reply_terminator": TERMINATORS.get(self.answered),
                 "spacing": self.spacing, "timeout": self.timeout}  # fmt: skip
        return {name: value for name, value in found.items() if value not in ("", None)}


@dataclass(frozen=True, kw_only=True)
class Quantity:
    """``[exchange.NAME.fields.FIELD]``: a value of an exchange."""

    doc: str = key("what it is")
    kind: str = key("number, channel, or text", "number", choices=KINDS)
    unit: str = key("its unit", "")
    scale: float = key("units per step; a number is steps times scale plus offset", 1.0, low=-1e9, high=1e9)
    offset: float = key("value at step 0", 0.0, low=-1e9, high=1e9)
    decimals: int = key("places of the steps that are sent", 0, low=0, high=9)
    low: float = key("least that is sent", -1e9, low=-1e9, high=1e9)
    high: float = key("most that is sent", 1e9, low=-1e9, high=1e9)


@dataclass(frozen=True, kw_only=True)
class Sentence:
    """``[exchange.NAME]``: what is asked or told, and the answer."""

    doc: str = key("what it does")
    query: str = key("what is asked; braces: channel", "")
    set: str = key("what is told; braces: channel and fields", "")
    reply: str = key("the answer: to a query a regular expression with its fields as groups; to a command in braces")


@dataclass(frozen=True, kw_only=True)
class Answered(Exchange):
    """An exchange of a profile."""

    reply: str
    error: str

    def parse(self, reply: str) -> dict[str, Any]:
        """Return the values; :class:`ReplyError` for a refusal or another shape."""
        if re.fullmatch(self.error, reply.strip()):
            raise ReplyError(f"{self.name} was refused: {reply.strip()}")
        found = re.fullmatch(self.reply, reply.strip())
        if found is None:
            raise ReplyError(f"{self.name}: expected {self.reply}, the board said {reply!r}")
        return {one.name: one.codec.parse(found[one.name]) for one in self.fields}

    def obeyed(self, reply: str, values: Mapping[str, Any], *address: object) -> None:
        """Take the answer to a command.

        Raises
        ------
        DeviceRefused
            The board said no.
        ReplyError
            It said something else, perhaps to somebody else.
        """
        if re.fullmatch(self.error, reply.strip()):
            raise DeviceRefused(f"{self.name} was refused: {reply.strip()}")
        texts = {one.name: one.codec.format(values[one.name]) for one in self.fields}
        wanted = self.reply.format(**texts, **dict(zip(self.addresses, address, strict=True)))
        if reply.strip() != wanted:
            raise ReplyError(f"{self.name}: expected {wanted!r}, the board said {reply!r}")


@dataclass(frozen=True, kw_only=True)
class Profile:
    """A board as a profile describes it."""

    model: Model
    board: Board
    line: Line
    interface: Mapping[str, Answered] = field(default_factory=dict)

    def identify(self, reply: str) -> Identity:
        """Return what the board says it is; :class:`ReplyError` if it is another."""
        found = re.fullmatch(self.board.identity, reply.strip())
        if found is None:
            raise ReplyError(f"expected {self.board.identity}, the board said {reply!r}")
        said = {name: (text or "").strip() for name, text in found.groupdict().items()}
        return Identity(text=reply.strip(), model=said.get("model", ""), serial=said.get("serial", ""),
                        firmware=said.get("firmware", ""))  # fmt: skip

    @property
    def unprotected(self) -> list[str]:
        """What the board can do to a transistor, in sentences; empty where it cannot harm one."""
        found = []
        if self.board.drain_voltage > DRAIN_VOLTAGE:
            found.append(f"gives a drain up to {self.board.drain_voltage:g} V, a transistor stands {DRAIN_VOLTAGE:g} V")
        if self.board.drain_current > DRAIN_CURRENT:
            limit = f"{self.board.drain_current:g} mA, a transistor stands {DRAIN_CURRENT:g} mA"
            found.append(f"lets through a drain up to {limit}")
        return found


def load(path: Path, name: str = "gaia") -> Profile:
    """Read a profile.

    Raises
    ------
    StationError
        With one sentence per mistake.
    """
    reader = Reader(path)
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise StationError([f"{path}: cannot be read: {error.strerror}"]) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise StationError([f"{path}: not TOML: {error}"]) from error
    tables = {one: reader.table(raw.pop(one, {}), one) for one in ("line", "exchange", "interface")}
    board = reader.read(Board, raw, "")
    line = reader.read(Line, tables["line"], "line")
    rows = {}
    for one, body in tables["exchange"].items():
        channels, refusal = (board.channels, board.error) if board is not None else (1, "(?!)")
        row = _row(reader, one, body, channels, refusal)
        if row is not None:
            rows[one] = row
    interface = _interface(reader, tables["interface"], rows)
    if board is not None:
        for where in ("identity", "error"):
            _expression(reader, where, getattr(board, where))
    if reader.lines:
        raise StationError(reader.lines)
    places = tuple(map(str, range(1, board.channels + 1)))
    model = Model(name=name, maker=board.maker, idn=board.maker, channels=places, rows=rows)
    return Profile(model=model, board=board, line=line, interface=interface)


def _row(reader: Reader, name: str, raw: Any, channels: int, error: str) -> Answered | None:
    """Return one exchange; None where something is wrong with it, which is then told."""
    where, before = f"exchange.{name}", len(reader.lines)
    body = dict(reader.table(raw, where))
    fields = reader.table(body.pop("fields", {}), f"{where}.fields")
    said = reader.read(Sentence, body, where)
    read = {one: reader.read(Quantity, each, f"{where}.fields.{one}") for one, each in fields.items()}
    if said is None or len(reader.lines) > before:
        return None
    if bool(said.query) == bool(said.set):
        reader.complain(where, "expected either query or set")
        return None
    made = tuple(Field(name=one, codec=_codec(spec, channels), unit=spec.unit, doc=spec.doc) for one, spec in
                 read.items())  # fmt: skip
    row = Answered(name=name, query=said.query, set=said.set, fields=made, doc=said.doc, reply=said.reply, error=error)
    _check_braces(reader, where, row)
    return row if len(reader.lines) == before else None


def _codec(spec: Quantity, channels: int) -> Codec:
    if spec.kind == "text":
        return Text(80)
    if spec.kind == "channel":
        return Integer(1, channels)
    return Scaled(scale=spec.scale, offset=spec.offset, decimals=spec.decimals, low=spec.low, high=spec.high)


def _check_braces(reader: Reader, where: str, row: Answered) -> None:
    """Check that a template asks for nothing that nobody has, and an answer holds every field."""
    names = {one.name for one in row.fields}
    known = {"channel"} if row.query else {"channel", *names}
    for kind in ("query",) if row.query else ("set", "reply"):
        text = getattr(row, kind)
        try:
            text.format(**dict.fromkeys(known, "1"))
        except (KeyError, IndexError, ValueError) as error:
            reader.complain(f"{where}.{kind}", f"expected no braces but {', '.join(sorted(known))}, found {error}")
    if row.query and (found := _expression(reader, f"{where}.reply", row.reply)) is not None:
        for one in sorted(names ^ set(found.groupindex)):
            reader.complain(f"{where}.reply", f"expected a group and a field {one}, found only one of them")
    for value in row.fields:
        if isinstance(value.codec, Scaled) and value.codec.scale == 0.0:
            reader.complain(f"{where}.fields.{value.name}.scale", "expected a number other than 0, found 0.0")


def _expression(reader: Reader, where: str, text: str) -> re.Pattern[str] | None:
    try:
        return re.compile(text)
    except re.error as error:
        reader.complain(where, f"expected a regular expression: {error}")
        return None


def _interface(reader: Reader, raw: Mapping[str, Any], rows: Mapping[str, Answered]) -> dict[str, Answered]:
    """Return the exchanges that every board must have, by what they do."""
    found = {}
    for name in set(raw) - set(INTERFACE):
        reader.unknown("interface", name, list(INTERFACE))
    for name, value in INTERFACE.items():
        row = rows.get(str(raw.get(name)))
        if row is None:
            reader.complain(f"interface.{name}", f"expected an exchange of this file, found {raw.get(name)!r}")
        elif (value and value not in {one.name for one in row.fields}) or bool(row.query) != name.startswith("read"):
            kind = "query" if name.startswith("read") else "command"
            wanted = f"a {kind} with a field {value}" if value else f"a {kind}"
            reader.complain(f"interface.{name}", f"expected {wanted}, found {row.name}")
        else:
            found[name] = row
    return found


GAIA = load(FOLDER / "gaia.toml")
MODELS = {"gaia": GAIA.model}


def identity(reply: str, model: Model) -> Identity:
    """Return what a GAIA board says it is.

    >>> identity("#GAIA Simulator Rev. 1.0.0 / 2022.02.08.1 10", GAIA.model).firmware
    'Simulator Rev. 1.0.0 / 2022.02.08.1'
    """
    return GAIA.identify(reply)
