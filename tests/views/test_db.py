"""The database loads in EPICS base, and there every field reads what was declared."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from cryoioc.records import fields, make_channel, menus
from cryoioc.records.alarms import SEVERITIES, STATUSES

from .places import HERE

NUMBERS = ("ai", "ao", "longin", "longout")
LIMITS = (
    ("HIHI", "HHSV", "MAJOR", "hihi_alarm"),
    ("HIGH", "HSV", "MINOR", "high_alarm"),
    ("LOW", "LSV", "MINOR", "low_alarm"),
    ("LOLO", "LLSV", "MAJOR", "lolo_alarm"),
)
# Fields in which the stand-in cannot be as the station, and why.
NOT_ALIKE = {
    "NAME": "has the prefix",
    "SCAN": "nothing there interrupts",
    "PINI": "gives the stand-in its initial value",
    "UDF": "see test_initial_values",
    "STAT": "see test_initial_values",
    "SEVR": "see test_initial_values",
    "ACKS": "an initial UDF alarm waits for acknowledgement there",
    "NORD": "an empty text has one element, its terminator; a database gives an array no value",
    "LALM": "moves with the first value",
}


def expected_fields(row):
    """Return what the fields of a record must read, from one row of ``describe --as json``."""
    kind = row["record"]
    out = {"RTYP": "waveform" if kind == "charin" else kind, "DESC": row["doc"]}
    if kind in (*NUMBERS, "waveform"):
        out |= {"EGU": row["unit"], "LOPR": row["display"][0], "HOPR": row["display"][1]}
    if row["precision"] is not None:
        out["PREC"] = row["precision"]
    if kind in NUMBERS:
        out |= {"HYST": row["hyst"], "MDEL": row["mdel"], "ADEL": row["adel"]}
        for limit, severity, level, key in LIMITS:
            given = row[key] is not None
            out |= {limit: row[key] if given else 0, severity: SEVERITIES.index(level) if given else 0}
    if kind in ("ao", "longout"):
        out |= {"DRVL": row["low"] or 0, "DRVH": row["high"] or 0}
    if kind in ("bi", "bo"):
        out |= _states(row, ("ZNAM", "ONAM"), ("ZSV", "OSV"))
    if kind in ("mbbi", "mbbo"):
        out |= _states(row, menus.STATE_NAMES, menus.STATE_SEVERITIES)
        out |= {f"{name[:2]}VL": i if i < len(row["enum"]) else 0 for i, name in enumerate(menus.STATE_NAMES)}
    if kind in ("charin", "waveform"):
        out |= {"NELM": row["length"], "FTVL": menus.FTYPE.index("CHAR" if kind == "charin" else "DOUBLE")}
    return out


def _states(row, names, severities):
    states, given = row["enum"], row["severities"]
    out = {name: states[i] if i < len(states) else "" for i, name in enumerate(names)}
    for i, severity in enumerate(severities):
        level = given.get(states[i], "NO_ALARM") if i < len(states) else "NO_ALARM"
        out[severity] = SEVERITIES.index(level)
    return out


def test_every_field_is_as_described(base, describe):
    expected = {}
    for row in json.loads(describe("json")):
        expected |= {f"{row['pv']}.{field}": value for field, value in expected_fields(row).items()}
    found = base(list(expected))
    assert {name: found[name] for name in expected if found[name] != expected[name]} == {}


@pytest.mark.parametrize("place", ["stvp"], indirect=True)  # of one station: it asks for every field of every PV
def test_every_field_is_as_the_station_serves_it(base, desk, place):
    """What a client asks of the station and of its stand-in has the same answer, field by field."""
    expected = {}
    for entry in desk.entries.values():
        channel = make_channel(entry.record)
        for name in fields.rows_of(channel):
            if name not in NOT_ALIKE:
                expected[f"{place.prefix}{entry.record.name}.{name}"] = fields.get_field(channel, name).value()
    found = base(list(expected))
    assert {name: (found[name], value) for name, value in expected.items() if found[name] != value} == {}


def test_metadata_is_as_described(base, describe):
    rows = json.loads(describe("json"))
    found = base([row["pv"] for row in rows], "ctrl")
    wrong = {}
    for row in rows:
        seen = found[row["pv"]]
        if row["enum"] and seen["enums"] != row["enum"]:
            wrong[row["pv"]] = seen["enums"]
        if row["record"] in NUMBERS and (seen["units"], seen.get("precision")) != (row["unit"], row["precision"]):
            wrong[row["pv"]] = seen
        if row["record"] == "ao" and row["high"] is not None:
            limits = [seen["lower_ctrl_limit"], seen["upper_ctrl_limit"]]
            if limits != [row["low"], row["high"]]:
                wrong[row["pv"]] = limits
    assert wrong == {}


def test_initial_values(base, desk, place):
    """What is declared with a value has it and no UDF alarm; everything else is undefined until it is read."""
    names = {f"{place.prefix}{name}": entry.record for name, entry in desk.entries.items()}
    found = base([f"{name}.{field}" for name in names for field in ("VAL", "UDF", "STAT", "SEVR")])
    undefined = STATUSES.index("UDF"), SEVERITIES.index("INVALID")
    wrong = {}
    for name, record in names.items():
        value, udf, status, severity = (found[f"{name}.{field}"] for field in ("VAL", "UDF", "STAT", "SEVR"))
        channel = make_channel(record)
        if record.initial is None:
            alike = (udf, status, severity) == (1, *undefined)
        else:
            channel.post(record.initial)
            expected = channel.index if record.states else channel.value
            empty = value == [] or value == 0  # an empty array is read as no element, or as a zero
            alike = (udf, status, severity) == (0, channel.alarm.status, channel.alarm.severity) and (
                value == expected or (channel.record_type == "waveform" and empty)
            )
        if not alike:
            wrong[name] = (value, udf, status, severity)
    assert wrong == {}


def test_aliases_are_the_same_record(base, desk, place):
    expected = {f"{place.prefix}{alias}.NAME": place.prefix + real for alias, real in desk.aliases.items()}
    assert base(list(expected)) == expected


@pytest.mark.parametrize("macros", ["", "P=OTHER:"])
def test_names_with_and_without_a_macro(describe, place, macros):
    """``dbl`` of EPICS base and ``--as dbl`` name the same PVs."""
    prefix = macros.removeprefix("P=") or place.prefix
    done = subprocess.run(
        [sys.executable, str(HERE / "list_records.py"), str(place.committed("db")), macros],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    named = describe("dbl", "--prefix", prefix).split()
    assert len(named) == len(set(named))
    assert sorted(done.stdout.split()) == sorted(named)


def test_settings_and_archived_readings_are_tagged(describe, place):
    """The info tags say the same as the lists."""
    tagged = {"archive": set(), "autosaveFields": set()}
    for line in describe("db").splitlines():
        if line.startswith("record("):
            name = line.split('"')[1].replace(f"$(P={place.prefix})", place.prefix)
        for tag, names in tagged.items():
            if line.strip().startswith(f"info({tag},"):
                names.add(name)
    archived = {line.split()[0] for line in describe("archive").splitlines() if line and line[0] != "#"}
    saved = {line.split(",")[0] for line in describe("saveset").splitlines() if line.startswith(place.prefix)}
    assert tagged == {"archive": archived, "autosaveFields": saved}
