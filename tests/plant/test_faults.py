"""Faults of the plant and their signatures, physics.md 3.11, with a loop as plain as can be."""

from __future__ import annotations

import pytest

from cryosim.plant.faults import UnknownFault
from cryosim.plant.stvp import Stvp
from cryosim.plant.stvp_faults import FAULTS
from cryosim.plant.stvp_parameters import SLPM


def control(plant: Stvp, setpoint: float, seconds: float, *, flow: float | None = None) -> float:
    """Hold the vaporizer, and the flow by hand when asked; return the last percentage."""
    integral = percent = 0.0
    for tick in range(round(seconds * 10.0)):
        error = setpoint - plant.temperature("VAP")
        integral = min(100.0, max(0.0, integral + 0.1 * error))
        percent = min(100.0, max(0.0, 50.0 * error + integral))
        plant.heater("LOOP1").drive(1.414 * percent / 100.0)
        plant.advance(0.1)
        if flow and tick % 100 == 0:
            ratio = (flow * SLPM / max(plant.state.metered, 1e-8)) ** 0.3
            plant.turn("valve", min(3.0, max(0.02, plant.hands.valve * min(1.2, max(0.8, ratio)))))
    return percent


def until(plant: Stvp, kelvin: float, limit: float) -> float:
    """Return seconds until the vaporizer is warmer than a temperature."""
    for second in range(round(limit)):
        if plant.state.kelvin[3] > kelvin:
            return float(second)
        plant.advance(1.0)
    pytest.fail(f"not at {kelvin} K within {limit} s, but at {plant.state.kelvin[3]:.1f} K")


@pytest.fixture
def in_liquid() -> Stvp:
    """Liquid in the sample tube, some 20 SLPM, shield cold."""
    plant = Stvp()
    plant.reset("cold")
    plant.turn("valve", 3.0)
    plant.advance(240.0)
    plant.turn("valve", 1.4)
    plant.advance(120.0)
    assert plant.temperature("VAP") < 4.6
    return plant


def test_flow_lost_with_the_loop_closed_does_not_run_away(plant):
    plant.start(145.0, 150.0, 5.0 * SLPM)
    control(plant, 145.0, 60.0)
    plant.turn("valve", 0.0)
    assert control(plant, 145.0, 1800.0) < 25.0
    assert plant.temperature("VAP") == pytest.approx(145.0, abs=5.0)


@pytest.mark.parametrize(("kelvin", "seconds"), [(145.0, 2400.0), (295.0, 470.0)])
def test_flow_lost_with_the_heater_stuck_overheats(plant, kelvin, seconds):
    plant.start(kelvin, kelvin, 0.0)
    plant.heater("LOOP1").drive(0.41 * 1.414)
    assert until(plant, 325.0, 4500.0) == pytest.approx(seconds, rel=0.3)


def test_a_loose_sensor_that_reads_low_burns_the_winding(cold):
    cold.begin_fault("vaporizer_stuck", 10.0)
    cold.turn("valve", 0.0)
    cold.heater("LOOP1").drive(1.414)
    assert 40.0 < until(cold, 100.0, 200.0) < 120.0
    assert 300.0 < until(cold, 325.0, 900.0) + 60.0 < 800.0
    assert cold.temperature("VAP") == 10.0
    until(cold, 400.0, 900.0)
    cold.advance(600.0)
    assert cold.state.winding_open and cold.state.joints_failed and cold.state.overheated
    assert cold.heater("LOOP1").ohm() == float("inf")
    assert cold.state.jacket.helium > 0.01  # failed joints let helium into the jacket
    cold.repair()
    assert cold.heater("LOOP1").ohm() == 25.0


def test_an_ice_plug_stops_the_flow(in_liquid):
    in_liquid.begin_fault("ice_plug")
    in_liquid.advance(0.2)
    assert in_liquid.state.flow == 0.0
    assert until(in_liquid, 10.0, 3000.0) > 0.0


def test_an_empty_dewar_warms_within_ten_minutes(plant):
    plant.start(4.4, 4.4, 20.0 * SLPM)
    plant.advance(60.0)
    plant.begin_fault("dewar_empty")
    assert until(plant, 30.0, 800.0) > 60.0


def test_an_empty_dewar_gives_little_cold_gas(in_liquid):
    before = in_liquid.state.metered
    in_liquid.begin_fault("dewar_empty")
    in_liquid.advance(600.0)
    assert in_liquid.temperature("VAP") > 10.0
    assert 0.05 * before < in_liquid.state.metered < 0.5 * before


@pytest.mark.parametrize(("pascal", "kelvin"), [(0.1, 6.7), (1.0, 42.0), (10.0, 128.0)])
def test_helium_in_the_jacket_warms_the_vaporizer_at_the_same_flow(in_liquid, pascal, kelvin):
    in_liquid.begin_fault("jacket_helium", pascal)
    control(in_liquid, 1.0, 900.0, flow=20.0)
    assert in_liquid.temperature("VAP") == pytest.approx(kelvin, rel=0.2)
    assert in_liquid.state.kelvin[7] > 40.0


def test_air_in_the_jacket_freezes_out_and_comes_back(in_liquid):
    in_liquid.begin_fault("jacket_air", 1.0)
    in_liquid.advance(60.0)
    assert in_liquid.state.jacket.air < 1e-3
    in_liquid.turn("valve", 0.0)
    in_liquid.heater("LOOP1").drive(1.0)
    until(in_liquid, 80.0, 600.0)
    in_liquid.advance(10.0)
    assert in_liquid.state.jacket.air > 0.5


def test_air_in_the_line_lets_hardly_any_helium_through(in_liquid):
    before = in_liquid.state.metered
    in_liquid.begin_fault("line_air", 10.0)
    in_liquid.advance(900.0)
    assert in_liquid.state.metered < 0.6 * before
    assert 100.0 < in_liquid.temperature("VAP") < 200.0


def test_a_stopped_pump_takes_superfluid_through_the_lambda_point(superfluid):
    superfluid.advance(60.0)
    assert superfluid.temperature("SAMPLE") < 2.0
    superfluid.begin_fault("pump_stops")
    superfluid.advance(400.0)
    assert superfluid.temperature("SAMPLE") > 2.3
    superfluid.end_fault("pump_stops")
    superfluid.advance(120.0)
    assert superfluid.temperature("SAMPLE") < 2.2


def test_an_unknown_fault_is_refused(plant):
    with pytest.raises(UnknownFault, match="ice_plug"):
        plant.begin_fault("earthquake")
    with pytest.raises(UnknownFault, match="earthquake"):
        plant.end_fault("earthquake")


@pytest.mark.parametrize("name", [name for name, fault in FAULTS.items() if fault.unit])
def test_a_parameter_out_of_range_is_refused(plant, name):
    with pytest.raises(UnknownFault, match=FAULTS[name].unit.split()[0]):
        plant.begin_fault(name, -1.0)


@pytest.mark.parametrize("name", list(FAULTS))
def test_every_fault_begins_and_ends(cold, name):
    assert FAULTS[name].doc and FAULTS[name].signature
    cold.begin_fault(name)
    cold.advance(1.0)
    cold.end_fault(name)
    cold.advance(1.0)
    assert cold.state.stuck == {} and not cold.state.pump_failed and cold.state.jacket.leak_air == 0.0
