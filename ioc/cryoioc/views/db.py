"""EPICS database: every PV as the record it is, for tools, and for EPICS base to serve beside us.

Long strings are waveforms of CHAR and not lsi or lso, because that is what we serve: RTYP, the element count and the
bytes on the wire are those of a waveform, and clients that know nothing of lsi can read it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from cryoioc.pvs.desk import Desk, Entry
from cryoioc.records import Record
from cryoioc.records.declaration import ENUMS, FLOATS, INTEGERS, LONG_STRINGS, TWO_STATES
from cryoioc.records.menus import STATE_NAMES, STATE_SEVERITIES
from cryoioc.views.archive import sampling
from cryoioc.views.saveset import restorable

OUTPUTS = ("ao", "longout")
HEADER = """\
# Generated from the declarations of the PVs: cryoioc describe STATION.toml --as db
#
# Every PV of a station as an EPICS record: what it is, not how it is filled.  The records have no device support; the
# station itself is served by cryoioc.  For tools that read databases, and for EPICS base to serve them as a stand-in:
#     dbLoadRecords("STATION.db")              names as served
#     dbLoadRecords("STATION.db", "P=OTHER:")  another prefix
#
# Macro P    prefix of all names, {prefix} unless given
# info(archive, "method, period in s, field")    how the archive list has it
# info(autosaveFields, "VAL")    a setting of the save set
# A # line in front of a record: instrument, query and command behind it.
"""


def as_db(desk: Desk, prefix: str) -> str:
    """Return the database as text, in the order of declaration."""
    extra: dict[str, list[str]] = {}
    for alias, real in desk.aliases.items():
        extra.setdefault(real, []).append(alias)
    macro = f"$(P={prefix})"
    blocks = [_block(desk, entry, macro, extra.get(name, [])) for name, entry in desk.entries.items()]
    return "\n\n".join([HEADER.format(prefix=prefix).rstrip(), *blocks])


def _block(desk: Desk, entry: Entry, macro: str, aliases: list[str]) -> str:
    record = entry.record
    wire = "; ".join(text for text in (entry.query, entry.set) if text)
    lines = [f"# {entry.instrument or 'station'}: {wire}"] if wire else []
    lines.append(f'record({record_type(record)}, "{macro}{record.name}") {{')
    lines += [f"    field({name}, {_quoted(value)})" for name, value in fields(record)]
    sampled = sampling(desk, entry)
    if sampled is not None:
        lines.append(f'    info(archive, "{sampled.method.capitalize()}, {sampled.period:g}, VAL")')
    if restorable(entry):
        lines.append('    info(autosaveFields, "VAL")')
    lines += [f'    alias("{macro}{alias}")' for alias in aliases]
    return "\n".join([*lines, "}"])


def record_type(record: Record) -> str:
    """Return the EPICS record type."""
    return "waveform" if record.kind in LONG_STRINGS else record.kind


def fields(record: Record) -> Iterator[tuple[str, str]]:
    """Yield name and value of the fields that differ from what EPICS base takes by itself."""
    yield "DESC", record.doc
    if record.asg:
        yield "ASG", record.asg
    if record.kind in (*FLOATS, *INTEGERS):
        yield from _number(record)
    elif record.kind in ENUMS:
        yield from _states(record)
    elif record_type(record) == "waveform":
        yield from _array(record)
    if record.initial is not None:
        if record_type(record) != "waveform":  # has no constant that a database could give it
            yield "VAL", _initial(record)
        yield "PINI", "YES"


def _display(record: Record) -> Iterator[tuple[str, str]]:
    if record.unit:
        yield "EGU", record.unit
    if record.kind not in INTEGERS:
        yield "PREC", str(record.precision)
    low, high = record.display_range
    if low != high:
        yield "LOPR", _text(low)
        yield "HOPR", _text(high)


def _number(record: Record) -> Iterator[tuple[str, str]]:
    yield from _display(record)
    # A single drive limit cannot be said: EPICS base takes DRVL and DRVH only together.
    if record.kind in OUTPUTS and record.low is not None and record.high is not None:
        yield "DRVL", _text(record.low)
        yield "DRVH", _text(record.high)
    for name, severity_name, severity, limit in (
        ("HIHI", "HHSV", "MAJOR", record.hihi),
        ("HIGH", "HSV", "MINOR", record.high_alarm),
        ("LOW", "LSV", "MINOR", record.low_alarm),
        ("LOLO", "LLSV", "MAJOR", record.lolo),
    ):
        if limit is not None:
            yield name, _text(limit)
            yield severity_name, severity
    for name, value in (("HYST", record.hyst), ("MDEL", record.mdel), ("ADEL", record.adel)):
        if value:
            yield name, _text(value)


def _states(record: Record) -> Iterator[tuple[str, str]]:
    two = record.kind in TWO_STATES
    names = ("ZNAM", "ONAM") if two else STATE_NAMES
    severities = ("ZSV", "OSV") if two else STATE_SEVERITIES
    for i, state in enumerate(record.states):
        if not two:
            yield f"{names[i][:2]}VL", str(i)  # ZRVL, ONVL, ...
        yield names[i], state
        if state in record.severities:
            yield severities[i], record.severities[state]


def _array(record: Record) -> Iterator[tuple[str, str]]:
    if record.kind == "waveform":
        yield from _display(record)
    yield "FTVL", "DOUBLE" if record.kind == "waveform" else "CHAR"
    yield "NELM", str(record.length)
    yield "MPST", "On Change"
    yield "APST", "On Change"


def _initial(record: Record) -> str:
    if record.kind in ENUMS and record.initial in record.states:
        return str(record.states.index(str(record.initial)))
    return str(record.initial) if isinstance(record.initial, str) else _text(record.initial)


def _text(number: object) -> str:
    """Return a number without digits that say nothing."""
    return f"{number:.15g}"


def _quoted(text: str) -> str:
    """Return a field value in quotes; they are escaped as in JSON."""
    return json.dumps(text)
