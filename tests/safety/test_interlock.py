"""One interlock, step by step: limits, delay, hysteresis, silence, latch, bypass, reset."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from cryoioc.errors import Refused
from cryoioc.safety.condition import Condition, Heard
from cryoioc.safety.engine import Engine
from cryoioc.safety.interlock import Phase, Rule, State, bypass, deadline, narrow, reset, step

FLOW = Rule(
    name="NOFLOW", condition=Condition(input="FLOW", unit="SLPM", below=True, hysteresis=0.5, stale=1.0), limit=1.0,
    longest_bypass=600.0, guards=("LOOP1",),
)  # fmt: skip
HOT = Rule(
    name="HOT", condition=Condition(input="VAP:TEMP", unit="K", above=True, hysteresis=5.0, stale=5.0), limit=320.0,
    delay=2.0, always=True, guards=("LOOP1",),
)  # fmt: skip
SENSOR = Rule(
    name="SENSOR", condition=Condition(input="LOOP1:SENSOR", healthy=("VAP",), stale=10.0), guards=("LOOP1",)
)
FRESH = State(limit=1.0)
ON = 0.0  # switched on at time 0


def phase(rule, heard, armed=ON, now=10.0, state=None):
    return step(rule, state or State(limit=rule.limit), heard, armed, now).phase


@pytest.mark.parametrize(
    ("rule", "heard", "armed", "expected"),
    [
        (FLOW, Heard(0.99, 10.0), ON, Phase.TRIPPED),
        (FLOW, Heard(1.0, 10.0), ON, Phase.OK),
        (FLOW, Heard(0.0, 10.0), None, Phase.OK),  # nothing is on
        (FLOW, Heard(8.8, 9.0), ON, Phase.TRIPPED),  # silent for 1 s
        (FLOW, Heard(8.8, 9.001), ON, Phase.OK),
        (FLOW, Heard(8.8, 0.0), None, Phase.OK),  # silent, and nothing is on
        (FLOW, Heard(math.nan, 10.0), ON, Phase.TRIPPED),
        (FLOW, Heard(None, None), 9.0, Phase.OK),  # the IOC has just started
        (FLOW, Heard(None, None), 4.0, Phase.TRIPPED),  # it has not
        (HOT, Heard(10.0, 10.0, "Over range"), ON, Phase.TRIPPED),  # at once, whatever the value and the delay
        (HOT, Heard(None, None, "Over range"), ON, Phase.TRIPPED),
        (HOT, Heard(10.0, 10.0, "Over range"), None, Phase.OK),  # unplugged, and nothing is on
        (FLOW, Heard(8.8, 0.0, excused=11.0), ON, Phase.OK),  # who measures also heats, and is away
        (FLOW, Heard(8.8, 0.0, excused=10.0), ON, Phase.TRIPPED),  # no longer
        (FLOW, Heard(0.1, 9.9, excused=11.0), ON, Phase.TRIPPED),
        (HOT, Heard(330.0, 10.0), None, Phase.OK),  # not for 2 s yet
        (HOT, Heard(320.0, 10.0), ON, Phase.OK),
        (SENSOR, Heard("VAP", 10.0), ON, Phase.OK),
        (SENSOR, Heard("VAP as Diode", 10.0), ON, Phase.TRIPPED),
        (SENSOR, Heard(20.0, 10.0), ON, Phase.TRIPPED),  # states are named, a number says nothing of them
        (FLOW, Heard("OK", 10.0), ON, Phase.TRIPPED),
    ],
)
def test_when_it_trips(rule, heard, armed, expected):
    assert phase(rule, heard, armed) is expected


def test_the_delay_starts_anew_when_the_condition_has_gone():
    state = State(limit=320.0)
    for now, kelvin in ((10.0, 330.0), (11.9, 330.0), (12.0, 310.0), (12.1, 330.0), (14.0, 330.0)):
        state = step(HOT, state, Heard(kelvin, now), None, now)
        assert state.phase is Phase.OK
    assert step(HOT, state, Heard(330.0, 14.1), None, 14.1).phase is Phase.TRIPPED


def test_hysteresis_counts_only_after_the_trip():
    assert phase(FLOW, Heard(1.2, 10.0)) is Phase.OK
    tripped = step(FLOW, FRESH, Heard(0.5, 10.0), ON, 10.0)
    assert step(FLOW, tripped, Heard(1.2, 11.0), None, 11.0).phase is Phase.TRIPPED
    assert step(FLOW, tripped, Heard(1.5, 11.0), None, 11.0).phase is Phase.LATCHED


def test_the_first_reason_stays_through_everything_but_a_reset():
    state = step(FLOW, FRESH, Heard(0.5, 10.0), ON, 10.0)
    for now, heard in ((11.0, Heard(8.0, 11.0)), (12.0, Heard(0.1, 12.0)), (20.0, Heard(8.0, 13.0))):
        state = step(FLOW, state, heard, None, now)
        assert (state.why, state.trips) == ("FLOW 0.5 below 1 SLPM", 1)
    with pytest.raises(Refused, match="NOFLOW: FLOW not known for 7.0 s"):
        reset(FLOW, state, Heard(8.0, 13.0), 20.0)
    assert reset(FLOW, state, Heard(8.0, 20.0), 20.0) == replace(FRESH, trips=1)


@pytest.mark.parametrize(("excused", "expected"), [(10.0, Phase.TRIPPED), (10.1, Phase.LATCHED)])
def test_what_is_latched_trips_again_by_silence_as_soon_as_that_is_not_excused(excused, expected):
    latched = replace(FRESH, phase=Phase.LATCHED, why="FLOW 0.5 below 1 SLPM", trips=1)
    assert phase(FLOW, Heard(8.8, 5.0, excused=excused), None, state=latched) is expected


@pytest.mark.parametrize(
    ("armed", "excused", "expected"),
    [(5.0, -math.inf, Phase.TRIPPED), (5.1, -math.inf, Phase.LATCHED), (None, -math.inf, Phase.LATCHED),
     (5.0, 10.1, Phase.LATCHED)],
)  # fmt: skip
def test_what_is_latched_trips_like_any_other_when_its_input_is_never_read_while_it_heats(armed, excused, expected):
    """Just restarted, and somebody has switched on at the front panel: a latch protects no less than none."""
    latched = replace(FRESH, phase=Phase.LATCHED, why="FLOW 0.5 below 1 SLPM", trips=1)
    assert phase(FLOW, Heard(excused=excused), armed, state=latched) is expected


def test_the_end_of_an_excuse_is_waited_for_though_nothing_was_ever_read():
    assert deadline(FLOW, FRESH, Heard(excused=12.0), ON, 10.0) == 12.0


def test_who_trips_again_before_its_reset_keeps_its_place_and_who_is_reset_loses_it():
    engine = Engine([FLOW, HOT])
    engine.switched("LOOP1", True, 0.0)
    assert engine.hear("NOFLOW", Heard(0.1, 0.0), 0.0) == ["NOFLOW"]
    assert engine.hear("HOT", Heard(10.0, 0.1, "Over range"), 0.1) == ["HOT"]
    engine.hear("NOFLOW", Heard(8.8, 0.2), 0.2)
    assert engine.hear("NOFLOW", Heard(0.1, 0.3), 0.3) == ["NOFLOW"]
    assert [latch.name for latch in engine.latches()] == ["NOFLOW", "HOT"] and engine.first == "NOFLOW"
    engine.hear("NOFLOW", Heard(8.8, 0.4), 0.4)
    engine.reset("NOFLOW", 0.4)
    assert [latch.name for latch in engine.latches()] == ["HOT"] and engine.first == "HOT"
    engine.switched("LOOP1", False, 0.5)
    engine.switched("LOOP1", True, 0.5)
    engine.hear("NOFLOW", Heard(0.1, 0.6), 0.6)
    assert [latch.name for latch in engine.latches()] == ["HOT", "NOFLOW"]


def test_a_bypass_ends_by_itself_and_what_is_there_then_trips_at_once():
    state = bypass(FLOW, FRESH, 60.0, 0.0)
    for now in (1.0, 30.0, 59.9):
        state = step(FLOW, state, Heard(0.0, now), ON, now)
        assert state.phase is Phase.OK and state.bypassed(now)
    state = step(FLOW, state, Heard(0.0, 60.0), ON, 60.0)
    assert state.phase is Phase.TRIPPED and not state.bypassed(60.0)


@pytest.mark.parametrize("ended", ["by a person", "by itself", "by itself, at a reading"])
def test_what_was_tripped_all_along_is_carried_out_again_when_its_bypass_ends(ended):
    """It may have been switched on meanwhile, and its controller may be away now: an off is owed from then on."""
    engine = Engine([FLOW])
    engine.switched("LOOP1", True, 0.0)
    assert engine.hear("NOFLOW", Heard(0.1, 0.0), 0.0) == ["NOFLOW"]
    assert engine.bypass("NOFLOW", 60.0, 0.0) == []
    assert engine.hear("NOFLOW", Heard(0.1, 30.0), 30.0) == []
    if ended == "by a person":
        assert engine.bypass("NOFLOW", 0.0, 30.0) == ["NOFLOW"]
    elif ended == "by itself":
        assert engine.pass_time(59.9) == [] and engine.pass_time(60.0) == ["NOFLOW"]
    else:
        assert engine.hear("NOFLOW", Heard(0.1, 60.0), 60.0) == ["NOFLOW"]
    assert engine.pass_time(61.0) == [] and engine.states["NOFLOW"].trips == 1


@pytest.mark.parametrize("seconds", [600.1, -1.0, math.nan, math.inf])
def test_a_bypass_that_is_too_long_is_refused(seconds):
    with pytest.raises(Refused, match="at most 10 min"):
        bypass(FLOW, FRESH, seconds, 0.0)


def test_an_interlock_may_forbid_every_bypass():
    with pytest.raises(Refused, match="none at all"):
        bypass(HOT, State(limit=320.0), 1.0, 0.0)


@pytest.mark.parametrize(
    ("rule", "limit", "taken"),
    [(FLOW, 1.0, True), (FLOW, 3.0, True), (FLOW, 0.9, False), (HOT, 310.0, True), (HOT, 321.0, False),
     (HOT, math.nan, False), (FLOW, math.inf, False), (SENSOR, 1.0, False)],
)  # fmt: skip
def test_a_limit_may_only_be_made_stricter(rule, limit, taken):
    state = State(limit=rule.limit)
    if taken:
        assert narrow(rule, state, limit).limit == limit
    else:
        with pytest.raises(Refused):
            narrow(rule, state, limit)


def test_a_stricter_limit_is_the_one_that_trips():
    strict = narrow(FLOW, FRESH, 3.0)
    assert step(FLOW, strict, Heard(2.0, 10.0), ON, 10.0).why == "FLOW 2 below 3 SLPM"


def test_what_is_not_known_counts_unless_it_is_bypassed_or_guards_nothing():
    engine = Engine([replace(HOT, guards=()), FLOW])
    assert engine.unknown(0.0) == "NOFLOW: FLOW not read yet"
    engine.hear("NOFLOW", Heard(0.0, 0.0), 0.0)
    assert engine.unknown(0.5) == ""  # bad, and that is known
    assert engine.unknown(1.0) == "NOFLOW: FLOW not known for 1.0 s"
    engine.bypass("NOFLOW", 60.0, 1.0)
    assert engine.unknown(2.0) == ""


def test_deadlines_are_when_silence_delay_and_bypass_end():
    assert deadline(FLOW, FRESH, Heard(8.0, 3.0), ON, 3.0) == 4.0
    assert deadline(FLOW, FRESH, Heard(), ON, 3.0) == 5.0
    assert deadline(FLOW, FRESH, Heard(8.0, 3.0, excused=7.0), ON, 5.0) == 7.0
    assert deadline(FLOW, FRESH, Heard(), None, 3.0) == math.inf
    assert deadline(HOT, replace(State(limit=320.0), since=3.0), Heard(330.0, 4.0), None, 4.0) == 5.0
    assert deadline(FLOW, replace(FRESH, bypassed_until=3.5), Heard(8.0, 3.0), ON, 3.0) == 3.5
