"""Fields: right from the first event, effective at once, and refused where a put would do nothing."""

from __future__ import annotations

import caproto as ca
import pytest

from cryoioc.records import Record

RECORDS = [
    Record(
        name="AI",
        kind="ai",
        doc="cold finger",
        unit="K",
        precision=4,
        display=(1.0, 325.0),
        lolo=2.0,
        low_alarm=3.0,
        high_alarm=300.0,
        hihi=310.0,
        hyst=1.0,
        initial=20.0,
    ),
    Record(name="PLAIN", kind="ai", doc="no limits", initial=0.0),
    Record(name="AO", kind="ao", doc="refuses", low=1.0, high=300.0, writable=True, initial=4.0),
    Record(name="CLIP", kind="ao", doc="clips", low=1.0, high=300.0, refuses=False, writable=True, initial=4.0),
    Record(name="COUNT", kind="longin", doc="count", hihi=100, initial=5),
    Record(
        name="STATE", kind="mbbi", doc="state", states=("Off", "On", "Trip"), severities={"Trip": "MAJOR"}, initial="On"
    ),
    Record(name="LINK", kind="bi", doc="link", states=("Down", "Up"), severities={"Down": "MAJOR"}, initial="Up"),
    Record(name="TEXT", kind="stringin", doc="text", initial="hello"),
    Record(name="LONG", kind="charin", doc="long", length=100, initial="hello"),
    Record(name="ZONES", kind="waveform", doc="zones", unit="K", length=8, initial=(1.0, 2.0)),
    Record(name="NEVER", kind="ai", doc="never posted"),
    Record(name="BYPASS", kind="ao", doc="in a group", writable=True, asg="INTERLOCK", initial=0.0),
]
VALUE, PROPERTY, PUT_FAILED, CHAR = 1, 8, 160, 4

FIRST = {
    "AI": {
        "EGU": "K", "PREC": 4, "DESC": "cold finger", "HOPR": 325.0, "LOPR": 1.0, "HIHI": 310.0, "HIGH": 300.0,
        "LOW": 3.0, "LOLO": 2.0, "HHSV": 2, "HSV": 1, "LSV": 1, "LLSV": 2, "HYST": 1.0, "MDEL": 0.0, "ADEL": 0.0,
        "UDF": 0, "STAT": 0, "SEVR": 0, "NAME": "T:AI", "RTYP": "ai", "SCAN": 0, "PROC": 0, "DISP": 0, "ACKT": 1,
        "ACKS": 0,
    },
    "PLAIN": {"HIHI": 0.0, "HHSV": 0, "HSV": 0, "LSV": 0, "LLSV": 0, "EGU": ""},
    "AO": {"DRVL": 1.0, "DRVH": 300.0, "SCAN": 0},
    "COUNT": {"HIHI": 100, "HHSV": 2, "RTYP": "longin"},
    "STATE": {"ZRST": "Off", "TWST": "Trip", "THST": "", "TWSV": 2, "ZRSV": 0, "RTYP": "mbbi"},
    "LINK": {"ZNAM": "Down", "ONAM": "Up", "ZSV": 2, "OSV": 0},
    "TEXT": {"RTYP": "stringin", "DESC": "text"},
    "LONG": {"NELM": 100, "NORD": 6, "FTVL": 1, "RTYP": "waveform"},
    "ZONES": {"NELM": 8, "NORD": 2, "FTVL": 10, "EGU": "K"},
    "NEVER": {"UDF": 1, "STAT": 17, "SEVR": 3},
}  # fmt: skip


@pytest.mark.parametrize("record", list(FIRST))
def test_the_first_event_of_a_field_is_right(aioca, record):
    first = {}
    for field in FIRST[record]:
        monitor = aioca.monitor(f"T:{record}.{field}", VALUE)
        first[field] = aioca.events(monitor, 1)[0]["value"]
    assert first == FIRST[record]


def test_cached_get_of_pyepics_is_right_at_once(pyepics):
    assert [pyepics.caget(f"T:AI.{f}") for f in ("HIHI", "HIGH", "LOW", "LOLO")] == [310.0, 300.0, 3.0, 2.0]


def test_limits_in_fields_have_unit_and_range_of_the_record(aioca):
    found = aioca.get("T:AI.HIHI", form="ctrl")
    assert (found["units"], found["precision"], found["upper_disp_limit"]) == ("K", 4, 325.0)


def test_a_limit_put_below_the_value_raises_the_alarm_at_once(ioc, aioca):
    ioc.post("AI", 20.0)
    monitor, limits = aioca.monitor("T:AI"), aioca.monitor("T:AI", PROPERTY, form="ctrl")
    severity = aioca.monitor("T:AI.SEVR", VALUE)
    assert aioca.put("T:AI.HIHI", 10.0) == 1
    assert aioca.events(monitor, 2)[-1]["severity"] == 2
    assert aioca.events(severity, 2)[-1]["value"] == 2
    assert aioca.events(limits, 2)[-1]["upper_alarm_limit"] == 10.0
    assert aioca.put("T:AI.HHSV", "NO_ALARM") == 1
    assert aioca.events(monitor, 3)[-1]["severity"] == 0
    aioca.put("T:AI.HIHI", 310.0)
    aioca.put("T:AI.HHSV", "MAJOR")


def test_severity_of_a_state_acts_at_once(ioc, aioca):
    ioc.post("STATE", "Off")
    assert aioca.put("T:STATE.ZRSV", "MINOR") == 1
    assert (aioca.get("T:STATE")["severity"], aioca.get("T:STATE")["status"]) == (1, 7)
    aioca.put("T:STATE.ZRSV", 0)
    assert aioca.get("T:STATE")["severity"] == 0


@pytest.mark.parametrize(("record", "states", "lasts"), [("LINK", (1, 0), 0), ("STATE", (0, 1), 1)])
def test_change_of_state_alarm_lasts_as_in_base(ioc, aioca, record, states, lasts):
    """For one event of a bi, until the state is the former one again of an mbbi."""
    former, now = states
    ioc.post(record, former)
    aioca.put(f"T:{record}.ZSV" if record == "LINK" else "T:STATE.ZRSV", 0)
    aioca.put(f"T:{record}.COSV", "MINOR")
    ioc.post(record, now)
    assert (aioca.get(f"T:{record}")["severity"], aioca.get(f"T:{record}")["status"]) == (1, 8)
    ioc.post(record, now)
    assert aioca.get(f"T:{record}")["severity"] == lasts
    aioca.put(f"T:{record}.COSV", 0)
    ioc.post(record, former)
    assert aioca.get(f"T:{record}")["severity"] == 0
    aioca.put("T:LINK.ZSV", 2)


def test_deadbands_put_at_run_time_hold(ioc, aioca):
    ioc.post("AI", 20.0)
    aioca.put("T:AI.MDEL", 1.0)
    monitor = aioca.monitor("T:AI", VALUE)
    for value in (20.5, 21.0, 21.1, 21.2, 40.0):
        ioc.post("AI", value)
    assert [event["value"] for event in aioca.events(monitor, 3)] == [20.0, 21.1, 40.0]
    aioca.put("T:AI.MDEL", -1.0)
    ioc.post("AI", 40.0)
    assert [event["value"] for event in aioca.events(monitor, 4)][3:] == [40.0]
    aioca.put("T:AI.MDEL", 0.0)


def test_unit_precision_and_description_reach_control_requests(ioc, aioca):
    assert aioca.put("T:AI.EGU", "mK") == 1
    assert aioca.put("T:AI.PREC", 1) == 1
    assert aioca.put("T:AI.DESC", "warm finger") == 1
    found = aioca.get("T:AI", form="ctrl")
    assert (found["units"], found["precision"]) == ("mK", 1)
    assert aioca.get("T:AI.DESC")["value"] == "warm finger"
    assert aioca.put("T:AI.EGU", "Ohm cm^-1 K") == PUT_FAILED
    assert aioca.put("T:AI.EGU", "\u03a9") == PUT_FAILED
    assert aioca.put("T:AI.PREC", 99) == PUT_FAILED
    assert ioc.refusals[-1] == ("AI", "PREC: precision must be 0 to 15")
    for field, value in (("EGU", "K"), ("PREC", 4), ("DESC", "cold finger")):
        aioca.put(f"T:AI.{field}", value)


def test_limits_of_a_refusing_record_can_only_be_narrowed(ioc, aioca):
    assert aioca.put("T:AO.DRVH", 400.0) == PUT_FAILED
    assert ioc.refusals[-1] == ("AO", "DRVH: limits may only be narrowed")
    assert aioca.put("T:AO.DRVH", 100.0) == 1
    assert aioca.put("T:AO", 200.0) == PUT_FAILED
    assert aioca.put("T:AO.DRVH", 300.0) == 1
    assert aioca.put("T:AO", 200.0) == 1


def test_limits_of_a_clipping_record_clip_at_once(ioc, aioca):
    aioca.put("T:CLIP.DRVH", 50.0)
    aioca.put("T:CLIP", 60.0)
    assert ioc["CLIP"].value == 50.0
    assert aioca.get("T:CLIP", form="ctrl")["upper_ctrl_limit"] == 50.0


def test_ioc_changes_limits_and_clients_of_property_are_told(ioc, aioca):
    monitor = aioca.monitor("T:AO", PROPERTY, form="ctrl")
    field = aioca.monitor("T:AO.DRVH", VALUE)
    ioc.do(ioc["AO"].set_limits, 1.0, 250.0)
    assert aioca.events(monitor, 2)[-1]["upper_ctrl_limit"] == 250.0
    assert aioca.events(field, 2)[-1]["value"] == 250.0
    ioc.do(ioc["AO"].set_limits, 1.0, 300.0)


def test_the_access_group_is_shown_and_can_be_put(ioc, aioca):
    assert aioca.get("T:BYPASS.ASG")["value"] == "INTERLOCK"
    assert aioca.get("T:AO.ASG")["value"] == ""
    told = []
    ioc["AO"].on_regroup = lambda channel: told.append(channel.asg)
    assert aioca.put("T:AO.ASG", "INTERLOCK") == 1
    assert (aioca.get("T:AO.ASG")["value"], told) == ("INTERLOCK", ["INTERLOCK"])
    assert aioca.put("T:AO.ASG", "") == 1


@pytest.mark.parametrize("field", ["NAME", "RTYP", "SCAN", "STAT", "SEVR", "UDF", "ZRST", "NORD", "FLNK"])
def test_fields_that_would_not_act_have_no_write_access(aioca, field):
    record = {"ZRST": "STATE", "NORD": "ZONES"}.get(field, "AI")
    assert not aioca.info(f"T:{record}.{field}")["write"]


def test_disabled_record_refuses_puts(ioc, aioca):
    assert aioca.put("T:AO.DISP", 1) == 1
    assert aioca.put("T:AO", 5.0) == PUT_FAILED
    assert ioc.refusals[-1] == ("AO", "puts are disabled (DISP)")
    assert aioca.put("T:AO.DESC", "x") == PUT_FAILED
    assert aioca.put("T:AO.DISP", 0) == 1
    assert aioca.put("T:AO", 5.0) == 1


def test_processing_a_setting_puts_its_value_again(ioc, aioca):
    seen = []

    async def note(put):
        seen.append(put.value)

    ioc.post("AO", 5.0)
    ioc["AO"].on_put = note
    assert aioca.put("T:AO.PROC", 1) == 1
    ioc.do(ioc["AO"].invalidate, "COMM")
    assert aioca.put("T:AO.PROC", 1) == PUT_FAILED
    assert seen == [5.0]
    assert ioc.refusals[-1] == ("AO", "value is unknown")
    ioc["AO"].on_put = None
    assert aioca.put("T:AI.PROC", 1) == 1, "a readback is the IOC's to read; EPICS accepts, too"


def test_strings_as_characters(aioca):
    assert aioca.info("T:TEXT.VAL$")["kind"] == CHAR
    assert aioca.get("T:TEXT.VAL$")["value"] == "hello"
    assert aioca.get("T:AI.DESC$")["value"] == "cold finger"
    assert aioca.put("T:AI.DESC$", "as characters") == 1
    assert aioca.get("T:AI.DESC")["value"] == "as characters"
    aioca.put("T:AI.DESC", "cold finger")


def test_alarm_of_a_reading_nobody_may_put_is_acknowledged_at_its_field(ioc, aioca):
    ioc.post("AI", 20.0)
    ioc.do(ioc["AI"].acknowledge, 3)
    ioc.post("AI", 311.0)
    events = aioca.monitor("T:AI.ACKS", 4 | VALUE)
    assert aioca.put("T:AI.ACKS", "MINOR") == 1
    assert ioc["AI"].to_acknowledge == 2
    assert aioca.put("T:AI.ACKS", "MAJOR") == 1
    assert [event["value"] for event in aioca.events(events, 3)][:3] == [2, 2, 0]
    assert aioca.put("T:AI.ACKT", "NO") == 1
    ioc.post("AI", 312.0)
    ioc.post("AI", 20.0)
    assert aioca.get("T:AI.ACKS")["value"] == 0
    assert aioca.put("T:AI.ACKT", "YES") == 1


def test_acknowledgement(ioc, raw):
    ioc.post("LINK", "Down")
    ioc.post("LINK", "Up")
    assert ioc["LINK"].to_acknowledge == 2
    channel = raw.channel("T:LINK.ACKS")
    raw.send(channel.read(data_type=ca.ChannelType.STSACK_STRING, data_count=1))
    assert raw.next(ca.ReadNotifyResponse).metadata.acks == 2
    raw.send(channel.write((2,), data_type=ca.ChannelType.PUT_ACKS, data_count=1, notify=True))
    raw.next(ca.WriteNotifyResponse)
    assert ioc["LINK"].to_acknowledge == 0
