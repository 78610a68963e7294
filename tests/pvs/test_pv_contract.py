"""PVS.md 9 and its tables against `cryoioc describe --as json`: names, texts, units, alarms, read twins."""

from __future__ import annotations

import json
import re

import pytest

from cryoioc.clock import Clock
from cryoioc.ioc import Ioc
from cryoioc.station import load
from cryoioc.views import describe

from .laboratory import STVP

KEYS = {
    "pv", "record", "unit", "precision", "writable", "enum", "low", "high", "doc", "instrument", "query", "set",
}  # fmt: skip
NAME = re.compile(r"[A-Z0-9_:-]+")
NUMBERS = ("ai", "ao", "longin", "longout")
ENUMS = ("bi", "bo", "mbbi", "mbbo")

# Numbers without a unit, and why.
DIMENSIONLESS = {
    r"LOOP\d:[PI](:SP)?": "gain, and 1000/seconds as the maker counts it",
    r"LOOP\d:ZONE": "number of a zone",
    r"LOOP\d:ZONES(:SP)?": "mixed; the DESC says the order",
    r"\w+:CURVE(:SP)?": "number of a curve",
    r"\w+:INRANGE(:SP)?": "code of a range",
    r"\w+:FILTER:POINTS(:SP)?": "number of points",
    r"\w+:(ERRORS|TIMEOUTS|BADREPLY|UNASKED|RESYNCS|RECONNECTS|INTERNAL)": "count",
    r"HEARTBEAT": "count",
    r"IOC:\w+_CNT": "count",
    r"INTLK:\w+:TRIPS": "count",
}

# PVS.md by table; what later issues bring is not here.
THERMOMETER = (
    "TEMP SENSOR STATUS VALID AGE RATE MIN MAX MINMAX:RESET CURVE CURVE:SP CURVE:NAME CURVE:SERIAL UNITS UNITS:SP "
    "LIMIT LIMIT:SP FILTER FILTER:SP TYPE MSG MSG:LONG"
)
LOOP = (
    "TEMP TEMP:SP TARGET SETPOINT INPOS TOL TOL:SP DWELL DWELL:SP STATE STOP RANGE RANGE:SP HEATER POWER "
    "HEATER:STATUS HEATER:RESET DROPPED DROPPED:WHY RESET P P:SP I I:SP D D:SP MODE MODE:SP INPUT INPUT:SP MOUT "
    "MOUT:SP RAMP RAMP:SP RAMP:RATE RAMP:RATE:SP RAMPING RMAX RMAX:SP IMAX IMAX:SP POWERUP POWERUP:SP RAMP:FROM "
    "RAMP:FROM:SP ZONE ZONES ZONES:SP TUNE TUNE:SP TUNE:STATE MSG MSG:LONG"
)
FLOW = (
    "FLOW FLOW:TREF FLOW:MASS FLOW:LIQUID FLOW:LIQUID:TOTAL FLOW:LIQUID:TOTAL:RESET FLOW:GAS FLOW:STATUS "
    "FLOW:PRESSURE FLOW:GASTEMP FLOW:MSG FLOW:MSG:LONG"
)
RIG = (
    "DEWAR:PRESSURE DEWAR:LEVEL DEWAR:LEVEL:AGE DEWAR:HOLD DEWAR:MSG DEWAR:MSG:LONG TUBE:PRESSURE TUBE:MSG "
    "TUBE:MSG:LONG VALVE VALVE:SP VALVE:AGE VALVE:MSG VALVE:MSG:LONG"
)
STATION = "OK MSG MSG:LONG ALLOFF HEARTBEAT UPTIME VERSION INTLK INTLK:FIRST INTLK:RESET INTLK:MSG"
INTERLOCK = "WHY WHY:LONG VALUE LIMIT LIMIT:SP BYPASS BYPASS:SP RESET TRIPS"
INSTRUMENT = "CONNECTED ERRORS LASTERR POLLTIME IDN MSG MSG:LONG"

UNITS = {
    "VAP:TEMP": "K", "VAP:SENSOR": "Ohm", "SAMPLE:SENSOR": "V", "VAP:AGE": "s", "VAP:RATE": "K/min", "VAP:MIN": "K",
    "VAP:MAX": "K", "VAP:LIMIT": "K", "LOOP1:TEMP": "K", "LOOP1:TEMP:SP": "K", "LOOP1:TARGET": "K",
    "LOOP1:SETPOINT": "K", "LOOP1:HEATER": "%", "LOOP1:POWER": "W", "LOOP1:RAMP:RATE": "K/min", "LOOP1:RMAX": "Ohm",
    "LOOP1:IMAX": "A", "LOOP1:MOUT": "%", "LOOP1:TOL": "K", "LOOP1:DWELL": "s", "FLOW": "SLPM", "FLOW:TREF": "degC",
    "FLOW:MASS": "mg/s", "FLOW:LIQUID": "mL/h", "FLOW:LIQUID:TOTAL": "L",
    "DEWAR:PRESSURE": "mbar", "DEWAR:LEVEL": "%", "DEWAR:LEVEL:AGE": "s",
    "DEWAR:HOLD": "h", "TUBE:PRESSURE": "mbar", "VALVE": "turns",
}  # fmt: skip


def build() -> Ioc:
    return Ioc(load(STVP), Clock())


ROWS = {row["pv"].removeprefix("STVP:"): row for row in describe.rows(build().desk, "STVP:")}


def wanted() -> list[str]:
    """Return every PV that PVS.md promises of the STVP at this stage."""
    names = [f"{t}:{name}" for t in ("VAP", "SAMPLE") for name in THERMOMETER.split()]
    names += [f"{loop}:{name}" for loop in ("LOOP1", "LOOP2") for name in LOOP.split()]
    names += [f"{unit}:{name}" for unit in ("TC1", "FM1", "LM1", "AI1") for name in INSTRUMENT.split()]
    for interlock in load(STVP).interlocks:
        names += [f"INTLK:{interlock}", *(f"INTLK:{interlock}:{name}" for name in INTERLOCK.split())]
    return names + FLOW.split() + RIG.split() + STATION.split()


@pytest.mark.parametrize("name", wanted())
def test_every_pv_of_the_tables_exists(name):
    assert name in ROWS


def test_describe_as_json_is_a_list_of_objects_with_the_required_keys():
    listed = json.loads(describe.as_json(build().desk, "STVP:"))
    assert isinstance(listed, list) and len(listed) == len(ROWS)
    for row in listed:
        assert row.keys() >= KEYS, row["pv"]
        assert row["pv"].startswith("STVP:")


def test_names_are_upper_case_legal_and_at_most_59_with_the_prefix():
    for row in ROWS.values():
        assert NAME.fullmatch(row["pv"]) and len(row["pv"]) <= 59


def test_desc_is_on_every_pv_and_at_most_39():
    for name, row in ROWS.items():
        assert 0 < len(row["doc"]) <= 39 and row["doc"].isascii(), name


def test_interlocks_have_the_states_and_severities_of_the_contract_and_an_access_group_of_their_own():
    desk = build().desk
    for name in ("INTLK", *(f"INTLK:{interlock}" for interlock in load(STVP).interlocks)):
        record = desk.entries[name].record
        assert record.states == ("OK", "Bypassed", "Latched", "Tripped")
        assert dict(record.severities) == {"Bypassed": "MINOR", "Latched": "MINOR", "Tripped": "MAJOR"}
    wishes = [name for name in ROWS if name.startswith("INTLK:") and name.endswith(":SP")]
    groups = {name: desk.entries[name].record.asg for name in wishes}
    assert set(groups.values()) == {"INTERLOCK"} and len(groups) == 2 * len(load(STVP).interlocks)
    assert all(not entry.record.asg for name, entry in desk.entries.items() if name not in groups)


def test_units_are_ascii_at_most_7_and_on_every_number_that_has_one():
    for name, row in ROWS.items():
        assert row["unit"].isascii() and len(row["unit"]) <= 7, name
        if row["record"] in (*NUMBERS, "waveform") and not row["unit"]:
            assert any(re.fullmatch(pattern, name) for pattern in DIMENSIONLESS), f"{name} has no unit"


def test_no_dimensionless_pattern_is_for_nothing():
    for pattern in DIMENSIONLESS:
        unitless = [name for name, row in ROWS.items() if re.fullmatch(pattern, name) and not row["unit"]]
        assert unitless, pattern


@pytest.mark.parametrize("name", UNITS)
def test_units_are_those_of_the_tables(name):
    assert ROWS[name]["unit"] == UNITS[name]


def test_every_pv_has_an_alarm_of_its_own():
    channels = build().desk.channels.values()
    assert len({id(channel) for channel in channels}) == len(ROWS)
    first, *others = channels
    before = [other.alarm for other in others]
    first.invalidate("READ")
    assert (first.status, first.severity) == ("READ", "INVALID")
    assert [other.alarm for other in others] == before


def test_every_setting_has_x_and_x_sp_and_a_read_twin():
    desk = build().desk
    for name, row in ROWS.items():
        if name.endswith(":SP"):
            x = name.removesuffix(":SP")
            assert x in ROWS and not ROWS[x]["writable"], name
            assert row["writable"], name
            twin = desk.aliases[f"{name}:RBV"]
            assert twin == (x.removesuffix("TEMP") + "TARGET" if x.endswith(":TEMP") else x), name


def test_only_sp_and_commands_take_puts():
    for name, row in ROWS.items():
        assert row["writable"] == (name.endswith(":SP") or row["command"]), name


def test_commands_are_bo_without_sp():
    commands = [name for name, row in ROWS.items() if row["command"]]
    assert {"ALLOFF", "INTLK:RESET", "LOOP1:STOP", "LOOP1:RESET", "LOOP1:HEATER:RESET"} <= set(commands)
    for name in commands:
        assert ROWS[name]["record"] == "bo" and not name.endswith(":SP"), name


def test_x_and_x_sp_have_the_same_unit_precision_and_states():
    for name, row in ROWS.items():
        if name.endswith(":SP"):
            x = ROWS[name.removesuffix("TEMP:SP") + "TARGET" if name.endswith(":TEMP:SP") else name.removesuffix(":SP")]
            for key in ("unit", "precision", "enum"):
                assert row[key] == x[key], (name, key)


def test_state_lists_are_ascii_two_for_two_state_records_and_at_most_16():
    for name, row in ROWS.items():
        states = row["enum"]
        if row["record"] in ENUMS:
            assert 2 <= len(states) <= 16 and len(set(states)) == len(states), name
            assert all(state.isascii() and 0 < len(state) <= 25 for state in states), name
            assert (len(states) == 2) == (row["record"] in ("bi", "bo")), name
        else:
            assert states == [], name


def test_msg_is_a_stringin_and_msg_long_a_char_waveform():
    groups = {"", "VAP:", "SAMPLE:", "LOOP1:", "LOOP2:", "FLOW:", "TC1:", "FM1:", "LM1:", "AI1:"}
    groups |= {"DEWAR:", "TUBE:", "VALVE:"}
    for group in groups:
        assert ROWS[f"{group}MSG"]["record"] == "stringin"
        assert ROWS[f"{group}MSG:LONG"]["record"] == "charin" and ROWS[f"{group}MSG:LONG"]["length"] > 100
    assert {name.removesuffix("MSG") for name in ROWS if name.endswith("MSG") and name != "INTLK:MSG"} == groups


def test_everything_a_client_may_put_that_goes_to_the_wire_names_its_command():
    of_the_ioc = re.compile(r"LOOP\d:(TOL|DWELL|RAMP:FROM):SP|VALVE:SP|INTLK:\w+:(LIMIT|BYPASS):SP")
    for name, row in ROWS.items():
        if name.endswith(":SP") and not of_the_ioc.fullmatch(name):
            assert row["instrument"] == "TC1" and row["set"], name


def test_readings_name_instrument_and_query():
    for name, query in (
        ("VAP:TEMP", "KRDG? A"), ("SAMPLE:SENSOR", "SRDG? B"), ("LOOP1:SETPOINT", "SETP? 1"), ("LOOP2:HEATER", "HTR? 2")
    ):  # fmt: skip
        assert (ROWS[name]["instrument"], ROWS[name]["query"]) == ("TC1", query)


def test_loop_temp_has_no_alarm_limits_of_its_own():
    for name in ("LOOP1:TEMP", "LOOP2:TEMP"):
        assert [ROWS[name][key] for key in ("lolo_alarm", "low_alarm", "high_alarm", "hihi_alarm")] == [None] * 4


def test_synapps_names_are_those_that_apstools_asks_for():
    # apstools LakeShore336_LoopControl and LakeShore336Device; epics-side.md 2.4
    aliases = build().desk.aliases
    for n in (1, 2):
        for name in (f"OUT{n}:SP", f"OUT{n}:SP_RBV", f"IN{n}", f"HTR{n}", f"HTR{n}:Range", f"HTR{n}:Range_RBV",
                     f"P{n}", f"P{n}_RBV", f"I{n}", f"I{n}_RBV", f"D{n}", f"D{n}_RBV", f"OUT{n}:Mode",
                     f"OUT{n}:Mode_RBV", f"OUT{n}:MOUT", f"OUT{n}:MOUT_RBV", f"RampR{n}", f"RampR{n}_RBV",
                     f"OnRamp{n}", f"OnRamp{n}_RBV"):  # fmt: skip
            assert f"TC1:{name}" in aliases, name
