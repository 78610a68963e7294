"""The poll plan: what is asked when, and what is refused."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cryoioc.link.dialect import Poll, message_chars, message_time
from cryoioc.link.plan import PlanError, PollPlan


def play(plan, dialect, seconds, latency=0.0):
    """Follow the plan with messages that take ``latency`` longer than computed."""
    now, log = 0.0, []
    plan.start(now)
    while now < seconds:
        message = plan.next_message(now)
        if message:
            log.append((now, message))
            now += message_time(message, dialect) + latency
        else:
            assert plan.due > now
            now = plan.due
    return log


def times(log, key):
    return [when for when, message in log if any(poll.key == key for poll in message)]


@pytest.fixture
def readings(make_poll):
    """What a two-input, two-loop instrument is asked."""
    fast = [make_poll(f"fast{n}") for n in range(5)]
    slow = [make_poll(f"slow{n}", 0.5) for n in range(6)]
    settings = [make_poll(f"set{n}", 10.0) for n in range(40)]
    return [*fast, *slow, *settings, make_poll("name", 10.0)]


def test_each_poll_comes_at_least_as_often_as_wanted(chained, readings) -> None:
    plan = PollPlan(readings, chained)
    log = play(plan, chained, 60.0)
    for poll in readings:
        asked = [0.0, *times(log, poll.key)]
        gaps = [b - a for a, b in zip(asked, asked[1:], strict=False)]
        assert max(gaps) <= poll.every + 2 * chained.slot
        assert sum(gaps) / len(gaps) <= 1.05 * poll.every


def test_the_fast_part_is_in_every_slot_and_first(chained, readings) -> None:
    log = play(PollPlan(readings, chained), chained, 20.0)
    fast = [f"fast{n}" for n in range(5)]
    for _, message in log:
        keys = [poll.key for poll in message]
        assert keys == ["name"] or keys[:5] == fast


def test_every_message_has_room_and_ends_within_its_slot(chained, readings) -> None:
    plan = PollPlan(readings, chained)
    log = play(plan, chained, 30.0)
    assert all(message_chars(message, chained) <= chained.max_chars for _, message in log)
    assert len(log) >= 9.5 * 30


def test_a_slow_instrument_still_answers_everything(chained, readings) -> None:
    log = play(PollPlan(readings, chained), chained, 120.0, latency=0.06)
    for poll in readings:
        asked = times(log, poll.key)
        assert asked[-1] > 120.0 - 2 * max(poll.every, 1.0)


def test_what_is_excluded_is_not_asked_and_comes_back(chained, readings) -> None:
    plan = PollPlan(readings, chained)
    plan.start(0.0)
    plan.exclude({"fast3", "slow1", "name"})
    assert plan.keys == {poll.key for poll in readings} - {"fast3", "slow1", "name"}
    seen = {poll.key for n in range(200) for poll in plan.next_message(0.1 * n)}
    assert seen == plan.keys
    plan.exclude(())
    seen = {poll.key for n in range(200, 400) for poll in plan.next_message(0.1 * n)}
    assert seen == {poll.key for poll in readings}


def test_nothing_before_it_is_due(chained, make_poll) -> None:
    plan = PollPlan([make_poll("fast")], chained)
    plan.start(5.0)
    assert len(plan.next_message(5.0)) == 1
    assert plan.due == pytest.approx(5.1)
    assert plan.next_message(5.05) == ()


def test_missed_slots_are_not_made_up_for(chained, make_poll) -> None:
    plan = PollPlan([make_poll("fast")], chained)
    plan.start(0.0)
    plan.next_message(0.0)
    plan.next_message(3.0)
    assert plan.due == pytest.approx(3.1)


def test_a_slot_a_little_late_keeps_the_grid(chained, make_poll) -> None:
    plan = PollPlan([make_poll("fast")], chained)
    plan.start(0.0)
    plan.next_message(0.03)
    assert plan.due == pytest.approx(0.1)


def test_no_polls_no_message(chained) -> None:
    plan = PollPlan([], chained)
    assert (plan.next_message(1.0), plan.due, plan.table(), plan.sweep()) == ((), float("inf"), (), [])


def test_without_chains_each_is_a_message_of_its_own(single, make_poll) -> None:
    polls = [make_poll("flow", 0.1), make_poll("gas", 5.0), make_poll("setup", 10.0)]
    log = play(PollPlan(polls, single), single, 30.0)
    assert all(len(message) == 1 for _, message in log)
    assert len(times(log, "flow")) >= 290
    assert len(times(log, "gas")) >= 5
    assert len(times(log, "setup")) >= 2


def test_without_chains_settings_come_before_the_readings_that_mean_nothing_without_them(single, make_poll) -> None:
    polls = [make_poll("flow", 0.1), make_poll("gas", 5.0), make_poll("setup", 10.0)]
    assert [poll.key for (poll,) in PollPlan(polls, single).sweep()] == ["setup", "gas", "flow"]


@given(st.lists(st.integers(1, 60), min_size=1, max_size=40))
def test_a_sweep_asks_everything_once_in_messages_that_fit(chained, lengths) -> None:
    polls = [
        Poll(key=n, text="Q?" + "x" * length, every=10.0 + n, reply_chars=5, alone=length % 7 == 0)
        for n, length in enumerate(lengths)
    ]
    messages = PollPlan(polls, replace(chained, settings=replace(chained.settings, baud=0))).sweep()
    assert sorted(poll.key for message in messages for poll in message) == list(range(len(polls)))
    assert all(message_chars(message, chained) <= chained.max_chars for message in messages)
    assert all(len(message) == 1 for message in messages if any(poll.alone for poll in message))


def test_the_table_shows_wanted_and_planned(chained, readings) -> None:
    rows = PollPlan(readings, chained).table()
    assert [row.key for row in rows] == [poll.key for poll in readings]
    assert all(0 < row.mean <= row.worst for row in rows)
    assert rows[0].mean <= 1.05 * rows[0].every


def test_utilisation_is_the_time_needed(chained, make_poll) -> None:
    fast, slow, name = make_poll("fast"), make_poll("slow", 1.0), make_poll("name", 10.0)
    added = chained.wire_time(len(slow.text) + slow.reply_chars + 2)
    needed = message_time([fast], chained) / 0.1 + added / 1.0 + message_time([name], chained) / 10.0
    assert PollPlan([fast, slow, name], chained).utilisation == pytest.approx(needed)


def test_a_fast_part_beyond_its_slot_is_refused_with_numbers(chained, make_poll) -> None:
    polls = [make_poll(f"f{n}") for n in range(20)]
    with pytest.raises(PlanError, match=r"20 queries wanted every 0.1 s need \d+ ms and 176 characters"):
        PollPlan(polls, chained)


def test_a_query_without_room_behind_the_fast_part_is_refused(chained, make_poll) -> None:
    wide = replace(chained, settings=replace(chained.settings, baud=0))
    polls = [*(make_poll(f"fast{n}") for n in range(20)), make_poll("s" * 40, 1.0)]
    with pytest.raises(PlanError, match=r"behind the fast part of 20 queries makes a message of 282 characters; 255"):
        PollPlan(polls, wide)


def test_too_much_in_all_is_refused(chained, make_poll) -> None:
    polls = [make_poll(f"often{n}", 0.2) for n in range(60)]
    with pytest.raises(PlanError, match=r"need \d+ % of the time"):
        PollPlan(polls, chained)


def test_a_rate_that_cannot_be_had_is_refused(chained, make_poll) -> None:
    wide = replace(chained, settings=replace(chained.settings, baud=0))
    polls = [make_poll(f"{n:02}" + "s" * 150, 1.0) for n in range(12)]  # no two go into one message
    with pytest.raises(
        PlanError, match=r"ASK\? 00s+ is wanted every 1 s and can be had every 1\.\d+ s, at worst after 1\.2 s"
    ):
        PollPlan(polls, wide)


def test_the_same_key_twice_is_refused(chained, make_poll) -> None:
    with pytest.raises(PlanError, match="fast is polled twice"):
        PollPlan([make_poll("fast"), make_poll("fast", 1.0)], chained)


def test_without_chains_rare_polls_are_spread_and_frequent_ones_go_first(single, make_poll) -> None:
    """Forty rare ones at once would hold a frequent one up for longer than its period."""
    slow = replace(single, settings=replace(single.settings, baud=2400), spacing=0.05)
    often = [make_poll(f"often{n}", 1.0) for n in range(3)]
    rare = [make_poll(f"rare{n}", 40.0) for n in range(40)]
    polls = [*rare, *often]
    log = play(PollPlan(polls, slow), slow, 90.0)
    longest = max(message_time((poll,), slow) for poll in polls)
    for poll in often:
        asked = times(log, poll.key)
        assert max(b - a for a, b in zip(asked, asked[1:], strict=False)) <= poll.every + 4 * longest
    first = [times(log, poll.key)[0] for poll in rare]
    assert max(first) - min(first) > 30.0 and max(first) <= 40.0 + 5 * longest


def test_without_chains_several_queries_are_as_many_messages(single) -> None:
    one = Poll(key="one", text="UNITS? 1", every=1.0, reply_chars=1)
    two = Poll(key="two", text="UNITS? 1;VALUE? 1", every=1.0, reply_chars=9)
    pause = single.latency + single.spacing
    ends = len(single.send_terminator) + len(single.reply_terminator)
    assert message_time((one,), single) == pytest.approx(single.wire_time(8 + 1 + ends) + pause)
    assert message_time((two,), single) == pytest.approx(single.wire_time(8 + 8 + 9 + 2 * ends) + 2 * pause)
    assert message_chars((two,), single) == 8 + len(single.send_terminator)
