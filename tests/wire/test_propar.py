"""Frames of ProPar against the examples of the maker's document 9.17.027, typed from it."""

from __future__ import annotations

import pytest

from cryoioc.errors import ReplyError
from cryoioc.wire.propar import (
    BYTE,
    LONG,
    SHORT,
    STRING,
    Parameter,
    StatusError,
    characters,
    done,
    request,
    values,
)

SERIAL = Parameter(113, 3, STRING, index=12)
TAG = Parameter(113, 6, STRING, index=13)
MEASURE = Parameter(1, 0, SHORT, index=14)
CAPACITY = Parameter(1, 13, LONG, real=True, index=15)
UNIT = Parameter(1, 31, STRING, length=7, index=16)
FLUID = Parameter(1, 17, STRING, length=10, index=17)
CHAIN = (SERIAL, TAG, MEASURE, CAPACITY, UNIT, FLUID)
SETPOINT = Parameter(1, 1, SHORT)

# 9.17.027, 3.10.4 "Request chained parameters" and its answer.
REQUEST = ":1A0304F1EC7163006D71660001AE0120CF014DF0017F077101710A"
ANSWER = (
    ":370302F1EC004D3632313233343541006D00555345525441470001AE1CD8CF3F800000F007"
    "6D6C6E2F6D696E710A4E322020202020202020"
)


def test_the_chained_request_of_the_document():
    assert request("03", *CHAIN) == REQUEST


def test_the_chained_answer_of_the_document():
    assert values(ANSWER, *CHAIN) == ["M6212345A", "USERTAG", 7384, 1.0, "mln/min", "N2"]


def test_single_parameters_of_the_document():
    assert request("03", SETPOINT) == ":06030401210121"
    assert values(":06030201213E80", SETPOINT) == [16000]
    assert request("80", Parameter(1, 0, SHORT, index=1)) == ":06800401210120"
    # The node of an answer may be another one.
    assert values(":06050201213E80\r\n", SETPOINT) == [16000]


def test_a_status_is_no_value():
    with pytest.raises(StatusError, match="4 parameter number") as caught:
        values(":0403000405", SETPOINT)
    assert caught.value.code == 4
    with pytest.raises(ReplyError, match="error 4"):
        values(":020304", SETPOINT)
    done(":0403000005")  # 3.10.1
    done(":040300001C")  # 3.10.2
    with pytest.raises(StatusError, match="13 read only"):
        done(":0403000D05")
    with pytest.raises(ReplyError, match="expected a status"):
        done(":06030201213E80")


@pytest.mark.parametrize(
    "reply",
    [
        "",
        ":",
        "06030201213E80",
        ":06030201213E8",  # a digit lost
        ":06030201213E",  # two
        ":05030201213E80",  # more than it says
        ":0603020121ZZ80",
        ":06030201223E80",  # index 2
        ":06030202213E80",  # process 2
        ":0603020101FF80",  # another type
        ":0803020121000000FF",  # more values than asked for
        ":06030401213E80",  # a request
        ":0503020121FF",
    ],
)
def test_what_is_no_answer(reply):
    with pytest.raises(ReplyError):
        values(reply, SETPOINT)


@pytest.mark.parametrize("digits", ["7F800000", "FF800000", "7FC00000"])
def test_no_number_is_no_number(digits):
    """Infinite, and not a number."""
    with pytest.raises(ReplyError):
        values(f":0803022143{digits}", Parameter(33, 3, LONG, real=True))


def test_a_text_without_an_end():
    with pytest.raises(ReplyError, match="end of a text"):
        values(":0803027163004D3632", Parameter(113, 3, STRING))
    with pytest.raises(ReplyError, match="unreadable"):
        values(":070302716302FFFE", Parameter(113, 3, STRING))


def test_the_length_that_the_plan_counts_with():
    assert characters(SETPOINT) == len(":06030201213E80")
    alarms = Parameter(1, 20, BYTE, index=18)
    assert characters(*CHAIN[2:], alarms) == 1 + 2 * (3 + 1 + 3 + 5 + 9 + 12 + 2)
