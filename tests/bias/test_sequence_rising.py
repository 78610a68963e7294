"""The biasing sequence while the drains rise: what conducts and should not, and commands and answers that are lost."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.bias.operated import D1, PERIOD, Operated, bench
from tests.bias.receivers import KINDS
from tests.bias.transistors import PINCH, ROWS, Table, amplifier, conducted

from cryoioc import bias
from cryoioc.bias import Bias, Phase, Port, Switch, SwitchTo, Terminal

LOWEST = (-5.0, -2.0, -2.0)  # V, gates at pinch-off
NOISE = {"keysight_e36312a": 2e-6, "keysight_n6700": 0.5e-6, "rs_hmp4040": 20e-6, "gaia": 5e-6}  # A rms, emulated


def rising(resolution: float = 10e-6) -> Operated:
    """Return a warm amplifier with its drains on their way up."""
    operated = bench(kelvin=297.0, resolution=resolution)
    operated.ask(SwitchTo(Bias.WARM))
    operated.until(Phase.DRAINS)
    for _ in range(4):
        operated.cycle()
    return operated


def read_as(operated: Operated, amperes: float) -> None:
    """Take one step on a reading that gives the first stage this current."""
    table, heard = operated.table, operated.table.read

    def misread(now: float) -> bias.Reading:
        found = heard(now)
        drain = found.outputs[D1]
        assert drain is not None
        return replace(found, outputs={**found.outputs, D1: replace(drain, amperes=amperes)})

    table.read = misread  # type: ignore[method-assign]
    operated.cycle()
    table.read = heard  # type: ignore[method-assign]


def test_one_reading_of_a_current_at_pinch_off_stops_the_drains_and_two_trip():
    operated = rising()
    drain = operated.table.supplies[D1]
    for _ in range(3):
        before = drain.volts
        read_as(operated, 0.26e-3)
        assert drain.volts == before and not operated.shown.tripped
        operated.cycle()
        assert drain.volts > before and not operated.shown.tripped
    read_as(operated, 0.26e-3)
    step = bias.step(operated.amplifier, operated.state, operated.now, operated.reading)
    assert step.state.why == "", "the same reading again is no second one"
    read_as(operated, 0.27e-3)
    assert operated.shown.why == "S1 0.27 mA with its gate at pinch-off, allowed 0.25"
    assert operated.on(Port.DRAIN) == [False] * 3


def test_a_stage_that_conducts_is_not_forgotten_while_its_drain_is_not_read():
    operated = rising()
    read_as(operated, 0.4e-3)
    operated.table.supplies[D1].read = False
    operated.cycle()
    operated.table.supplies[D1].read = True
    read_as(operated, 0.4e-3)
    assert operated.shown.why.startswith("S1 0.40 mA with its gate at pinch-off")


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.model)
def test_a_sound_transistor_is_told_from_one_whose_gate_is_open(kind):
    """By the worst of the twelve rows, five sigma of the noise, and as coarsely as the supply reads it."""
    at_pinch_off, at_no_gate = (
        [conducted(*ends, float(kelvin), drain, gate)
         for (serial, kelvin), row in ROWS.items()
         for (drain, _, _), ends, gate in zip(row, PINCH[serial], gates, strict=True)]
        for gates in (LOWEST, (0.0, 0.0, 0.0))
    )  # fmt: skip
    worst = max(at_pinch_off) + 5.0 * NOISE[kind.model], min(at_no_gate) - 5.0 * NOISE[kind.model]
    sound, open_gate = (round(amperes / kind.resolution) * kind.resolution for amperes in worst)
    operated = rising(kind.resolution)
    for _ in range(3):
        read_as(operated, sound)
    assert not operated.shown.tripped
    for _ in range(2):
        read_as(operated, open_gate)
    assert "with its gate at pinch-off" in operated.shown.why


def test_a_line_that_loses_every_other_answer_gives_a_stuck_drain_no_more_time():
    operated = rising()
    drain = operated.table.supplies[D1]
    drain.stick(True)
    while not operated.shown.tripped:
        drain.read = not drain.read
        operated.cycle()
        assert drain.volts < 0.4, "it went on"
    assert operated.shown.why.startswith("S1 drain gives ")


def test_commands_that_never_arrive_end_a_sequence_though_all_is_read():
    operated = rising()
    operated.losing = 100
    operated.until(Phase.TRIPPED, within=2.0)
    assert operated.shown.why == "S1 drain does not answer"


def test_a_board_that_tells_no_setting_is_judged_by_what_it_was_told():
    operated = rising()
    heard = operated.table.read

    def board(now: float) -> bias.Reading:
        found = heard(now)
        return replace(found, outputs={terminal: read and replace(read, setting=None)
                                       for terminal, read in found.outputs.items()})  # fmt: skip

    operated.table.read = board  # type: ignore[method-assign]
    operated.table.supplies[D1].stick(True)
    operated.until(Phase.TRIPPED, within=5.0)
    assert operated.shown.why.startswith("S1 drain gives ")


def after_step(operated: Operated) -> bias.Step:
    """Return what would be done next, without doing it."""
    now = operated.now + PERIOD
    return bias.step(operated.amplifier, operated.state, now, operated.table.read(now), operated.failure)


def test_a_switch_that_is_lost_is_pressed_again():
    operated = bench()
    operated.ask(SwitchTo(Bias.COLD))
    lost = set()
    while operated.state.phase is not Phase.SERVO:
        actions = after_step(operated).actions
        pressed = {action.terminal for action in actions if isinstance(action, Switch) and action.on} - lost
        if pressed:
            lost |= pressed
            operated.losing = len(actions)
        operated.cycle()
        assert not operated.shown.tripped, operated.shown.why
    assert len(lost) == 6 and operated.on(Port.DRAIN) == operated.on(Port.GATE) == [True] * 3


def test_what_was_read_before_a_command_does_not_say_whether_it_arrived():
    """All of it arrives, and no answer comes back."""
    operated = rising()
    before = operated.table.read(operated.now + PERIOD)
    told = bias.step(operated.amplifier, operated.state, operated.now + PERIOD, before)
    assert told.actions
    for action in told.actions:
        operated.table.supplies[action.terminal].press(action)
    failure = bias.Failure(told.actions, "no answer")
    doubting = bias.step(operated.amplifier, told.state, operated.now + 1.2 * PERIOD, before, failure)
    assert not doubting.actions, "there is nothing to go by"
    now = operated.now + 2.0 * PERIOD
    sure = bias.step(operated.amplifier, doubting.state, now, operated.table.read(now))
    assert sure.state.phase is Phase.DRAINS, sure.state.why


def test_a_ramp_that_stood_still_makes_up_for_nothing():
    operated = rising()
    drain, gate = operated.table.supplies[D1], operated.table.supplies[Terminal(2, Port.GATE)]
    before = drain.volts
    gate.read = False
    for _ in range(3):
        operated.cycle()
    assert drain.volts == before
    gate.read = True
    operated.cycle()
    assert before < drain.volts <= before + 0.05 + 1e-3


def test_currents_are_found_with_gates_in_coarse_steps():
    """Those of a bias board: half a step is more than the servo would ask for."""
    table = Table("YCA-2031", 15.0)
    operated = Operated(amplifier("YCA-2031", gate_step=6.0 / 1023), table).biased(Bias.COLD)
    assert table.currents == pytest.approx([4e-3] * 3, abs=0.11e-3) and operated.shown.ready
