"""The biasing sequence where part of what it goes by is not known, or comes late."""

from __future__ import annotations

import copy
import functools
from dataclasses import replace

import pytest
from tests.bias.operated import D1, D2, G1, G2, Operated, bench

from cryoioc import bias
from cryoioc.bias import Bias, Phase, Port, Switch, SwitchTo
from cryoioc.errors import Refused


@functools.cache
def _once_biased() -> Operated:
    return bench().biased(Bias.COLD)


def biased() -> Operated:
    """Return an amplifier that is biased cold, each test its own."""
    return copy.deepcopy(_once_biased())


def started_again(before: Operated, around: bias.Surroundings) -> Operated:
    """Begin anew on the same table, as an IOC that is started while the amplifier is on."""
    before.table.around = around
    return Operated(before.amplifier, before.table)


def test_a_drain_beyond_its_window_trips_though_its_gate_is_not_read():
    """The gate's supply loses its mains: its line is silent, its gate is at 0 V, and only the drain tells."""
    operated = biased()
    operated.table.supplies[G1].mains_off_and_on()
    operated.table.supplies[G1].read = False
    operated.cycle()
    assert operated.shown.why == "S1 14.00 mA, allowed 6" and operated.on(Port.DRAIN) == [False] * 3


def test_a_stage_that_conducts_while_the_drains_rise_trips_though_its_gate_is_not_read():
    operated = bench()
    operated.ask(SwitchTo(Bias.COLD))
    operated.until(Phase.DRAINS)
    for _ in range(6):
        operated.cycle()
    operated.table.supplies[G1].mains_off_and_on()
    operated.table.supplies[G1].read = False
    for _ in range(2):
        operated.cycle()
    assert "mA with its gate at pinch-off" in operated.shown.why and operated.on(Port.DRAIN) == [False] * 3


@pytest.mark.parametrize("kelvin", [15.0, 100.0])
def test_what_was_found_before_the_thermometer_was_read_is_watched_as_cold(kelvin):
    before = biased()
    before.table.kelvin = kelvin
    found = started_again(before, bias.Surroundings())
    for _ in range(60):
        found.cycle()
    assert found.shown.phase is Phase.FOUND and found.done == []
    before.table.around = bias.Surroundings(kelvin=kelvin)
    found.cycle()
    before.table.around = bias.Surroundings(kelvin=kelvin + 16.0)
    found.cycle()
    assert found.shown.why == f"{kelvin + 16.0:.1f} K, gates found at {kelvin:.1f} K"
    found.until(Phase.TRIPPED)
    assert found.on(Port.DRAIN) == [False] * 3


def test_what_was_found_is_taken_over_only_at_a_known_temperature_and_into_the_window_of_that():
    before = biased()
    found = started_again(before, bias.Surroundings())
    found.cycle()
    with pytest.raises(Refused, match="temperature not known"):
        found.ask(bias.ChangeStage(number=1, drain=0.7))
    for kelvin in (100.0, 15.0):
        found = started_again(before, bias.Surroundings(kelvin=kelvin))
        with pytest.raises(Refused, match="allowed up to 1.3"):
            found.ask(bias.ChangeStage(number=1, drain=1.5))


def test_a_warm_bias_that_was_found_does_not_mind_the_cold():
    before = bench(kelvin=297.0).biased(Bias.WARM)
    found = started_again(before, bias.Surroundings())
    stopped = bias.Cold(lost=("compressor off",))
    for around in (bias.Surroundings(kelvin=297.0, cold=stopped), bias.Surroundings(kelvin=315.0)):
        before.table.around = around
        for _ in range(60):
            found.cycle()
    assert found.shown.phase is Phase.FOUND and not found.shown.tripped


def test_an_interlock_ends_what_cannot_be_walked_down_because_it_was_never_read():
    before = biased()
    before.table.supplies[G2].read = False
    found = started_again(before, bias.Surroundings(kelvin=15.0))
    found.cycle()
    assert found.state.phase is Phase.UNREAD
    found.ask(bias.PinchOff("compressor off"))
    found.cycle()
    assert found.shown.why == "compressor off" and found.on(Port.DRAIN) == [False] * 3


def test_a_drain_that_is_not_read_is_told_again_to_go_off():
    """The line takes commands and loses answers; what was told first was lost as well."""
    operated = biased()
    operated.losing = 3
    operated.ask(bias.Trip("interlock"))
    table, heard = operated.table, operated.table.read
    table.read = lambda now: replace(heard(now), outputs={})  # type: ignore[method-assign]
    for _ in range(3):
        operated.cycle()
    assert operated.on(Port.DRAIN) == [False] * 3


def test_asking_again_for_pinch_off_gives_a_stuck_gate_no_more_time():
    operated = biased()
    operated.ask(bias.PinchOff("compressor off"))
    operated.cycle()
    operated.table.supplies[G1].stick(True)
    for _ in range(8):
        operated.cycle()
        operated.ask(bias.PinchOff("compressor off"))
    assert operated.state.phase is Phase.TRIPPED and operated.on(Port.DRAIN) == [False] * 3


def test_a_bias_that_was_found_is_walked_down_though_an_output_was_read_late():
    before = biased()
    found = started_again(before, bias.Surroundings(kelvin=15.0))
    before.table.around = bias.Surroundings(kelvin=31.0)
    before.table.supplies[G2].read = False
    found.cycle()
    assert found.state.phase is Phase.PINCH
    before.table.supplies[G2].read = True
    found.until(Phase.TRIPPED)
    assert found.on(Port.DRAIN) == found.on(Port.GATE) == [False] * 3


def test_off_put_while_only_a_gate_was_switched_on_by_hand_is_no_trip():
    operated = biased()
    operated.ask(SwitchTo(Bias.OFF))
    operated.until(Phase.OFF)
    operated.table.supplies[G1].on, operated.table.supplies[G1].volts = True, -2.0
    operated.cycle()
    operated.ask(SwitchTo(Bias.OFF))
    operated.until(Phase.OFF)
    assert not operated.shown.tripped and operated.on(Port.GATE) == [False] * 3


def is_off() -> Operated:
    operated = bench()
    operated.cycle()
    assert operated.shown.bias == "Off"
    return operated


def test_off_is_not_known_any_more_while_the_supply_of_a_drain_is_away():
    operated = is_off()
    operated.table.supplies[D2].read = False
    operated.cycle()
    assert operated.shown.bias == "Off", "one answer may be lost"
    for _ in range(4):
        operated.cycle()
    assert operated.shown.bias is None and not operated.shown.tripped
    with pytest.raises(Refused, match="not read"):
        operated.ask(SwitchTo(Bias.COLD))
    operated.table.supplies[D2].read = True
    operated.cycle()
    assert operated.shown.bias == "Off" and operated.shown.warnings == () and operated.done == []


def test_off_after_a_trip_is_not_known_either():
    operated = biased()
    operated.ask(bias.Trip("interlock"))
    operated.until(Phase.TRIPPED)
    for _ in range(8):
        operated.cycle()
    assert operated.shown.bias == "Off"
    operated.table.supplies[D2].read = False
    for _ in range(6):
        operated.cycle()
    assert operated.shown.bias is None and operated.shown.why == "interlock"
    assert operated.shown.warnings == ("S2 drain is not known to be off",)
    with pytest.raises(Refused, match="S2 drain is not known to be off"):
        operated.ask(bias.Reset())


def test_a_gate_that_is_not_read_leaves_off_as_it_is():
    operated = is_off()
    operated.table.supplies[G1].read = False
    for _ in range(8):
        operated.cycle()
    assert operated.shown.bias == "Off"


def test_off_put_while_only_a_gate_is_not_read_is_no_trip_and_goes_on_when_it_is_read():
    operated = is_off()
    outputs = operated.table.supplies
    outputs[G1].on, outputs[G1].volts, outputs[G1].read = True, -2.0, False
    operated.cycle()
    operated.ask(SwitchTo(Bias.OFF))
    for _ in range(8):
        operated.cycle()
    assert operated.shown.bias == "Off" and not operated.shown.tripped and operated.done == []
    assert operated.shown.warnings == ("S1 gate is not known to be off",)
    outputs[D2].read = False
    for _ in range(6):
        operated.cycle()
    assert operated.shown.bias is None and operated.shown.warnings == ()
    outputs[D2].read = outputs[G1].read = True
    for _ in range(12):
        operated.cycle()
    assert operated.on(Port.GATE) == [False] * 3
    assert operated.shown.bias == "Off" and operated.shown.warnings == () and operated.state.then is None
    assert not operated.shown.tripped


@pytest.mark.parametrize(("phase", "trips"), [(Phase.LIMITS, False), (Phase.GATES, False), (Phase.DRAINS, True)])
def test_off_put_on_the_way_up_while_a_gate_is_not_read_trips_only_what_may_have_a_drain_on(phase, trips):
    operated = is_off()
    operated.ask(SwitchTo(Bias.COLD))
    operated.until(phase)
    operated.table.supplies[G1].read = False
    # What was read before the commands of this step: a drain that was told to be on is read off.
    operated.reading = replace(operated.reading, outputs={**operated.reading.outputs, G1: None})
    operated.ask(SwitchTo(Bias.OFF))
    operated.cycle()
    assert operated.shown.tripped is trips and operated.on(Port.DRAIN) == [False] * 3
    operated.table.supplies[G1].read = True
    for _ in range(12):
        operated.cycle()
    assert operated.on(Port.GATE) == [False] * 3 and operated.shown.bias == "Off"


@pytest.mark.parametrize("away", [G2, D2])
def test_a_drain_switched_on_by_hand_is_told_though_another_output_is_not_read(away):
    operated = is_off()
    operated.table.supplies[away].read = False
    operated.table.supplies[G1].on, operated.table.supplies[G1].volts = True, -5.0
    operated.table.supplies[D1].on, operated.table.supplies[D1].volts = True, 0.5
    for _ in range(8):
        operated.cycle()
    assert operated.shown.warnings[0] == f"S1 drain is on, {away} not read" and operated.shown.bias is None
    assert operated.done == [], "what is found is left"
    operated.table.supplies[away].read = True
    operated.cycle()
    told = operated.shown.unlimited
    assert told is not None and [text.partition(":")[0] for text in told] == ["S1 drain", "S1 gate"]  # as they came
    assert operated.shown.bias == "Custom" and operated.shown.warnings == ("found on: watched, not touched", *told)
    operated.table.supplies[D1].on = False
    operated.cycle()
    assert operated.shown.why == "all drains went off by others" and operated.shown.unlimited == told[1:]
    for _ in range(4):
        operated.cycle()
    assert operated.shown.bias == "Off" and operated.on(Port.GATE) == [False] * 3
    assert operated.shown.warnings == operated.shown.unlimited == ()


def test_a_drain_beyond_its_window_goes_off_though_not_all_was_ever_read():
    before = biased()
    before.table.supplies[G2].read = False
    before.table.supplies[G1].mains_off_and_on()
    before.table.settle()
    found = started_again(before, bias.Surroundings(kelvin=15.0))
    assert found.shown.why == "S1 14.00 mA, allowed 12" and found.on(Port.DRAIN) == [False] * 3


def test_a_drain_whose_relay_is_stuck_is_set_to_nothing():
    operated = biased()
    drain = operated.table.supplies[D1]
    press = drain.press
    drain.press = lambda action: isinstance(action, Switch) or press(action)  # type: ignore[method-assign]
    operated.ask(bias.Trip("interlock"))
    for _ in range(8):
        operated.cycle()
    assert drain.on and drain.volts == 0.0 and operated.shown.bias == "Moving"


def test_a_drain_that_sticks_as_it_goes_off_keeps_its_gate():
    operated = biased()
    operated.ask(SwitchTo(Bias.OFF))
    while operated.table.supplies[D1].volts > 0.14:
        operated.cycle()
    operated.table.supplies[D1].stick(True)
    while not operated.shown.tripped:
        operated.cycle()
        assert operated.on(Port.GATE)[0]
    assert operated.shown.why.startswith("S1 drain gives 0.1") and operated.shown.why.endswith("switched off")


def test_a_drain_on_its_way_up_rises_no_more_once_the_gates_walk_down():
    operated = biased()
    operated.ask(bias.ChangeStage(number=1, drain=1.2))
    for _ in range(3):
        operated.cycle()
    operated.ask(bias.PinchOff("compressor off"))
    highest = operated.table.supplies[D1].volts
    while operated.state.phase is Phase.PINCH:
        operated.cycle()
        assert operated.table.supplies[D1].volts <= highest
