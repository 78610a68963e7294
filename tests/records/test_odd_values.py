"""Whatever a client puts to whatever field of whatever record is refused or encoded: nothing of ours ever fails."""

from __future__ import annotations

import asyncio
import logging

import pytest

from cryoioc.errors import CryoError
from cryoioc.records import Hooks, Record, dbr, make_channel, puts
from cryoioc.records.fields import get_field, rows_of

STATES = {"states": ("Off", "On")}
LENGTHS = {"charin": 20, "waveform": 3}
KINDS = ("ai", "ao", "longin", "longout", "bi", "bo", "mbbi", "mbbo", "stringin", "stringout", "charin", "waveform")
TYPES = (*dbr.PLAIN, *range(28, 35))  # values alone, and with all properties
ODD = (
    "", "x" * 39, "\u00e4" * 19, "\0", "\u03a9" * 13, "nan", 1e308, -1e308, float("nan"), float("inf"), -float("inf"),
    2**31, -(2**31), 65535, 40000, 32767, 255, 17, -1,
)  # fmt: skip


def record(kind: str, refuses: bool) -> Record:
    given = STATES if kind in ("bi", "bo", "mbbi", "mbbo") else {"length": LENGTHS[kind]} if kind in LENGTHS else {}
    return Record(name="X", kind=kind, doc="odd", writable=True, refuses=refuses, **given)


async def put(channel, field, value):
    source = get_field(channel, field)
    try:
        if source is channel:
            rest = puts.begin(channel, (value,), puts.NOBODY, Hooks())
        else:
            rest = puts.put_field(source, (value,), puts.NOBODY, Hooks())
        if rest is not None:
            await rest
    except CryoError as error:
        assert str(error)
    return source


@pytest.mark.parametrize("refuses", [False, True], ids=["as base", "refuses"])
@pytest.mark.parametrize("kind", KINDS)
def test_odd_values_are_refused_or_encoded(kind, refuses, caplog):
    async def run() -> None:
        for field in ("VAL", *rows_of(make_channel(record(kind, refuses)))):
            for value in ODD:
                channel = make_channel(record(kind, refuses))
                for source in (await put(channel, field, value), channel):
                    for type_ in TYPES:
                        source.forget_encoded()
                        try:
                            assert isinstance(source.encoded(type_, 0)[0], bytes)
                        except dbr.ConversionError:
                            assert dbr.base_type(type_) != dbr.STRING, "a text can be made of anything"
                for timer in channel.timers.values():
                    timer.cancel()

    asyncio.run(run())
    assert [entry.getMessage() for entry in caplog.records if entry.levelno >= logging.ERROR] == []
