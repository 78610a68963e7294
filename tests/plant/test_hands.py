"""The operator's hands: what each does, and what is refused."""

from __future__ import annotations

import math

import pytest

from cryosim.physics.helium_gas import ATMOSPHERE
from cryosim.plant.hands import RefusedHand
from cryosim.plant.stvp import STATES
from cryosim.plant.stvp_hands import FIELDS
from cryosim.plant.stvp_truth import TRUTHS


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("valve", 40.0, "0 to 4 turns"),
        ("valve", -1.0, "0 to 4 turns"),
        ("valve", float("nan"), "a number of turns"),
        ("valve", "open", "a number of turns"),
        ("dewar_pressure", 1e6, "Pa"),
        ("pump", 2, "0 or 1"),
        ("jacket_pump", "vacuum cleaner", "none, turbo, mechanical"),
        ("lever", 1.0, "the hands are valve"),
    ],
)
def test_what_no_hand_can_do_is_refused(plant, name, value, reason):
    before = {hand: getattr(plant.hands, hand) for hand in FIELDS}
    with pytest.raises(RefusedHand, match=reason):
        plant.turn(name, value)
    assert before == {hand: getattr(plant.hands, hand) for hand in FIELDS}


def test_every_hand_says_what_it_is():
    assert all(field.metadata["doc"] for field in FIELDS.values())


def test_clockwise_opens(cold):
    closed = []
    for turns in (0.0, 0.5, 1.0, 3.0):
        cold.turn("valve", turns)
        cold.advance(30.0)
        closed.append(cold.state.flow)
    assert closed[0] == 0.0 and closed == sorted(closed)


def test_the_pump_brings_a_closed_tube_down_and_the_vent_back(plant):
    plant.turn("vent", False)
    plant.turn("pump", True)
    plant.advance(60.0)
    assert plant.state.pressure < 10.0
    plant.turn("pump", False)
    plant.turn("vent", True)
    plant.advance(60.0)
    assert plant.state.pressure == pytest.approx(ATMOSPHERE, rel=1e-3)
    assert plant.state.air > 0.9  # what came in was air
    assert plant.flow().mass_flow == 0.0


def test_what_streams_back_is_helium_as_long_as_the_hose_is_full_of_it(cold):
    cold.advance(60.0)
    assert cold.state.hose == cold.parameters.hose
    cold.state.gas *= 0.7  # as when the sample falls below 10 K and its gas contracts
    cold.state.gas_heat *= 0.7
    cold.advance(0.2)
    assert cold.state.air == 0.0


def test_air_in_the_tube_ices_the_valve_and_exercise_frees_it(cold):
    cold.state.air = 0.5
    cold.advance(5.0)
    blocked = cold.state.blockage
    assert 0.0 < blocked < 0.6
    cold.exercise_valve()
    assert cold.state.blockage == pytest.approx(0.5 * blocked)


def test_a_plug_thaws_when_the_leg_is_warm(plant):
    plant.begin_fault("ice_plug", 1.0)
    plant.advance(300.0)
    assert plant.state.blockage < 0.01


def test_dewar_pressure_rises_quickly_and_falls_only_by_venting(cold):
    cold.turn("valve", 0.0)
    cold.turn("dewar_pressure", 20e3)
    cold.advance(60.0)
    assert cold.state.dewar_pressure == pytest.approx(ATMOSPHERE + 20e3, rel=0.01)
    cold.turn("dewar_pressure", 5e3)
    cold.advance(60.0)
    assert cold.state.dewar_pressure > ATMOSPHERE + 19e3
    cold.turn("cylinder", False)
    cold.turn("dewar_vent", True)
    cold.advance(120.0)
    assert cold.state.dewar_pressure < ATMOSPHERE + 1e3


def test_a_refilled_dewar_is_full(cold):
    cold.begin_fault("dewar_empty")
    cold.refill()
    assert cold.state.dewar == cold.parameters.dewar_full
    assert cold.state.feed_density > 100.0


def test_a_new_sample_comes_in_warm(cold):
    cold.turn("sample_in", False)
    cold.advance(5.0)
    assert cold.temperature("SAMPLE") == pytest.approx(cold.parameters.ambient, abs=0.1)
    cold.turn("sample_in", True)
    cold.advance(600.0)
    assert cold.temperature("SAMPLE") < 200.0


def test_a_mechanical_pump_spoils_a_good_vacuum(cold):
    cold.turn("line_pump", "mechanical")
    cold.advance(5.0)
    assert cold.state.line.contaminated
    assert not cold.state.jacket.contaminated


def test_a_turbo_pump_cleans_a_spoiled_jacket(cold):
    cold.begin_fault("jacket_helium", 10.0)
    cold.turn("jacket_pump", "turbo")
    cold.advance(60.0)
    assert cold.state.jacket.helium < 1e-3
    assert not cold.state.jacket.contaminated


def test_liquid_nitrogen_under_the_pump_freezes_the_line(cold):
    cold.turn("cryogen", "N2")
    cold.turn("pump", True)
    cold.advance(25.0)
    assert cold.state.blockage == 1.0


def test_everything_closed_ends_at_the_relief_valve(superfluid):
    superfluid.turn("pump", False)
    superfluid.advance(1800.0)
    assert superfluid.state.relieved > 0.0
    assert superfluid.state.pressure == pytest.approx(121e3, rel=0.02)


@pytest.mark.parametrize("state", STATES)
def test_every_true_quantity_can_be_read(plant, state):
    plant.reset(state)
    plant.advance(1.0)
    assert len({truth.name for truth in TRUTHS}) == len(TRUTHS)
    for truth in TRUTHS:
        assert math.isfinite(truth.read(plant.state)), truth.name
        assert 0 < len(truth.doc) <= 43 and len(truth.unit) <= 7


def test_names_of_thermometers_are_checked(plant):
    with pytest.raises(KeyError):
        plant.temperature("SHIELD")
