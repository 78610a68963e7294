"""Answers that do not come, come too late, or belong to something else: found, told, and nobody else harmed."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest

from cryoioc.clock import run_virtual
from cryoioc.errors import ReplyError
from cryoioc.link.statistics import State

from .virtual import command, virtual


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
def test_what_is_not_answered_is_asked_alone_soon_and_ever_more_seldom_up_to_once_a_minute(bench, mute) -> None:
    b, _, found = find_culprit(bench, mute=mute)
    asked = [(when, text) for when, text in b.instrument.messages if "slow3" in text and when > found]
    assert {text for _, text in asked} == {"ASK? slow3;*OPC?"}
    times = [found, *(when for when, _ in asked)]
    for waited, wanted in zip(pairwise(times), (2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0), strict=True):
        assert wanted - 0.01 <= waited[1] - waited[0] < wanted + 2.0  # found is seen up to 0.01 s late


@virtual
async def test_a_second_without_an_answer_costs_a_reading_three(b):
    """A busy host, a slow box: an interlock on the reading waits ten seconds, not a minute."""
    async with b:
        await b.run_for(5.0)
        for _ in range(2):  # the second time as soon as the first
            b.instrument.deaf = {"slow3"}
            while not b.link.statistics().unanswered:
                await b.run_for(0.01)
            b.instrument.deaf.clear()
            asked = b.clock.now()
            while b.link.statistics().unanswered:
                await b.run_for(0.01)
            assert b.clock.now() - asked < 3.0
            await b.run_for(5.0)


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
        await b.run_for(9.0)
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
        await b.run_for(65.0)  # by now it is asked once a minute
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
        await b.rest()
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
