"""The fields of a record as clients see them: ``NAME.HIHI`` and the like, made when somebody asks.

Each row says what a field answers and what a put of it does.  What has no meaning here either answers what
EPICS base answers for a record without it, and cannot be put, or does not exist.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, cast

from cryoioc.errors import Refused
from cryoioc.records import dbr, menus
from cryoioc.records.alarms import SEVERITIES, STATUSES
from cryoioc.records.channel import Channel
from cryoioc.records.channel_enum import EnumChannel
from cryoioc.records.channel_number import OUTPUTS, NumberChannel
from cryoioc.records.dbr import Elements, Properties, Reading
from cryoioc.records.declaration import MAX_DOC, MAX_UNIT, TWO_STATES
from cryoioc.records.source import LOG, VALUE, Source, Subscriber

OUTPUT_TYPES = ("ao", "bo", "mbbo", "longout", "stringout")

# Range of a field that has none of its own (``recGblGetGraphicDouble``).
RANGES = {
    dbr.CHAR: (0.0, 255.0),
    dbr.SHORT: (-32768.0, 32767.0),
    dbr.LONG: (-2147483648.0, 2147483647.0),
    dbr.DOUBLE: (-1e300, 1e300),
}


@dataclass(frozen=True)
class Row:
    """One field: native type, what it answers, what a put does (None: it cannot be put)."""

    kind: int
    get: Callable[[Any], float | int | str]
    put: Callable[[Any, Any], None] | None = None
    menu: tuple[str, ...] = ()
    in_unit: bool = False  # has the unit and precision of the record
    in_range: bool = False  # has the record's range too; else that of its type


class Field(Source):
    """One field of a record; alarm and time are the record's."""

    def __init__(self, channel: Channel, name: str, row: Row) -> None:
        super().__init__()
        self.channel = channel
        self.name = f"{channel.name}.{name}"
        self.row = row
        self.kind = row.kind
        self.accepts_puts = row.put is not None
        self._sent: object = None

    @property
    def owner(self) -> Channel:
        """The record it belongs to."""
        return self.channel

    def value(self) -> float | int | str:
        """Return what the field answers, a whole number where its type is one."""
        value = self.row.get(self.channel)
        return value if isinstance(value, str) or self.kind == dbr.DOUBLE else int(value)

    def reading(self) -> Reading:
        """Return the field's value with the record's alarm and time."""
        whole, row = self.channel.reading(), self.row
        of = whole.properties
        span = (0.0, 0.0) if self.channel.kind in (dbr.ENUM, dbr.STRING) else RANGES.get(self.kind, (0.0, 0.0))
        properties = Properties(
            of.unit if row.in_unit else "",
            of.precision if row.in_unit else 0,
            row.menu,
            display=of.display if row.in_range else span,
            control=of.control if row.in_range else span,
        )
        elements = cast(Elements, (self.value(),))
        return replace(whole, kind=self.kind, elements=elements, properties=properties)

    def encoded(self, kind: int, count: int) -> tuple[bytes, int]:
        """Encode anew: the record changes without telling its fields."""
        self.forget_encoded()
        return super().encoded(kind, count)

    def subscribe(self, subscriber: Subscriber) -> None:
        """Add a subscriber, and watch the record from now on."""
        super().subscribe(subscriber)
        self._sent = self.value()
        self.channel.watched[self] = None

    def unsubscribe(self, subscriber: Subscriber) -> None:
        """Remove a subscriber, and leave the record alone when it was the last."""
        super().unsubscribe(subscriber)
        if not self.subscribed:
            self.channel.watched.pop(self, None)

    def refresh(self, mask: int) -> None:
        """Send the field if it has changed with the record."""
        value = self.value()
        if value != self._sent:
            self._sent = value
            self.publish(VALUE | LOG | mask)

    def write(self, elements: Elements) -> None:
        """Put a field.

        Raises
        ------
        Refused
            When it cannot be put or not to this.
        """
        if self.row.put is None:
            raise Refused(f"{self.name.rpartition('.')[2]} cannot be put")
        if isinstance(elements, bytes):
            elements = (dbr.decoded(elements),) if self.kind == dbr.STRING else tuple(elements)
        if len(elements) != 1:
            raise Refused(f"one value expected, got {len(elements)}")
        self.row.put(self.channel, self._converted(elements[0]))
        self.refresh(VALUE | LOG)

    def _converted(self, sent: float | int | str) -> float | int | str:
        if self.kind == dbr.STRING:
            return str(sent)
        if isinstance(sent, str) and sent in self.row.menu:
            return self.row.menu.index(sent)
        try:
            number = dbr.number(sent) if isinstance(sent, str) else sent
        except dbr.ConversionError as error:
            raise Refused(str(error)) from error
        if self.row.menu and number not in range(len(self.row.menu)):
            raise Refused(f"no state {number:g}")
        if abs(number) == float("inf") or number != number:
            raise Refused(f"not a finite number: {number}")
        return number if self.kind == dbr.DOUBLE else int(number)


def _attribute(path: str, then: Callable[[Channel], None] = Channel.properties_changed) -> Callable[[Any, Any], None]:
    """Return a put that sets an attribute of the channel, and what follows from it."""
    owner, _, leaf = path.rpartition(".")

    def put(channel: Channel, value: object) -> None:
        setattr(operator.attrgetter(owner)(channel) if owner else channel, leaf, value)
        then(channel)

    return put


def _put_text(name: str, most: int) -> Callable[[Any, Any], None]:
    def put(channel: Channel, text: str) -> None:
        if len(text) > most or not text.isascii():
            raise Refused(f"at most {most} ASCII characters")
        _attribute(name, Channel.description_changed)(channel, text)

    return put


def _put_precision(channel: Channel, digits: int) -> None:
    if not 0 <= digits <= 15:
        raise Refused("precision must be 0 to 15")
    _attribute("precision", Channel.description_changed)(channel, digits)


def _put_side(side: int) -> Callable[[Any, Any], None]:
    """Return the put of LOPR (0) or HOPR (1)."""

    def put(channel: Channel, value: float) -> None:
        low, high = channel.display
        channel.display = (value, high) if side == 0 else (low, value)
        channel.description_changed()

    return put


def _const(kind: int, value: float | int | str, menu: tuple[str, ...] = ()) -> Row:
    return Row(kind, lambda channel: value, menu=menu)


def _severity(get: Callable[[Any], int], put: Callable[[Any, Any], None]) -> Row:
    return Row(dbr.ENUM, get, put, menu=SEVERITIES)


COMMON = {
    "NAME": Row(dbr.STRING, lambda c: c.full_name),
    "DESC": Row(dbr.STRING, lambda c: c.doc, _put_text("doc", MAX_DOC)),
    "RTYP": Row(dbr.STRING, lambda c: c.record_type),
    "SCAN": Row(dbr.ENUM, lambda c: 0 if c.accepts_puts else menus.SCAN.index("I/O Intr"), menu=menus.SCAN),
    "PROC": Row(dbr.CHAR, lambda c: 0, lambda c, value: None),  # carried out by puts.put_field
    "DISP": Row(dbr.CHAR, lambda c: int(c.puts_disabled), lambda c, on: setattr(c, "puts_disabled", bool(on))),
    "STAT": Row(dbr.ENUM, lambda c: c.alarm.status, menu=STATUSES),
    "SEVR": Row(dbr.ENUM, lambda c: c.alarm.severity, menu=SEVERITIES),
    "AMSG": _const(dbr.STRING, ""),
    "NSTA": _const(dbr.ENUM, 0, STATUSES),
    "NSEV": _const(dbr.ENUM, 0, SEVERITIES),
    "ACKS": Row(dbr.ENUM, lambda c: c.to_acknowledge, menu=SEVERITIES),
    "ACKT": Row(dbr.ENUM, lambda c: c.acknowledge_transient, menu=menus.YES_NO),
    "UDF": Row(dbr.CHAR, lambda c: int(c.undefined)),
    "UDFS": _const(dbr.ENUM, 3, SEVERITIES),
    "PACT": Row(dbr.CHAR, lambda c: int(c.turn.locked())),
    "DTYP": _const(dbr.ENUM, 0, ("Soft Channel",)),
    "PINI": _const(dbr.ENUM, 0, menus.PINI),
    "PRIO": _const(dbr.ENUM, 0, menus.PRIORITY),
    "PHAS": _const(dbr.SHORT, 0),
    "TSE": _const(dbr.SHORT, 0),
    "DISA": _const(dbr.SHORT, 0),
    "DISV": _const(dbr.SHORT, 1),
    "DISS": _const(dbr.ENUM, 0, SEVERITIES),
    **{link: _const(dbr.STRING, "") for link in ("FLNK", "SDIS", "TSEL", "EVNT", "ASG")},
}

UNIT = {"EGU": Row(dbr.STRING, lambda c: c.unit, _put_text("unit", MAX_UNIT))}
PRECISION = {"PREC": Row(dbr.SHORT, lambda c: c.precision, _put_precision)}


def _display(kind: int) -> dict[str, Row]:
    return {
        "LOPR": Row(kind, lambda c: c.display[0], _put_side(0), in_unit=True),
        "HOPR": Row(kind, lambda c: c.display[1], _put_side(1), in_unit=True),
    }


def _limit(kind: int, path: str, in_range: bool = False) -> Row:
    """Return the row of a number that is an attribute of the channel, in the record's unit."""
    return Row(kind, operator.attrgetter(path), _attribute(path), in_unit=True, in_range=in_range)


def _number_rows(channel: NumberChannel) -> dict[str, Row]:
    kind = channel.kind
    rows = {**UNIT, **_display(kind), **({} if channel.whole else PRECISION)}
    for name in ("HIHI", "HIGH", "LOW", "LOLO"):
        rows[name] = _limit(kind, f"limits.{name.lower()}", in_range=True)
    for name in ("HHSV", "HSV", "LSV", "LLSV"):
        path = f"limits.{name.lower()}"
        rows[name] = _severity(operator.attrgetter(path), _attribute(path))
    rows["HYST"] = _limit(kind, "limits.hyst")
    for name in ("MDEL", "ADEL"):  # they matter from the next value on
        path = name.lower()
        rows[name] = Row(kind, operator.attrgetter(path), _attribute(path, lambda c: None), in_unit=True)
    for name, path in (("LALM", "limits.last"), ("MLST", "sent"), ("ALST", "logged")):
        rows[name] = Row(kind, operator.attrgetter(path), in_unit=True, in_range=True)
    if channel.record.kind in OUTPUTS:
        rows["DRVL"] = Row(kind, lambda c: c.control[0], lambda c, x: c.narrow(x, c.high), in_unit=True)
        rows["DRVH"] = Row(kind, lambda c: c.control[1], lambda c, x: c.narrow(c.low, x), in_unit=True)
    return rows


def _state_name(i: int) -> Row:
    return Row(dbr.STRING, lambda c: c.states[i] if i < len(c.states) else "")


def _state_severity(i: int) -> Row:
    def put(channel: EnumChannel, severity: int) -> None:
        channel.severities[i] = severity
        channel.properties_changed()

    return _severity(lambda c: c.severities[i], put)


def _enum_rows(channel: EnumChannel) -> dict[str, Row]:
    two = channel.record.kind in TWO_STATES
    names = ("ZNAM", "ONAM") if two else menus.STATE_NAMES
    severities = ("ZSV", "OSV") if two else menus.STATE_SEVERITIES
    rows = {name: _state_name(i) for i, name in enumerate(names)}
    rows |= {name: _state_severity(i) for i, name in enumerate(severities)}
    rows["COSV"] = _severity(lambda c: c.change_severity, _attribute("change_severity"))
    return rows


def _array_rows(channel: Channel) -> dict[str, Row]:
    element = "CHAR" if channel.kind == dbr.CHAR else "DOUBLE"
    # DBF_ULONG travels as a double (``dbDBRnewToDBRold`` in base).
    rows = {
        "NELM": Row(dbr.DOUBLE, lambda c: c.capacity),
        "NORD": Row(dbr.DOUBLE, lambda c: len(c.elements())),
        "FTVL": _const(dbr.ENUM, menus.FTYPE.index(element), menus.FTYPE),
        **{name: _const(dbr.ENUM, 1, menus.POST) for name in ("MPST", "APST")},
    }
    return rows | (UNIT | PRECISION | _display(dbr.DOUBLE) if element == "DOUBLE" else {})


def rows_of(channel: Channel) -> dict[str, Row]:
    """Return the fields a record has beside VAL."""
    rows = dict(COMMON)
    if isinstance(channel, NumberChannel):
        rows |= _number_rows(channel)
    elif isinstance(channel, EnumChannel):
        rows |= _enum_rows(channel)
    elif channel.record_type == "waveform":
        rows |= _array_rows(channel)
    link = "OUT" if channel.record_type in OUTPUT_TYPES else "INP"
    return rows | {link: _const(dbr.STRING, "")}


def get_field(channel: Channel, name: str) -> Source | None:
    """Return a field of a record, the record itself for VAL, None for what it does not have."""
    if name in ("", "VAL"):
        return channel
    row = rows_of(channel).get(name)
    return None if row is None else Field(channel, name, row)
