"""What pyepics and aioca see of every kind of record."""

from __future__ import annotations

import getpass
import math
import socket

import pytest

from cryoioc.errors import DeviceRefused
from cryoioc.records import Put, Record

RECORDS = [
    Record(name="AI", kind="ai", doc="reading", unit="K", precision=2, display=(0.0, 320.0), hihi=310.0),
    Record(name="AO", kind="ao", doc="setpoint", unit="K", low=1.5, high=325.0, writable=True),
    Record(name="CLIP", kind="ao", doc="clips", low=0.0, high=10.0, refuses=False, writable=True, initial=1.0),
    Record(name="COUNT", kind="longout", doc="count", low=0, high=10, writable=True, initial=3),
    Record(name="NUMBER", kind="longin", doc="number", initial=-7),
    Record(name="LINK", kind="bi", doc="link", states=("Down", "Up"), severities={"Down": "MAJOR"}),
    Record(name="ON", kind="bo", doc="switch", states=("Off", "On"), writable=True, initial="Off"),
    Record(name="RANGE", kind="mbbo", doc="range", states=("Off", "Low", "High"), writable=True, initial="Off"),
    Record(name="STATE", kind="mbbi", doc="state", states=tuple(f"State{i}" for i in range(16)), initial=15),
    Record(name="TEXT", kind="stringout", doc="text", writable=True, initial="hello"),
    Record(name="MSG", kind="stringin", doc="message", initial=""),
    Record(name="LONG", kind="charout", doc="long text", length=200, writable=True, initial="x" * 100),
    Record(name="ZONES", kind="waveform", doc="zones", length=8, writable=True, initial=(1.0, 2.5)),
    Record(name="SLOW", kind="ao", doc="refused by instrument", writable=True, initial=5.0),
    Record(name="BROKEN", kind="ao", doc="handler with a fault", writable=True, initial=5.0),
    Record(name="GO", kind="bo", doc="command", states=("Idle", "Go"), command=True, initial=0),
]
ALIASES = {"LOOP1:OTHER": "AO"}

PUT_FAILED, NO_WRITE_ACCESS = 160, 376  # caerr.h
DBR_PUT_ACKS = 36  # db_access.h
VALUE, LOG, ALARM, PROPERTY = 1, 2, 4, 8


def test_before_the_first_post_is_undefined_and_zero(aioca, pyepics):
    for name in ("T:AI", "T:AO", "T:LINK"):
        assert aioca.get(name)["value"] == 0
        assert (aioca.get(name)["severity"], aioca.get(name)["status"]) == (3, 17)
    assert pyepics.caget("T:AI.UDF") == 1


def test_control_request_has_units_limits_and_precision(aioca, pyepics):
    found = aioca.get("T:AI", form="ctrl")
    assert (found["units"], found["precision"]) == ("K", 2)
    assert (found["lower_disp_limit"], found["upper_disp_limit"]) == (0.0, 320.0)
    assert found["upper_alarm_limit"] == 310.0
    assert math.isnan(found["lower_alarm_limit"])
    found = pyepics.ctrl("T:AO")
    assert (found["lower_ctrl_limit"], found["upper_ctrl_limit"], found["units"]) == (1.5, 325.0, "K")


@pytest.mark.parametrize("name", [record.name for record in RECORDS])
def test_every_record_answers_a_control_request(aioca, name):
    assert "value" in aioca.get(f"T:{name}", form="ctrl")


@pytest.mark.parametrize(
    ("name", "sent", "held"),
    [
        ("AO", 4.25, 4.25),
        ("AO", "77.5", 77.5),
        ("COUNT", 10, 10),
        ("RANGE", "High", "High"),
        ("RANGE", 1, "Low"),
        ("ON", "On", "On"),
        ("TEXT", "ä" * 19, "ä" * 19),
        ("TEXT", "c" * 39, "c" * 39),
        ("ZONES", [1.0, -2.0, 3.5], (1.0, -2.0, 3.5)),
        ("CLIP", 11.0, 10.0),
        ("CLIP", -1.0, 0.0),
    ],
)
def test_put_by_aioca_is_held_and_read_back(ioc, aioca, name, sent, held):
    assert aioca.put(f"T:{name}", sent) == 1
    assert ioc[name].value == held
    assert ioc[name].valid


def test_put_by_pyepics(ioc, pyepics):
    assert pyepics.caput_caget("T:AO", 12.5, "T:AO") == 12.5
    assert pyepics.caput_caget("T:RANGE", "Low", "T:RANGE") == 1
    assert pyepics.caget("T:RANGE", as_string=True) == "Low"
    assert pyepics.caput_caget("T:ZONES", [4.0, 5.0], "T:ZONES") == [4.0, 5.0]
    pyepics.caput("T:LONG", "a text longer than a string of Channel Access can ever be")
    assert ioc["LONG"].value == "a text longer than a string of Channel Access can ever be"
    assert pyepics.caget("T:LONG", as_string=True) == ioc["LONG"].value
    pyepics.caput("T:LONG", "")
    assert (ioc["LONG"].value, pyepics.caget("T:LONG", as_string=True)) == ("", "")


@pytest.mark.parametrize(
    ("name", "sent", "reason"),
    [
        ("AO", 326.0, "326 above maximum 325 K"),
        ("AO", 1.0, "1 below minimum 1.5 K"),
        ("AO", math.nan, "not a finite number: nan"),
        ("AO", math.inf, "not a finite number: inf"),
        ("AO", "warm", "not a number: 'warm'"),
        ("COUNT", 11, "11 above maximum 10"),
        ("RANGE", "Medium", "unknown state 'Medium'"),
        ("RANGE", 3, "no state 3, last is 2"),
        ("ZONES", [1.0, math.nan], "element 1 is not finite: nan"),
        ("SLOW", 6.0, "the instrument does not want it"),
        ("BROKEN", 6.0, "internal error: ZeroDivisionError"),
    ],
)
def test_refused_put_fails_and_changes_nothing(ioc, aioca, name, sent, reason):
    async def refuse(put: Put) -> None:
        raise DeviceRefused("the instrument does not want it")

    async def fail(put: Put) -> None:
        put.channel.post(1 / 0)

    ioc["SLOW"].on_put, ioc["BROKEN"].on_put = refuse, fail
    ioc.post(name, ioc[name].record.initial or ioc[name].record.low or 0)
    before = (ioc[name].value, ioc[name].alarm, ioc[name].stamp)
    monitor = aioca.monitor(f"T:{name}", VALUE)
    text = isinstance(sent, str)
    assert aioca.put(f"T:{name}", sent, kind=0 if text else None) == PUT_FAILED
    assert ioc.refusals[-1] == (name, reason)
    assert (ioc[name].value, ioc[name].alarm, ioc[name].stamp) == before
    first, again = aioca.events(monitor, 2)
    assert again == first, "panels are shown the former value again"


def test_too_long_a_text_is_refused(ioc, aioca):
    ioc.post("LONG", "kept")
    assert aioca.put("T:LONG", [120] * 200) == PUT_FAILED
    assert ioc.refusals[-1] == ("LONG", "text longer than 199 characters")
    assert ioc["LONG"].value == "kept"


def test_refused_put_of_pyepics_shows_in_the_message(ioc, pyepics):
    ioc.server.refused = lambda channel, reason: ioc["MSG"].post(reason)
    try:
        assert pyepics.caput_caget("T:AO", 400.0, "T:MSG") == "400 above maximum 325 K"
    finally:
        ioc.server.refused = lambda channel, reason: ioc.refusals.append((channel.name, reason))


def test_read_only_record_has_no_write_access(aioca, pyepics):
    assert not aioca.info("T:AI")["write"]
    assert aioca.info("T:AO")["write"]
    assert aioca.put("T:AI", 1.0) == NO_WRITE_ACCESS
    assert "write access" in pyepics.put_error("T:AI", 1.0).lower()


def test_handler_knows_who_asks(ioc, aioca):
    seen: list[Put] = []

    async def note(put: Put) -> None:
        seen.append(put)
        put.channel.post(put.value)

    ioc["RANGE"].on_put = note
    aioca.put("T:RANGE", "High")
    ioc["RANGE"].on_put = None
    (put,) = seen
    assert (put.channel, put.value, put.index) == (ioc["RANGE"], "High", 2)
    assert put.user and put.host
    assert put.peer.startswith("127.0.0.1:")


def test_alias_is_the_same_channel(ioc, aioca, pyepics):
    assert aioca.put("T:LOOP1:OTHER", 33.0) == 1
    assert ioc["AO"].value == 33.0
    assert pyepics.caget("T:LOOP1:OTHER.NAME") == "T:AO"


def test_unchanged_value_is_not_sent(ioc, aioca):
    ioc.post("AI", 1.0)
    monitor = aioca.monitor("T:AI", VALUE | ALARM)
    for value in (1.0, 1.0, 2.0):
        ioc.post("AI", value)
    assert [event["value"] for event in aioca.events(monitor, 2)] == [1.0, 2.0]


def test_invalid_is_steady_with_advancing_time_and_recovers_at_once(ioc, aioca):
    ioc.post("AI", 4.0)
    monitor = aioca.monitor("T:AI", VALUE | ALARM)
    for _ in range(10):
        ioc.do(ioc["AI"].invalidate, "COMM")
    ioc.post("AI", 4.0)
    events = aioca.events(monitor, 12)
    assert [event["severity"] for event in events] == [0] + [3] * 10 + [0]
    assert {event["status"] for event in events[1:11]} == {9}
    assert {event["value"] for event in events} == {4.0}
    stamps = [event["timestamp"] for event in events]
    assert stamps == sorted(set(stamps)), "every event is newer than the one before"


def test_alarm_of_one_record_leaves_the_others_alone(ioc, aioca):
    ioc.post("LINK", "Up")
    ioc.post("AI", 311.0)
    assert (aioca.get("T:AI")["severity"], aioca.get("T:AI")["status"]) == (2, 3)
    assert aioca.get("T:LINK")["severity"] == 0
    ioc.post("LINK", "Down")
    ioc.post("LINK", "Up")
    assert aioca.get("T:AI")["severity"] == 2


def test_masks_are_honoured(ioc, aioca):
    ioc.post("AI", 300.0)
    monitors = [aioca.monitor("T:AI", mask) for mask in (VALUE, ALARM, LOG, PROPERTY)]
    ioc.post("AI", 301.0)
    ioc.post("AI", 311.0)
    ioc.post("AI", 312.0)
    ioc.do(ioc["AI"].set_alarm, hihi=311.5)
    ioc.post("AI", 313.0, force=True)
    by_value, by_alarm, by_log, by_property = (
        [event["value"] for event in aioca.events(monitor, count)]
        for monitor, count in zip(monitors, (5, 2, 5, 2), strict=True)
    )
    assert by_value == by_log == [300.0, 301.0, 311.0, 312.0, 313.0]
    assert by_alarm == [300.0, 311.0]
    assert by_property == [300.0, 312.0]


def test_command_reads_one_while_it_runs_and_zero_when_complete(ioc, aioca):
    seen = []

    async def work(put: Put) -> None:
        seen.append(put.channel.index)

    ioc["GO"].on_put = work
    monitor = aioca.monitor("T:GO", VALUE)
    assert aioca.put("T:GO", 1) == 1
    assert aioca.get("T:GO")["value"] == 0
    assert aioca.put("T:GO.PROC", 1) == 1
    assert aioca.put("T:GO", 0) == 1
    assert seen == [1, 1]
    assert [event["value"] for event in aioca.events(monitor, 5)] == [0, 1, 0, 1, 0]


def test_sixteen_states_reach_the_client(pyepics, aioca):
    assert aioca.get("T:STATE", form="ctrl")["enums"] == [f"State{i}" for i in range(16)]
    assert pyepics.caget("T:STATE", as_string=True) == "State15"


def test_server_counts_clients_and_channels(ioc, aioca, pyepics):
    pyepics.caget("T:AI")
    aioca.get("T:AI")
    assert ioc.do(lambda: ioc.server.clients) == 2
    assert ioc.do(lambda: ioc.server.connections) >= 2


def test_unknown_names_are_not_found(ioc):
    for name in ("T:NOTHING", "AI", "T:AI.NOTHING", "T:AI.HIHI.HIHI", "T:AI.{}", "t:ai"):
        assert ioc.do(ioc.server.find, name) is None
    assert ioc.do(ioc.server.find, "T:AI.VAL") is ioc["AI"]
    assert ioc.do(ioc.server.find, "T:AI.") is ioc["AI"]


def test_whoever_puts_is_told_with_host_address_and_both_values(ioc, aioca):
    told = []
    ioc.server.hooks.reported = lambda put: told.append((put.name, put.was, put.asked, *put.origin[:3]))
    try:
        ioc.post("AO", 4.0)  # the IOC's own write is no put
        ioc.do(ioc["AI"].set_alarm, hihi=310.0)
        ioc.post("AI", 20.0)
        ioc.do(ioc["AI"].acknowledge, 3)
        ioc.post("AI", 311.0)
        for name, value in (("AO", 5.0), ("AI.HIHI", 311.5)):
            assert aioca.put(f"T:{name}", value) == 1
        assert aioca.put("T:AI", 3, kind=DBR_PUT_ACKS) == NO_WRITE_ACCESS  # of libca itself
        assert aioca.put("T:AI.ACKS", 3, kind=DBR_PUT_ACKS) == 1
        assert aioca.put("T:AI.HIHI", 310.0) == 1
    finally:
        ioc.server.hooks.reported = None
    assert [one[:3] for one in told] == [
        ("T:AO", 4.0, 5.0),
        ("T:AI.HIHI", 310.0, 311.5),
        ("T:AI.ACKS", 2, 3),
        ("T:AI.HIHI", 311.5, 310.0),
    ]
    for *_, user, host, peer in told:
        assert (user, host) == (getpass.getuser(), socket.gethostname())
        assert peer.startswith("127.0.0.1:")
