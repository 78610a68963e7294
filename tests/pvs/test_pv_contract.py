"""PVS.md's tables against what the STVP serves, and what only a station with control loops has."""

from __future__ import annotations

import re

import pytest

from .served import STVP_SERVED

ROWS = STVP_SERVED.rows

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


def wanted() -> list[str]:
    """Return every PV that PVS.md promises of the STVP at this stage."""
    names = [f"{t}:{name}" for t in ("VAP", "SAMPLE") for name in THERMOMETER.split()]
    names += [f"{loop}:{name}" for loop in ("LOOP1", "LOOP2") for name in LOOP.split()]
    names += [f"{unit}:{name}" for unit in ("TC1", "FM1", "LM1", "AI1") for name in INSTRUMENT.split()]
    for interlock in STVP_SERVED.station.interlocks:
        names += [f"INTLK:{interlock}", *(f"INTLK:{interlock}:{name}" for name in INTERLOCK.split())]
    return names + FLOW.split() + RIG.split() + STATION.split()


@pytest.mark.parametrize("name", wanted())
def test_every_pv_of_the_tables_exists(name):
    assert name in ROWS


@pytest.mark.parametrize("name", UNITS)
def test_units_are_those_of_the_tables(name):
    assert ROWS[name]["unit"] == UNITS[name]


def test_the_commands_of_loops_and_interlocks():
    commands = {name for name, row in ROWS.items() if row["command"]}
    assert {"INTLK:RESET", "LOOP1:STOP", "LOOP1:RESET", "LOOP1:HEATER:RESET"} <= commands


def test_msg_is_in_these_groups():
    groups = {"", "VAP:", "SAMPLE:", "LOOP1:", "LOOP2:", "FLOW:", "TC1:", "FM1:", "LM1:", "AI1:"}
    groups |= {"DEWAR:", "TUBE:", "VALVE:"}
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
    aliases = STVP_SERVED.desk.aliases
    for n in (1, 2):
        for name in (f"OUT{n}:SP", f"OUT{n}:SP_RBV", f"IN{n}", f"HTR{n}", f"HTR{n}:Range", f"HTR{n}:Range_RBV",
                     f"P{n}", f"P{n}_RBV", f"I{n}", f"I{n}_RBV", f"D{n}", f"D{n}_RBV", f"OUT{n}:Mode",
                     f"OUT{n}:Mode_RBV", f"OUT{n}:MOUT", f"OUT{n}:MOUT_RBV", f"RampR{n}", f"RampR{n}_RBV",
                     f"OnRamp{n}", f"OnRamp{n}_RBV"):  # fmt: skip
            assert f"TC1:{name}" in aliases, name
