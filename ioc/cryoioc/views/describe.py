"""The PV list: every PV with its record, unit, limits, states and the exchange behind it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from cryoioc.pvs.desk import Desk, Entry


def _row(entry: Entry, prefix: str, aliases: Iterable[str]) -> dict[str, Any]:
    record = entry.record
    return {
        "pv": prefix + record.name,
        "record": record.kind,
        "unit": record.unit,
        "precision": record.precision if record.kind in ("ai", "ao", "waveform") else None,
        "writable": record.writable or record.command,
        "command": record.command,
        "enum": list(record.states),
        "severities": dict(record.severities),
        "low": record.low,
        "high": record.high,
        "lolo_alarm": record.lolo,
        "low_alarm": record.low_alarm,
        "high_alarm": record.high_alarm,
        "hihi_alarm": record.hihi,
        "hyst": record.hyst,
        "mdel": record.mdel,
        "adel": record.adel,
        "display": list(record.display_range),
        "length": record.length,
        "doc": record.doc,
        "instrument": entry.instrument,
        "query": entry.query,
        "set": entry.set,
        "aliases": [prefix + alias for alias in aliases],
    }


def rows(desk: Desk, prefix: str) -> list[dict[str, Any]]:
    """Return one dictionary per PV, in the order of declaration.

    Keys: pv, record, unit, precision, writable, command, enum, severities, low, high (limits of a
    put), lolo_alarm, low_alarm, high_alarm, hihi_alarm, hyst, mdel, adel, display (LOPR, HOPR), length, doc,
    instrument, query, set, aliases.
    """
    extra: dict[str, list[str]] = {}
    for alias, real in desk.aliases.items():
        extra.setdefault(real, []).append(alias)
    return [_row(entry, prefix, extra.get(name, [])) for name, entry in desk.entries.items()]


def as_json(desk: Desk, prefix: str) -> str:
    """Return the list as JSON text."""
    return json.dumps(rows(desk, prefix), indent=1)


def as_table(desk: Desk, prefix: str) -> str:
    """Return the list as plain text, one line per PV."""
    listed = rows(desk, prefix)
    width = max((len(row["pv"]) for row in listed), default=0) + 2
    lines = [f"{'PV':<{width}}{'record':<11}{'unit':<8}{'put':<5}{'instrument':<12}{'query':<16}description"]
    for row in listed:
        put = "cmd" if row["command"] else "yes" if row["writable"] else ""
        lines.append(
            f"{row['pv']:<{width}}{row['record']:<11}{row['unit']:<8}{put:<5}"
            f"{row['instrument']:<12}{row['query']:<16}{row['doc']}"
        )
    return "\n".join(lines)
