"""PVS.md's table "Receiver" against what the CRX serves, name by name, with units and states."""

from __future__ import annotations

import pytest

from .served import CRX_SERVED

ROWS = CRX_SERVED.rows
# The words of PVS.md, "Receiver", in its order.
AMPLIFIER = (
    "BIAS BIAS:SP READY STATE OFF TRIP TRIP:WHY RESET SERIAL WINDOW POWER TN GAIN MSG MSG:LONG"
)  # fmt: skip
STAGE = (
    "VD VD:SP ID ID:SP VG VG:SP VD:SUPPLY VG:SUPPLY IG POWER VD:NOM ID:NOM VG:NOM VD:DEV ID:DEV VG:DEV SERVO SERVO:SP "
    "LOCKED"
)
VACUUM = "VAC VAC:STATUS VAC:PIRANI VAC:PIRANI:STATUS VAC:CC VAC:CC:STATUS VAC:CC:ON VAC:CC:ON:SP VAC:MSG VAC:MSG:LONG"
HEATER = "STATE STATE:SP VOLT CURR POWER THERMOSTAT ONTIME MAXTIME MAXTIME:SP MSG MSG:LONG"
COOLER = "COMP COMP:MSG COMP:MSG:LONG STAGE1:LOAD STAGE2:LOAD"
Y_FACTOR = "YF:HOT YF:COLD YF:TH YF:TC YF:Y YF:TRX YF:TRX:ERR YF:MSG YF:MSG:LONG"
# A 218 is asked for kelvin whatever its display shows, and has neither UNITS of an input nor a TLIMIT.
THERMOMETER = (
    "TEMP SENSOR STATUS VALID AGE RATE MIN MAX MINMAX:RESET CURVE CURVE:SP CURVE:NAME CURVE:SERIAL FILTER FILTER:SP "
    "TYPE MSG MSG:LONG"
)
STATION = "OK MSG MSG:LONG ALLOFF HEARTBEAT UPTIME VERSION INTLK INTLK:FIRST INTLK:RESET INTLK:MSG"
INSTRUMENT = "CONNECTED ERRORS LASTERR POLLTIME IDN MSG MSG:LONG"

UNITS = {
    "VAC": "mbar", "VAC:PIRANI": "mbar", "VAC:CC": "mbar", "HEATERS:VOLT": "V", "HEATERS:CURR": "mA",
    "HEATERS:POWER": "W", "STAGE1:LOAD": "W", "STAGE2:LOAD": "W", "YF:TH": "K", "YF:TC": "K", "YF:TRX": "K",
    "YF:TRX:ERR": "K", "LCP:POWER": "mW", "LCP:TN": "K", "LCP:GAIN": "dB", "LCP:S1:VD": "V", "LCP:S1:ID": "mA",
    "LCP:S1:VG": "V", "LCP:S1:VD:SUPPLY": "V", "LCP:S1:VG:SUPPLY": "V", "LCP:S1:IG": "uA", "LCP:S1:POWER": "mW",
}  # fmt: skip
STATES = {
    "LCP:BIAS": ["Off", "Warm", "Cold", "Custom", "Moving"], "LCP:BIAS:SP": ["Off", "Warm", "Cold"],
    "LCP:WINDOW": ["Cold", "Warm", "Neither"], "HEATERS:THERMOSTAT": ["Closed", "Open", "Unknown"],
    "COMP": ["Off", "On"], "LCP:S1:SERVO:SP": ["Off", "On"], "HEATERS:STATE:SP": ["Off", "On"],
    "VAC:CC:ON:SP": ["Off", "On"],
}  # fmt: skip


def wanted() -> list[str]:
    """Return every PV that PVS.md promises of a receiver."""
    names = []
    for amplifier in ("LCP", "RCP"):
        names += [f"{amplifier}:{name}" for name in AMPLIFIER.split()]
        names += [f"{amplifier}:S{n}:{name}" for n in (1, 2, 3) for name in STAGE.split()]
    names += [f"{heater}:{name}" for heater in ("HEATERS", "REGEN") for name in HEATER.split()]
    names += [f"{stage}:{name}" for stage in ("STAGE1", "STAGE2") for name in THERMOMETER.split()]
    names += [f"{one}:{name}" for one in CRX_SERVED.station.instruments for name in INSTRUMENT.split()]
    return names + VACUUM.split() + COOLER.split() + Y_FACTOR.split() + STATION.split()


@pytest.mark.parametrize("name", wanted())
def test_every_pv_of_the_tables_exists(name):
    assert name in ROWS


@pytest.mark.parametrize("name", UNITS)
def test_units_are_those_of_the_tables(name):
    assert ROWS[name]["unit"] == UNITS[name]


@pytest.mark.parametrize("name", STATES)
def test_states_are_those_of_the_tables(name):
    assert ROWS[name]["enum"] == STATES[name]


def test_powers_are_in_the_unit_of_the_station_file():
    assert CRX_SERVED.station.y_factor is not None
    assert ROWS["YF:HOT"]["unit"] == ROWS["YF:COLD"]["unit"] == CRX_SERVED.station.y_factor.unit


def test_off_is_a_command_of_an_amplifier_and_bias_a_wish():
    for amplifier in ("LCP", "RCP"):
        assert ROWS[f"{amplifier}:OFF"]["command"] and ROWS[f"{amplifier}:RESET"]["command"]
        assert ROWS[f"{amplifier}:BIAS:SP"]["record"] == "mbbo"


def test_readings_name_instrument_and_query():
    for name, instrument, query in (
        ("STAGE1:TEMP", "TM1", "KRDG? 0"), ("VAC:PIRANI", "VG1", "PR1"), ("VAC:CC", "VG1", "PR2"),
        ("COMP", "AI1", "#010"),
    ):  # fmt: skip
        assert ROWS[name]["instrument"] == instrument and query in ROWS[name]["query"], name
