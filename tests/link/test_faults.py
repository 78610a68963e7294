"""Whatever the line does: no answer goes to the wrong request, transactions stay whole, the link recovers.

The instrument of the bench names in each answer what was asked and the number of the message it was
asked in; the recorder fails the test on the first answer that does not belong to its request.
"""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from cryoioc.clock import run_virtual
from cryoioc.errors import LinkDown, ReplyError, ReplyTimeout
from cryoioc.link.queue import Priority
from cryoioc.link.statistics import State

KINDS = ["none", "silent", "short", "unsealed", "half", "split", "doubled", "garbage before", "garbage after"]
KINDS += ["garbled", "endless", "hang-up"]


def seconds(longest: float) -> st.SearchStrategy[float]:
    """Times in whole milliseconds, [s]."""
    return st.integers(0, round(1000 * longest)).map(lambda milliseconds: milliseconds / 1000)


DELAYS = st.one_of(st.just(0.0), seconds(0.6), seconds(6.0))
FAULTS = st.lists(st.tuples(st.sampled_from(KINDS), DELAYS), max_size=25)
ACTIONS = st.lists(
    st.tuples(
        seconds(1.0),  # s, pause before
        st.sampled_from(["put", "urgent put", "abandoned put", "hang up", "unplug", "plug", "speak", "half a line"]),
    ),
    max_size=25,
)
SILENCES = st.sampled_from([frozenset(), frozenset({"slow2"}), frozenset({"fast1", "slow5"})])


class Script:
    """Things done to a running bench, and transactions with answers of their own."""

    def __init__(self, bench) -> None:
        self.bench = bench
        self.tasks: list[asyncio.Task[None]] = []

    def do(self, action: str) -> None:
        instrument = self.bench.instrument
        if action.endswith("put"):
            self.put(action)
        elif action == "hang up":
            instrument.hang_up()
        elif action == "unplug":
            instrument.unplug()
        elif action == "plug":
            instrument.present = True
        elif instrument.opened:
            instrument.say(b"%%" if action == "half a line" else b"%%" + instrument.dialect.reply_terminator)

    def put(self, action: str) -> None:
        task = asyncio.create_task(
            self.transaction(f"t{len(self.tasks)}", Priority.URGENT if action == "urgent put" else Priority.PUT)
        )
        self.tasks.append(task)
        if action == "abandoned put":
            asyncio.get_running_loop().call_later(0.07, task.cancel)

    async def transaction(self, token: str, priority: Priority) -> None:
        async def work(conversation) -> None:
            for name in (token, token + "b"):
                (answer,) = await conversation.chain(self.units(name))
                if "%" in answer:
                    raise ReplyError("unreadable, and only the work can tell")
                assert answer == f"{name}/{len(self.bench.instrument.messages)}"

        try:
            await self.bench.link.transact(work, priority)
        except (LinkDown, ReplyTimeout, ReplyError):
            return

    def units(self, name: str) -> list[str]:
        return [f"SET {name}", f"ASK? {name}"] if self.bench.instrument.dialect.chained else [f"ASK? {name}"]

    async def finish(self) -> None:
        """Let all transactions end; an assertion failed in one fails the test."""
        if self.tasks:
            await asyncio.wait(self.tasks)
        for task in self.tasks:
            if not task.cancelled():
                task.result()

    def check_whole(self) -> None:
        """Require that nothing but proofs of alignment stands within a transaction, and nothing comes twice."""
        sent = [text for text in self.bench.sent() if not text.startswith("*IDN?")]
        for number in range(len(self.tasks)):
            first = [at for at, text in enumerate(sent) if f"ASK? t{number}" in text.split(";")]
            second = [at for at, text in enumerate(sent) if f"ASK? t{number}b" in text.split(";")]
            assert len(first) <= 1
            assert second in ([], [at + 1 for at in first])


async def live_through(bench, faults, actions, deaf, *, mute: bool) -> None:
    instrument = bench.instrument
    bench.spoil(faults)
    instrument.deaf, instrument.mute_when_deaf = set(deaf), mute
    script = Script(bench)
    async with bench:
        for pause, action in actions:
            await bench.run_for(pause)
            script.do(action)
        while instrument.faults and bench.clock.now() < 40.0:
            await bench.run_for(0.5)
        await script.finish()
        script.check_whole()
        await recovered(bench)


async def recovered(bench) -> None:
    """With every fault over, require that all is as it should be before long."""
    bench.instrument.faults.clear()
    bench.instrument.present = True
    bench.instrument.deaf.clear()
    await bench.run_for(90.0)
    now = bench.clock.now()
    assert bench.link.statistics().state is State.UP
    assert bench.link.statistics().unanswered == ()
    assert bench.recorder.edges[-1] == "up"
    assert all(a != b for a, b in zip(bench.recorder.edges, bench.recorder.edges[1:], strict=False))
    assert bench.recorder.answers
    for key, answers in bench.recorder.answers.items():
        assert now - answers[-1] < (0.5 if key.startswith("fast") else 6.0)


PATIENT = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)


@PATIENT
@given(FAULTS, ACTIONS, SILENCES, st.booleans())
def test_no_answer_goes_to_the_wrong_request(bench, faults, actions, deaf, mute) -> None:
    run_virtual(live_through(bench(), faults, actions, deaf, mute=mute))


@PATIENT
@given(FAULTS, ACTIONS)
def test_no_answer_goes_to_the_wrong_request_when_all_look_alike(bench, make_poll, faults, actions) -> None:
    polls = (make_poll("fast1"), make_poll("name", 0.5))  # both answered in two elements, as *IDN? can be
    run_virtual(live_through(bench(polls=polls), faults, actions, (), mute=False))


@pytest.mark.parametrize("first", [0.35, 0.5, 0.6, 0.8, 1.0])
@pytest.mark.parametrize("second", [0.06, 0.15, 0.25, 0.35])
def test_a_late_identification_is_not_taken_for_the_next_one(bench, make_poll, first, second) -> None:
    async def main(b) -> None:
        async with b:
            await b.run_for(5.0)
            b.spoil([("silent", 0.0), ("none", first), ("none", second)] * 3)
            await b.run_for(20.0)
            await recovered(b)

    run_virtual(main(bench(polls=(make_poll("fast1"),))))


@PATIENT
@given(
    # Without a sentinel a late answer is only known as late while it comes within the time-out again.
    st.lists(
        st.tuples(
            st.sampled_from(["none", "silent", "half", "garbled", "doubled", "garbage before", "hang-up"]),
            seconds(0.29),
        ),
        max_size=15,
    ),
    ACTIONS,
)
def test_no_answer_goes_to_the_wrong_request_without_chains(bench, make_poll, single, faults, actions) -> None:
    polls = (make_poll("fast1", 0.2), make_poll("fast2", 0.2), make_poll("slow", 2.0))
    run_virtual(live_through(bench(polls=polls, dialect=single), faults, actions, (), mute=False))
