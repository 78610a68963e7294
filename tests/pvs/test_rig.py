"""Pressures of dewar and tube, the valve, and levels by signal or by hand; INVALID whenever they are not known."""

from __future__ import annotations

import logging

import pytest

from cryosim.faults import other_identity
from cryosim.wiring import Wiring

from .laboratory import scene
from .rigs import AMI, BOX, BY_HAND, BY_SIGNAL, FLOW, HEAD, LM500, level, unit


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
