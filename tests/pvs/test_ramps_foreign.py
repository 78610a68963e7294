"""PVS.md 3 and control loops: ramps that nobody here has started, and STOP."""

from __future__ import annotations

from .laboratory import scene
from .loops import near


@scene()
async def test_a_ramp_started_at_the_front_panel_keeps_the_saved_target_as_minor_if_it_lies_ahead(lab):
    lab.hold(13.0)
    await lab.put("LOOP1:TEMP:SP", 50.0)
    lab.front_panel("RAMP 1,1,6;SETP 1,60")  # from 50 K towards 60 K: 50 lies behind
    await lab.becomes("LOOP1:RAMPING", "Yes")
    await lab.run(5.0)
    assert lab.alarm("LOOP1:TARGET")[1] == "INVALID"
    assert lab["LOOP1:MSG"] != ""
    await lab.until(lambda: lab["LOOP1:RAMPING"] == "No", within=120.0)
    await lab.run(1.0)
    assert lab.alarm("LOOP1:TARGET") == ("NO_ALARM", "NO_ALARM")
    assert lab["LOOP1:TARGET"] == lab["LOOP1:TEMP:SP"] == lab["LOOP1:SETPOINT"] == 60.0


@scene()
async def test_a_foreign_ramp_whose_saved_target_lies_ahead_is_minor(lab):
    lab.hold(50.0)
    await lab.run(1.0)
    await lab.put("LOOP1:RAMP:RATE:SP", 6.0)
    await lab.put("LOOP1:TEMP:SP", 50.0)
    await lab.put("LOOP1:RAMP:SP", "On")
    await lab.put("LOOP1:TEMP:SP", 60.0)
    await lab.run(5.0)
    lab.unplug()
    await lab.until(lambda: lab["TC1:CONNECTED"] == "No")
    lab.plug_in()
    await lab.until(lambda: lab["TC1:CONNECTED"] == "Yes")
    await lab.run(5.0)
    assert lab["LOOP1:RAMPING"] == "Yes"
    assert lab["LOOP1:TARGET"] == 60.0
    assert lab.alarm("LOOP1:TARGET")[1] in ("NO_ALARM", "MINOR")  # ours before, ahead of the moving setpoint now
    await lab.until(lambda: lab["LOOP1:RAMPING"] == "No", within=120.0)
    await lab.run(1.0)
    assert lab["LOOP1:TARGET"] == 60.0 and lab.alarm("LOOP1:TARGET") == ("NO_ALARM", "NO_ALARM")


@scene(cold=True)
async def test_a_ramp_that_runs_when_the_ioc_starts_makes_target_invalid_until_it_ends(lab):
    lab.front_panel("SETP 1,13;RAMP 1,1,6;SETP 1,15")
    await lab.until(lambda: lab["LOOP1:RAMPING"] == "Yes", within=5.0)
    await lab.run(1.0)
    assert lab.alarm("LOOP1:TARGET")[1] == "INVALID"
    assert lab["LOOP1:MSG"] != ""
    await lab.becomes("LOOP1:RAMPING", "No")
    await lab.run(1.0)
    assert lab["LOOP1:TARGET"] == lab["LOOP1:SETPOINT"] == lab["LOOP1:TEMP:SP"] == 15.0
    assert lab.alarm("LOOP1:TARGET") == ("NO_ALARM", "NO_ALARM")


@scene()
async def test_during_a_foreign_ramp_a_put_of_ours_makes_it_ours(lab):
    lab.hold(13.0)
    lab.front_panel("RAMP 1,1,6;SETP 1,60")
    await lab.becomes("LOOP1:RAMPING", "Yes")
    await lab.run(2.0)
    await lab.put("LOOP1:TEMP:SP", 14.0)
    assert lab["LOOP1:TARGET"] == 14.0
    assert lab.alarm("LOOP1:TARGET") == ("NO_ALARM", "NO_ALARM")


@scene()
async def test_a_ramp_of_ours_redirected_at_the_front_panel_is_no_longer_ours(lab):
    await lab.ramp_from(13.0)
    await lab.put("LOOP1:TEMP:SP", 16.0)
    await lab.run(10.0)
    lab.front_panel("SETP 1,5")  # the other way: our target is behind the moving setpoint
    await lab.run(8.0)
    assert lab["LOOP1:RAMPING"] == "Yes"
    assert lab.alarm("LOOP1:TARGET")[1] == "INVALID"


@scene()
async def test_stop_in_a_ramp_freezes_at_the_setpoint(lab):
    lab.hold(13.0)
    await lab.put("LOOP1:RANGE:SP", "Low")
    await lab.put("LOOP1:RAMP:RATE:SP", 6.0)
    await lab.put("LOOP1:RAMP:SP", "On")
    await lab.put("LOOP1:TEMP:SP", 30.0)
    await lab.run(10.0)
    await lab.put("LOOP1:STOP")
    frozen = lab["LOOP1:SETPOINT"]
    assert 13.5 < frozen < 15.0
    assert lab["LOOP1:TARGET"] == lab["LOOP1:TEMP:SP"] == frozen
    await lab.run(10.0)
    assert lab["LOOP1:SETPOINT"] == frozen == float(lab.front_panel("SETP? 1"))
    assert (lab["LOOP1:RAMPING"], lab["LOOP1:RANGE"], lab["LOOP1:MSG"]) == ("No", "Low", "")


@scene()
async def test_ramping_is_still_on_after_a_stop_in_a_ramp(lab):
    await lab.ramp_from(13.0)
    await lab.put("LOOP1:TEMP:SP", 30.0)
    await lab.run(5.0)
    await lab.put("LOOP1:STOP")
    await lab.sweep()
    assert (lab["LOOP1:RAMP"], lab["LOOP1:RAMP:RATE"]) == ("On", 6.0)


@scene()
async def test_stop_in_position_does_nothing(lab):
    lab.hold(13.0)
    await lab.put("LOOP1:TEMP:SP", 13.0)
    await lab.becomes("LOOP1:INPOS", "Yes")
    mark = lab.mark()
    await lab.put("LOOP1:STOP")
    await lab.run(1.0)
    assert [c for c in lab.commands(mark) if not c.startswith("*")] == []
    assert (lab["LOOP1:TARGET"], lab["LOOP1:INPOS"]) == (13.0, "Yes")


@scene()
async def test_stop_elsewhere_sets_the_setpoint_to_the_reading(lab):
    lab.hold(20.0)
    await lab.put("LOOP1:RANGE:SP", "Low")
    await lab.put("LOOP1:TEMP:SP", 100.0)
    await lab.run(3.0)
    await lab.put("LOOP1:STOP")
    assert near(lab["LOOP1:SETPOINT"], 20.0)
    assert lab["LOOP1:TARGET"] == lab["LOOP1:TEMP:SP"] == lab["LOOP1:SETPOINT"]
    assert near(float(lab.front_panel("SETP? 1")), 20.0)
    assert lab["LOOP1:RANGE"] == "Low"


@scene()
async def test_stop_with_ramping_on_but_no_ramp_under_way_holds_the_reading_at_once(lab):
    await lab.ramp_from(13.0)
    lab.hold(20.0)  # far from the setpoint of 13 K, no ramp under way
    await lab.run(3.0)
    await lab.put("LOOP1:STOP")
    await lab.run(1.0)
    assert near(float(lab.front_panel("SETP? 1")), 20.0)
    assert lab["LOOP1:RAMPING"] == "No" and near(lab["LOOP1:TARGET"], 20.0)


@scene()
async def test_stop_is_refused_on_an_invalid_reading(lab):
    lab.hold(20.0)
    await lab.put("LOOP1:TEMP:SP", 100.0)
    lab.break_sensor("A")
    await lab.becomes("VAP:VALID", "No")
    mark = lab.mark()
    await lab.refused("LOOP1:STOP")
    await lab.run(1.0)
    assert lab.commands(mark) == []
    assert lab["LOOP1:STOP"] == "Idle" and lab["LOOP1:TARGET"] == 100.0


@scene()
async def test_stop_freezes_a_ramp_also_on_an_invalid_reading(lab):
    await lab.ramp_from(13.0)
    await lab.put("LOOP1:TEMP:SP", 30.0)
    lab.break_sensor("A")
    await lab.becomes("VAP:VALID", "No")
    await lab.put("LOOP1:STOP")
    await lab.run(1.0)
    assert lab["LOOP1:RAMPING"] == "No" and lab["LOOP1:SETPOINT"] < 15.0
