"""PVS.md, thermometers."""

from __future__ import annotations

import pytest

from cryosim.emulators.lakeshore import Options
from cryosim.wiring import Wiring

from .laboratory import scene


def near(value, wanted, by=0.05):
    return abs(value - wanted) <= by


@scene()
async def test_temp_is_kelvin_and_sensor_in_its_own_unit(lab):
    lab.hold(20.0, "A")
    lab.hold(77.35, "B")
    await lab.until(lambda: near(lab["VAP:TEMP"], 20.0) and near(lab["SAMPLE:TEMP"], 77.35))
    await lab.run(2.0)
    assert lab.channel("VAP:TEMP").record.unit == lab.channel("SAMPLE:TEMP").record.unit == "K"
    assert lab.channel("VAP:SENSOR").record.unit == "Ohm"
    assert lab.channel("SAMPLE:SENSOR").record.unit == "V"
    assert near(lab["SAMPLE:SENSOR"], 1.02751, 1e-4)  # 77.35 K in the published DT-670 table
    assert lab["VAP:SENSOR"] > 100.0


@scene()
async def test_temp_is_kelvin_whatever_the_instruments_preferred_units(lab):
    lab.hold(20.0, "A")
    await lab.sweep()
    for units, name in (("2", "Celsius"), ("3", "Sensor"), ("1", "Kelvin")):
        seen = lab.record("VAP:TEMP")
        lab.front_panel(f"INTYPE A,3,1,0,1,{units}")
        await lab.becomes("VAP:UNITS", name)
        await lab.sweep()
        assert near(lab["VAP:TEMP"], 20.0)
        assert all(near(value, 20.0) for value in seen.values)
        assert lab.channel("VAP:TEMP").valid


@scene()
async def test_the_ioc_never_changes_units_by_itself(lab):
    mark = lab.mark()
    lab.front_panel("INTYPE A,3,1,0,1,2")
    await lab.becomes("VAP:UNITS", "Celsius")
    await lab.put("LOOP1:TEMP:SP", 50.0)
    await lab.sweep()
    assert not [c for c in lab.commands(mark) if c.startswith("INTYPE")]
    assert lab.front_panel("INTYPE? A").endswith(",2")


@pytest.mark.parametrize("wiring", [Wiring.OPEN, Wiring.SHORT])
@pytest.mark.parametrize("channel", ["A", "B"])
@pytest.mark.parametrize("shown", ["zero", "end"])
def test_a_broken_sensor_never_shows_0_k_as_valid(wiring, channel, shown):
    @scene(options=Options(reading_on_fault=shown))
    async def play(lab):
        name = {"A": "VAP", "B": "SAMPLE"}[channel]
        lab.hold(20.0, channel)
        await lab.sweep()
        good = lab[f"{name}:TEMP"]
        seen, status = lab.record(f"{name}:TEMP", mask=5), lab.record(f"{name}:STATUS")
        lab.break_sensor(channel, wiring)
        await lab.becomes(f"{name}:VALID", "No", within=2.0)
        await lab.run(10.0)
        assert lab[f"{name}:TEMP"] == good  # last good value
        assert lab.alarm(f"{name}:TEMP") == ("READ", "INVALID")
        assert all(severity == "INVALID" or near(value, 20.0) for value, severity, _ in seen.events)
        assert status.values and status.values[-1] in ("Sensor over range", "Sensor zero", "Over range", "Under range")
        assert lab[f"{name}:AGE"] > 9.0
        lab.break_sensor(channel, Wiring.OK)
        await lab.becomes(f"{name}:VALID", "Yes", within=2.0)
        await lab.run(2.0)
        assert lab.alarm(f"{name}:TEMP") == ("NO_ALARM", "NO_ALARM")
        assert near(lab[f"{name}:TEMP"], 20.0) and lab[f"{name}:AGE"] < 2.0

    play()


@scene()
async def test_no_pv_of_a_broken_sensor_shows_a_healthy_number(lab):
    lab.hold(20.0, "A")
    await lab.sweep()
    lab.break_sensor("A")
    await lab.sweep()
    for name in ("VAP:TEMP", "LOOP1:TEMP", "VAP:RATE"):
        assert not lab.channel(name).valid, name
    assert lab.channel("SAMPLE:TEMP").valid


@scene()
async def test_a_reading_outside_the_valid_range_of_the_sensor_is_invalid(lab):
    lab.hold(450.0, "A")  # the Cernox is calibrated to 325 K
    await lab.becomes("VAP:VALID", "No", within=2.0)
    assert lab["VAP:TEMP"] < 330.0 and not lab.channel("VAP:TEMP").valid


@scene()
async def test_a_thermometer_without_a_curve_is_not_valid(lab):
    for options_text in ("0",):
        lab.front_panel(f"INCRV A,{options_text}")
        await lab.until(lambda: lab["VAP:VALID"] == "No", within=15.0)
        await lab.sweep()
        assert not lab.channel("VAP:TEMP").valid


@pytest.mark.parametrize("status", [0, 1])
def test_a_disabled_input_is_not_valid_whatever_its_status_says(status):
    @scene(options=Options(disabled_status=status, no_curve_status=status))
    async def play(lab):
        seen = lab.record("SAMPLE:TEMP", mask=5)
        lab.front_panel("INTYPE B,0,0,0,0,1")
        await lab.becomes("SAMPLE:VALID", "No", within=15.0)
        await lab.sweep()
        assert not lab.channel("SAMPLE:TEMP").valid
        assert 0.0 not in [value for value, severity, _ in seen.events if severity != "INVALID"]

    play()


@scene()
async def test_the_temperature_has_the_alarm_limits_of_the_station_file(lab):
    lab.hold(305.0, "A")
    await lab.until(lambda: near(lab["VAP:TEMP"], 305.0, 0.5))
    assert lab.alarm("VAP:TEMP") == ("HIGH", "MINOR")
    lab.hold(321.0, "A")
    await lab.until(lambda: near(lab["VAP:TEMP"], 321.0, 0.5))
    assert lab.alarm("VAP:TEMP") == ("HIHI", "MAJOR")
    assert lab.alarm("LOOP1:TEMP") == ("NO_ALARM", "NO_ALARM")  # no alarm limits of its own
    assert lab.alarm("SAMPLE:TEMP") == ("NO_ALARM", "NO_ALARM")


@scene()
async def test_rate_is_in_kelvin_per_minute(lab):
    lab.drift(20.0, 0.1)
    await lab.run(30.0)
    assert near(lab["VAP:RATE"], 6.0, 0.3)
    assert lab.channel("VAP:RATE").record.unit == "K/min"
    lab.hold(23.0)
    await lab.run(30.0)
    assert near(lab["VAP:RATE"], 0.0, 0.1)


@scene()
async def test_rate_does_not_bridge_a_gap(lab):
    lab.hold(20.0)
    await lab.run(20.0)
    lab.break_sensor()
    await lab.becomes("VAP:VALID", "No")
    lab.hold(120.0)
    await lab.run(20.0)
    lab.break_sensor(wiring=Wiring.OK)
    await lab.becomes("VAP:VALID", "Yes")
    seen = lab.record("VAP:RATE")
    await lab.run(20.0)
    assert all(near(rate, 0.0, 0.5) for rate, severity, _ in seen.events if severity != "INVALID")


# --- minimum and maximum -------------------------------------------------------------------------


@scene()
async def test_min_and_max_are_kelvin_also_with_celsius_preferred(lab):
    lab.front_panel("INTYPE A,3,1,0,1,2")
    await lab.becomes("VAP:UNITS", "Celsius")
    lab.hold(20.0)
    await lab.sweep()
    await lab.put("VAP:MINMAX:RESET")
    await lab.run(1.0)
    lab.hold(30.0)
    await lab.sweep()
    assert near(lab["VAP:MIN"], 20.0, 0.1) and near(lab["VAP:MAX"], 30.0, 0.1)
    assert lab.channel("VAP:MIN").record.unit == "K"


@scene()
async def test_min_and_max_are_not_kelvin_with_sensor_units_and_say_so(lab):
    lab.hold(20.0)
    lab.front_panel("INTYPE A,3,1,0,1,3")
    await lab.becomes("VAP:UNITS", "Sensor")
    await lab.sweep()
    for name in ("VAP:MIN", "VAP:MAX"):
        assert not lab.channel(name).valid or near(lab[name], 20.0, 15.0), name


@scene()
async def test_min_max_and_alarm_limits_are_never_converted_with_units_of_yesterday(lab):
    lab.hold(20.0)
    lab.front_panel("ALARM A,0,300,10,1")
    await lab.sweep()
    names = ("MIN", "MAX", "ALARM:HIGH", "ALARM:LOW", "ALARM:DEADBAND", "ALARM:HIGH:SP", "ALARM:LOW:SP")
    seen = {name: lab.record(f"VAP:{name}", mask=5) for name in names}
    await lab.put("VAP:MINMAX:RESET")
    for pause in (7.3, 11.9, 6.1, 13.7, 5.3, 8.6):
        lab.front_panel("INTYPE A,3,1,0,1,2;ALARM A,0,26.85,-263.15,1")
        await lab.run(pause)
        lab.front_panel("INTYPE A,3,1,0,1,1;ALARM A,0,300,10,1")
        await lab.run(pause)
    good = {"MIN": 20.0, "MAX": 20.0, "ALARM:HIGH": 300.0, "ALARM:LOW": 10.0, "ALARM:DEADBAND": 1.0}
    for name, recorder in seen.items():
        wanted = good[name.removesuffix(":SP")]
        assert all(near(v, wanted) or s == "INVALID" for v, s, _ in recorder.events), (name, recorder.events)


@scene()
async def test_a_put_to_a_sibling_of_an_alarm_limit_does_not_convert_it_with_units_of_yesterday(lab):
    await lab.sweep()
    lab.front_panel("INTYPE A,3,1,0,1,2;ALARM A,0,26.85,-263.15,1")
    await lab.put("VAP:ALARM:LATCH:SP", "On")
    assert near(lab["VAP:ALARM:HIGH"], 300.0) and near(lab["VAP:ALARM:LOW"], 10.0)
    assert lab["VAP:UNITS"] == "Celsius"


@scene()
async def test_an_alarm_limit_put_while_somebody_changes_the_units_is_refused_and_undone(lab):
    lab.front_panel("ALARM A,0,300,10,1")
    await lab.sweep()
    lab.mishear(b"ALARM A,0,250", b"INTYPE A,3,1,0,1,2;ALARM A,0,250")
    assert "units are now Celsius" in await lab.refused("VAP:ALARM:HIGH:SP", 250.0)
    assert lab.front_panel("ALARM? A").startswith("0,+300")


@scene()
async def test_min_max_reset_starts_anew(lab):
    lab.hold(30.0)
    await lab.sweep()
    lab.hold(20.0)
    await lab.sweep()
    assert near(lab["VAP:MAX"], 30.0, 0.1)
    await lab.put("VAP:MINMAX:RESET")
    await lab.sweep()
    assert near(lab["VAP:MIN"], 20.0, 0.1) and near(lab["VAP:MAX"], 20.0, 0.1)


# --- settings ------------------------------------------------------------------------------------


@scene()
async def test_filter_settings_reach_the_instrument_one_by_one(lab):
    await lab.put("VAP:FILTER:POINTS:SP", 32)
    await lab.put("VAP:FILTER:WINDOW:SP", 5)
    await lab.put("VAP:FILTER:SP", "On")
    assert lab.front_panel("FILTER? A") == "1,32,05"
    assert (lab["VAP:FILTER"], lab["VAP:FILTER:POINTS"], lab["VAP:FILTER:WINDOW"]) == ("On", 32, 5)


@scene()
async def test_limit_is_kelvin_also_with_celsius_preferred(lab):
    lab.front_panel("INTYPE A,3,1,0,1,2")
    await lab.becomes("VAP:UNITS", "Celsius")
    await lab.put("VAP:LIMIT:SP", 310.0)
    assert float(lab.front_panel("TLIMIT? A")) == 310.0
    assert lab["VAP:LIMIT"] == 310.0


@scene()
async def test_curve_name_and_serial_follow_the_curve(lab):
    assert (lab["VAP:CURVE"], lab["VAP:CURVE:NAME"]) == (21, "X138113")
    assert (lab["SAMPLE:CURVE"], lab["SAMPLE:CURVE:NAME"]) == (2, "DT-670")
    lab.front_panel('CRVHDR 22,"OTHER","SN7",2,300.000,1;CRVPT 22,1,0.5,300;CRVPT 22,2,1.6,4')
    await lab.put("SAMPLE:CURVE:SP", 22)
    await lab.becomes("SAMPLE:CURVE:NAME", "OTHER", within=15.0)
    assert lab["SAMPLE:CURVE:SERIAL"] == "SN7"


@scene()
async def test_a_header_edited_at_the_front_panel_is_seen_though_the_curve_has_the_same_number(lab):
    assert lab["VAP:CURVE:SERIAL"] == "X138113"
    lab.front_panel('CRVHDR 21,"X138113","NEW",4,77.000,1')
    await lab.becomes("VAP:CURVE:SERIAL", "NEW", within=15.0)
    assert lab.channel("LOOP1:TEMP:SP").high == 77.0
    assert lab["VAP:CURVE"] == 21


@scene()
async def test_a_curve_that_the_instrument_turns_into_none_fails_the_put(lab):
    # INCRV with a curve of the wrong sensor type becomes 0 without an error (lakeshore-protocol.md 2.5).
    await lab.refused("SAMPLE:CURVE:SP", 21)
    assert lab["SAMPLE:MSG"] != ""
    await lab.run(15.0)
    assert lab["SAMPLE:CURVE"] == int(lab.front_panel("INCRV? B"))


@scene()
async def test_units_are_changed_when_asked_to(lab):
    await lab.put("SAMPLE:UNITS:SP", "Celsius")
    assert lab.front_panel("INTYPE? B").endswith(",2")
    assert lab["SAMPLE:UNITS"] == "Celsius"
    assert lab.channel("SAMPLE:TEMP").valid


@scene()
async def test_type_says_what_sensor_it_is(lab):
    assert (lab["VAP:TYPE"], lab["SAMPLE:TYPE"]) == ("NTC RTD", "Diode")


@scene()
async def test_an_accepted_name_is_the_instruments(lab):
    await lab.put("VAP:NAME:SP", "Cold finger")
    assert lab.front_panel("INNAME? A").strip() == "Cold finger"
    assert lab["VAP:NAME"] == "Cold finger"


# --- instrument alarms ---------------------------------------------------------------------------


@scene()
async def test_instrument_alarms_are_set_seen_and_reset(lab):
    lab.hold(20.0)
    await lab.put("VAP:ALARM:HIGH:SP", 30.0)
    await lab.put("VAP:ALARM:LOW:SP", 10.0)
    await lab.put("VAP:ALARM:DEADBAND:SP", 0.5)
    await lab.put("VAP:ALARM:LATCH:SP", "On")
    await lab.put("VAP:ALARM:SP", "On")
    fields = lab.front_panel("ALARM? A").split(",")
    assert [float(field) for field in fields[:5]] == [1, 30.0, 10.0, 0.5, 1]
    await lab.sweep()
    assert (lab["VAP:ALARM:HIGH:STATE"], lab["VAP:ALARM:LOW:STATE"]) == ("Off", "Off")
    lab.hold(31.0)
    await lab.becomes("VAP:ALARM:HIGH:STATE", "On")
    lab.hold(20.0)
    await lab.sweep()
    assert lab["VAP:ALARM:HIGH:STATE"] == "On"
    await lab.put("VAP:ALARM:RESET")
    await lab.becomes("VAP:ALARM:HIGH:STATE", "Off")


@scene()
async def test_instrument_alarm_limits_are_kelvin_also_with_celsius_preferred(lab):
    lab.front_panel("INTYPE A,3,1,0,1,2")
    await lab.becomes("VAP:UNITS", "Celsius")
    await lab.put("VAP:ALARM:HIGH:SP", 300.0)
    assert near(float(lab.front_panel("ALARM? A").split(",")[1]), 26.85, 0.005)
    assert near(lab["VAP:ALARM:HIGH"], 300.0, 0.005)


@scene()
async def test_a_deadband_is_a_difference_also_with_celsius_preferred(lab):
    lab.front_panel("INTYPE A,3,1,0,1,2;ALARM A,0,20,0,0.7")
    await lab.becomes("VAP:UNITS", "Celsius")
    await lab.until(lambda: near(lab["VAP:ALARM:DEADBAND"], 0.7, 0.001))
    await lab.put("VAP:ALARM:DEADBAND:SP", 0.5)
    assert float(lab.front_panel("ALARM? A").split(",")[3]) == 0.5
    assert near(lab["VAP:ALARM:DEADBAND"], 0.5, 0.001)


@scene()
async def test_relays_follow_and_are_set(lab):
    await lab.put("TC1:RELAY1:MODE:SP", "On")
    await lab.becomes("TC1:RELAY1", "On")
    await lab.put("TC1:RELAY1:MODE:SP", "Alarms")
    await lab.put("TC1:RELAY1:INPUT:SP", "B")
    await lab.put("TC1:RELAY1:ALARM:SP", "High")
    assert lab.front_panel("RELAY? 1") == "2,B,1"
    await lab.becomes("TC1:RELAY1", "Off")
