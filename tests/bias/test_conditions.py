"""When a bias may be begun, when it must be taken back, and what may be asked of one: condition by condition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
from tests.bias.transistors import GATE_LIMITS, LIMITS, amplifier

from cryoioc import bias
from cryoioc.bias import Bias, ChangeStage, Cold, OutputReading, Phase, Port, State, Surroundings, SwitchTo, Terminal
from cryoioc.bias.conditions import objection, window_lost, window_of
from cryoioc.errors import Refused

AMPLIFIER = amplifier("YCA-2024")
D1, G1 = Terminal(1, Port.DRAIN), Terminal(1, Port.GATE)
NOW = 100.0  # s
LASTS, STOPPED = Cold(), Cold(lost=("compressor off",))
HELD = State(phase=Phase.HOLD, bias=Bias.COLD, basis=Bias.COLD, targets=AMPLIFIER.targets[Bias.COLD], coldest=15.0)


def reading(kelvin: float | None = 15.0, cold: Cold = LASTS, *, on: bool = False,
            other: Mapping[Terminal, OutputReading | None] | None = None) -> bias.Reading:  # fmt: skip
    """Return six outputs with their limits, drains at 0.7 V and 4 mA and gates at -1 V, or all off."""
    outputs: dict[Terminal, OutputReading | None] = {}
    for terminal in AMPLIFIER.terminals():
        drain = terminal.port is Port.DRAIN
        volts, limits = (0.7, LIMITS) if drain else (-1.0, GATE_LIMITS)
        outputs[terminal] = OutputReading(
            when=NOW, on=on, volts=volts if on else 0.0, amperes=4e-3 if drain and on else 0.0, setting=volts,
            current_limit=limits.current, over_voltage=limits.over_voltage)  # fmt: skip
    return bias.Reading(outputs=outputs | dict(other or {}), around=Surroundings(kelvin=kelvin, cold=cold))


def ask(state: State, request: bias.Request, read: bias.Reading) -> State:
    return bias.ask(AMPLIFIER, state, NOW, read, request)


@pytest.mark.parametrize(("kelvin", "found"), [
    (39.9, Bias.COLD), (40.0, None), (250.0, None), (250.1, Bias.WARM)])  # fmt: skip
def test_a_window_does_not_hold_its_edge(kelvin, found):
    assert window_of(AMPLIFIER, kelvin) is found
    for one in (Bias.COLD, Bias.WARM):
        assert (objection(AMPLIFIER, NOW, reading(kelvin), one) == "") is (one is found)


def test_what_ends_the_cold_keeps_nobody_from_a_warm_bias():
    assert objection(AMPLIFIER, NOW, reading(297.0, STOPPED), Bias.WARM) == ""
    assert objection(AMPLIFIER, NOW, reading(15.0, STOPPED), Bias.COLD) == "Cold: compressor off"


def test_what_is_not_known_of_the_cold_lets_no_cold_bias_begin_and_ends_none():
    around = Surroundings(kelvin=15.0, cold=Cold(unknown=("vacuum not known",)))
    unknown = replace(reading(), around=around)
    assert objection(AMPLIFIER, NOW, unknown, Bias.COLD) == "Cold: vacuum not known"
    assert window_lost(AMPLIFIER, HELD, NOW, unknown) == ""
    warm = replace(unknown, around=replace(around, kelvin=297.0))
    assert objection(AMPLIFIER, NOW, warm, Bias.WARM) == ""


def test_nothing_begins_on_an_output_that_was_last_read_long_ago_or_has_tripped():
    gate = reading().outputs[G1]
    assert gate is not None
    silence = AMPLIFIER.pace.silence
    for when, why in ((NOW - silence, ""), (NOW - silence - 0.1, "S1 gate is not read")):
        assert objection(AMPLIFIER, NOW, reading(other={G1: replace(gate, when=when)}), Bias.COLD) == why
    acted = reading(other={G1: replace(gate, tripped=("over-current",))})
    assert objection(AMPLIFIER, NOW, acted, Bias.COLD) == "S1 gate: over-current, RESET first"


def test_a_temperature_is_missed_from_when_it_was_last_known_or_ever_needed():
    blind = AMPLIFIER.pace.blind
    for state, since in ((replace(HELD, since=0.0, known=NOW), NOW), (replace(HELD, since=NOW, known=None), NOW)):
        assert window_lost(AMPLIFIER, state, since + blind, reading(None)) == ""
        assert window_lost(AMPLIFIER, state, since + blind + 0.1, reading(None)) == "temperature not known for 10 s"


def test_a_cold_bias_minds_only_that_it_warms():
    for rate, why in ((-6.0, ""), (5.0, ""), (5.1, "warming by 5.1 K/min")):
        around = Surroundings(kelvin=15.0, rate=rate)
        assert window_lost(AMPLIFIER, HELD, NOW, replace(reading(), around=around)) == why


def test_off_is_the_last_word_on_the_way_from_one_bias_to_the_next():
    down = replace(HELD, phase=Phase.DOWN, then=Bias.COLD)
    assert ask(down, SwitchTo(Bias.OFF), reading(on=True)).then is None


def test_a_bias_that_stands_is_not_begun_again_and_is_left_only_for_one_that_may_follow():
    assert ask(HELD, SwitchTo(Bias.COLD), reading(on=True)) is HELD
    with pytest.raises(Refused, match="Warm only above 250 K"):
        ask(HELD, SwitchTo(Bias.WARM), reading(on=True))
    custom = replace(HELD, bias=Bias.CUSTOM)
    followed = ask(custom, SwitchTo(Bias.COLD), reading(on=True))
    assert (followed.phase, followed.then) == (Phase.DOWN, Bias.COLD)


def test_an_interlock_trips_nothing_that_is_known_to_be_off():
    for phase in (Phase.UNREAD, Phase.OFF):
        state = State(phase=phase)
        for request in (bias.Trip("interlock"), bias.PinchOff("interlock")):
            assert ask(state, request, reading()) is state
    assert ask(State(), bias.Trip("interlock"), reading(other={D1: None})).demanded == "interlock"


def test_another_drain_voltage_leaves_a_gate_where_it_was_put():
    """Measured it is elsewhere: what its supply is off would add up with every change."""
    held = ask(HELD, ChangeStage(number=1, servo=False, gate=-1.6), reading(on=True))
    assert ask(held, ChangeStage(number=1, drain=0.8), reading(on=True)).targets[0].gate == -1.6


def test_a_change_is_judged_with_what_all_stages_drop_in_the_return():
    narrow = replace(AMPLIFIER, return_ohm=15.5)
    warm = replace(HELD, bias=Bias.WARM, basis=Bias.WARM, targets=narrow.targets[Bias.WARM], coldest=None)
    with pytest.raises(Refused, match=r"S2 drain needs 2\.12 V with its leads, allowed 1\.95"):
        bias.ask(narrow, warm, NOW, reading(297.0, on=True), ChangeStage(number=2, drain=1.5))


def test_what_was_found_without_its_limits_is_not_taken_over():
    drain = reading(on=True).outputs[D1]
    assert drain is not None
    bare = reading(on=True, other={D1: replace(drain, current_limit=0.5)})
    with pytest.raises(Refused, match="S1 drain: current limit 500 mA, not 14: put Off"):
        ask(State(phase=Phase.FOUND), ChangeStage(number=1, drain=0.7), bare)


def test_a_stage_gets_all_its_time_to_find_a_current_that_was_changed():
    astray = replace(HELD, astray={G1: NOW - 19.0})
    assert ask(astray, ChangeStage(number=1, current=3e-3), reading(on=True)).astray == {}


@pytest.mark.parametrize("phase", [Phase.UNREAD, Phase.OFF, Phase.LIMITS, Phase.GATES])
def test_off_trips_where_a_drain_is_not_known_to_be_off_and_waits_for_a_gate(phase):
    drain = reading(on=True).outputs[D1]
    cases: tuple[tuple[Mapping[Terminal, OutputReading | None], str], ...] = (
        ({D1: None}, "put Off while S1 drain is not read"),
        ({D1: drain, G1: None}, "put Off while S1 gate is not read"), ({G1: None}, ""))  # fmt: skip
    for other, demanded in cases:
        asked = ask(State(phase=phase), SwitchTo(Bias.OFF), reading(other=other))
        assert (asked.demanded, asked.then) == (demanded, None if demanded else Bias.OFF)


def test_an_off_that_waited_says_so_until_the_gate_is_read_and_is_off():
    waiting = ask(State(phase=Phase.OFF), SwitchTo(Bias.OFF), reading(other={G1: None}))
    state = bias.step(AMPLIFIER, waiting, NOW, reading(other={G1: None})).state
    assert state.warnings == ("S1 gate is not known to be off",)
    state = bias.step(AMPLIFIER, state, NOW, reading()).state
    assert (state.phase, state.then, state.warnings) == (Phase.OFF, None, ())


def test_an_off_that_waited_is_forgotten_where_somebody_switches_a_drain_on():
    waiting = ask(State(phase=Phase.OFF), SwitchTo(Bias.OFF), reading(other={G1: None}))
    found = bias.step(AMPLIFIER, waiting, NOW, reading(on=True)).state
    assert (found.phase, found.then) == (Phase.FOUND, None)
