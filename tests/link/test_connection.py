"""Connecting and losing it: identification, back-off, what is logged, and mistakes in whoever listens."""

from __future__ import annotations

import asyncio
import logging

import pytest

from cryoioc.clock import run_virtual
from cryoioc.errors import LinkDown, LinkError
from cryoioc.link.statistics import State

from .virtual import command, virtual


def test_without_chains_what_comes_late_over_a_reconnect_is_not_the_identification(bench, single, make_poll) -> None:
    async def main(b) -> None:
        async with b:
            await b.run_for(5.0)
            b.spoil([("none", 0.6)])
            while b.instrument.faults:
                await b.run_for(0.001)
            b.instrument.hang_up()
            await b.run_for(1.5)
            assert b.recorder.edges == ["up", "down", "up"]

    run_virtual(main(bench(polls=(make_poll("fast"),), dialect=single)))


@virtual
async def test_the_wrong_model_keeps_the_link_down_with_the_reason(b):
    b.instrument.identity = "MAKER,OTHER,0001,1.0"
    async with b:
        await b.run_for(30.0)
        assert b.recorder.edges == ["down"]
        assert "OTHER,0001,1.0 is not the expected model" in b.recorder.reasons[0]
        with pytest.raises(LinkDown, match="not the expected model"):
            await b.link.transact(command("x"))
    assert set(b.sent()) <= {"*IDN?" + ";*OPC?" * n for n in range(1, 21)}


@virtual
async def test_another_instrument_on_the_same_line_is_noticed(b):
    async with b:
        await b.run_for(5.0)
        b.instrument.identity = "MAKER,OTHER,0001,1.0"
        b.instrument.deaf, b.instrument.mute_when_deaf = {"fast0"}, True
        await b.run_for(10.0)
        assert b.recorder.edges == ["up", "down"]


@virtual
async def test_back_off_doubles_up_to_ten_seconds(b):
    b.instrument.present = False
    async with b:
        await b.run_for(60.0)
    gaps = [later - earlier for earlier, later in zip(b.instrument.opened, b.instrument.opened[1:], strict=False)]
    assert gaps[:7] == pytest.approx([0.5, 1.0, 2.0, 4.0, 8.0, 10.0, 10.0], abs=0.001)
    assert b.recorder.edges == ["down"]


@virtual
async def test_a_connection_that_worked_resets_the_back_off(b):
    b.instrument.present = False
    async with b:
        await b.run_for(20.0)
        b.instrument.present = True
        await b.run_for(20.0)
        assert b.recorder.edges == ["down", "up"]
        b.instrument.hang_up()
        lost = b.clock.now()
        await b.run_for(2.0)
    assert b.instrument.opened[-1] - lost == pytest.approx(0.5, abs=0.06)
    assert b.recorder.edges == ["down", "up", "down", "up"]
    assert b.link.statistics().reconnects == 1


@virtual
async def test_a_connection_that_breaks_at_once_does_not(b):
    async with b:
        for _ in range(4):
            count = len(b.instrument.opened)
            while len(b.instrument.opened) == count:
                await b.run_for(0.01)
            b.instrument.hang_up()
    gaps = [later - earlier for earlier, later in zip(b.instrument.opened, b.instrument.opened[1:], strict=False)]
    assert gaps == sorted(gaps)
    assert gaps[-1] >= 2.0


@virtual
async def test_a_dead_instrument_is_given_up_after_about_two_seconds(b):
    async with b:
        await b.run_for(5.0)
        b.instrument.latency = 1e9
        silent = b.clock.now()
        while b.recorder.edges[-1] == "up":
            await b.run_for(0.01)
        assert 2.0 <= b.clock.now() - silent <= 3.2
        assert "no answer to *IDN?" in b.recorder.reasons[-1]


def test_the_log_speaks_on_edges_only(bench, caplog) -> None:
    async def main(b) -> None:
        async with b:
            await b.run_for(5.0)
            b.instrument.unplug()
            await b.run_for(3600.0)
            b.instrument.present = True
            await b.run_for(20.0)

    caplog.set_level(logging.INFO, "cryoioc.link.FAKE")
    run_virtual(main(bench()))
    levels = [(record.levelname, record.getMessage()) for record in caplog.records]
    assert [level for level, _ in levels] == ["INFO", "WARNING", "INFO", "INFO"]
    assert levels[1][1] == "not connected: the far end closed the line"
    assert levels[2][1].startswith("connected again after 36")


def test_the_wire_is_in_the_log_at_debug(bench, caplog) -> None:
    async def main(b) -> None:
        async with b:
            await b.run_for(0.5)

    caplog.set_level(logging.DEBUG, "cryoioc.link.FAKE")
    run_virtual(main(bench()))
    assert "> *IDN?;*OPC?" in caplog.messages
    assert "< MAKER,FAKE,0001,1.0;1" in caplog.messages


@virtual
async def test_a_mistake_in_the_listener_takes_the_link_down_and_is_told_and_counted(b):
    b.mistaken, b.recorder.up = True, None
    async with b:
        await b.run_for(60.0)
        statistics = b.link.statistics()
        assert statistics.state is not State.STOPPED
        assert statistics.internal == len(b.instrument.opened)
        assert statistics.last_error == "internal error: TypeError: 'NoneType' object is not callable"
        assert set(b.recorder.edges) == {"down"} and set(b.recorder.reasons) == {statistics.last_error}
    gaps = [later - earlier for earlier, later in zip(b.instrument.opened, b.instrument.opened[1:], strict=False)]
    assert gaps[0] < 1.0 and gaps[-1] == pytest.approx(10.0, abs=0.2)


@virtual
async def test_a_mistake_on_a_connection_that_worked_does_not_reset_the_back_off(b):
    b.mistaken = True
    async with b:
        for _ in range(6):
            await b.run_for(20.0)
            b.link.break_off(ValueError("a mistake"))
        await b.run_for(20.0)
        assert b.link.statistics().internal == 6
        assert b.recorder.reasons == ["internal error: ValueError: a mistake"] * 6
        lost = b.clock.now()
        b.link.break_off(ValueError("a mistake"))
        await b.run_for(20.0)
    assert b.instrument.opened[-1] - lost == pytest.approx(10.0, abs=0.1)


@virtual
async def test_puts_are_refused_when_the_link_is_broken_off(b):
    b.mistaken = True
    async with b:
        await b.run_for(5.0)
        waiting = asyncio.ensure_future(b.link.transact(lambda talk: talk.chain(["ASK? put"])))
        await asyncio.sleep(0)
        b.link.break_off(ValueError("a mistake"))
        with pytest.raises(LinkError, match="internal error: ValueError: a mistake"):
            await waiting
