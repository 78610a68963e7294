"""PVS.md, flow."""

from __future__ import annotations

from dataclasses import replace

import pytest

from .laboratory import edited, scene

R_HELIUM = 2077.1  # J/kg/K
DENSITY = 101325.0 / (R_HELIUM * (21.11 + 273.15))  # kg/m3 of a standard litre at the sheet's 70 F
SLPM = 8.8
MASS = SLPM / 60e3 * DENSITY * 1e6  # mg/s


@scene()
async def test_flow_is_referred_to_tref(lab):
    assert lab["FLOW:TREF"] == 21.11
    assert lab["FLOW"] == pytest.approx(SLPM, rel=2e-3)
    assert lab.channel("FLOW").record.unit == "SLPM"
    assert lab.alarm("FLOW") == ("NO_ALARM", "NO_ALARM")


@scene()
async def test_it_is_asked_five_times_a_second(lab):
    since = lab.mark("FM1")
    await lab.run(10.0)
    assert lab.messages("FM1", since).count("A") >= 50


@scene(station=edited(("meter_tref = 21.11", "meter_tref = 0.0")))
async def test_a_meter_with_another_reference_is_converted_from_what_it_reports(lab):
    shown = float(lab.front_panel("A", "FM1").split()[4])
    assert shown == pytest.approx(SLPM * 273.15 / 294.26, rel=2e-3)
    assert lab["FLOW"] == pytest.approx(SLPM, rel=2e-3)
    assert lab["FLOW:MASS"] == pytest.approx(MASS, rel=3e-3)
    assert lab.alarm("FLOW") == ("NO_ALARM", "NO_ALARM")


@scene()
async def test_a_different_meter_setting_is_minor_and_still_converted(lab):
    lab.front_panel("ADCFRT S 2 0.0", "FM1")
    await lab.until(lambda: lab.alarm("FLOW")[1] == "MINOR", within=30.0)
    await lab.run(3.0)
    assert lab["FLOW"] == pytest.approx(SLPM, rel=2e-3)
    assert lab["FLOW:MASS"] == pytest.approx(MASS, rel=3e-3)
    assert lab["FLOW:MSG"] != ""
    lab.front_panel("ADCFRT S 2 21.11", "FM1")
    await lab.until(lambda: lab.alarm("FLOW")[1] == "NO_ALARM", within=30.0)


@scene()
async def test_an_old_meter_that_cannot_be_asked_is_taken_at_the_station_files_word(lab):
    lab.meter.options = replace(lab.meter.options, firmware="5v12.0-R22")
    await lab.run(30.0)
    assert lab["FLOW"] == pytest.approx(SLPM, rel=2e-3)
    assert lab["FLOW:VALID"] == "Yes"


@scene()
async def test_mass_and_liquid(lab):
    assert lab["FLOW:MASS"] == pytest.approx(MASS, rel=3e-3)
    assert lab["FLOW:LIQUID"] == pytest.approx(MASS * 3.6 / 124.7 * 1e3, rel=3e-3)  # g/h over 124.7 g/L
    units = [lab.channel(n).record.unit for n in ("FLOW:MASS", "FLOW:LIQUID", "FLOW:LIQUID:TOTAL")]
    assert units == ["mg/s", "mL/h", "L"]


@scene()
async def test_the_total_counts_litres_of_liquid_until_reset(lab):
    await lab.put("FLOW:LIQUID:TOTAL:RESET")
    assert lab["FLOW:LIQUID:TOTAL"] == pytest.approx(0.0, abs=1e-4)
    await lab.run(60.0)
    assert lab["FLOW:LIQUID:TOTAL"] == pytest.approx(lab["FLOW:LIQUID"] / 60.0 / 1e3, rel=1e-2)
    await lab.put("FLOW:LIQUID:TOTAL:RESET")
    assert lab["FLOW:LIQUID:TOTAL"] < 0.001


@scene()
async def test_the_total_does_not_count_what_was_not_measured(lab):
    await lab.put("FLOW:LIQUID:TOTAL:RESET")
    lab.unplug("FM1")
    await lab.run(60.0)
    assert lab["FLOW:LIQUID:MISSING"] == pytest.approx(60.0, abs=1.5)  # counted as it passes: a kill loses none of it
    lab.plug_in("FM1")
    await lab.until(lambda: lab["FLOW:VALID"] == "Yes")
    await lab.run(2.0)
    assert lab["FLOW:LIQUID:TOTAL"] < 0.004  # 0.0117 L would have passed in 60 s
    assert 60.0 <= lab["FLOW:LIQUID:MISSING"] < 75.0  # until it was connected again
    await lab.put("FLOW:LIQUID:TOTAL:RESET")
    assert lab["FLOW:LIQUID:MISSING"] == 0.0


@scene()
async def test_another_gas_than_helium_is_major(lab):
    assert lab["FLOW:GAS"] == "He" and lab.alarm("FLOW:GAS") == ("NO_ALARM", "NO_ALARM")
    lab.front_panel("AGS 8", "FM1")
    await lab.becomes("FLOW:GAS", "N2")
    assert lab.alarm("FLOW:GAS")[1] == "MAJOR"
    for name in ("FLOW", "FLOW:MASS", "FLOW:LIQUID"):  # the factor of nitrogen makes a healthy-looking number
        assert lab.alarm(name) == ("CALC", "INVALID"), name
    assert lab["FLOW:VALID"] == "No"
    lab.front_panel("AGS 7", "FM1")
    await lab.becomes("FLOW:GAS", "He")
    assert lab.alarm("FLOW:GAS")[1] == "NO_ALARM" and lab.channel("FLOW").valid


@scene()
async def test_a_silent_meter_is_invalid_and_nobody_else(lab):
    before = lab["FLOW"]
    lab.world.installed["FM1"].line.faults.silence = True
    await lab.until(lambda: not lab.channel("FLOW").valid, within=10.0)
    await lab.run(10.0)
    names = ("FLOW", "FLOW:MASS", "FLOW:LIQUID", "FLOW:GAS", "FLOW:STATUS", "FLOW:PRESSURE", "FLOW:GASTEMP")
    for name in names:
        assert lab.alarm(name) == ("COMM", "INVALID"), name
    assert lab["FLOW"] == before and lab["FLOW:VALID"] == "No" and lab["FLOW:AGE"] > 8.0
    assert lab.channel("VAP:TEMP").valid and lab["TC1:CONNECTED"] == "Yes"
    lab.world.installed["FM1"].line.faults.silence = False
    await lab.until(lambda: lab.channel("FLOW").valid, within=30.0)


@scene()
async def test_pressure_and_gas_temperature(lab):
    assert lab["FLOW:PRESSURE"] == pytest.approx(1013.25, abs=1.0)
    assert lab["FLOW:GASTEMP"] == pytest.approx(294.0 - 273.15, abs=0.02)
    assert [lab.channel(n).record.unit for n in ("FLOW:PRESSURE", "FLOW:GASTEMP")] == ["mbar", "degC"]


@scene()
async def test_a_meter_that_reports_a_fault_of_the_flow_is_not_a_healthy_number(lab):
    lab.world.plant.mass_flow *= 10.0  # beyond the 50 SLPM of the meter
    await lab.until(lambda: lab.alarm("FLOW")[1] == "INVALID", within=5.0)
    assert lab.alarm("FLOW:STATUS")[1] in ("MINOR", "MAJOR")


@scene()
async def test_which_words_make_a_flow_none(lab):
    """Each alone: over ranges and the converter (bias-flow-vacuum.md 3.1); the others are told and no more."""
    well = lab.meter.options
    faults, others = ("ADC", "POV", "P2O", "TOV", "VOV", "MOV"), ("OPL", "TMF", "OVR", "COM", "HLD", "EXH", "LCK")
    for word in (*faults, *others):
        lab.meter.options = replace(well, faults=(word,))
        await lab.until(lambda: lab["FLOW:STATUS"] != "OK", within=2.0)
        assert lab.alarm("FLOW")[1] == ("INVALID" if word in faults else "NO_ALARM"), word
        lab.meter.options = well
        await lab.until(lambda: lab["FLOW:STATUS"] == "OK", within=2.0)
        assert lab.alarm("FLOW")[1] == "NO_ALARM", word



@scene()
async def test_no_flow_is_a_healthy_zero(lab):
    lab.world.plant.mass_flow = 0.0
    await lab.until(lambda: abs(lab["FLOW"]) < 0.01)
    assert lab.channel("FLOW").valid
    assert lab["FLOW:LIQUID"] == pytest.approx(0.0, abs=0.5)


@scene(station=edited(('gas = "He"', 'gas = "He"\nlow_alarm = 5.0\nhigh_alarm = 12.0')))
async def test_flow_has_the_alarm_limits_of_the_station_file(lab):
    assert lab.alarm("FLOW") == ("NO_ALARM", "NO_ALARM")
    lab.world.plant.mass_flow *= 0.5
    await lab.until(lambda: lab.alarm("FLOW")[0] == "LOW")
    lab.world.plant.mass_flow *= 4.0
    await lab.until(lambda: lab.alarm("FLOW")[0] == "HIGH")
