"""The link against a fake instrument on the virtual clock: order, pacing, recovery, what is told and logged."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter

import pytest

from cryoioc.clock import run_virtual
from cryoioc.errors import DeviceRefused, LinkDown, LinkError, Refused, ReplyError, ReplyTimeout
from cryoioc.link.plan import PlanError
from cryoioc.link.queue import Priority
from cryoioc.link.statistics import State


def virtual(test):
    """Run the body of a test on the virtual clock; it is given a bench that is not yet running."""

    def run(bench):
        run_virtual(test(bench()))

    run.__name__, run.__doc__ = test.__name__, test.__doc__
    return run


def command(name):
    """A transaction of one message that sets something and reads it back."""

    async def work(conversation):
        return await conversation.chain([f"SET {name}", f"ASK? {name}"])

    return work


def moment(bench, start):
    """When the first message beginning with ``start`` reached the instrument, [s]."""
    return next(when for when, text in bench.instrument.messages if text.startswith(start))


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
        while b.clock.now() - max(answers[-1] for answers in b.recorder.answers.values()) < 0.06:
            await b.run_for(0.005)
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


def find_culprit(bench, *, mute):
    """Make one of the elements deaf at 10 s and return what became of the others."""

    async def main(b):
        async with b:
            await b.run_for(10.0)
            b.instrument.deaf, b.instrument.mute_when_deaf = {"slow3"}, mute
            asked = [when for when, text in b.instrument.messages if "slow3" in text][-1]
            while not b.recorder.failures:
                await b.run_for(0.01)
            found = b.clock.now()
            assert b.link.statistics().unanswered == ("ASK? slow3",)
            await b.run_for(200.0)
            return b, asked, found

    return run_virtual(main(bench()))


@pytest.mark.parametrize("mute", [False, True])
def test_the_element_that_is_not_answered_is_found_and_the_others_go_on(bench, mute) -> None:
    b, asked, found = find_culprit(bench, mute=mute)
    first_silence = next(when for when, text in b.instrument.messages if when > asked and "slow3" in text)
    assert found - first_silence < 3.0
    assert {key for _, key in b.recorder.failures} == {"slow3"}
    for key, answers in b.recorder.answers.items():
        late = [when for when in answers if when > found + 3.0]
        gaps = [b - a for a, b in zip(late, late[1:], strict=False)]
        limit = {"f": 0.8, "s": 3.0, "n": 6.0}[key[0]]
        assert key == "slow3" or max(gaps) < limit
    assert b.recorder.edges == ["up"]
    assert b.instrument.violations == []


@pytest.mark.parametrize("mute", [False, True])
def test_what_is_not_answered_is_asked_alone_and_once_a_minute(bench, mute) -> None:
    b, _, found = find_culprit(bench, mute=mute)
    asked = [(when, text) for when, text in b.instrument.messages if "slow3" in text and when > found]
    assert [text for _, text in asked] == ["ASK? slow3;*OPC?"] * 3
    assert all(60.0 <= b[0] - a[0] < 62.0 for a, b in zip(asked, asked[1:], strict=False))


@virtual
async def test_a_put_never_waits_for_a_probe(b):
    b.instrument.deaf = {f"slow{n}" for n in range(8)}
    async with b:
        while not b.recorder.edges:
            await b.run_for(0.01)
        for number in range(20):
            asked = b.clock.now()
            await b.link.transact(command(f"x{number}"))
            after = [text for when, text in b.instrument.messages if when > asked]
            assert len(after) == 1
            await b.run_for(0.05)


@virtual
async def test_what_answers_again_is_taken_back(b):
    b.instrument.deaf = {"slow3"}
    async with b:
        await b.run_for(5.0)
        assert b.link.statistics().unanswered == ("ASK? slow3",)
        b.instrument.deaf.clear()
        await b.run_for(65.0)
        assert b.link.statistics().unanswered == ()
        assert b.clock.now() - b.recorder.answers["slow3"][-1] < 2.2


@virtual
async def test_a_lost_message_costs_no_element_its_place(b):
    async with b:
        await b.run_for(5.0)
        b.instrument.deaf, b.instrument.mute_when_deaf = {"fast0"}, True
        while b.link.statistics().timeouts == 0:
            await b.run_for(0.01)
        b.instrument.deaf.clear()
        lost = len(b.sent())
        await b.run_for(1.5)
    assert b.recorder.failures == []
    *elements, _ = b.sent()[lost - 1].split(";")
    proof, *soon = b.sent()[lost : lost + 1 + 2 * len(elements)]
    assert proof.startswith("*IDN?;")
    assert all(any(element in message for message in soon) for element in elements)


@virtual
async def test_an_unreadable_answer_is_told_and_counted_without_a_resync(b):
    b.recorder.unreadable = {"slow1"}
    async with b:
        await b.run_for(5.0)
        statistics = b.link.statistics()
    assert Counter(key for _, key in b.recorder.failures)["slow1"] == statistics.bad_replies > 1
    assert statistics.resyncs == 0
    assert "cannot be read" in statistics.last_error


@virtual
async def test_an_answer_too_few_loses_its_message_alone(b):
    async with b:
        await b.run_for(5.0)
        b.spoil([("short", 0.0)])
        await b.run_for(2.0)
        assert b.link.statistics().bad_replies == 1
        assert b.link.statistics().resyncs == 0


@virtual
async def test_an_answer_too_many_is_a_sign_that_something_is_out_of_step(b):
    async with b:
        await b.run_for(5.0)
        b.spoil([("long", 0.0)])
        while b.instrument.faults:
            await b.run_for(0.001)
        spoilt = len(b.sent())
        await b.run_for(2.0)
        assert b.sent()[spoilt].startswith("*IDN?;*OPC?;")
        assert b.link.statistics().resyncs == 1


def test_without_chains_an_unreadable_answer_is_a_sign_that_something_is_out_of_step(bench, single, make_poll) -> None:
    async def main(b) -> None:
        async with b:
            await b.run_for(5.0)
            b.recorder.unreadable = {"slow"}
            while not b.recorder.failures:
                await b.run_for(0.001)
            b.recorder.unreadable = set()
            after = len(b.sent())
            await b.run_for(2.0)
            assert b.sent()[after] == "*IDN?"
            assert b.link.statistics().resyncs == 1

    run_virtual(main(bench(polls=(make_poll("fast"), make_poll("slow", 2.0)), dialect=single)))


def test_without_chains_so_is_an_answer_that_a_transaction_cannot_read(bench, single, make_poll) -> None:
    async def work(conversation):
        await conversation.chain(["ASK? x"])
        raise ReplyError("not the answer")

    async def main(b) -> None:
        async with b:
            await b.run_for(5.0)
            with pytest.raises(ReplyError):
                await b.link.transact(work)
            asked = b.sent().index("ASK? x")
            await b.run_for(2.0)
            assert b.sent()[asked + 1] == "*IDN?"

    run_virtual(main(bench(polls=(make_poll("fast"),), dialect=single)))


@virtual
async def test_open_suspicions_end_with_their_connection(b):
    async with b:
        await b.run_for(5.0)
        b.spoil([("silent", 0.0)])
        while b.link.statistics().timeouts == 0:
            await b.run_for(0.001)
        b.instrument.hang_up()
        while b.recorder.edges != ["up", "down", "up"]:
            await b.run_for(0.001)
        again = len(b.sent())
        await b.run_for(2.0)
    sweep = ";".join(b.sent()[again : again + 2])
    assert all(f"ASK? fast{n};" in sweep for n in range(4))
    assert all(f"ASK? slow{n}" in sweep for n in range(8))


@virtual
async def test_what_is_known_not_to_be_answered_is_told_again_after_a_reconnection(b):
    b.instrument.deaf = {"slow3"}
    async with b:
        await b.run_for(5.0)
        told = len(b.recorder.failures)
        b.instrument.hang_up()
        while b.recorder.edges != ["up", "down", "up"]:
            await b.run_for(0.001)
        assert [key for _, key in b.recorder.failures[told:]] == ["slow3"]
        connected = len(b.sent())
        await b.run_for(5.0)
    assert not any("slow3" in text for text in b.sent()[connected:])


@virtual
async def test_unasked_lines_are_dropped_and_counted(b):
    async with b:
        await b.run_for(5.0)
        while b.clock.now() - max(answers[-1] for answers in b.recorder.answers.values()) < 0.06:
            await b.run_for(0.005)
        b.instrument.say(b"fast0/0;fast1/0;fast2/0;fast3/0;1\r\n")
        await b.run_for(2.0)
        assert b.link.statistics().unsolicited == 1
        assert b.link.statistics().state is State.UP


def test_a_line_cut_in_two_by_a_message_is_not_its_answer(bench, make_poll) -> None:
    async def main(b) -> None:
        async with b:
            await b.run_for(5.05)
            sent = len(b.sent())
            b.instrument.say(b"fast")
            while len(b.sent()) == sent:
                await b.run_for(0.001)
            b.instrument.say(b"1/0;1\r\n")
            await b.run_for(2.0)
            assert b.sent()[sent].startswith("*IDN?")
            assert b.link.statistics().unsolicited == 2

    run_virtual(main(bench(polls=(make_poll("fast1", 0.5),))))


def test_an_answer_with_a_semicolon_nobody_announced_is_not_used(bench, make_poll) -> None:
    async def main(b) -> None:
        async with b:
            await b.run_for(30.0)
            assert b.link.statistics().unanswered == ("NAME? x",)
        assert "unannounced name" not in b.recorder.answers
        assert len(b.recorder.answers["fast"]) > 280

    run_virtual(main(bench(polls=(make_poll("fast"), make_poll("unannounced name", 1.0)))))


@virtual
async def test_an_answer_without_its_sentinel_is_not_used(b):
    async with b:
        await b.run_for(5.0)
        used = sum(map(len, b.recorder.answers.values()))
        b.spoil([("unsealed", 0.0)] * 3)
        while b.instrument.faults:
            await b.run_for(0.001)
        assert sum(map(len, b.recorder.answers.values())) == used
        await b.run_for(2.0)
        assert b.link.statistics().bad_replies >= 1
        assert b.recorder.failures == []


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
    assert len(b.recorder.answers["fast"]) >= 250
    assert b.link.statistics().unanswered == ("ASK? slow",)


def test_a_plan_that_does_not_fit_is_refused_when_the_link_is_made(bench, make_poll) -> None:
    async def main() -> None:
        with pytest.raises(PlanError):
            bench(polls=[make_poll(f"f{n}") for n in range(40)])

    run_virtual(main())


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
