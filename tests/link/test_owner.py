"""The link against a fake instrument on the virtual clock: plan, order and pacing of polls and puts."""

from __future__ import annotations

import asyncio

import pytest

from cryoioc.clock import run_virtual
from cryoioc.errors import DeviceRefused, LinkDown, Refused, ReplyError, ReplyTimeout
from cryoioc.link.plan import PlanError
from cryoioc.link.queue import Priority
from cryoioc.link.statistics import State

from .virtual import command, moment, virtual


@virtual
async def test_connects_identifies_sweeps_and_follows_the_plan(b):
    async with b:
        await b.run_for(20.0)
    assert b.recorder.edges == ["up"]
    assert b.sent()[0] == "*IDN?;*OPC?"
    assert b.sent()[1].startswith("ASK? fast0;ASK? fast1;")
    assert len(b.recorder.answers["fast0"]) >= 190
    assert all(len(answers) >= 9 for key, answers in b.recorder.answers.items() if key.startswith("slow"))
    assert len(b.recorder.answers["name"]) >= 4
    assert b.recorder.failures == []
    assert b.instrument.violations == []


@virtual
async def test_only_reads_on_connect_and_afterwards(b):
    async with b:
        await b.run_for(5.0)
        b.instrument.hang_up()
        await b.run_for(5.0)
    units = {unit for text in b.sent() for unit in text.split(";")}
    assert all("?" in unit for unit in units)


@virtual
async def test_statistics_of_a_healthy_link(b):
    async with b:
        await b.run_for(20.0)
        statistics = b.link.statistics()
    assert statistics.state is State.UP
    assert statistics.messages == len(b.sent()) - 1
    assert 9.5 <= statistics.slots_per_second <= 11.0
    assert 0 < statistics.sweep_period <= 5.2
    assert (statistics.timeouts, statistics.resyncs, statistics.bad_replies, statistics.reconnects) == (0, 0, 0, 0)
    assert (statistics.unanswered, statistics.unsolicited, statistics.last_error) == ((), 0, "")


@virtual
async def test_a_put_goes_out_at_once_when_the_line_rests(b):
    async with b:
        await b.run_for(10.0)
        await b.rest()
        asked = b.clock.now()
        assert await b.link.transact(command("x")) == [f"x/{len(b.sent())}"]
        assert moment(b, "SET x") - asked < 0.0002


@virtual
async def test_a_put_waits_at_most_for_the_message_in_flight(b):
    async with b:
        await b.run_for(10.0)
        for number in range(40):
            asked = b.clock.now()
            await b.link.transact(command(f"x{number}"))
            assert not any(text.startswith("ASK") for when, text in b.instrument.messages if when > asked)
            assert moment(b, f"SET x{number};") - asked < 0.085 + 0.0005
            await b.run_for(0.013 * number)
        assert b.instrument.violations == []


@virtual
async def test_a_transaction_is_whole_and_keeps_the_spacing(b):
    async def work(conversation):
        return [await conversation.chain(["ASK? one"]), await conversation.chain(["ASK? two"])]

    async with b:
        await b.run_for(3.0)
        first, second = await b.link.transact(work)
        sent = b.sent()
        assert sent[sent.index("ASK? one;*OPC?") + 1] == "ASK? two;*OPC?"
        assert (first[0][:4], second[0][:4]) == ("one/", "two/")
        gap = moment(b, "ASK? two") - moment(b, "ASK? one")
        assert gap == pytest.approx(b.instrument.latency + 0.05, abs=0.0005)


@virtual
async def test_urgent_before_all_queued_and_the_rest_in_order(b):
    async with b:
        await b.run_for(3.0)
        queued = [asyncio.create_task(b.link.transact(command(name))) for name in ("running", "a", "b", "c")]
        while not any("SET running" in text for text in b.sent()):
            await b.run_for(0.001)
        queued.append(asyncio.create_task(b.link.transact(command("off"), Priority.URGENT)))
        await asyncio.gather(*queued)
    order = [text.split(";")[0] for text in b.sent() if text.startswith("SET")]
    assert order == ["SET running", "SET off", "SET a", "SET b", "SET c"]


@virtual
async def test_a_queued_put_whose_caller_leaves_is_dropped(b):
    async with b:
        await b.run_for(3.0)
        first = asyncio.create_task(b.link.transact(command("first")))
        second = asyncio.create_task(b.link.transact(command("second")))
        await b.run_for(0.0)
        second.cancel()
        await first
        await b.run_for(2.0)
    assert second.cancelled()
    assert not any("second" in text for text in b.sent())


@virtual
async def test_a_put_whose_caller_leaves_once_it_has_begun_is_completed(b):
    begun = asyncio.Event()

    async def work(conversation):
        begun.set()
        await conversation.chain(["SET one"])
        await conversation.chain(["SET two"])

    async with b:
        await b.run_for(3.0)
        task = asyncio.create_task(b.link.transact(work))
        await begun.wait()
        task.cancel()
        await b.run_for(2.0)
        assert task.cancelled()
        assert b.link.statistics().state is State.UP
    sent = b.sent()
    assert sent[sent.index("SET one;*OPC?") + 1] == "SET two;*OPC?"


@virtual
async def test_the_error_of_a_transaction_reaches_its_caller_and_nobody_else(b):
    async def refuses(conversation):
        await conversation.chain(["SET x"])
        raise DeviceRefused("no")

    async def absurd(conversation):
        await conversation.chain(["SET x\nSET y"])

    async with b:
        await b.run_for(3.0)
        with pytest.raises(DeviceRefused):
            await b.link.transact(refuses)
        with pytest.raises(Refused):
            await b.link.transact(absurd)
        await b.run_for(1.0)
        assert b.link.statistics().state is State.UP
    assert not any("SET y" in text for text in b.sent())


@virtual
async def test_a_transaction_that_is_not_answered_fails_and_the_next_one_works(b):
    async with b:
        await b.run_for(3.0)
        b.instrument.deaf, b.instrument.mute_when_deaf = {"x"}, True
        with pytest.raises(ReplyTimeout):
            await b.link.transact(command("x"))
        assert (await b.link.transact(command("y")))[0].startswith("y/")
        b.instrument.mute_when_deaf = False
        with pytest.raises(ReplyError, match="0 of 1 answers to SET x;ASK"):
            await b.link.transact(command("x"))
        assert b.link.statistics().resyncs == 1


@virtual
async def test_a_single_answer_may_hold_a_semicolon(b):
    async def work(conversation):
        return await conversation.chain(["NAME? x"])

    async with b:
        await b.run_for(3.0)
        assert await b.link.transact(work) == [f"a;b/{len(b.sent())}"]


@virtual
async def test_link_down_at_once_before_connecting_and_after_stopping(b):
    with pytest.raises(LinkDown, match="FAKE is not connected: starting"):
        await b.link.transact(command("x"))
    async with b:
        await b.run_for(1.0)
    with pytest.raises(LinkDown, match="FAKE is not connected: stopped"):
        await b.link.transact(command("x"))


@virtual
async def test_puts_waiting_or_running_when_the_line_breaks_are_told(b):
    async with b:
        await b.run_for(3.0)
        b.instrument.latency = 0.2
        puts = [asyncio.create_task(b.link.transact(command(name))) for name in "abc"]
        while not any("SET a" in text for text in b.sent()):
            await b.run_for(0.01)
        b.instrument.unplug()
        results = await asyncio.gather(*puts, return_exceptions=True)
    assert [type(result) for result in results] == [LinkDown] * 3
    assert not any("SET b" in text for text in b.sent())


@virtual
async def test_stopping_fails_what_waits(b):
    async with b:
        await b.run_for(3.0)
        puts = [asyncio.create_task(b.link.transact(command(name))) for name in "ab"]
        await b.run_for(0.0)
    results = await asyncio.gather(*puts, return_exceptions=True)
    assert [type(result) for result in results] == [LinkDown] * 2


def test_without_chains_each_query_is_asked_alone(bench, single, make_poll) -> None:
    async def work(conversation):
        return await conversation.chain(["ASK? one", "ASK? two"])

    async def main(b):
        async with b:
            await b.run_for(10.0)
            answers = await b.link.transact(work)
            assert [answer.partition("/")[0] for answer in answers] == ["one", "two"]
            b.instrument.deaf = {"slow"}
            await b.run_for(20.0)
        return b

    b = run_virtual(main(bench(polls=(make_poll("fast"), make_poll("slow", 2.0)), dialect=single)))
    assert not any(";" in text for text in b.sent())
    assert len(b.recorder.answers["fast"]) >= 220  # of 300; five silences, each with its proof, cost 1.2 s each
    assert b.link.statistics().unanswered == ("ASK? slow",)


def test_a_plan_that_does_not_fit_is_refused_when_the_link_is_made(bench, make_poll) -> None:
    async def main() -> None:
        with pytest.raises(PlanError):
            bench(polls=[make_poll(f"f{n}") for n in range(40)])

    run_virtual(main())
