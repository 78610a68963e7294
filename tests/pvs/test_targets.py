"""PVS.md 3 and control loops: TEMP:SP, TARGET and SETPOINT without a ramp, and in other units."""

from __future__ import annotations

from .laboratory import scene
from .loops import near


@scene()
async def test_with_ramping_off_the_put_completes_when_setp_returns_it(lab):
    mark = lab.mark()
    await lab.put("LOOP1:TEMP:SP", 20.0)
    assert (lab["LOOP1:TARGET"], lab["LOOP1:SETPOINT"], lab["LOOP1:TEMP:SP"]) == (20.0, 20.0, 20.0)
    assert float(lab.front_panel("SETP? 1")) == 20.0
    assert len(lab.transaction(mark)) == 1


@scene()
async def test_the_limits_of_temp_sp_are_those_of_the_station(lab):
    channel = lab.channel("LOOP1:TEMP:SP")
    assert (channel.low, channel.high) == (1.4, 300.0)
    await lab.put("LOOP1:TEMP:SP", 300.0)
    await lab.put("LOOP1:TEMP:SP", 1.4)
    await lab.refused("LOOP1:TEMP:SP", 300.1)


@scene()
async def test_the_setpoint_limit_of_the_curve_narrows_them_and_is_reread_when_the_curve_changes(lab):
    lab.front_panel('CRVHDR 22,"OTHER","SN7",4,150.000,1;CRVPT 22,1,1.7,300;CRVPT 22,2,4.6,1.4')
    await lab.put("VAP:CURVE:SP", 22)
    await lab.until(lambda: lab.channel("LOOP1:TEMP:SP").high == 150.0, within=15.0)
    assert "150" in await lab.refused("LOOP1:TEMP:SP", 200.0)
    await lab.put("LOOP1:TEMP:SP", 149.0)
    lab.front_panel("INCRV A,21")
    await lab.until(lambda: lab.channel("LOOP1:TEMP:SP").high == 300.0, within=25.0)
    await lab.put("LOOP1:TEMP:SP", 200.0)


@scene()
async def test_they_are_reread_when_input_changes(lab):
    lab.front_panel('CRVHDR 22,"OTHER","SN7",2,150.000,1;CRVPT 22,1,0.5,300;CRVPT 22,2,1.6,4;INCRV B,22')
    await lab.sweep()
    assert lab.channel("LOOP1:TEMP:SP").high == 300.0
    await lab.put("LOOP1:INPUT:SP", "B")
    await lab.until(lambda: lab.channel("LOOP1:TEMP:SP").high == 150.0, within=15.0)
    await lab.refused("LOOP1:TEMP:SP", 151.0)


@scene()
async def test_a_setpoint_changed_at_the_front_panel_becomes_target_and_temp_sp(lab):
    mark = lab.mark()
    lab.front_panel("SETP 1,77.5")
    await lab.becomes("LOOP1:TEMP:SP", 77.5)
    assert (lab["LOOP1:TARGET"], lab["LOOP1:SETPOINT"]) == (77.5, 77.5)
    assert lab["LOOP1:MSG"] != ""
    assert lab.commands(mark) == []


@scene()
async def test_with_celsius_preferred_the_setpoint_is_converted_both_ways(lab):
    lab.front_panel("INTYPE A,3,1,0,1,2")
    await lab.becomes("VAP:UNITS", "Celsius")
    await lab.put("LOOP1:TEMP:SP", 100.0)
    assert near(float(lab.front_panel("SETP? 1")), -173.15, 0.002)
    assert near(lab["LOOP1:SETPOINT"], 100.0, 0.002) and near(lab["LOOP1:TARGET"], 100.0, 0.002)
    lab.front_panel("SETP 1,-73.15")
    await lab.until(lambda: near(lab["LOOP1:TARGET"], 200.0, 0.002))
    assert near(lab["LOOP1:TEMP:SP"], 200.0, 0.002)


@scene()
async def test_units_changed_at_the_front_panel_just_before_a_put_are_seen_in_the_same_transaction(lab):
    before = float(lab.front_panel("SETP? 1"))
    mark = lab.mark()
    lab.front_panel("INTYPE A,3,1,0,1,2")  # the IOC has not polled this yet
    assert "Celsius" in await lab.refused("LOOP1:TEMP:SP", 100.0)
    assert near(float(lab.front_panel("SETP? 1")), before - 273.15, 0.002)  # put back within the transaction
    lab.transaction(mark)
    assert near(lab["LOOP1:TARGET"], 13.0, 0.002) and near(lab["LOOP1:SETPOINT"], 13.0, 0.002)
    await lab.put("LOOP1:TEMP:SP", 100.0)
    assert near(float(lab.front_panel("SETP? 1")), -173.15, 0.002)
    assert near(lab["LOOP1:TARGET"], 100.0, 0.002)


@scene()
async def test_changing_units_never_looks_like_another_temperature(lab):
    seen = {name: lab.record(f"LOOP1:{name}", mask=5) for name in ("SETPOINT", "TARGET", "TEMP:SP")}
    for units in (2, 1, 2, 1):
        lab.front_panel(f"INTYPE A,3,1,0,1,{units}")
        await lab.run(10.0)
    for name, recorder in seen.items():
        assert all(near(v, 13.0, 0.01) or s == "INVALID" for v, s, _ in recorder.events), (name, recorder.events)
    assert near(lab["LOOP1:SETPOINT"], 13.0, 0.01) and lab.channel("LOOP1:SETPOINT").valid


@scene()
async def test_in_sensor_units_setpoint_and_target_are_invalid_and_puts_are_refused_with_the_cure_in_words(lab):
    lab.front_panel("INTYPE A,3,1,0,1,3")
    await lab.becomes("VAP:UNITS", "Sensor")
    await lab.until(lambda: not lab.channel("LOOP1:SETPOINT").valid, within=2.0)
    assert not lab.channel("LOOP1:TARGET").valid
    mark = lab.mark()
    await lab.refused("LOOP1:TEMP:SP", 20.0)
    cure = lab["LOOP1:MSG:LONG"].lower()
    assert "sensor" in cure and ("kelvin" in cure or "units" in cure)
    await lab.refused("LOOP1:STOP")
    await lab.run(1.0)
    assert lab.commands(mark) == []
    await lab.put("VAP:UNITS:SP", "Kelvin")
    await lab.until(lambda: lab.channel("LOOP1:TARGET").valid and lab.channel("LOOP1:SETPOINT").valid)
    await lab.put("LOOP1:TEMP:SP", 20.0)


@scene()
async def test_sensor_units_set_just_before_a_put_refuse_it(lab):
    lab.front_panel("INTYPE A,3,1,0,1,3")
    before = lab.front_panel("SETP? 1")
    mark = lab.mark()
    await lab.refused("LOOP1:TEMP:SP", 20.0)
    lab.transaction(mark)
    assert lab.front_panel("SETP? 1") == before


@scene()
async def test_loops_do_not_touch_each_other(lab):
    before = [lab.front_panel(f"{q}? 2") for q in ("SETP", "RANGE", "RAMP", "PID", "OUTMODE", "HTRSET", "MOUT")]
    await lab.put("LOOP1:TEMP:SP", 20.0)
    await lab.put("LOOP1:RAMP:SP", "On")
    await lab.put("LOOP1:RANGE:SP", "Low")
    await lab.put("LOOP1:STOP")

    assert [lab.front_panel(f"{q}? 2") for q in ("SETP", "RANGE", "RAMP", "PID", "OUTMODE", "HTRSET", "MOUT")] == before
