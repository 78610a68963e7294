"""PVS.md, control loops: INPOS, TOL, DWELL and STATE."""

from __future__ import annotations

import pytest

from cryosim.wiring import Wiring

from .laboratory import Laboratory, scene


async def at(lab: Laboratory, kelvin: float, dwell: float = 10.0) -> None:
    """Bring LOOP1 to ``kelvin`` and wait until it is in position."""
    lab.hold(kelvin)
    await lab.run(1.0)
    await lab.put("LOOP1:DWELL:SP", dwell)
    await lab.put("LOOP1:TEMP:SP", kelvin)
    await lab.becomes("LOOP1:INPOS", "Yes")


# --- INPOS -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("target", [13.0, 20.0])
@scene()
async def test_every_accepted_put_also_of_the_value_already_there_posts_inpos_0_before_it_completes(lab, target):
    await at(lab, 13.0)
    lab.record("LOOP1:INPOS")
    lab.diary.clear()
    await lab.put("LOOP1:TEMP:SP", target)
    assert lab.diary == [("LOOP1:INPOS", "No"), ("LOOP1:TEMP:SP", "completed")]
    assert lab["LOOP1:INPOS"] == "No"


@scene()
async def test_an_accepted_put_posts_inpos_0_even_when_it_was_0_already(lab):
    lab.hold(100.0)
    await lab.run(2.0)
    assert lab["LOOP1:INPOS"] == "No"
    seen = lab.record("LOOP1:INPOS")
    await lab.put("LOOP1:TEMP:SP", 20.0)
    assert seen.values == ["No"]


@scene()
async def test_an_accepted_put_restarts_the_dwell(lab):
    await at(lab, 13.0, dwell=20.0)
    await lab.put("LOOP1:TEMP:SP", 13.0)
    begun = lab.clock.now()
    await lab.run(15.0)
    await lab.put("LOOP1:TEMP:SP", 13.0)
    await lab.run(15.0)
    assert lab["LOOP1:INPOS"] == "No"
    await lab.becomes("LOOP1:INPOS", "Yes")
    assert 34.5 < lab.clock.now() - begun < 37.0


@scene()
async def test_inpos_needs_the_reading_within_tol_for_dwell(lab):
    await lab.put("LOOP1:TOL:SP", 0.5)
    lab.hold(20.0)
    await lab.put("LOOP1:TEMP:SP", 20.4)
    await lab.becomes("LOOP1:INPOS", "Yes")
    lab.hold(19.8)
    await lab.becomes("LOOP1:INPOS", "No", within=2.0)
    lab.hold(20.0)
    await lab.run(9.0)
    assert lab["LOOP1:INPOS"] == "No"
    await lab.becomes("LOOP1:INPOS", "Yes", within=3.0)


@scene()
async def test_inpos_needs_the_ramp_finished(lab):
    await lab.ramp_from(13.0)
    await lab.put("LOOP1:TEMP:SP", 16.0)
    lab.hold(16.0)  # the reading is there long before the setpoint
    await lab.run(25.0)
    assert (lab["LOOP1:RAMPING"], lab["LOOP1:INPOS"]) == ("Yes", "No")
    await lab.becomes("LOOP1:RAMPING", "No")
    ended = lab.clock.now()
    await lab.becomes("LOOP1:INPOS", "Yes")
    assert lab.clock.now() - ended > 9.0


@scene()
async def test_inpos_needs_a_valid_reading(lab):
    await at(lab, 20.0)
    lab.break_sensor("A")
    await lab.becomes("LOOP1:INPOS", "No", within=2.0)
    lab.break_sensor("A", Wiring.OK)
    await lab.run(8.0)
    assert lab["LOOP1:INPOS"] == "No"
    await lab.becomes("LOOP1:INPOS", "Yes", within=5.0)


@scene()
async def test_inpos_is_0_while_the_link_is_down(lab):
    await at(lab, 20.0)
    lab.unplug()
    await lab.becomes("LOOP1:INPOS", "No", within=3.0)
    lab.plug_in()
    await lab.becomes("LOOP1:INPOS", "Yes")


@scene()
async def test_range_does_not_matter_to_inpos(lab):
    await at(lab, 20.0)
    assert lab["LOOP1:RANGE"] == "Off"
    await lab.put("LOOP1:RANGE:SP", "Low")
    await lab.run(3.0)
    assert lab["LOOP1:INPOS"] == "Yes"
    await lab.put("LOOP1:RANGE:SP", "Off")
    await lab.run(3.0)
    assert lab["LOOP1:INPOS"] == "Yes"


@pytest.mark.parametrize("bad", [900.0, float("nan"), "warm"])
@scene()
async def test_a_refused_put_sets_0_and_keeps_it_0_until_the_next_accepted_one(lab, bad):
    await at(lab, 20.0)
    lab.record("LOOP1:INPOS")
    lab.diary.clear()
    await lab.refused("LOOP1:TEMP:SP", bad)
    assert lab.diary == [("LOOP1:INPOS", "No")]
    await lab.run(25.0)
    assert lab["LOOP1:INPOS"] == "No"
    await lab.put("LOOP1:TEMP:SP", 20.0)
    await lab.becomes("LOOP1:INPOS", "Yes", within=12.0)


@scene()
async def test_a_refused_put_of_something_else_leaves_inpos_alone(lab):
    await at(lab, 20.0)
    await lab.refused("LOOP1:P:SP", 5000.0)
    await lab.put("LOOP1:P:SP", 60.0)
    await lab.run(3.0)
    assert lab["LOOP1:INPOS"] == "Yes"


@scene()
async def test_a_refusal_by_the_instrument_counts_too(lab):
    await at(lab, 20.0)
    lab.front_panel('CRVHDR 21,"X138113","X138113",4,100.000,1')
    await lab.refused("LOOP1:TEMP:SP", 200.0)
    await lab.run(25.0)
    assert lab["LOOP1:INPOS"] == "No"


@scene()
async def test_a_positioner_runs_10_10_20(lab):
    """As ophyd's PVPositioner: after each put it waits for INPOS to go to 0 and then to 1."""
    await lab.put("LOOP1:DWELL:SP", 2.0)
    await lab.put("LOOP1:RANGE:SP", "Medium")
    for point in (10.0, 10.0, 20.0):
        seen = lab.record("LOOP1:INPOS")
        lab.hold(point)
        await lab.put("LOOP1:TEMP:SP", point)
        assert seen.values[0] == "No"
        await lab.becomes("LOOP1:INPOS", "Yes")
        assert seen.values == ["No", "Yes"]
        assert abs(lab["LOOP1:TEMP"] - point) < 0.1


@scene()
async def test_a_positioner_times_out_on_a_refused_point(lab):
    await at(lab, 10.0, dwell=1.0)
    seen = lab.record("LOOP1:INPOS")
    await lab.refused("LOOP1:TEMP:SP", 500.0)
    await lab.run(30.0)
    assert "Yes" not in seen.values


@scene()
async def test_a_change_of_input_sets_inpos_0(lab):
    lab.hold(20.0, "A")
    lab.hold(20.0, "B")
    await at(lab, 20.0)
    seen = lab.record("LOOP1:INPOS")
    await lab.put("LOOP1:INPUT:SP", "B")
    await lab.run(1.0)
    assert seen.values[0] == "No" and lab["LOOP1:INPOS"] == "No"


@scene()
async def test_a_change_of_input_at_the_front_panel_sets_inpos_0_too(lab):
    lab.hold(20.0, "B")
    await at(lab, 20.0)
    seen = lab.record("LOOP1:INPOS")
    lab.front_panel("OUTMODE 1,1,2,0")
    await lab.becomes("LOOP1:INPUT", "B", within=15.0)
    assert seen.values[:1] == ["No"]


@scene()
async def test_the_reading_of_the_loop_is_that_of_its_control_input(lab):
    lab.hold(20.0, "A")
    lab.hold(30.0, "B")
    await lab.run(1.0)
    assert abs(lab["LOOP1:TEMP"] - 20.0) < 0.1
    await lab.put("LOOP1:INPUT:SP", "B")
    await lab.run(1.0)
    assert abs(lab["LOOP1:TEMP"] - 30.0) < 0.1


@scene()
async def test_a_target_changed_at_the_front_panel_is_not_in_position(lab):
    await at(lab, 20.0)
    lab.front_panel("SETP 1,40")
    await lab.becomes("LOOP1:INPOS", "No", within=3.0)


@scene()
async def test_stop_makes_the_held_temperature_the_position(lab):
    lab.hold(20.0)
    await lab.run(1.0)
    await lab.put("LOOP1:TEMP:SP", 100.0)
    await lab.put("LOOP1:STOP")
    assert lab["LOOP1:INPOS"] == "No"
    await lab.becomes("LOOP1:INPOS", "Yes", within=12.0)


# --- STATE -----------------------------------------------------------------------------------------


@scene()
async def test_state_shows_the_first_that_applies(lab):
    assert lab.channel("LOOP1:STATE").record.states == (
        "Tripped", "Invalid", "Off", "Tuning", "OpenLoop", "RangeOff",
        "Ramping", "Settling", "Zone", "InPos", "Holding",
    )  # fmt: skip
    lab.hold(20.0)
    await lab.run(1.0)
    await lab.becomes("LOOP1:STATE", "RangeOff")
    await lab.put("LOOP1:RANGE:SP", "Low")
    await lab.becomes("LOOP1:STATE", "Settling")
    await lab.put("LOOP1:TEMP:SP", 20.0)
    assert lab["LOOP1:STATE"] == "Settling"
    await lab.becomes("LOOP1:STATE", "InPos")
    await lab.refused("LOOP1:TEMP:SP", 900.0)
    await lab.becomes("LOOP1:STATE", "Holding")  # in tolerance, but not where the last put wanted it
    await lab.put("LOOP1:TEMP:SP", 21.0)
    await lab.becomes("LOOP1:STATE", "Settling")
    await lab.put("LOOP1:RAMP:RATE:SP", 1.0)
    await lab.put("LOOP1:RAMP:SP", "On")
    await lab.put("LOOP1:TEMP:SP", 22.0)
    await lab.becomes("LOOP1:STATE", "Ramping")
    await lab.put("LOOP1:RANGE:SP", "Off")
    await lab.becomes("LOOP1:STATE", "RangeOff")
    await lab.put("LOOP1:MODE:SP", "Open loop")
    await lab.becomes("LOOP1:STATE", "OpenLoop")
    await lab.put("LOOP1:MODE:SP", "Off")
    await lab.becomes("LOOP1:STATE", "Off")
    lab.break_sensor("A")
    await lab.becomes("LOOP1:STATE", "Invalid")
    assert not lab.channel("LOOP1:STATE").valid


@scene()
async def test_state_in_zone_mode_is_zone_once_settled(lab):
    lab.hold(20.0)
    await lab.run(1.0)
    await lab.put("LOOP1:TEMP:SP", 20.0)
    await lab.put("LOOP1:MODE:SP", "Zone")
    await lab.put("LOOP1:RANGE:SP", "Low")
    await lab.becomes("LOOP1:STATE", "Zone")
    lab.hold(25.0)
    await lab.becomes("LOOP1:STATE", "Settling")


@scene()
async def test_state_is_invalid_while_the_link_is_down(lab):
    lab.unplug()
    await lab.becomes("LOOP1:STATE", "Invalid")
    assert lab.alarm("LOOP1:STATE")[1] == "INVALID"
