"""Dewar, tube and valve: from every source, with its age, and INVALID whenever it is not known."""

from __future__ import annotations

import logging

import pytest

from cryosim.faults import other_identity
from cryosim.wiring import Wiring

from .laboratory import scene

HEAD = """
[station]
name = "RIG"
prefix = "STVP:"
[sim]
plant = "dummy"
flow = 8.8
[valve]
"""
METER = """
[instrument.LM1]
model = "{meter}"
port = "socket://127.0.0.1:7001"
[dewar]
litres = 60.0
empty = 3.0
loss = 0.6
hold_alarm = 4.0
[dewar.level]
source = "LM1"
max_age = 2.0
lolo_alarm = 5.0
low_alarm = 15.0
"""
BOX = """
[instrument.AI1]
model = "adam4017"
port = "socket://127.0.0.1:7002"
[dewar.pressure]
source = "AI1"
channel = 0
signal = "4-20 mA"
at_high = 1034.2
low_alarm = 34.5
high_alarm = 310.0
hihi_alarm = 345.0
[tube.pressure]
source = "AI1"
channel = 1
at_high = 1333.2
"""
FLOW = """
[instrument.FM1]
model = "alicat"
port = "socket://127.0.0.1:7003"
[flow]
instrument = "FM1"
"""
AMI, LM500 = HEAD + METER.format(meter="ami1700"), HEAD + METER.format(meter="lm500")
BY_HAND = HEAD + """
[dewar.level]
source = "manual"
max_age = 2.0
[tube.pressure]
source = "manual"
"""
BY_SIGNAL = HEAD + BOX + """
[dewar.level]
source = "AI1"
channel = 5
at_high = 100.0
"""
METERS = pytest.mark.parametrize("station", [AMI, LM500], ids=["ami1700", "lm500"])


def level(lab, share: float) -> None:
    """Let the probe of the level meter see another level."""
    lab.world.installed["LM1"].sensors["1"].level = lambda: share


def unit(lab, name: str):
    return lab.world.installed[name].instrument


# --- level meters -----------------------------------------------------------------------------------


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


# --- how long it lasts --------------------------------------------------------------------------------


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


# --- input box ------------------------------------------------------------------------------------------


@scene(station=HEAD + BOX)
async def test_pressures(lab):
    assert lab["DEWAR:PRESSURE"] == pytest.approx(86.18, abs=0.1)  # 1.25 psi above the atmosphere
    assert lab["TUBE:PRESSURE"] == pytest.approx(1013.25, abs=0.2)  # absolute
    for name in ("DEWAR:PRESSURE", "TUBE:PRESSURE"):
        assert lab[f"{name}:STATUS"] == "OK" and lab[f"{name}:AGE"] < 2.0 and lab.channel(name).record.unit == "mbar"


@scene(station=HEAD + BOX)
async def test_a_broken_wire_of_a_loop_is_no_pressure(lab):
    box = lab.world.installed["AI1"]
    box.sensors["0"].wiring = Wiring.OPEN
    await lab.until(lambda: lab["DEWAR:PRESSURE:STATUS"] == "Open loop", within=5.0)
    assert lab.alarm("DEWAR:PRESSURE") == ("READ", "INVALID")
    assert lab["DEWAR:PRESSURE"] == pytest.approx(86.2, abs=0.1) and lab.channel("TUBE:PRESSURE").valid
    box.sensors["0"].wiring = Wiring.OK
    await lab.until(lambda: lab.channel("DEWAR:PRESSURE").valid, within=5.0)


@pytest.mark.parametrize(
    ("told", "what"),
    [(b"$017C0R08\r", "a voltage where a loop is"), (b"%01010D0601\r", "per cent of the range")],
    ids=["range", "format"],
)
def test_a_box_that_is_set_otherwise_is_not_believed(told, what):
    @scene(station=HEAD + BOX)
    async def play(lab):
        unit(lab, "AI1").receive(told)
        await lab.until(lambda: lab["DEWAR:PRESSURE:STATUS"] == "Wrong setting", within=15.0)
        assert lab.alarm("DEWAR:PRESSURE") == ("CALC", "INVALID"), what

    play()


@scene(station=HEAD + BOX)
async def test_an_older_box_has_one_range_for_all_inputs(lab):
    box = unit(lab, "AI1")
    box.options = type(box.options)(per_channel=False)
    box.range = "0D"
    await lab.sweep()
    await lab.sweep()  # answers of another form are believed when they come again
    errors = lab["AI1:ERRORS"]
    await lab.sweep()
    assert lab.channel("DEWAR:PRESSURE").valid and lab["DEWAR:PRESSURE"] == pytest.approx(86.2, abs=0.1)
    assert lab["TUBE:PRESSURE:STATUS"] == "Wrong setting"  # a voltage on a range for currents
    assert lab["AI1:ERRORS"] == errors


@scene(station=AMI + BOX + FLOW)
async def test_alarms_are_those_of_the_station_file(lab):
    box = lab.world.installed["AI1"]
    for pressure, alarm in ((20.0, ("LOW", "MINOR")), (320.0, ("HIGH", "MINOR")), (350.0, ("HIHI", "MAJOR"))):
        box.sensors["0"].quantity = lambda p=pressure: p
        await lab.until(lambda alarm=alarm: lab.alarm("DEWAR:PRESSURE") == alarm, within=5.0)
    for share, alarm in ((0.14, ("LOW", "MINOR")), (0.04, ("LOLO", "MAJOR"))):
        level(lab, share)
        await lab.put("DEWAR:LEVEL:MEASURE")
        await lab.until(lambda alarm=alarm: lab.alarm("DEWAR:LEVEL") == alarm, within=30.0)
    await lab.until(lambda: lab.alarm("DEWAR:HOLD") == ("LOW", "MINOR"))


@scene(station=BY_SIGNAL)
async def test_a_level_may_come_as_a_signal(lab):
    assert lab["DEWAR:LEVEL"] == pytest.approx(80.0, abs=0.1) and lab["DEWAR:LEVEL:AGE"] < 2.0
    assert "DEWAR:LEVEL:MEASURE" not in lab.ioc.desk.channels


@scene(plant="stvp")
async def test_the_readings_are_those_of_the_cryostat(lab):
    plant = lab.world.plant
    plant.turn("dewar_pressure", 2.0 * 6894.757)  # Pa
    await lab.run(300.0)
    assert lab["DEWAR:PRESSURE"] == pytest.approx((plant.dewar_pressure() - 101325.0) / 100.0, abs=0.5)
    assert lab["DEWAR:PRESSURE"] == pytest.approx(137.9, abs=5.0)
    plant.turn("vent", False)
    plant.turn("pump", True)
    await lab.until(lambda: lab["TUBE:PRESSURE"] < 900.0, within=120.0)
    assert lab["TUBE:PRESSURE"] == pytest.approx(plant.tube_pressure() / 100.0, rel=0.05)
    await lab.put("DEWAR:LEVEL:MEASURE")
    await lab.run(10.0)
    assert lab["DEWAR:LEVEL"] == pytest.approx(100.0 * plant.dewar_level(), abs=0.1)


# --- by hand ----------------------------------------------------------------------------------------------


@scene(station=HEAD)
async def test_the_valve_is_entered_and_logged_with_its_age(lab, caplog):
    caplog.set_level(logging.INFO)
    assert lab.alarm("VALVE") == ("UDF", "INVALID") and lab["VALVE:STATUS"] == "Not entered"
    await lab.put("VALVE:SP", 1.25)
    assert (lab["VALVE"], lab["VALVE:SP"], lab["VALVE:MSG"]) == (1.25, 1.25, "")
    assert lab.alarm("VALVE") == ("NO_ALARM", "NO_ALARM") and lab["VALVE:AGE"] == 0.0
    assert "VALVE: 1.25 turns entered by test@" in lab["VALVE:MSG:LONG"]
    assert "VALVE: 1.25 turns entered by test@" in caplog.text
    await lab.run(7200.0)
    assert lab["VALVE:AGE"] == pytest.approx(7200.0, abs=2.0)
    assert lab.channel("VALVE").valid  # a valve stays where it is


@pytest.mark.parametrize("turns", [-0.1, 4.1, 40.0, float("nan")])
def test_the_valve_cannot_be_where_it_cannot_be(turns):
    @scene(station=HEAD)
    async def play(lab):
        await lab.put("VALVE:SP", 1.0)
        reason = await lab.refused("VALVE:SP", turns)
        assert reason and lab["VALVE:MSG"] and (lab["VALVE"], lab["VALVE:SP"]) == (1.0, 1.0)

    play()


@scene(station=BY_HAND)
async def test_a_level_by_hand_grows_too_old(lab):
    assert lab.alarm("DEWAR:LEVEL") == ("UDF", "INVALID")
    await lab.put("DEWAR:LEVEL:SP", 55.0)
    await lab.put("TUBE:PRESSURE:SP", 5.2)
    assert lab["DEWAR:LEVEL"] == 55.0 and lab["TUBE:PRESSURE"] == 5.2
    assert lab.alarm("DEWAR:HOLD")[1] == "INVALID"  # there is no flow meter
    await lab.run(2 * 3600.0 + 10.0)
    assert lab.alarm("DEWAR:LEVEL") == ("READ", "INVALID") and lab["DEWAR:LEVEL:STATUS"] == "Too old"
    assert lab.channel("TUBE:PRESSURE").valid  # a day, says the default
    await lab.put("DEWAR:LEVEL:SP", 54.0)
    assert lab["DEWAR:LEVEL"] == 54.0 and lab.channel("DEWAR:LEVEL").valid
    assert "above maximum 100 %" in await lab.refused("DEWAR:LEVEL:SP", 101.0)


def test_an_entry_of_unknown_age_comes_back_invalid(tmp_path):
    @scene(station=HEAD, state=tmp_path)
    async def before(lab):
        await lab.put("VALVE:SP", 2.5)

    @scene(station=HEAD, state=tmp_path)
    async def after(lab):
        assert lab["VALVE"] == 2.5 and lab.alarm("VALVE") == ("READ", "INVALID")
        assert lab["VALVE:STATUS"] == "Too old" and "before the restart" in lab["VALVE:MSG:LONG"]
        await lab.put("VALVE:SP", 2.5)
        assert lab.channel("VALVE").valid

    before()
    after()


@pytest.mark.parametrize("instrument", ["LM1", "AI1"])
@pytest.mark.parametrize("meter", [AMI, LM500], ids=["ami1700", "lm500"])
def test_another_instrument_on_the_line_is_not_believed(instrument, meter):
    @scene(station=meter + BOX, cold=True)
    async def play(lab):
        lab.world.installed[instrument].line.faults.wrong_id = other_identity
        await lab.run(20.0)
        assert lab[f"{instrument}:CONNECTED"] == "No" and "expected" in lab[f"{instrument}:MSG:LONG"]
        assert not lab.channel("DEWAR:LEVEL" if instrument == "LM1" else "DEWAR:PRESSURE").valid

    play()
