"""The fields of every kind of record: what each answers, and what a put of it does.

One table however long: a field that two kinds have must do the same in both, and is looked up here alone.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from cryoioc.errors import Refused
from cryoioc.records import dbr, held, menus, processing
from cryoioc.records.alarms import SEVERITIES, STATUSES
from cryoioc.records.channel import Channel
from cryoioc.records.channel_enum import EnumChannel
from cryoioc.records.channel_number import NumberChannel
from cryoioc.records.declaration import MAX_DOC, MAX_GROUP, MAX_STATE, MAX_UNIT, STRINGS, TWO_STATES
from cryoioc.records.field import (
    NEVER,
    ON_ALARM,
    ON_CHANGE,
    ON_RAISE,
    UNSIGNED_LONG,
    UNSIGNED_SHORT,
    WHEN_PROCESSED,
    WITH_VALUE,
    Field,
    Row,
)
from cryoioc.records.source import Source

LONGEST_UNIT = 15  # characters EGU can hold; clients are given the first 7 with their metadata
BYTE = 0xFF
OPEN = "this record switches off, it is closed to nobody"


def _attribute(path: str) -> Callable[[Any, Any], None]:
    """Return a put that sets an attribute of the channel."""
    owner, _, leaf = path.rpartition(".")

    def put(channel: Channel, value: object) -> None:
        setattr(operator.attrgetter(owner)(channel) if owner else channel, leaf, value)

    return put


def _put_text(name: str, most: int) -> Callable[[Any, Any], None]:
    def put(channel: Channel, text: str) -> None:
        if len(text) > most or not text.isascii():
            raise Refused(f"at most {most} ASCII characters")
        setattr(channel, name, text)

    return put


def _put_group(channel: Channel, text: str) -> None:
    if channel.record.stays_open and text != channel.record.asg:
        raise Refused(OPEN)
    channel.held["ASG"] = text[:MAX_GROUP]
    channel.regrouped()


def _put_disabled(channel: Channel, on: int) -> None:
    if on & BYTE and channel.record.stays_open:
        raise Refused(OPEN)
    channel.disp = on & BYTE


def _put_unit(channel: Channel, text: str) -> None:
    _put_text("unit", MAX_UNIT if channel.record.refuses else LONGEST_UNIT)(channel, text)


def _put_precision(channel: Channel, digits: int) -> None:
    if channel.record.refuses and not 0 <= digits <= 15:
        raise Refused("precision must be 0 to 15")
    channel.precision = digits


def _put_side(side: int) -> Callable[[Any, Any], None]:
    """Return the put of LOPR (0) or HOPR (1)."""

    def put(channel: Channel, value: float) -> None:
        low, high = channel.display
        channel.display = (value, high) if side == 0 else (low, value)

    return put


def _const(kind: int, value: float | int | str, menu: tuple[str, ...] = ()) -> Row:
    return Row(kind, lambda channel: value, menu=menu)


def _severity(path: str, is_property: bool = False) -> Row:
    return Row(
        dbr.ENUM, operator.attrgetter(path), _attribute(path), SEVERITIES, is_property=is_property, processes=True
    )


COMMON = {
    "NAME": Row(dbr.STRING, lambda c: c.full_name),
    "DESC": Row(dbr.STRING, lambda c: c.doc, _put_text("doc", MAX_DOC)),
    "RTYP": Row(dbr.STRING, lambda c: c.record_type),
    "PROC": Row(dbr.CHAR, lambda c: c.proc, lambda c, value: setattr(c, "proc", value & BYTE)),  # see puts.put_field
    "DISP": Row(dbr.CHAR, lambda c: c.disp, _put_disabled),
    "STAT": Row(dbr.ENUM, lambda c: c.alarm.status, menu=STATUSES),
    "SEVR": Row(dbr.ENUM, lambda c: c.alarm.severity, menu=SEVERITIES),
    "AMSG": Row(dbr.STRING, lambda c: c.message, told=ON_ALARM),
    "NSTA": _const(dbr.ENUM, 0, STATUSES),
    "NSEV": _const(dbr.ENUM, 0, SEVERITIES),
    "NAMSG": _const(dbr.STRING, ""),
    "ACKS": Row(dbr.ENUM, lambda c: c.to_acknowledge, menu=SEVERITIES, told=ON_RAISE),
    "ACKT": Row(dbr.ENUM, lambda c: c.acknowledge_transient, menu=menus.YES_NO),
    "PACT": Row(dbr.CHAR, lambda c: int(c.turn.locked())),
    "UTAG": Row(dbr.DOUBLE, lambda c: 0, span=(0.0, 2.0**64)),
    **dict.fromkeys(("LCNT", "PUTF", "RPRO"), _const(dbr.CHAR, 0)),
    "DTYP": _const(dbr.ENUM, 0, ("Soft Channel",)),
}
LINKS = ("FLNK", "SDIS", "TSEL", "SIML", "SIOL")


def _common(channel: Channel) -> dict[str, Row]:
    plain = not channel.record.refuses
    scan = Row(dbr.ENUM, lambda c: c.scan, processing.scan if plain else None, menus.SCAN)
    undefined = Row(
        dbr.CHAR, lambda c: int(c.undefined), _attribute("undefined") if plain else None, processes=True, told=NEVER
    )
    rows = {**COMMON, "SCAN": scan, "UDF": undefined}
    if not plain:  # base takes these with the record itself only, which no client may write to here
        rows["ACKS"] = replace(rows["ACKS"], put=lambda c, severity: c.acknowledge(severity))
        rows["ACKT"] = replace(rows["ACKT"], put=lambda c, on: c.set_acknowledge_transient(on))
    rows |= {link: _const(dbr.STRING, "") for link in (*LINKS, _own_link(channel))}
    if channel.record.kind in held.OUTPUTS:
        rows["DOL"] = _const(dbr.STRING, "")
    for name, what in held.fields_of(channel.record.kind).items():
        rows[name] = _held(name, what, plain)
    rows["ASG"] = Row(dbr.STRING, lambda c: c.asg, _put_group)
    return rows


def _own_link(channel: Channel) -> str:
    return "OUT" if channel.record.kind in held.OUTPUTS else "INP"


def _held(name: str, what: held.Held, plain: bool) -> Row:
    def put(channel: Channel, value: object) -> None:
        channel.held[name] = value

    raw = name == "RVAL"
    told = ON_CHANGE if not raw else WITH_VALUE if what.kind == dbr.LONG else WHEN_PROCESSED
    return Row(
        what.kind,
        lambda c: c.held[name],
        put if plain else None,
        what.menu,
        in_unit=name in ("SVAL", "IVOV", "OROC"),
        in_range=name == "SVAL",
        in_display=name == "IVOV" and what.kind == dbr.DOUBLE,
        processes=raw or (name == "SVAL" and what.kind == dbr.STRING),
        told=told,
        span=what.span,
        unit="s" if name == "HIGH" else "",
        precision=2 if name == "HIGH" else 0,
    )


UNIT = {"EGU": Row(dbr.STRING, lambda c: c.unit, _put_unit, is_property=True)}
PRECISION = {"PREC": Row(dbr.SHORT, lambda c: c.precision, _put_precision, is_property=True)}


def _display(kind: int) -> dict[str, Row]:
    return {
        "LOPR": Row(kind, lambda c: c.display[0], _put_side(0), in_unit=True, is_property=True),
        "HOPR": Row(kind, lambda c: c.display[1], _put_side(1), in_unit=True, is_property=True),
    }


def _number_rows(channel: NumberChannel) -> dict[str, Row]:
    kind, record = channel.kind, channel.record
    plain = not record.refuses
    rows = {**UNIT, **_display(kind), **({} if channel.whole else PRECISION)}
    for name in ("HIHI", "HIGH", "LOW", "LOLO"):
        path = f"limits.{name.lower()}"
        rows[name] = Row(
            kind, operator.attrgetter(path), _attribute(path),
            in_unit=True, in_range=True, is_property=True, processes=True,
        )  # fmt: skip
    for name in ("HHSV", "HSV", "LSV", "LLSV"):
        rows[name] = _severity(f"limits.{name.lower()}", is_property=True)
    for name, path in (("HYST", "limits.hyst"), ("MDEL", "mdel"), ("ADEL", "adel")):
        rows[name] = Row(kind, operator.attrgetter(path), _attribute(path), in_unit=True)
    for name, path in (("LALM", "limits.last"), ("MLST", "sent"), ("ALST", "logged")):
        rows[name] = Row(kind, operator.attrgetter(path), in_unit=True, in_range=True, told=NEVER)
    if record.kind in ("ai", "longin"):
        rows |= _filter("limits.filter", plain, record.kind == "ai")
    else:
        rows |= _drive(kind) | _output(kind, record.kind == "ao", plain)
    return rows


def _output(kind: int, of_ao: bool, plain: bool) -> dict[str, Row]:
    previous = operator.attrgetter("previous")
    if not of_ao:
        return {"PVAL": Row(kind, previous, _attribute("previous") if plain else None, in_unit=True, told=NEVER)}
    return {
        "PVAL": Row(kind, previous, in_unit=True, in_range=True, told=NEVER),
        "OVAL": Row(kind, lambda c: c.output, _attribute("output") if plain else None, in_unit=True, in_range=True),
        "RVAL": Row(dbr.LONG, lambda c: c.raw, _attribute("raw") if plain else None, processes=True, told=WITH_VALUE),
    }


def _drive(kind: int) -> dict[str, Row]:
    return {
        "DRVL": Row(
            kind, lambda c: c.drive[0], lambda c, x: c.narrow(x, c.high),
            in_unit=True, is_property=True, processes=True,
        ),
        "DRVH": Row(
            kind, lambda c: c.drive[1], lambda c, x: c.narrow(c.low, x),
            in_unit=True, is_property=True, processes=True,
        ),
    }  # fmt: skip


def _filter(path: str, plain: bool, of_ai: bool = False) -> dict[str, Row]:
    seconds = f"{path}.seconds"
    return {
        "AFTC": Row(dbr.DOUBLE, operator.attrgetter(seconds), _attribute(seconds) if plain else None, in_unit=of_ai),
        "AFVL": Row(dbr.DOUBLE, operator.attrgetter(f"{path}.smoothed"), in_unit=of_ai, told=NEVER),
    }


def _state_name(i: int, plain: bool) -> Row:
    def put(channel: EnumChannel, name: str) -> None:
        if len(name) > MAX_STATE:
            raise Refused(f"at most {MAX_STATE} characters")
        channel.states += [""] * (i + 1 - len(channel.states))
        channel.states[i] = name
        if channel.record.kind not in TWO_STATES:
            channel.renamed(i)

    return Row(
        dbr.STRING, lambda c: c.states[i] if i < len(c.states) else "", put if plain else None,
        is_property=True, processes=True,
    )  # fmt: skip


def _state_item(attribute: str, i: int, kind: int, menu: tuple[str, ...], plain: bool = True) -> Row:
    def put(channel: EnumChannel, value: int) -> None:
        getattr(channel, attribute)[i] = value

    return Row(kind, lambda c: getattr(c, attribute)[i], put if plain else None, menu, processes=True)


def _enum_rows(channel: EnumChannel) -> dict[str, Row]:
    two, plain = channel.record.kind in TWO_STATES, not channel.record.refuses
    names = ("ZNAM", "ONAM") if two else menus.STATE_NAMES
    severities = ("ZSV", "OSV") if two else menus.STATE_SEVERITIES
    rows = {name: _state_name(i, plain) for i, name in enumerate(names)}
    rows |= {name: _state_item("severities", i, dbr.ENUM, SEVERITIES) for i, name in enumerate(severities)}
    rows["COSV"] = _severity("change_severity")
    rows["LALM"] = Row(dbr.LONG, lambda c: c.judged, span=UNSIGNED_SHORT, told=NEVER)
    rows["MLST"] = Row(dbr.LONG, lambda c: c.sent, span=UNSIGNED_SHORT, told=NEVER)
    if not two:
        rows["UNSV"] = _severity("unknown_severity")
        for i, name in enumerate(menus.STATE_VALUES):
            rows[name] = _state_item("values", i, dbr.DOUBLE, (), plain)
    if channel.record.kind == "mbbi":
        rows["AFVL"] = _const(dbr.DOUBLE, 0.0)
    if channel.record.kind in held.OUTPUTS:
        rows["RVAL"] = Row(
            dbr.DOUBLE, lambda c: c.raw, _attribute("raw") if plain else None,
            span=UNSIGNED_LONG, processes=True, told=WHEN_PROCESSED,
        )  # fmt: skip
    return rows


def _posts(plain: bool, menu: tuple[str, ...]) -> dict[str, Row]:
    return {
        name: Row(dbr.ENUM, operator.attrgetter(name.lower()), _attribute(name.lower()) if plain else None, menu)
        for name in ("MPST", "APST")
    }


def _array_rows(channel: Channel) -> dict[str, Row]:
    element = "CHAR" if channel.kind == dbr.CHAR else "DOUBLE"
    # DBF_ULONG travels as a double (``dbDBRnewToDBRold`` in base).
    rows = {
        "NELM": Row(dbr.DOUBLE, lambda c: c.capacity, span=UNSIGNED_LONG),
        "NORD": Row(dbr.DOUBLE, lambda c: len(c.elements()), span=(0.0, float(channel.capacity))),
        "FTVL": _const(dbr.ENUM, menus.FTYPE.index(element), menus.FTYPE),
        **_posts(not channel.record.refuses, menus.POST),
    }
    return rows | UNIT | PRECISION | _display(dbr.DOUBLE)


_known: dict[tuple[str, bool, int, int], Mapping[str, Row]] = {}


def rows_of(channel: Channel) -> Mapping[str, Row]:
    """Return the fields a record has beside VAL; records of the same kind, type and size share them."""
    key = channel.record.kind, channel.record.refuses, channel.kind, channel.capacity
    if key not in _known:
        _known[key] = _rows(channel)
    return _known[key]


def _rows(channel: Channel) -> dict[str, Row]:
    rows = _common(channel)
    if isinstance(channel, NumberChannel):
        rows |= _number_rows(channel)
    elif isinstance(channel, EnumChannel):
        rows |= _enum_rows(channel)
    elif channel.record.kind in STRINGS:
        rows |= _posts(not channel.record.refuses, menus.STRING_POST)
        rows["OVAL"] = Row(dbr.STRING, lambda c: c.sent, told=NEVER)
    else:
        rows |= _array_rows(channel)
    return rows


def get_field(channel: Channel, name: str) -> Source | None:
    """Return a field of a record, the record itself for VAL, None for what it does not have."""
    if name in ("", "VAL"):
        return channel
    row = rows_of(channel).get(name)
    return None if row is None else Field(channel, name, row)
