"""Setpoints, ramps and zones; expected values typed by hand from lakeshore-protocol.md."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cryosim.emulators.lakeshore import Options
from cryosim.emulators.lakeshore.control import ramp_step

from .conftest import Bench

MakeBench = Callable[..., Bench]


# --- setpoints (5.5) -----------------------------------------------------------


@pytest.mark.parametrize(("reading", "reply"), [("clamp", "+1500.00;000"), ("reject", "+000.000;016")])
def test_setpoint_above_the_curves_limit(make_bench: MakeBench, reading: str, reply: str) -> None:
    bench = make_bench(options=Options(setpoint_above_limit=reading)).wired()
    assert bench.ask("SETP 1,1600;SETP? 1;*ESR?") == reply


def test_preferred_units_convert_the_setpoint_and_back(bench: Bench) -> None:
    bench.set("SETP 1,100", "RANGE 1,1", "INTYPE A,3,1,0,0,2")
    assert bench.ask("SETP? 1;RANGE? 1") == "-173.150;1"  # units alone are no reason to turn off
    bench.set("INTYPE A,3,1,0,0,3")
    assert bench.ask("SETP? 1") == "+100.000"
    bench.set("INTYPE A,3,1,0,0,1")
    assert bench.ask("SETP? 1") == "+100.000"


def test_control_in_sensor_units_of_a_negative_curve(bench: Bench) -> None:
    bench.set("INTYPE A,1,0,0,0,3", "INCRV A,2", "PID 1,100,0,0", "SETP 1,0.9", "RANGE 1,3")
    bench.sensors["A"].value = 1.0  # colder than wanted: a diode's voltage falls with temperature
    bench.run(0.1)
    assert bench.ask("HTR? 1;SETP? 1") == "+010.0;+0.90000"


# --- ramps (6.3) -----------------------------------------------------------


def test_a_ramp_runs_from_the_setpoint_and_ends_exactly(bench: Bench) -> None:
    bench.set("SETP 1,10", "RAMP 1,1,6", "SETP 1,13")  # 0.1 K/s
    assert bench.ask("SETP? 1;RAMPST? 1;RAMP? 1") == "+010.000;1;1,+006.0"
    bench.run(10.0)
    assert bench.ask("SETP? 1;RAMPST? 1") == "+011.000;1"
    bench.run(19.9)
    assert bench.ask("SETP? 1;RAMPST? 1") == "+012.990;1"
    bench.run(0.1)
    assert bench.ask("SETP? 1;RAMPST? 1") == "+013.000;0"
    assert bench.instrument.memory.outputs[1].setpoint == 13.0
    assert int(bench.ask("OPSTR?")) & 12 == 8  # 3.1: RAMP1 done


def test_a_ramp_down_takes_a_new_target_on_the_way(bench: Bench) -> None:
    bench.set("SETP 1,20", "RAMP 1,1,60", "SETP 1,10")
    bench.run(4.0)
    assert bench.ask("SETP? 1") == "+016.000"
    bench.set("SETP 1,18")
    bench.run(1.0)
    assert bench.ask("SETP? 1;RAMPST? 1") == "+017.000;1"


def test_ramp_off_freezes_the_setpoint(bench: Bench) -> None:
    bench.set("SETP 1,10", "RAMP 1,1,60", "SETP 1,20")
    bench.run(3.0)
    bench.set("RAMP 1,0,60")
    bench.run(3.0)
    assert bench.ask("SETP? 1;RAMPST? 1") == "+013.000;0"


def test_rate_0_is_no_ramp(bench: Bench) -> None:
    bench.set("RAMP 1,1,0", "SETP 1,50")
    assert bench.ask("SETP? 1;RAMPST? 1") == "+050.000;0"


def test_rate_0_in_a_ramp_ends_it_at_its_target(bench: Bench) -> None:
    bench.set("SETP 1,10", "RAMP 1,1,60", "SETP 1,20")
    bench.run(3.0)
    bench.set("RAMP 1,1,0")  # 4.4: 0 is infinitely fast
    assert bench.ask("SETP? 1;RAMPST? 1") == "+020.000;0"


def test_a_zone_of_rate_0_ends_the_ramp_into_it_at_its_target(bench: Bench) -> None:
    bench.set("ZONE 1,1,20,50,20,0,0,0,0,60", "ZONE 1,2,300,50,20,0,0,0,0,0", "OUTMODE 1,2,1,0")
    bench.set("SETP 1,10", "RAMP 1,1,60", "SETP 1,100")
    bench.run(9.0)
    assert bench.ask("SETP? 1;RAMPST? 1") == "+019.000;1"
    bench.run(1.5)
    assert bench.ask("SETP? 1;RAMPST? 1;RAMP? 1") == "+100.000;0;1,+000.0"


def test_preferred_units_convert_a_ramp_with_its_target(bench: Bench) -> None:
    bench.set("SETP 1,10", "RAMP 1,1,6", "SETP 1,13")
    bench.run(10.0)
    bench.set("INTYPE A,3,1,0,0,2")
    assert bench.ask("SETP? 1;RAMPST? 1") == "-262.150;1"
    bench.run(20.0)
    assert bench.ask("SETP? 1;RAMPST? 1") == "-260.150;0"  # 13 K


def test_setpoints_in_sensor_units_jump(bench: Bench) -> None:
    bench.set("INTYPE A,3,1,0,0,3", "RAMP 1,1,1", "SETP 1,50")
    assert bench.ask("SETP? 1;RAMP? 1") == "+50.0000;1,+001.0"


def test_other_readings_of_a_ramp(make_bench: MakeBench) -> None:
    bench = make_bench(
        options=Options(setpoint_while_ramping="target", ramp_status_at_once=False, ramp_sign=False)
    ).wired()
    bench.set("RAMP 1,1,10.5", "SETP 1,50")
    assert bench.ask("SETP? 1;RAMPST? 1;RAMP? 1") == "+050.000;0;1,010.5"
    bench.run(0.1)
    assert bench.ask("RAMPST? 1") == "1"
    bench = make_bench(options=Options(ramp_with_range_off=False)).wired()
    assert bench.ask("RAMP 1,1,1;SETP 1,50;SETP? 1;RANGE 1,1;SETP 1,60;SETP? 1") == "+050.000;+050.000"


def test_one_ramp_step_never_overshoots() -> None:
    assert ramp_step(10.0, 10.05, 60.0) == 10.05
    assert ramp_step(10.0, 9.0, 60.0) == pytest.approx(9.9)


# --- zones (6.4) -----------------------------------------------------------

ZONES = ("ZONE 1,1,50,11,12,13,5,1,0,1", "ZONE 1,2,100,21,22,23,10,2,2,2", "ZONE 1,3,300,31,32,33,15,3,1,3")


def zoned(bench: Bench) -> Bench:
    bench.set(*ZONES, "OUTMODE 1,2,1,0", "SETP 1,20")
    bench.run(0.1)
    return bench


def test_zone_table_reads_back(bench: Bench) -> None:
    bench.set(*ZONES)
    assert bench.ask("ZONE? 1,2") == "+100.00,+0021.0,+0022.0,+023.0,+010.00,2,2,+002.0"  # 2.7
    assert bench.ask("ZONE? 1,10") == "+000.00,+0050.0,+0020.0,+000.0,+000.00,0,0,+000.1"  # 4.7


def test_crossing_a_boundary_takes_the_zone_over(bench: Bench) -> None:
    zoned(bench)
    assert bench.ask("PID? 1") == "+0050.0,+0020.0,+000.0"  # 0 K and 20 K are in the same zone
    bench.set("SETP 1,70", "RANGE 1,1")
    bench.run(0.1)
    assert bench.ask("PID? 1;MOUT? 1;RANGE? 1;RAMP? 1;OUTMODE? 1") == (
        "+0021.0,+0022.0,+023.0;+010.00;2;0,+002.0;2,1,0"
    )
    bench.sensors["B"].value = 70.0
    bench.sensors["A"].value = 0.0
    bench.run(0.1)
    assert bench.ask("RANGE? 1") == "2"  # zone 2 controls on input B: the fault of A does not matter
    bench.instrument.power_cycle()
    bench.ask("*CLS")
    bench.set("RANGE 1,1")
    bench.run(0.1)
    assert bench.ask("RANGE? 1;OUTMODE? 1") == "1;2,1,0"  # nor after a power failure


def test_a_zones_input_may_be_shown_as_the_outputs_own(make_bench: MakeBench) -> None:
    bench = zoned(make_bench(options=Options(zone_input_shown=True)).wired())
    bench.set("SETP 1,70")
    bench.run(0.1)
    assert bench.ask("OUTMODE? 1") == "2,2,0"
    bench.set("SETP 1,20")  # zone 1 names no input
    bench.run(0.1)
    assert bench.ask("OUTMODE? 1") == "2,2,0"


def test_values_edited_by_hand_stay_until_the_next_crossing(bench: Bench) -> None:
    zoned(bench)
    bench.set("SETP 1,70")
    bench.run(0.1)
    bench.set("PID 1,99,9,0", "SETP 1,80", "ZONE 1,2,90,21,22,23,10,2,2,2")
    bench.run(0.1)
    assert bench.ask("PID? 1") == "+0099.0,+0009.0,+000.0"
    bench.set("SETP 1,40")
    bench.run(0.1)
    assert bench.ask("PID? 1") == "+0011.0,+0012.0,+013.0"


def test_a_ramp_crosses_zones_on_its_way(bench: Bench) -> None:
    zoned(bench)
    bench.set("SETP 1,49", "RAMP 1,1,60", "SETP 1,52")
    bench.run(0.9)
    assert bench.ask("SETP? 1;PID? 1") == "+049.900;+0050.0,+0020.0,+000.0"
    bench.run(0.3)
    assert bench.ask("PID? 1;RAMP? 1;RAMPST? 1") == "+0021.0,+0022.0,+023.0;1,+002.0;1"


@pytest.mark.parametrize(
    ("owner", "gains"), [("lower", "+0011.0,+0012.0,+013.0"), ("upper", "+0021.0,+0022.0,+023.0")]
)
def test_which_zone_owns_its_bound(make_bench: MakeBench, owner: str, gains: str) -> None:
    bench = zoned(make_bench(options=Options(zone_boundary=owner)).wired())
    bench.set("SETP 1,200")
    bench.run(0.1)
    bench.set("SETP 1,50")
    bench.run(0.1)
    assert bench.ask("PID? 1") == gains


@pytest.mark.parametrize(("reading", "heater_range"), [("applied", "2"), ("stays off", "0")])
def test_crossing_with_range_off(make_bench: MakeBench, reading: str, heater_range: str) -> None:
    bench = zoned(make_bench(options=Options(zone_range_when_off=reading)).wired())
    bench.set("SETP 1,70")
    bench.run(0.1)
    assert bench.ask("RANGE? 1") == heater_range


def test_zone_bounds_are_kelvin_also_for_celsius_setpoints(bench: Bench) -> None:
    zoned(bench)
    bench.set("INTYPE A,3,1,0,0,2", "SETP 1,-200")  # 73.15 K
    bench.run(0.1)
    assert bench.ask("PID? 1") == "+0021.0,+0022.0,+023.0"


@pytest.mark.parametrize(("on_entry", "p"), [(False, "+0050.0"), (True, "+0011.0")])
def test_selecting_zone_mode(make_bench: MakeBench, on_entry: bool, p: str) -> None:
    bench = make_bench(options=Options(zone_on_entry=on_entry)).wired()
    bench.set(*ZONES, "SETP 1,20", "OUTMODE 1,2,1,0")
    bench.run(0.1)
    assert bench.ask("PID? 1").startswith(p)
