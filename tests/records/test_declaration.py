"""A wrong declaration fails where it is written, with the reason."""

from __future__ import annotations

import pytest

from cryoioc.records import Record, make_channel

GOOD = {"name": "X", "kind": "ai", "doc": "something"}


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"kind": "calc"}, "unknown kind 'calc'"),
        ({"name": "Temp"}, "upper-case"),
        ({"name": "A.B"}, "upper-case"),
        ({"name": "A" * 60}, "longer than 59"),
        ({"doc": ""}, "doc must be 1 to 39"),
        ({"doc": "d" * 40}, "doc must be 1 to 39"),
        ({"unit": "\u03a9"}, "7 ASCII"),
        ({"unit": "mK/hours"}, "7 ASCII"),
        ({"precision": -1}, "precision"),
        ({"low": 2.0, "high": 1.0}, "low must be below high"),
        ({"display": (1.0, 1.0)}, "display"),
        ({"lolo": 2.0, "low_alarm": 1.0}, "must rise"),
        ({"high_alarm": 2.0, "hihi": 1.0}, "must rise"),
        ({"states": ("Off", "On")}, "has no states"),
        ({"kind": "bi"}, "exactly two states"),
        ({"kind": "bi", "states": ("A", "B", "C")}, "exactly two states"),
        ({"kind": "mbbi", "states": tuple("ABCDEFGHIJKLMNOPQ")}, "1 to 16 states"),
        ({"kind": "mbbi", "states": ("A" * 26, "B")}, "1 to 25 ASCII"),
        ({"kind": "mbbi", "states": ("A", "A")}, "different"),
        ({"kind": "mbbi", "states": ("A", "B"), "severities": {"C": "MAJOR"}}, "state 'C' is unknown"),
        ({"kind": "mbbi", "states": ("A", "B"), "severities": {"A": "BAD"}}, "severity 'BAD'"),
        ({"kind": "mbbi", "states": ("A", "B"), "hihi": 1.0}, "has no alarm limits"),
        ({"kind": "stringin", "low": 1.0}, "has no limits"),
        ({"command": True}, "must be a bo"),
        ({"kind": "waveform", "length": 0}, "length"),
    ],
)
def test_wrong_declaration_names_its_mistake(wrong, message):
    with pytest.raises(ValueError, match=message):
        Record(**{**GOOD, **wrong})


def test_initial_value_the_record_cannot_hold_is_refused():
    with pytest.raises(ValueError, match="Medium"):
        make_channel(Record(name="X", kind="bi", doc="d", states=("Off", "On"), initial="Medium"))
    with pytest.raises(ValueError, match="32 bits"):
        make_channel(Record(name="X", kind="longin", doc="d", initial=2**31))
    with pytest.raises(ValueError, match="at most 2"):
        make_channel(Record(name="X", kind="waveform", doc="d", length=2, initial=(1, 2, 3)))


def test_every_channel_has_an_alarm_of_its_own():
    one, other = (make_channel(Record(**GOOD, hihi=1.0)) for _ in range(2))
    one.post(2.0)
    other.post(0.0)
    assert (one.severity, other.severity) == ("MAJOR", "NO_ALARM")
