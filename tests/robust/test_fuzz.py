"""The short form of the fuzzer, and what it has found."""

from __future__ import annotations

import struct

import pytest

from cryoioc.records import Record, dbr, make_channel
from cryoioc.records.names import Names

from . import fuzz

SEED = 20100914
MESSAGES = 8000


def test_nothing_said_on_any_port_ends_or_fills_an_ioc(tmp_path):
    result = fuzz.run(MESSAGES, SEED, tmp_path)
    assert result.requests > MESSAGES / 2 and result.breaking > 20 and result.datagrams > 1000 and result.answers > 0
    assert result.files[1] <= result.files[0] + fuzz.LEAVING
    assert result.threads[1] <= result.threads[0]


@pytest.mark.parametrize(("messages", "end", "leaks"), [
    (1_000_000, 62.9, False), (1_000_000, 63.1, True), (8000, 90.0, False),
])  # fmt: skip
def test_memory_that_grows_is_a_failure_of_a_long_run_only(messages, end, leaks):
    assert fuzz.Result(requests=messages, warm=60.0, end=end).leaks is leaks


@pytest.mark.parametrize("count", [2, 2**16, 2**32 - 1])
def test_more_strings_than_were_sent_are_no_put(count):
    with pytest.raises(dbr.ConversionError):
        dbr.decode(dbr.STRING, count, b"20.5\0\0\0\0")


@pytest.mark.parametrize("kind", [dbr.PUT_ACKS, dbr.PUT_ACKT])
def test_an_acknowledgement_of_nothing_is_no_put(kind):
    with pytest.raises(dbr.ConversionError):
        dbr.decode(kind, 0, struct.pack(">d", 1.0))


def test_no_client_makes_a_server_remember_more_names_than_there_are():
    names = Names([make_channel(Record(name="R", kind="ai", doc="reading"))], "P:", {})
    text = names.find("P:R.DESC$")
    for dollars in range(2, 3000):
        assert names.find("P:R.DESC" + "$" * dollars) is None
    assert text is not None and dict(names._fields) == {"P:R.DESC": text.source, "P:R.DESC$": text}


def test_numbers_of_elements_nobody_has_are_not_remembered():
    channel = make_channel(Record(name="R", kind="ai", doc="reading", initial=1.0))
    for count in range(1000):
        assert channel.encoded(dbr.DOUBLE, count)[1] == 1
    assert len(channel._encoded) <= 2
