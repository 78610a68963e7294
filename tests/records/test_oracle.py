"""The same requests to EPICS base and to us: every value, alarm, property and event must be the same."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cryoioc.records import Record

HERE = Path(__file__).parent
VALUE, LOG, ALARM = 1, 2, 4

# The same records twice: as we declare them and as EPICS base does.
RECORDS = [
    Record(
        name="AI",
        kind="ai",
        doc="reading",
        unit="K",
        precision=2,
        display=(0.0, 320.0),
        lolo=1.0,
        low_alarm=2.0,
        high_alarm=300.0,
        hihi=310.0,
        hyst=1.0,
        mdel=0.5,
        adel=2.0,
        writable=True,
        refuses=False,
    ),
    Record(name="HIHI", kind="ai", doc="one side", hihi=300.0, writable=True, refuses=False),
    Record(name="AO", kind="ao", doc="setpoint", low=1.0, high=325.0, writable=True, refuses=False, initial=4.0),
    Record(name="LO", kind="longout", doc="count", low=0, high=10, hihi=8, writable=True, refuses=False, initial=3),
    Record(
        name="BI",
        kind="bi",
        doc="link",
        states=("Down", "Up"),
        severities={"Down": "MAJOR"},
        writable=True,
        refuses=False,
    ),
    Record(
        name="MB",
        kind="mbbo",
        doc="state",
        states=("Off", "On", "Trip"),
        severities={"Trip": "MAJOR"},
        writable=True,
        refuses=False,
        initial="Off",
    ),
    Record(name="SO", kind="stringout", doc="text", writable=True, refuses=False, initial="hello"),
    Record(name="FENCE", kind="longout", doc="counts", writable=True, refuses=False, initial=0),
    Record(name="WF", kind="waveform", doc="zones", unit="K", precision=2, length=5, writable=True, refuses=False),
]
DATABASE = """
record(ai, "T:AI") { field(DESC, "reading") field(EGU, "K") field(PREC, 2) field(LOPR, 0) field(HOPR, 320)
  field(LOLO, 1) field(LLSV, MAJOR) field(LOW, 2) field(LSV, MINOR) field(HIGH, 300) field(HSV, MINOR)
  field(HIHI, 310) field(HHSV, MAJOR) field(HYST, 1) field(MDEL, 0.5) field(ADEL, 2) }
record(ai, "T:HIHI") { field(DESC, "one side") field(PREC, 3) field(HIHI, 300) field(HHSV, MAJOR) }
record(ao, "T:AO") { field(DESC, "setpoint") field(PREC, 3) field(DRVL, 1) field(DRVH, 325) field(LOPR, 1)
  field(HOPR, 325) field(VAL, 4) field(PINI, YES) }
record(longout, "T:LO") { field(DESC, "count") field(DRVL, 0) field(DRVH, 10) field(LOPR, 0) field(HOPR, 10)
  field(HIHI, 8) field(HHSV, MAJOR) field(VAL, 3) field(PINI, YES) }
record(bi, "T:BI") { field(DESC, "link") field(ZNAM, "Down") field(ONAM, "Up") field(ZSV, MAJOR) }
record(mbbo, "T:MB") { field(DESC, "state") field(ZRST, "Off") field(ONST, "On") field(TWST, "Trip")
  field(TWSV, MAJOR) field(VAL, 0) field(PINI, YES) }
record(longout, "T:FENCE") { field(VAL, 0) field(PINI, YES) }
record(stringout, "T:SO") { field(DESC, "text") field(VAL, "hello") field(PINI, YES) }
record(waveform, "T:WF") { field(DESC, "zones") field(EGU, "K") field(PREC, 2) field(FTVL, DOUBLE)
  field(NELM, 5) field(MPST, "On Change") field(APST, "On Change") }
"""


@pytest.fixture(scope="module")
def base(tmp_path_factory, start_client, find_port):
    """An aioca client of EPICS base."""
    database = tmp_path_factory.mktemp("db") / "oracle.db"
    database.write_text(DATABASE)
    port = find_port()
    process = subprocess.Popen(
        [sys.executable, str(HERE / "soft_ioc.py"), str(database)],
        env={
            **os.environ,
            "EPICS_CAS_SERVER_PORT": str(port),
            "EPICS_CAS_INTF_ADDR_LIST": "127.0.0.1",
            "EPICS_CAS_AUTO_BEACON_ADDR_LIST": "NO",
            "EPICS_CAS_BEACON_ADDR_LIST": f"127.0.0.1:{find_port()}",
        },
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert "serving\n" in iter(process.stdout.readline, "")  # behind the banner of EPICS base
    client = start_client("agent_aioca.py", port)
    yield client
    client.stop()
    process.kill()
    process.communicate()


def without_time(answer):
    return {key: x for key, x in answer.items() if key != "timestamp"}


FIELDS = {
    "AI": "VAL DESC EGU PREC HOPR LOPR HIHI HIGH LOW LOLO HHSV HSV LSV LLSV HYST MDEL ADEL UDF STAT SEVR NAME RTYP "
    "PROC DISP ACKS ACKT PHAS TSE DISA DISV DISS FLNK SDIS UDFS PACT PRIO LALM ALST MLST NSTA NSEV AMSG",
    "HIHI": "VAL HIHI HIGH HHSV HSV LSV LLSV EGU HOPR",
    "AO": "VAL DRVH DRVL HOPR LOPR HIHI HHSV EGU PREC UDF STAT SEVR RTYP SCAN",
    "LO": "VAL DRVH DRVL HIHI HHSV EGU UDF STAT SEVR RTYP SCAN MDEL HYST",
    "BI": "VAL ZNAM ONAM ZSV OSV COSV UDF STAT SEVR RTYP PROC PHAS",
    "MB": "VAL ZRST ONST TWST THST FFST ZRSV TWSV FFSV COSV UDF STAT SEVR RTYP SCAN PHAS",
    "SO": "VAL DESC UDF STAT SEVR RTYP SCAN PHAS",
    "WF": "VAL NELM NORD FTVL EGU PREC HOPR MPST APST UDF STAT SEVR RTYP",
}


@pytest.mark.parametrize("record", list(FIELDS))
def test_fields_before_anything_is_put(base, aioca, record):
    different = {}
    for field in FIELDS[record].split():
        name = f"T:{record}.{field}"
        answers = [
            (client.info(name)["kind"], client.info(name)["count"], repr(without_time(client.get(name, form="ctrl"))))
            for client in (base, aioca)
        ]
        if answers[0] != answers[1] and field not in ("NELM", "NORD"):  # their range is that of DBF_ULONG
            different[name] = answers
    assert different == {}


REQUESTS = {
    "AI": [20.0, 20.0, 20.4, 20.6, 21.5, 23.0, 305.0, 311.0, 309.5, 308.9, 299.5, 298.9, 1.5, 0.5, 1.5, 2.5, 3.5],
    "AI.HIHI": [(5.0, "T:AI", 6.0), (310.0, "T:AI", 20.0)],
    "AI.HHSV": [("NO_ALARM", "T:AI", 311.0), ("INVALID", "T:AI", 311.0), ("MAJOR", "T:AI", 20.0)],
    "AI.HYST": [(5.0, "T:AI", 311.0), (1.0, "T:AI", 306.0)],
    "AI.MDEL": [(-1.0, "T:AI", 306.0), (0.0, "T:AI", 306.0), (0.5, "T:AI", 306.1)],
    "HIHI": [1.0, 0.0, -5.0, 300.0, 299.0],
    "AO": [10.0, 400.0, -3.0, 10.0, 10.0],
    "AO.DRVH": [(20.0, "T:AO", 30.0), (325.0, "T:AO", 30.0)],
    "LO": [5, 12, 8, 7, -1, 7],
    "LO.HIHI": [(7, "T:LO", 7), (8, "T:LO", 7)],
    "BI": [1, 0, "Up", "Down", 1],
    "BI.OSV": [("MINOR", "T:BI", 1), ("NO_ALARM", "T:BI", 0)],
    "BI.COSV": [("MINOR", "T:BI", 1), ("NO_ALARM", "T:BI", 1)],
    "MB": [1, "Trip", 2, 0, "On"],
    "MB.TWSV": [("MINOR", "T:MB", 2), ("MAJOR", "T:MB", 0)],
    "SO": ["one", "one", "two", "x" * 39],
    "WF": [[1.0, 2.0], [1.0, 2.0], [1.0], [5.0, 4.0, 3.0, 2.0, 1.0]],
}


@pytest.mark.parametrize("target", list(REQUESTS))
def test_requests_have_the_same_effects(base, aioca, target):
    record = f"T:{target.split('.')[0]}"
    first = REQUESTS[target.split(".")[0]][0]
    assert answers(base, record, target, first) == answers(aioca, record, target, first)


def answers(client, record, target, first):
    """Return what a client is told during and after the requests to one name."""
    client.put(record, first)
    monitors = [client.monitor(record, mask) for mask in (VALUE, ALARM, LOG)]
    monitors.append(client.monitor(f"{record}.SEVR", VALUE))
    told = []
    for request in REQUESTS[target]:
        value, also, then = request if isinstance(request, tuple) else (request, None, None)
        told.append(client.put(f"T:{target}", value))
        told.append(without_time(client.get(record, form="ctrl")))
        if also is not None:
            told.append(client.put(also, then))
            told.append(without_time(client.get(record, form="ctrl")))
    told.append([without_time(client.get(f"{record}.{field}")) for field in ("STAT", "SEVR", "UDF", "ACKS")])
    client.settle("T:FENCE")
    told += [[without_time(event) for event in client.events(monitor, 1)] for monitor in monitors]
    return repr(told)


numbers = st.floats(0.0, 100.0).map(lambda x: round(x, 1))
whole = st.integers(-2, 12)
severities = st.sampled_from(["NO_ALARM", "MINOR", "MAJOR", "INVALID"])


def fields_of(record, *names):
    return st.sampled_from([f"T:{record}.{name}" for name in names])


steps = st.one_of(
    st.tuples(st.just("T:AI"), numbers),
    st.tuples(fields_of("AI", "HIHI", "HIGH", "LOW", "LOLO", "HYST"), numbers),
    st.tuples(fields_of("AI", "HHSV", "HSV", "LSV", "LLSV"), severities),
    st.tuples(st.just("T:LO"), whole),
    st.tuples(fields_of("LO", "HIHI", "HIGH", "LOW", "LOLO", "HYST", "DRVH", "DRVL"), whole),
    st.tuples(fields_of("LO", "HHSV", "HSV", "LSV", "LLSV"), severities),
    st.tuples(st.just("T:MB"), st.sampled_from([0, 1, 2, 3, 15, 16, "Off", "On", "Trip", "None"])),
    st.tuples(fields_of("MB", "ZRSV", "ONSV", "TWSV", "THSV", "UNSV", "COSV"), severities),
    st.tuples(st.just("T:BI"), st.sampled_from([0, 1, 2, "Up", "Down"])),
    st.tuples(fields_of("BI", "ZSV", "OSV", "COSV"), severities),
    st.tuples(st.sampled_from(["T:AI.PROC", "T:LO.PROC", "T:MB.PROC", "T:BI.PROC"]), st.just(1)),
)


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.lists(steps, min_size=1, max_size=12))
def test_alarm_is_the_same_after_any_sequence(base, aioca, sequence):
    for name, value in sequence:
        record = name.partition(".")[0]
        told = []
        for client in (base, aioca):
            accepted = client.put(name, value)
            answer = client.get(record)
            fields = [client.get(f"{record}.{field}")["value"] for field in ("LALM", "ACKS")]
            told.append((accepted, answer["value"], answer["status"], answer["severity"], fields))
        assert told[0] == told[1], f"after {name} = {value}"
