"""PVS.md, rules 1, 5, 7, 8, 9 on every PV of every station: names, texts, units, states, read twins, alarms."""

from __future__ import annotations

import json
import re

import pytest

from cryoioc.views import describe

from .served import BOTH, KEYS, Served

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
    r"YF:Y|YF:HISTORY:Y": "ratio of two powers",
    r"YF:TCAL:MEASURED": "number of steps",
}
# What can be read of a setting and not be put: it is there by itself.
STATES_BEYOND_THE_WISH = (r"\w+:STATE:SP", r"\w+:BIAS:SP")


@pytest.fixture(params=sorted(BOTH))
def served(request: pytest.FixtureRequest) -> Served:
    """Each station."""
    return BOTH[request.param]


def test_describe_as_json_is_a_list_of_objects_with_the_required_keys(served):
    listed = json.loads(describe.as_json(served.desk, served.station.prefix))
    assert isinstance(listed, list) and len(listed) == len(served.rows)
    for row in listed:
        assert row.keys() >= KEYS, row["pv"]
        assert row["pv"].startswith(served.station.prefix)


def test_names_are_upper_case_legal_and_at_most_59_with_the_prefix(served):
    for row in served.rows.values():
        assert NAME.fullmatch(row["pv"]) and len(row["pv"]) <= 59


def test_desc_is_on_every_pv_and_at_most_39(served):
    for name, row in served.rows.items():
        assert 0 < len(row["doc"]) <= 39 and row["doc"].isascii(), name


def test_interlocks_have_the_states_and_severities_of_the_contract_and_an_access_group_of_their_own(served):
    desk = served.desk
    for name in ("INTLK", *(f"INTLK:{interlock}" for interlock in served.station.interlocks)):
        record = desk.entries[name].record
        assert record.states == ("OK", "Bypassed", "Latched", "Tripped")
        assert dict(record.severities) == {"Bypassed": "MINOR", "Latched": "MINOR", "Tripped": "MAJOR"}
    wishes = [name for name in served.rows if name.startswith("INTLK:") and name.endswith(":SP")]
    groups = {name: desk.entries[name].record.asg for name in wishes}
    assert set(groups.values()) <= {"INTERLOCK"} and len(groups) == 2 * len(served.station.interlocks)
    # Beginning the balance of the heat anew makes an interlock weaker, too, and who can put the severity of an alarm
    # can silence it.
    others = {name for name, entry in desk.entries.items() if entry.record.asg and name not in groups}
    alarms = {name for name, entry in desk.entries.items()
              if name.partition(":")[0] in ("OK", "INTLK") and entry.record.severities}  # fmt: skip
    assert others == alarms | {f"{loop}:UNANSWERED:RESET" for loop in served.station.heated}


def test_units_are_ascii_at_most_7_and_on_every_number_that_has_one(served):
    for name, row in served.rows.items():
        assert row["unit"].isascii() and len(row["unit"]) <= 7, name
        if row["record"] in (*NUMBERS, "waveform") and not row["unit"]:
            assert any(re.fullmatch(pattern, name) for pattern in DIMENSIONLESS), f"{name} has no unit"


def test_no_dimensionless_pattern_is_for_nothing():
    rows = [(name, row) for served in BOTH.values() for name, row in served.rows.items()]
    for pattern in DIMENSIONLESS:
        assert any(re.fullmatch(pattern, name) and not row["unit"] for name, row in rows), pattern


def test_every_pv_has_an_alarm_of_its_own(served):
    channels = served.fresh().channels.values()
    assert len({id(channel) for channel in channels}) == len(served.rows)
    first, *others = channels
    before = [other.alarm for other in others]
    first.invalidate("READ")
    assert (first.status, first.severity) == ("READ", "INVALID")
    assert [other.alarm for other in others] == before


def test_every_setting_has_x_and_x_sp_and_a_read_twin(served):
    desk = served.desk
    for name, row in served.rows.items():
        if name.endswith(":SP"):
            x = name.removesuffix(":SP")
            assert x in served.rows and not served.rows[x]["writable"], name
            assert row["writable"], name
            twin = desk.aliases[f"{name}:RBV"]
            assert twin == (x.removesuffix("TEMP") + "TARGET" if x.endswith(":TEMP") else x), name


def test_only_sp_and_commands_take_puts(served):
    for name, row in served.rows.items():
        assert row["writable"] == (name.endswith(":SP") or row["command"]), name


def test_x_and_x_sp_have_the_same_unit_precision_and_states(served):
    for name, row in served.rows.items():
        if name.endswith(":SP"):
            truth = name.removesuffix("TEMP:SP") + "TARGET" if name.endswith(":TEMP:SP") else name.removesuffix(":SP")
            x = served.rows[truth]
            for key in ("unit", "precision"):
                assert row[key] == x[key], (name, key)
            if any(re.fullmatch(pattern, name) for pattern in STATES_BEYOND_THE_WISH):
                assert row["enum"] == x["enum"][: len(row["enum"])], name
            else:
                assert row["enum"] == x["enum"], name


def test_state_lists_are_ascii_two_for_two_state_records_and_at_most_16(served):
    for name, row in served.rows.items():
        states = row["enum"]
        if row["record"] in ENUMS:
            assert 2 <= len(states) <= 16 and len(set(states)) == len(states), name
            assert all(state.isascii() and 0 < len(state) <= 25 for state in states), name
            assert (len(states) == 2) == (row["record"] in ("bi", "bo")), name
        else:
            assert states == [], name


def test_commands_are_bo_without_sp(served):
    commands = [name for name, row in served.rows.items() if row["command"]]
    assert "ALLOFF" in commands
    for name in commands:
        assert served.rows[name]["record"] == "bo" and not name.endswith(":SP"), name


def test_every_group_has_msg_as_a_stringin_and_msg_long_as_a_char_waveform(served):
    rows = served.rows
    groups = {entry.group for entry in served.desk.entries.values()}
    for group in groups:
        start = f"{group}:" if group else ""
        assert rows[f"{start}MSG"]["record"] == "stringin", group
        assert rows[f"{start}MSG:LONG"]["record"] == "charin" and rows[f"{start}MSG:LONG"]["length"] > 100, group
