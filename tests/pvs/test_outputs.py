"""PVS.md, control loops: RANGE, HEATER, POWER and the setup of outputs and heaters."""

from __future__ import annotations

import pytest

from .laboratory import edited, scene
from .loops import heat


@scene()
async def test_a_put_of_a_target_with_range_off_is_accepted_and_state_rangeoff_is_minor_with_a_msg(lab):
    assert lab["LOOP1:RANGE"] == "Off"
    await lab.put("LOOP1:TEMP:SP", 20.0)
    assert lab["LOOP1:TARGET"] == 20.0
    await lab.run(1.0)
    assert lab["LOOP1:STATE"] == "RangeOff" and lab.alarm("LOOP1:STATE")[1] == "MINOR"
    assert "RANGE is Off" in lab["LOOP1:MSG:LONG"]
    assert lab["LOOP1:MSG"] == ""  # rule 4: empty is the sign of acceptance
    await lab.put("LOOP1:RANGE:SP", "Low")
    await lab.run(1.0)
    assert lab.alarm("LOOP1:STATE")[1] == "NO_ALARM" and lab["LOOP1:MSG"] == ""


@scene()
async def test_off_on_purpose_is_not_an_alarm(lab):
    await heat(lab)
    await lab.put("LOOP1:RANGE:SP", "Off")
    await lab.run(3.0)
    assert lab["LOOP1:STATE"] == "RangeOff"
    for name in ("LOOP1:STATE", "LOOP1:RANGE", "LOOP1:HEATER", "LOOP1:DROPPED"):
        assert lab.alarm(name) == ("NO_ALARM", "NO_ALARM"), name


@scene()
async def test_range_is_put_by_name_and_by_number(lab):
    await lab.put("LOOP1:RANGE:SP", "Medium")
    assert lab.front_panel("RANGE? 1") == "2"
    await lab.put("LOOP1:RANGE:SP", 1)
    assert (lab["LOOP1:RANGE"], lab.front_panel("RANGE? 1")) == ("Low", "1")


@scene()
async def test_nothing_but_range_sp_switches_a_heater_on(lab):
    mark = lab.mark()
    for name, value in (
        ("LOOP1:TEMP:SP", 200.0), ("LOOP1:MODE:SP", "Open loop"), ("LOOP1:MODE:SP", "Closed loop"),
        ("LOOP1:RAMP:SP", "On"), ("LOOP1:STOP", 1), ("LOOP1:RESET", 1), ("LOOP1:HEATER:RESET", 1),
        ("LOOP1:INPUT:SP", "B"), ("LOOP1:INPUT:SP", "A"), ("INTLK:RESET", 1), ("VAP:ALARM:RESET", 1),
    ):  # fmt: skip
        await lab.put(name, value)
    assert not [c for c in lab.commands(mark) if c.startswith("RANGE")]
    assert lab.front_panel("RANGE? 1") == "0"


@scene()
async def test_a_range_the_instrument_does_not_keep_fails_and_never_puts_the_old_one_on_again(lab):
    lab.hold(20.0)
    await lab.put("LOOP1:TEMP:SP", 20.5)
    await lab.put("LOOP1:RANGE:SP", "Medium")
    await lab.run(1.0)
    mark = lab.mark()
    lab.mishear(b"RANGE 1,1", b"RANGE 1,0")  # as when something trips in this moment
    assert "kept Off instead of Low" in await lab.refused("LOOP1:RANGE:SP", "Low")
    await lab.run(1.0)
    assert lab.commands(mark) == ["RANGE 1,1"]
    assert (lab["LOOP1:RANGE"], lab.front_panel("RANGE? 1")) == ("Off", "0")


@scene()
async def test_another_setting_the_instrument_does_not_keep_is_put_back(lab):
    before = lab.front_panel("PID? 1")
    lab.mishear(b"PID 1,66", b"PID 1,67")
    assert "kept 67" in await lab.refused("LOOP1:P:SP", 66.0)
    assert lab.front_panel("PID? 1") == before and lab["LOOP1:P"] == 50.0


# range, percent, display -> W at 25 ohm and 1.414 A (lakeshore-protocol.md 5.3: 50 W, 5 W, 0.5 W)
POWERS = [
    ("High", 50.0, "Current", 12.5),
    ("High", 50.0, "Power", 25.0),
    ("High", 100.0, "Current", 50.0),
    ("Medium", 50.0, "Current", 1.25),
    ("Low", 50.0, "Power", 0.25),
    ("Low", 20.0, "Current", 0.02),
    ("Off", 50.0, "Current", 0.0),
]


@pytest.mark.parametrize(("heater_range", "percent", "display", "watt"), POWERS)
@scene()
async def test_power_is_in_watt_whatever_the_range_and_what_the_percentage_is_of(
    lab, heater_range, percent, display, watt
):
    lab.hold(20.0)
    await lab.put("LOOP1:MODE:SP", "Open loop")
    await lab.put("LOOP1:HEATER:DISPLAY:SP", display)
    await lab.put("LOOP1:MOUT:SP", percent)
    await lab.put("LOOP1:RANGE:SP", heater_range)
    await lab.run(2.0)
    assert lab["LOOP1:HEATER"] == (0.0 if heater_range == "Off" else percent)
    assert lab["LOOP1:POWER"] == pytest.approx(watt, rel=2e-3)
    assert lab.channel("LOOP1:POWER").record.unit == "W"
    heater = lab.world.plant.heater("LOOP1")
    assert lab["LOOP1:POWER"] == pytest.approx(heater.power, rel=2e-3)  # what the plant really gets


@scene()
async def test_power_knows_the_user_current_of_the_other_output(lab):
    lab.hold(20.0, "B")
    await lab.put("LOOP2:MODE:SP", "Open loop")
    await lab.put("LOOP2:MOUT:SP", 100.0)
    await lab.put("LOOP2:RANGE:SP", "High")
    await lab.run(2.0)
    assert lab["LOOP2:POWER"] == pytest.approx(0.95**2 * 25.0, rel=2e-3)
    await lab.put("LOOP2:RANGE:SP", "Off")
    await lab.put("LOOP2:IMAX:SP", 0.5)
    await lab.put("LOOP2:RANGE:SP", "High")
    await lab.run(2.0)
    assert lab["LOOP2:POWER"] == pytest.approx(0.25 * 25.0, rel=2e-3)


@scene()
async def test_power_is_invalid_with_the_link(lab):
    await heat(lab)
    lab.unplug()
    await lab.until(lambda: lab["TC1:CONNECTED"] == "No")
    assert lab.alarm("LOOP1:POWER") == ("COMM", "INVALID")


@scene()
async def test_rmax_and_imax_are_fields_of_the_heater_setup_and_leave_the_rest(lab):
    assert lab.front_panel("HTRSET? 1") == "0,1,3,+1.414,1"
    await lab.put("LOOP1:IMAX:SP", 1.0)
    assert lab["LOOP1:IMAX"] == 1.0
    fields = lab.front_panel("HTRSET? 1").split(",")
    assert (fields[0], fields[1], fields[4]) == ("0", "1", "1")
    assert fields[2] == "2" or (fields[2] == "0" and float(fields[3]) == 1.0)
    await lab.put("LOOP1:RMAX:SP", 50.0)
    assert lab["LOOP1:RMAX"] == 50.0 and lab.front_panel("HTRSET? 1").split(",")[1] == "2"
    assert lab["LOOP1:IMAX"] == 1.0


@scene()
async def test_imax_reads_the_current_of_a_code(lab):
    for code, amperes in ((1, 0.707), (2, 1.0), (3, 1.414), (4, 1.732)):
        lab.front_panel(f"HTRSET 1,0,1,{code},0.5,1")
        await lab.until(lambda amperes=amperes: abs(lab["LOOP1:IMAX"] - amperes) < 1e-6, within=15.0)
    lab.front_panel("HTRSET 1,0,1,0,0.5,1")
    await lab.until(lambda: abs(lab["LOOP1:IMAX"] - 0.5) < 1e-6, within=15.0)


@scene()
async def test_imax_may_not_exceed_what_heater_and_wiring_stand(lab):
    assert "1.414" in await lab.refused("LOOP1:IMAX:SP", 1.732)
    await lab.put("LOOP1:IMAX:SP", 1.414)


@scene()
async def test_an_output_of_another_type_than_the_station_files_is_an_alarm_and_no_range_is_put(lab):
    assert lab["LOOP2:HEATER:TYPE:CHECK"] == "OK"
    lab.front_panel("HTRSET 2,1,1,0,0.95,1")
    await lab.becomes("LOOP2:HEATER:TYPE:CHECK", "Differs")
    assert lab.alarm("LOOP2:HEATER:TYPE:CHECK")[1] == "MAJOR" and lab["LOOP2:HEATER:TYPE"] == "Voltage"
    await lab.run(1.0)
    assert not lab.channel("LOOP2:POWER").valid
    mark = lab.mark()
    assert "HEATER:TYPE" in await lab.refused("LOOP2:RANGE:SP", "Low")
    assert lab.commands(mark) == []
    await lab.put("LOOP2:RANGE:SP", "Off")
    await lab.put("LOOP2:HEATER:TYPE:SP", "Current")
    await lab.becomes("LOOP2:HEATER:TYPE:CHECK", "OK")
    await lab.put("LOOP2:RANGE:SP", "Low")
    await lab.run(1.0)
    assert lab.channel("LOOP2:POWER").valid


@scene()
async def test_the_type_of_an_output_is_only_put_to_the_station_files(lab):
    assert "station file says current" in await lab.refused("LOOP2:HEATER:TYPE:SP", "Voltage")
    assert lab.front_panel("HTRSET? 2").startswith("0,")


@scene(station=edited(("output = 2\n", 'output = 2\ntype = "voltage"\n')))
async def test_an_output_of_voltage_type_is_as_the_station_file_says(lab):
    assert (lab["LOOP2:HEATER:TYPE"], lab["LOOP2:HEATER:TYPE:CHECK"]) == ("Voltage", "OK")
    lab.front_panel("HTRSET 2,0,1,0,0.95,1")
    await lab.becomes("LOOP2:HEATER:TYPE:CHECK", "Differs")


@pytest.mark.parametrize(("name", "value"), [
    ("LOOP2:RMAX:SP", 50.0), ("LOOP2:IMAX:SP", 0.5),
    ("LOOP2:HEATER:DISPLAY:SP", "Power"), ("LOOP2:HEATER:TYPE:SP", "Voltage"),
])  # fmt: skip


@scene()
async def test_the_heater_setup_is_changed_with_range_off_only(lab, name, value):
    lab.hold(20.0, "B")
    await lab.put("LOOP2:RANGE:SP", "Low")
    before, mark = lab.front_panel("HTRSET? 2"), lab.mark()
    assert "RANGE Off first" in await lab.refused(name, value)
    await lab.run(1.0)
    assert lab.commands(mark) == [] and lab.front_panel("HTRSET? 2") == before


@scene()
async def test_open_loop_and_manual_output(lab):
    lab.hold(20.0)
    await lab.put("LOOP1:MODE:SP", "Open loop")
    await lab.put("LOOP1:MOUT:SP", 12.5)
    await lab.put("LOOP1:RANGE:SP", "Low")
    await lab.run(1.0)
    assert lab["LOOP1:HEATER"] == 12.5
    assert lab.front_panel("OUTMODE? 1") == "3,1,0"


@scene()
async def test_power_up_is_a_field_of_the_output_mode(lab):
    await lab.put("LOOP1:POWERUP:SP", "On")
    assert lab.front_panel("OUTMODE? 1") == "1,1,1"
    await heat(lab)
    lab.instrument().power_cycle()
    await lab.run(5.0)
    assert lab["LOOP1:RANGE"] == "Low" and lab["LOOP1:DROPPED"] == "No"


@scene()
async def test_modes_that_the_output_does_not_have_are_refused(lab):
    mark = lab.mark()
    await lab.refused("LOOP1:MODE:SP", "Monitor out")
    await lab.refused("LOOP1:MODE:SP", "Warm-up")
    assert lab["LOOP1:MODE"] == "Closed loop"
    assert lab.front_panel("OUTMODE? 1") == "1,1,0"
    assert not [c for c in lab.commands(mark) if c.startswith("OUTMODE 1,4")] or lab["LOOP1:MSG"]
