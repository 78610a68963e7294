"""Puts without a network: order, hooks, commands."""

from __future__ import annotations

import asyncio
import logging
import math

import pytest

from cryoioc.clock import run_virtual
from cryoioc.errors import LinkDown, Refused
from cryoioc.records import Hooks, Origin, Record, make_channel, put


def setpoint(**keywords):
    given = {"name": "SP", "kind": "ao", "doc": "d", "unit": "K", "writable": True, "initial": 4.0, **keywords}
    return make_channel(Record(**given))


def test_without_a_handler_the_value_is_posted():
    channel = setpoint(low=0.0, high=10.0)
    run_virtual(put(channel, (7.5,)))
    assert channel.value == 7.5


def test_handler_gets_the_request_and_posts_itself():
    channel, seen = setpoint(), []

    async def rounding(request):
        seen.append((request.value, request.user, request.host, request.peer))
        channel.post(round(request.value))

    channel.on_put = rounding
    run_virtual(put(channel, ("7.6",), Origin("operator", "console", "127.0.0.1:5")))
    assert seen == [(7.6, "operator", "console", "127.0.0.1:5")]
    assert channel.value == 8.0


def test_refusal_is_told_with_its_reason_and_keeps_the_value():
    channel, told = setpoint(), []

    async def down(request):
        raise LinkDown("TC1: not connected")

    channel.on_put = down
    hooks = Hooks(refused=lambda *what: told.append(what), accepted=lambda request: told.append("accepted"))
    with pytest.raises(LinkDown):
        run_virtual(put(channel, (5.0,), Origin(), hooks))
    assert told == [(channel, "TC1: not connected")]
    assert (channel.value, channel.severity) == (4.0, "NO_ALARM")


def test_accepted_is_told_after_the_handler():
    channel, told = setpoint(), []

    async def work(request):
        await asyncio.sleep(3600)
        channel.post(request.value)

    channel.on_put = work
    run_virtual(put(channel, (5.0,), Origin(), Hooks(accepted=lambda request: told.append(channel.value))))
    assert told == [5.0]


def test_fault_in_a_handler_is_logged_and_refused(caplog):
    channel = setpoint()

    async def faulty(request):
        raise KeyError("nothing")

    channel.on_put = faulty
    with pytest.raises(Refused, match="internal error: KeyError"):
        run_virtual(put(channel, (5.0,)))
    (record,) = [r for r in caplog.records if r.levelno == logging.ERROR]
    assert record.exc_info is not None


@pytest.mark.parametrize(
    ("elements", "reason"),
    [
        ((math.nan,), "not a finite number"),
        (("1_000",), "not a number"),
        ((), "one number expected"),
        ((1.0, 2.0), "one number expected"),
    ],
)
def test_what_is_no_number_is_refused(elements, reason):
    with pytest.raises(Refused, match=reason):
        run_virtual(put(setpoint(), elements))


@pytest.mark.parametrize("sent", [2.5, 2**31, -(2**31) - 1])
def test_what_is_no_whole_number_is_refused(sent):
    with pytest.raises(Refused, match="not a whole number"):
        run_virtual(put(setpoint(kind="longout"), (sent,)))


def test_one_open_side_is_open():
    channel = setpoint(low=1.0)
    run_virtual(put(channel, (1e9,)))
    assert channel.value == 1e9
    with pytest.raises(Refused, match="0.5 below minimum 1 K"):
        run_virtual(put(channel, (0.5,)))


def test_elements_of_an_array_are_checked_against_the_limits():
    channel = setpoint(kind="waveform", length=3, low=0.0, high=10.0, initial=(1.0,))
    run_virtual(put(channel, (0.0, 10.0)))
    assert channel.value == (0.0, 10.0)
    with pytest.raises(Refused, match="element 1 outside limits: 11"):
        run_virtual(put(channel, (0.0, 11.0)))
    with pytest.raises(Refused, match="4 elements, at most 3"):
        run_virtual(put(channel, (0.0,) * 4))


def command():
    return make_channel(Record(name="GO", kind="bo", doc="d", states=("Idle", "Go"), command=True, initial=0))


def test_command_reads_zero_again_when_it_is_refused():
    channel = command()

    async def refuse(request):
        assert channel.value == "Go"
        raise Refused("tripped")

    channel.on_put = refuse
    with pytest.raises(Refused):
        run_virtual(put(channel, (1,)))
    assert channel.value == "Idle"


def test_command_reads_zero_again_when_the_ioc_stops():
    channel = command()

    async def stop_in_the_middle():
        started = asyncio.Event()

        async def never_ends(request):
            started.set()
            await asyncio.Event().wait()

        channel.on_put = never_ends
        task = asyncio.create_task(put(channel, (1,)))
        await started.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    run_virtual(stop_in_the_middle())
    assert channel.value == "Idle"
