"""Round trips of outputs and control; wire texts from lakeshore-protocol.md 2.7, 4.4, 6 and 7.1."""

from __future__ import annotations

from typing import Any

import pytest
from lakeshore import InstrumentException
from lakeshore.model_335 import Model335ControlLoopZoneSettings
from lakeshore.model_336 import Model336ControlLoopZoneSettings

from .lakeshore_bench import VOLTS, Bench
from .round_trips import round_trip
from .trips_inputs import ONLY_335, ONLY_336

ZONE_SETTINGS = {
    "lakeshore335": Model335ControlLoopZoneSettings,
    "lakeshore336": Model336ControlLoopZoneSettings,
}
FULL_AMPERES = {"lakeshore335": 1.732, "lakeshore336": 2.0}  # of output 1 as shipped, [A]; 5.3, 7.1


def control_inputs(bench: Bench) -> Any:
    """Return the enumeration of control inputs: each model has its own name for it."""
    return bench.driver.InputSensor if bench.model == "lakeshore335" else bench.driver.InputChannel


@round_trip("set_heater_output_mode", "get_heater_output_mode")
def output_mode(bench: Bench) -> None:
    mode, channel = bench.driver.HeaterOutputMode.OPEN_LOOP, control_inputs(bench).CHANNEL_B
    bench.driver.set_heater_output_mode(1, mode, channel, powerup_enable=True)
    assert bench.driver.get_heater_output_mode(1) == {"mode": mode, "channel": channel, "powerup_enable": True}
    assert bench.raw("OUTMODE? 1") == "3,2,1"
    bench.driver.set_heater_output_mode(1, bench.driver.HeaterOutputMode.ZONE, channel)
    assert bench.raw("OUTMODE? 1") == "2,2,0"


@round_trip("set_heater_setup_one", "set_heater_setup_two", "get_heater_setup", models=ONLY_335)
def heater_setup_335(bench: Bench) -> None:
    driver = bench.driver
    ohms, shown, kinds = driver.HeaterResistance, driver.HeaterOutputDisplay, driver.HeaterOutType
    driver.set_heater_setup_one(ohms.HEATER_50_OHM, 0.8, shown.POWER)
    assert bench.raw("HTRSET? 1") == "0,2,0,+0.800,2"
    assert driver.get_heater_setup(1) == {
        "output_type": kinds.CURRENT,
        "heater_resistnace": ohms.HEATER_50_OHM,  # as the driver spells it
        "max_current": 0.8,
        "output_display_mode": shown.POWER,
    }
    driver.set_heater_setup_two(kinds.VOLTAGE, ohms.HEATER_25_OHM, 0.25, shown.CURRENT)
    assert bench.raw("HTRSET? 2") == "1,1,0,+0.250,1"
    assert driver.get_heater_setup(2)["output_type"] is kinds.VOLTAGE
    bench.tell("HTRSET 1,0,1,2,1,1")
    assert driver.get_heater_setup(1)["max_current"] == 1.0


@round_trip("set_heater_setup", "get_heater_setup", models=ONLY_336)
def heater_setup_336(bench: Bench) -> None:
    ohms, shown = bench.driver.HeaterResistance, bench.driver.HeaterOutputUnits
    bench.driver.set_heater_setup(2, ohms.HEATER_50_OHM, 0.8, shown.POWER)
    assert bench.raw("HTRSET? 2") == "2,0,+0.800,2"
    assert bench.driver.get_heater_setup(2) == {
        "heater_resistance": ohms.HEATER_50_OHM,
        "max_current": 0.8,
        "output_display_mode": shown.POWER,
    }
    bench.tell("HTRSET 1,1,4,1,1")
    assert bench.driver.get_heater_setup(1)["max_current"] == 2.0


@round_trip("set_heater_range", "get_heater_range")
def heater_range(bench: Bench) -> None:
    ranges = bench.driver.HeaterRange
    for number, wanted in ((1, ranges.MEDIUM), (2, ranges.LOW), (1, ranges.OFF)):
        bench.driver.set_heater_range(number, wanted)
        assert bench.driver.get_heater_range(number) is wanted
        assert bench.raw(f"RANGE? {number}") == str(int(wanted))
    with pytest.raises(InstrumentException, match="Execution Error"):
        bench.driver.set_heater_range(1, 4)
    assert bench.raw("RANGE? 1") == "0"


@round_trip("set_heater_range", "get_heater_range")
def voltage_range(bench: Bench) -> None:
    number = 2 if bench.model == "lakeshore335" else 3
    bench.tell(*(("HTRSET 2,1,1,0,0.1,1",) if number == 2 else ()), f"OUTMODE {number},3,0,0")
    wanted = bench.driver.HeaterVoltageRange.VOLTAGE_ON
    bench.driver.set_heater_range(number, wanted)
    assert bench.driver.get_heater_range(number) is wanted
    assert bench.raw(f"RANGE? {number}") == "1"


@round_trip("all_heaters_off")
def all_off(bench: Bench) -> None:
    bench.tell("RANGE 1,3", "RANGE 2,2")
    if bench.model == "lakeshore336":
        bench.tell("OUTMODE 3,3,0,0", "OUTMODE 4,3,0,0", "RANGE 3,1", "RANGE 4,1")
    numbers = tuple(bench.heaters)
    asked = ";".join(f"RANGE? {number}" for number in numbers)
    assert "0" not in bench.raw(asked).split(";")
    bench.driver.all_heaters_off()
    assert bench.raw(asked) == ";".join("0" for _ in numbers)


@round_trip("get_heater_output", "set_manual_output", "get_manual_output")
def manual_output(bench: Bench) -> None:
    bench.tell("OUTMODE 1,3,0,0", "RANGE 1,3")
    bench.driver.set_manual_output(1, 12.34)
    assert bench.driver.get_manual_output(1) == 12.34
    assert bench.raw("MOUT? 1;MOUT? 2") == "+012.34;+000.00"
    bench.driver.set_manual_output(1, 40)
    bench.pass_time()
    assert bench.driver.get_heater_output(1) == 40.0
    assert bench.raw("HTR? 1") == "+040.0"
    amperes = 0.4 * FULL_AMPERES[bench.model]
    assert bench.heaters[1].power == pytest.approx(25.0 * amperes**2)


@round_trip("get_heater_status")
def heater_status(bench: Bench) -> None:
    bench.tell("OUTMODE 1,3,0,0", "MOUT 1,40")
    errors = bench.driver.HeaterError
    for ohm, error in ((float("inf"), errors.HEATER_OPEN_LOAD), (0.0, errors.HEATER_SHORT)):
        bench.tell("RANGE 1,2")
        bench.heaters[1].resistance = ohm
        bench.pass_time()
        assert bench.raw("RANGE? 1") == "0"
        assert bench.driver.get_heater_status(1) is error
        assert bench.driver.get_heater_status(1) is errors.NO_ERROR  # reading clears it (4.2)


@round_trip("get_analog_output_percentage", models=ONLY_336)
def analog_output(bench: Bench) -> None:
    bench.tell("OUTMODE 3,3,0,0", "MOUT 3,40", "RANGE 3,1")
    bench.pass_time()
    assert bench.driver.get_analog_output_percentage(3) == 40.0
    assert bench.raw("AOUT? 3") == "+040.0"


@round_trip("set_heater_pid", "get_heater_pid")
def pid(bench: Bench) -> None:
    bench.driver.set_heater_pid(2, 41.5, 27, 30)
    assert bench.driver.get_heater_pid(2) == {"gain": 41.5, "integral": 27.0, "derivative": 30.0}
    assert bench.raw("PID? 2;PID? 1") == "+0041.5,+0027.0,+030.0;+0050.0,+0020.0,+000.0"
    with pytest.raises(InstrumentException, match="Execution Error"):
        bench.driver.set_heater_pid(2, 41.5, 27, 201)
    assert bench.raw("PID? 2") == "+0041.5,+0027.0,+030.0"


@round_trip("set_control_setpoint", "get_control_setpoint")
def setpoint(bench: Bench) -> None:
    bench.driver.set_control_setpoint(2, 122.5)
    assert bench.driver.get_control_setpoint(2) == 122.5
    assert bench.raw("SETP? 2;SETP? 1") == "+122.500;+000.000"


@round_trip("set_setpoint_ramp_parameter", "get_setpoint_ramp_parameter", "get_setpoint_ramp_status")
def ramp(bench: Bench) -> None:
    bench.tell("SETP 1,10")
    bench.driver.set_setpoint_ramp_parameter(1, True, 10.5)
    assert bench.driver.get_setpoint_ramp_parameter(1) == {"ramp_enable": True, "rate_value": 10.5}
    assert bench.raw("RAMP? 1;RAMP? 2") == "1,+010.5;0,+000.1"
    assert bench.driver.get_setpoint_ramp_status(1) is False
    bench.driver.set_control_setpoint(1, 12)
    assert bench.driver.get_setpoint_ramp_status(1) is True
    bench.pass_time(6.0)
    assert bench.driver.get_control_setpoint(1) == 11.05  # a tenth of a minute further (6.3)
    bench.pass_time(6.0)
    assert bench.driver.get_setpoint_ramp_status(1) is False
    assert bench.raw("SETP? 1;RAMPST? 1") == "+012.000;0"


@round_trip("set_control_loop_zone_table", "get_control_loop_zone_table")
def zones(bench: Bench) -> None:
    channel, low = control_inputs(bench).CHANNEL_B, bench.driver.HeaterRange.LOW
    wanted = ZONE_SETTINGS[bench.model](25.0, 41.5, 27.0, 30.0, 12.5, low, channel, 10.5)
    bench.driver.set_control_loop_zone_table(2, 10, wanted)
    assert vars(bench.driver.get_control_loop_zone_table(2, 10)) == vars(wanted)
    assert bench.raw("ZONE? 2,10") == "+025.00,+0041.5,+0027.0,+030.0,+012.50,1,2,+010.5"
    assert bench.raw("ZONE? 2,9") == "+000.00,+0050.0,+0020.0,+000.0,+000.00,0,0,+000.1"


@round_trip("set_autotune", "get_tuning_control_status")
def autotune(bench: Bench) -> None:
    modes = bench.driver.AutotuneMode
    with pytest.raises(InstrumentException, match="autotune error"):
        bench.driver.set_autotune(2, modes.P_I_D)  # its heater is off (6.7)
    assert bench.driver.get_tuning_control_status() == {
        "active_tuning_enable": False,
        "output": 2,
        "tuning_error": True,
        "stage_status": 0,
    }
    bench.tell("OUTMODE 1,1,1,0", "SETP 1,12", "RANGE 1,1")
    bench.driver.set_autotune(1, modes.P_I)
    assert bench.driver.get_tuning_control_status() == {
        "active_tuning_enable": True,
        "output": 1,
        "tuning_error": False,
        "stage_status": 0,
    }
    assert bench.raw("TUNEST?") == "1,1,0,00"


@round_trip("set_monitor_output_heater", "get_monitor_output_heater", models=ONLY_335)
def monitor_335(bench: Bench) -> None:
    driver = bench.driver
    channel, units = driver.InputSensor.CHANNEL_B, driver.MonitorOutUnits.CELSIUS
    driver.set_monitor_output_heater(channel, 26.85, -273.15, units, driver.Polarity.BIPOLAR)
    assert driver.get_monitor_output_heater() == {
        "channel": channel,
        "units": units,
        "high_value": 26.85,
        "low_value": -273.15,
        "polarity": driver.Polarity.BIPOLAR,
    }
    assert bench.raw("ANALOG? 2;OUTMODE? 2") == "2,2,+026.85,-273.15,1;1,2,0"  # one stored input (4.4)


@round_trip("set_monitor_output_heater", "get_monitor_output_heater", models=ONLY_336)
def monitor_336(bench: Bench) -> None:
    driver = bench.driver
    channel, units = driver.InputChannel.CHANNEL_C, driver.InputSensorUnits.SENSOR
    driver.set_monitor_output_heater(4, channel, units, 1.75, 0.25, driver.Polarity.BIPOLAR)
    assert driver.get_monitor_output_heater(4) == {
        "channel": channel,
        "units": units,
        "high_value": 1.75,
        "low_value": 0.25,
        "polarity": driver.Polarity.BIPOLAR,
    }
    assert bench.raw("ANALOG? 4") == "3,3,+001.75,+000.25,1"
    bench.probes["C"].value = VOLTS[12.35]
    bench.tell("OUTMODE 4,4,3,0")
    bench.pass_time()
    assert float(bench.raw("AOUT? 4")) == pytest.approx(200.0 * (1.32727 - 0.25) / 1.5 - 100.0, abs=0.1)


@round_trip("set_output_two_polarity", "get_output_2_polarity", models=ONLY_335)
def polarity(bench: Bench) -> None:
    wanted = bench.driver.Polarity.BIPOLAR
    bench.driver.set_output_two_polarity(wanted)
    assert bench.driver.get_output_2_polarity() is wanted
    assert bench.raw("POLARITY? 2") == "1"


@round_trip("set_warmup_supply", "get_warmup_supply", models=ONLY_335)
def warm_up_335(bench: Bench) -> None:
    control = bench.driver.WarmupControl.AUTO_OFF
    with pytest.raises(InstrumentException, match="not configured in voltage mode"):
        bench.driver.set_warmup_supply(control, 50.5)
    bench.tell("HTRSET 2,1,1,0,0.1,1")
    bench.driver.set_warmup_supply(control, 50.5)
    assert bench.driver.get_warmup_supply() == {"control": control, "percentage": 50.5}
    assert bench.raw("WARMUP? 2") == "0,+050.50"


@round_trip("set_warmup_supply_parameter", "get_warmup_supply_parameter", models=ONLY_336)
def warm_up_336(bench: Bench) -> None:
    control = bench.driver.ControlTypes.AUTO_OFF
    bench.driver.set_warmup_supply_parameter(3, control, 50.5)
    assert bench.driver.get_warmup_supply_parameter(3) == {"control": control, "percentage": 50.5}
    assert bench.raw("WARMUP? 3;WARMUP? 4") == "0,+050.50;1,+100.00"
