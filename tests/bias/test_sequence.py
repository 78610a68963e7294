"""The biasing sequence against transistors typed from the reference: what is done, in which order, and what is not."""

from __future__ import annotations

import doctest
from dataclasses import replace

import pytest
from tests.bias.operated import D1, G1, G2, Operated, bench
from tests.bias.transistors import ROWS

from cryoioc import bias
from cryoioc.bias import Bias, Limits, Phase, Port, SetVoltage, Switch, SwitchTo, Terminal, actions, leads, servo
from cryoioc.errors import Refused

BIASES = {297: Bias.WARM, 15: Bias.COLD}


@pytest.mark.parametrize("resolution", [10e-6, 50e-6, 0.2e-3])
@pytest.mark.parametrize(("serial", "kelvin"), ROWS)
def test_every_row_of_both_amplifiers_is_found(serial, kelvin, resolution):
    """All twelve rows, at the connector: Vd and Id to the last digit, Vg to 10 mV or to what the current tells."""
    operated = bench(serial, float(kelvin), resolution).biased(BIASES[kelvin])
    table = operated.table
    slope = 6.5e-3  # A/V, of the flattest transistor (2.3)
    allowed = 10e-3 if resolution <= 50e-6 else (resolution + 15e-6) / slope
    for number, (drain, milli, gate) in enumerate(ROWS[serial, kelvin], 1):
        assert table.drain(number) == pytest.approx(drain, abs=5e-3)
        assert table.currents[number - 1] == pytest.approx(milli * 1e-3, abs=0.5e-3)
        assert table.gate(number) == pytest.approx(gate, abs=allowed)


@pytest.mark.parametrize("module", [actions, leads, servo])
def test_examples_in_the_documentation_hold(module):
    found = doctest.testmod(module)
    assert found.attempted > 0 and found.failed == 0


def test_limits_come_first_then_gates_then_drains():
    operated = bench().biased(Bias.COLD)
    first = {kind: min(done.when for done in found) for kind, found in {
        "limits": [done for done in operated.done if isinstance(done.action, bias.ProgramLimits)],
        "gates": operated.order(Switch, Port.GATE),
        "drains": [done for done in operated.order(Switch, Port.DRAIN) if done.action.on],
    }.items()}  # fmt: skip
    assert first["limits"] < first["gates"] < first["drains"]
    for number in (1, 2, 3):
        supply = operated.table.supplies[Terminal(number, Port.DRAIN)]
        assert supply.limits == Limits(current=14e-3, over_voltage=2.0)


def test_drains_rise_and_fall_by_a_tenth_of_a_volt_a_second_and_gates_by_50_mv():
    operated = bench("YCA-2031", 297.0).biased(Bias.WARM)
    operated.ask(SwitchTo(Bias.OFF))
    operated.until(Phase.OFF)
    for port, rate, slack in ((Port.DRAIN, 0.1, 2e-3), (Port.GATE, 0.5, 1e-3)):
        for number in (1, 2, 3):
            moves = [done for done in operated.order(SetVoltage, port) if done.action.terminal.stage == number]
            for before, after in zip(moves, moves[1:], strict=False):
                change = after.action.volts - before.action.volts
                if operated_on(operated, number, after.when) and after.action.volts:
                    assert abs(change) <= rate * min(after.when - before.when, 0.5) + slack
                    assert port is Port.DRAIN or abs(change) <= 0.05 + 1e-9


def operated_on(operated: Operated, number: int, when: float) -> bool:
    """Say whether the drain of a stage was on at a time."""
    switched = [done for done in operated.order(Switch, Port.DRAIN)
                if done.action.terminal.stage == number and done.when < when]  # fmt: skip
    return bool(switched) and switched[-1].action.on


def test_off_is_drains_down_then_off_then_gates():
    operated = bench().biased(Bias.COLD)
    operated.done.clear()
    operated.ask(SwitchTo(Bias.OFF))
    operated.until(Phase.OFF)
    drains = operated.order(Switch, Port.DRAIN)
    assert all(
        done.action.volts <= 0.65 for done in operated.order(SetVoltage, Port.DRAIN) if done.when >= drains[0].when
    )
    assert max(done.when for done in drains) < min(done.when for done in operated.order(SetVoltage, Port.GATE))
    assert operated.on(Port.DRAIN) == operated.on(Port.GATE) == [False] * 3
    assert operated.shown.bias == "Off" and not operated.shown.tripped


@pytest.mark.parametrize(("kelvin", "wanted", "why"), [
    (15.0, Bias.WARM, "Warm only above 250 K"), (100.0, Bias.WARM, "Warm only above 250 K"),
    (100.0, Bias.COLD, "Cold only below 40 K"), (297.0, Bias.COLD, "Cold only below 40 K"),
])  # fmt: skip


def test_warm_and_cold_only_in_their_windows(kelvin, wanted, why):
    operated = bench(kelvin=kelvin)
    with pytest.raises(Refused, match=why):
        operated.ask(SwitchTo(wanted))
    operated.cycle()
    assert operated.done == [] and operated.state.phase is Phase.OFF


def test_refused_without_temperature_cold_or_readings():
    operated = bench()
    stopped = bias.Cold(lost=("compressor off",))
    for around, why in ((bias.Surroundings(), "not known"),
                        (bias.Surroundings(kelvin=15.0, cold=stopped), "compressor off")):  # fmt: skip
        operated.table.around = around
        operated.cycle()
        with pytest.raises(Refused, match=why):
            operated.ask(SwitchTo(Bias.COLD))
    operated.table.around = bias.Surroundings(kelvin=15.0)
    operated.table.supplies[G2].read = False
    operated.cycle()
    with pytest.raises(Refused, match="S2 gate is not read"):
        operated.ask(SwitchTo(Bias.COLD))


def test_a_bias_that_needs_more_than_its_supply_may_give_is_refused():
    operated = bench("YCA-2024", 297.0)
    operated.amplifier = replace(operated.amplifier, return_ohm=15.5)
    with pytest.raises(Refused, match=r"S2 drain needs 2\.12 V with its leads, allowed 1\.95"):
        operated.ask(SwitchTo(Bias.WARM))


WARMING = [
    (bias.Surroundings(kelvin=15.0, cold=bias.Cold(lost=("compressor off",))), "compressor off"),
    (bias.Surroundings(kelvin=30.5), "30.5 K, gates found at 15.0 K"),
    (bias.Surroundings(kelvin=16.0, rate=6.0), "warming by 6.0 K/min"),
    (bias.Surroundings(), "temperature not known for 10 s"),
]


@pytest.mark.parametrize(("around", "why"), WARMING)
def test_a_cold_bias_that_warms_walks_to_pinch_off_and_goes_off(around, why):
    operated = bench().biased(Bias.COLD)
    operated.done.clear()
    operated.table.around = around
    operated.until(Phase.PINCH, within=11.0)
    assert operated.shown.why == why
    while operated.state.phase is Phase.PINCH:
        operated.cycle()
        for number in (1, 2, 3):
            assert operated.table.drain(number) <= 1.3 + 1e-3
    moves = operated.order(SetVoltage, Port.GATE)
    for number in (1, 2, 3):
        volts = [done.action.volts for done in moves if done.action.terminal.stage == number]
        assert volts == sorted(volts, reverse=True)
    assert max(operated.table.currents) <= 0.26e-3
    operated.until(Phase.TRIPPED)
    assert operated.on(Port.DRAIN) == operated.on(Port.GATE) == [False] * 3
    assert operated.shown.why == why


def test_a_warm_bias_does_not_mind():
    operated = bench(kelvin=297.0).biased(Bias.WARM)
    for around, _ in WARMING:
        operated.table.around = replace(around, kelvin=around.kelvin and 297.0)
        for _ in range(48):
            operated.cycle()
    assert operated.state.phase is Phase.HOLD


def test_a_warm_bias_that_cools_goes_off_too():
    operated = bench(kelvin=297.0).biased(Bias.WARM)
    operated.table.around = bias.Surroundings(kelvin=240.0)  # a little below is a draught, not a cooldown
    operated.cycle()
    assert operated.state.phase is Phase.HOLD
    operated.table.around = bias.Surroundings(kelvin=230.0)
    operated.until(Phase.TRIPPED)
    assert operated.shown.why == "230.0 K, Warm only above 250 K" and operated.on(Port.DRAIN) == [False] * 3


def test_a_stage_that_hunts_for_ever_is_given_up():
    operated = bench(resolution=50e-6)
    operated.amplifier = replace(operated.amplifier, pace=replace(operated.amplifier.pace, search=10.0))
    operated.ask(SwitchTo(Bias.COLD))
    operated.until(Phase.TRIPPED)
    assert operated.shown.why == "S1 does not find its current"


def test_what_is_on_at_the_start_is_left_as_it_is_and_watched():
    before = bench().biased(Bias.COLD)
    found = Operated(before.amplifier, before.table)
    for _ in range(40):
        found.cycle()
    assert found.done == [] and found.shown.bias == "Cold" and found.shown.phase is Phase.FOUND
    assert not found.shown.ready and not found.shown.tripped
    before.table.supplies[G1].volts = -1.0  # somebody is free to change it, as long as it stays in the window
    found.cycle()
    assert found.shown.bias == "Custom" and not found.shown.tripped
    before.table.supplies[G1].volts = 0.0
    found.cycle()
    assert found.shown.why.startswith("S1 ") and found.on(Port.DRAIN) == [False] * 3


def test_a_bias_that_was_found_walks_to_pinch_off_too():
    before = bench().biased(Bias.COLD)
    found = Operated(before.amplifier, before.table)
    before.table.around = WARMING[0][0]
    found.until(Phase.TRIPPED)
    assert found.shown.why == "compressor off" and found.on(Port.DRAIN) == [False] * 3


def test_a_drain_switched_on_by_hand_without_its_gate_goes_off_at_once():
    operated = bench()
    operated.table.supplies[D1].on = True
    operated.cycle()
    assert operated.shown.why == "S1 gate is off, its drain on" and operated.on(Port.DRAIN) == [False] * 3


def test_one_bias_follows_another_only_by_way_of_off_and_only_where_it_may():
    operated = bench().biased(Bias.COLD)
    operated.ask(bias.ChangeStage(number=2, current=2e-3))
    operated.cycle()
    assert operated.shown.bias == "Custom"
    operated.ask(SwitchTo(Bias.COLD))
    operated.until(Phase.DOWN)
    operated.table.around = bias.Surroundings(kelvin=45.0)
    operated.until(Phase.OFF)
    assert operated.shown.warnings == ("not begun: Cold only below 40 K, it is at 45.0",)
    assert operated.state.then is None
    operated.table.around = bias.Surroundings(kelvin=15.0)
    operated.cycle()
    operated.biased(Bias.COLD)
    operated.ask(bias.ChangeStage(number=2, current=2e-3))
    operated.ask(SwitchTo(Bias.COLD))
    operated.until(Phase.OFF, Phase.LIMITS)
    operated.until(Phase.HOLD)
    assert operated.shown.bias == "Cold"


def test_a_stage_is_changed_within_its_window_and_by_whoever_holds_it():
    operated = bench().biased(Bias.COLD)
    for change, why in (({"drain": 1.4}, "allowed up to 1.3"), ({"current": 7e-3}, "allowed up to 6"),
                        ({"gate": -1.0}, "SERVO is On"), ({"servo": False, "current": 1e-3}, "SERVO is Off"),
                        ({"servo": False, "gate": 1.5}, "allowed -5 to 1")):  # fmt: skip
        with pytest.raises(Refused, match=why):
            operated.ask(bias.ChangeStage(number=1, **change))
    operated.ask(bias.ChangeStage(number=1, drain=0.8, current=2e-3))
    while not operated.shown.ready or operated.state.failing:
        operated.cycle()
    assert operated.table.currents[0] == pytest.approx(2e-3, abs=40e-6)
    assert operated.table.drain(1) == pytest.approx(0.8, abs=5e-3)
    operated.ask(bias.ChangeStage(number=1, servo=False, gate=-1.6))
    for _ in range(60):
        operated.cycle()
    assert operated.shown.ready and operated.table.gate(1) == pytest.approx(-1.6, abs=5e-3)


def test_off_where_not_all_is_read_drops_everything_at_once():
    operated = bench().biased(Bias.COLD)
    operated.table.supplies[G2].read = False
    operated.cycle()
    operated.ask(SwitchTo(Bias.OFF))
    operated.cycle()
    assert operated.on(Port.DRAIN) == [False] * 3 and operated.shown.why == "put Off while S2 gate is not read"


def test_a_drain_that_is_not_connected_any_more_is_given_up():
    operated = bench().biased(Bias.COLD)
    operated.table.broken = {2}
    operated.until(Phase.TRIPPED)
    assert operated.shown.why == "S2 does not find its current", "and its gate went no higher than it may"
