"""The level of the dewar from a level meter, with its age, and how long the helium lasts."""

from __future__ import annotations

import pytest

from cryosim.wiring import Wiring

from .laboratory import scene
from .rigs import AMI, BOX, FLOW, LM500, METERS, level, unit


@METERS
def test_level_and_its_age(station):
    @scene(station=station)
    async def play(lab):
        # Nobody has seen it measured: it is as old as the interval at most.
        assert lab["DEWAR:LEVEL"] == pytest.approx(80.0, abs=0.2)
        assert lab.alarm("DEWAR:LEVEL") == ("READ", "MINOR") and lab["DEWAR:LEVEL:STATUS"] == "Age assumed"
        assert lab["DEWAR:LEVEL:INTERVAL"] == 30.0
        assert 1800.0 <= lab["DEWAR:LEVEL:AGE"] < 1900.0
        await lab.run(1800.0)  # a sample comes by itself
        await lab.until(lambda: lab["DEWAR:LEVEL:STATUS"] == "OK", within=30.0)
        await lab.run(2.0)
        assert lab.alarm("DEWAR:LEVEL") == ("NO_ALARM", "NO_ALARM")
        assert lab["DEWAR:LEVEL:AGE"] < 60.0
        before = lab["DEWAR:LEVEL:AGE"]
        await lab.run(600.0)
        assert lab["DEWAR:LEVEL:AGE"] == pytest.approx(before + 600.0, abs=2.0)

    play()


@METERS
def test_measure_now(station):
    @scene(station=station)
    async def play(lab):
        level(lab, 0.42)
        await lab.run(60.0)
        assert lab["DEWAR:LEVEL"] == pytest.approx(80.0, abs=0.2)  # the meter has not looked
        await lab.put("DEWAR:LEVEL:MEASURE")
        assert lab["DEWAR:LEVEL:MEASURE"] == "Idle"
        await lab.until(lambda: abs(lab["DEWAR:LEVEL"] - 42.0) < 0.2, within=30.0)
        assert lab["DEWAR:LEVEL:AGE"] < 10.0 and lab.channel("DEWAR:LEVEL").valid
        assert lab["LM1:ERRORS"] == 0

    play()


@scene(station=LM500)
async def test_the_front_panel_is_given_back_after_a_measurement(lab):
    await lab.put("DEWAR:LEVEL:MEASURE")
    assert unit(lab, "LM1").remote is False


@scene(station=AMI.replace("max_age = 2.0", "max_age = 0.2"))
async def test_a_meter_that_measures_no_more_is_too_old_in_the_end(lab):
    await lab.put("DEWAR:LEVEL:MEASURE")
    await lab.run(10.0)
    unit(lab, "LM1").receive(b"MEAS:HE:HOLD\r\n")
    await lab.run(600.0)
    assert lab.channel("DEWAR:LEVEL").valid
    await lab.run(150.0)  # 0.2 h, says the station file
    assert lab.alarm("DEWAR:LEVEL") == ("READ", "INVALID") and lab["DEWAR:LEVEL:STATUS"] == "Too old"
    assert lab["DEWAR:LEVEL"] == pytest.approx(80.0, abs=0.2)  # the last one, kept
    assert lab.alarm("DEWAR:HOLD")[1] == "INVALID"


@scene(station=LM500)
async def test_an_open_sensor_is_no_level(lab):
    lab.world.installed["LM1"].sensors["1"].wiring = Wiring.OPEN
    await lab.put("DEWAR:LEVEL:MEASURE")
    await lab.until(lambda: lab["DEWAR:LEVEL:STATUS"] == "Sensor fault", within=30.0)
    assert lab.alarm("DEWAR:LEVEL") == ("READ", "INVALID")


@pytest.mark.parametrize(("station", "told"), [(AMI, b"CONF:HE:UNIT 2\r\n"), (LM500, b"REMOTE\nUNITS in\n")])
def test_a_level_in_inches_is_converted(station, told):
    @scene(station=station)
    async def play(lab):
        unit(lab, "LM1").receive(told)
        await lab.sweep()
        await lab.run(2.0)
        assert lab["DEWAR:LEVEL"] == pytest.approx(80.0, abs=0.3) and lab.channel("DEWAR:LEVEL").valid

    play()


@scene(station=LM500)
async def test_the_length_of_another_channel_is_not_taken(lab):
    unit(lab, "LM1").receive(b"REMOTE\nCHAN 2\n")
    await lab.sweep()
    await lab.run(2.0)
    assert lab["DEWAR:LEVEL:STATUS"] == "Wrong setting" and lab.alarm("DEWAR:LEVEL")[1] == "INVALID"


@METERS
def test_a_silent_meter_is_invalid_and_nobody_else(station):
    @scene(station=station + BOX)
    async def play(lab):
        lab.world.installed["LM1"].line.faults.silence = True
        await lab.until(lambda: not lab.channel("DEWAR:LEVEL").valid, within=30.0)
        await lab.run(20.0)
        assert lab.alarm("DEWAR:LEVEL") == ("COMM", "INVALID") and lab["LM1:CONNECTED"] == "No"
        assert lab.channel("TUBE:PRESSURE").valid
        assert "LM1 is not connected" in await lab.refused("DEWAR:LEVEL:MEASURE")
        assert lab["DEWAR:MSG"].startswith("LM1 is not connected")
        lab.world.installed["LM1"].line.faults.silence = False
        await lab.until(lambda: lab.channel("DEWAR:LEVEL").valid, within=60.0)

    play()


@METERS
def test_a_meter_that_was_switched_on_just_now_has_no_level_yet(station):
    @scene(station=station)
    async def play(lab):
        seen = lab.record("DEWAR:LEVEL")
        lab.unplug("LM1")
        await lab.run(5.0)
        unit(lab, "LM1").power_cycle()
        lab.plug_in("LM1")
        await lab.until(lambda: lab.channel("DEWAR:LEVEL").valid, within=60.0)
        assert lab["DEWAR:LEVEL"] == pytest.approx(80.0, abs=0.2)
        assert [value for value, severity, _ in seen.events if severity != "INVALID" and value < 70.0] == []

    play()


@scene(station=AMI)
async def test_a_refused_measurement_says_so(lab):
    unit(lab, "LM1").receive = lambda data: b"-8\r\n" if b"SAMP" in data else b"80.0\r\n"
    assert "MEAS:HE:SAMP was answered by '-8'" in await lab.refused("DEWAR:LEVEL:MEASURE")


@scene(station=AMI + FLOW)
async def test_hold_from_the_flow(lab):
    # (80 % - 3 %) of 60 L, at the flow's liquid and 0.6 L a day
    litres_per_hour = lab["FLOW:LIQUID"] / 1e3 + 0.6 / 24.0
    await lab.until(lambda: lab["DEWAR:HOLD:BY"] == "Flow")
    assert lab["DEWAR:HOLD"] == pytest.approx(0.77 * 60.0 / litres_per_hour, rel=0.01)


@scene(station=AMI + FLOW)
async def test_hold_is_the_shorter_of_flow_and_fall(lab):
    lab.world.plant.mass_flow = 0.0
    await lab.run(2.0)
    assert lab["DEWAR:HOLD"] == 999.0  # 0.6 L a day would last longer than is shown
    for fifth in range(1, 5):  # 5 % in a fifth of an hour
        level(lab, 0.8 - 0.05 * fifth)
        await lab.run(710.0)
        await lab.put("DEWAR:LEVEL:MEASURE")
        await lab.run(10.0)
    assert lab["DEWAR:HOLD:BY"] == "Level fall"
    assert lab["DEWAR:HOLD"] == pytest.approx((60.0 - 3.0) / 25.0, rel=0.05)
    level(lab, 0.95)  # filled: the fall begins anew
    await lab.put("DEWAR:LEVEL:MEASURE")
    await lab.run(10.0)
    assert (lab["DEWAR:HOLD:BY"], lab["DEWAR:HOLD"]) == ("Flow", 999.0)


@scene(station=AMI + FLOW)
async def test_hold_is_invalid_without_level_or_flow(lab):
    lab.unplug("FM1")
    await lab.until(lambda: lab.alarm("DEWAR:HOLD") == ("CALC", "INVALID"), within=30.0)
    assert lab["DEWAR:HOLD:BY"] == "Not known"
    lab.plug_in("FM1")
    await lab.until(lambda: lab.channel("DEWAR:HOLD").valid, within=30.0)
    lab.unplug("LM1")
    await lab.until(lambda: lab.alarm("DEWAR:HOLD") == ("CALC", "INVALID"), within=30.0)
