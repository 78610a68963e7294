"""Loops, ramps, zones and trips; expected values from lakeshore-protocol.md 5 and 6, typed by hand."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from cryosim.emulators.lakeshore import Options
from cryosim.emulators.lakeshore.control import Gains, pid_step, ramp_step

from .conftest import Bench

MakeBench = Callable[..., Bench]


def made(make_bench: MakeBench, **options: object) -> Bench:
    """Return a 335 with options whose inputs read 1 K per ohm, at 100 K."""
    bench = make_bench(options=Options(**options))  # type: ignore[arg-type]
    bench.one_to_one("A")
    bench.one_to_one("B", 22)
    return bench


# --- the equation (6.1) ---------------------------------------------------------------------------


def test_proportional_only() -> None:
    assert pid_step(1.0, None, 0.0, Gains(10.0, 0.0, 0.0)) == (10.0, 0.0)  # 13.7: P = 10, e = 1 K


def test_integral_of_one_step() -> None:
    # 10 * 20/1000 * 2 K * 0.1 s = 0.04 %, beside the 20 % of P.
    total, integral = pid_step(2.0, None, 0.0, Gains(10.0, 20.0, 0.0))
    assert (total, integral) == (pytest.approx(20.04), pytest.approx(0.04))


def test_derivative_of_one_step() -> None:
    # Ti = 50 s, D 100 % is Ti/4 = 12.5 s; the error fell by 0.2 K in 0.1 s: 10 * 12.5 * -2 = -250 %.
    total, _ = pid_step(1.8, 2.0, 0.0, Gains(10.0, 20.0, 100.0))
    assert total == pytest.approx(18.0 + 0.036 - 250.0)


def test_integral_is_held_within_the_output() -> None:
    assert pid_step(1000.0, None, 99.0, Gains(100.0, 1000.0, 0.0))[1] == 100.0
    assert pid_step(-1000.0, None, 5.0, Gains(100.0, 1000.0, 0.0))[1] == 0.0
    assert pid_step(-1000.0, None, 5.0, Gains(100.0, 1000.0, 0.0), lowest=-100.0)[1] == -100.0


def test_integral_grows_linearly_on_the_wire(bench: Bench) -> None:
    bench.set("PID 1,10,20,0", "SETP 1,101", "RANGE 1,3")
    bench.run(100.0)
    assert bench.ask("HTR? 1") == "+030.0"  # 10 % + 10 %/K * 1 K * 100 s / 50 s


def test_a_thermal_load_settles_on_its_setpoint(bench: Bench) -> None:
    # First order: 2 K/W, 20 s, bath at 90 K.
    bench.set("PID 1,20,50,0", "SETP 1,110", "RANGE 1,3")
    kelvin = 90.0
    for _ in range(6000):
        watts = bench.loads[1].amperes ** 2 * 25.0
        kelvin += 0.1 / 20.0 * (90.0 + 2.0 * watts - kelvin)
        bench.sensors["A"].value = kelvin
        bench.run(0.1)
    assert kelvin == pytest.approx(110.0, abs=0.01)
    assert bench.loads[1].amperes == pytest.approx(math.sqrt(10.0 / 25.0), rel=1e-2)  # 10 W


# --- heater (5.3) ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "resistance", "heater_range", "watts"),
    [
        (1, 1, 3, 12.5), (1, 1, 2, 1.25), (1, 1, 1, 0.125), (1, 2, 3, 25.0),
        (2, 1, 3, 25.0), (2, 1, 2, 2.5), (2, 1, 1, 0.25), (2, 2, 3, 50.0),
        (3, 1, 3, 50.0), (3, 1, 2, 5.0), (3, 1, 1, 0.5),
        (4, 1, 3, 75.0), (4, 1, 2, 7.5), (4, 1, 1, 0.75),
    ],
)  # fmt: skip
def test_table_of_heater_power(
    bench: Bench, code: int, resistance: int, heater_range: int, watts: float
) -> None:
    ohm = 25.0 * resistance
    bench.loads[1].resistance = ohm
    bench.set(
        f"HTRSET 1,0,{resistance},{code},1,1", "OUTMODE 1,3,0,0", "MOUT 1,100", f"RANGE 1,{heater_range}"
    )
    bench.run(0.1)
    assert bench.loads[1].amperes ** 2 * ohm == pytest.approx(watts, rel=2e-3)


@pytest.mark.parametrize(("display", "watts"), [(1, 75.0 * 0.25), (2, 75.0 * 0.5)])
def test_manual_output_is_a_share_of_what_is_displayed(bench: Bench, display: int, watts: float) -> None:
    bench.set(f"HTRSET 1,0,1,4,1,{display}", "OUTMODE 1,3,0,0", "MOUT 1,50", "RANGE 1,3")
    bench.run(0.1)
    assert bench.ask("HTR? 1") == "+050.0"
    assert bench.loads[1].amperes ** 2 * 25.0 == pytest.approx(watts, rel=2e-3)


@pytest.mark.parametrize(
    ("linear", "display", "shown", "share_of_current"),
    [
        ("displayed", 1, "+025.0", 0.25),
        ("displayed", 2, "+025.0", 0.5),
        ("current", 2, "+006.2", 0.25),  # 25 % of current is 6.25 % of power
        ("power", 1, "+050.0", 0.5),
    ],
)
def test_what_the_pid_sum_is_linear_in(
    make_bench: MakeBench, linear: str, display: int, shown: str, share_of_current: float
) -> None:
    bench = made(make_bench, pid_linear_in=linear)
    bench.set(f"HTRSET 1,0,1,2,1,{display}", "PID 1,25,0,0", "SETP 1,101", "RANGE 1,3")
    bench.run(0.1)
    assert bench.ask("HTR? 1") == shown
    assert bench.loads[1].amperes == pytest.approx(share_of_current)  # of 1 A


def test_user_current_and_50_volts(bench: Bench) -> None:
    bench.loads[1].resistance = 50.0
    bench.set("HTRSET 1,0,2,0,1.03,2", "OUTMODE 1,3,0,0", "MOUT 1,100", "RANGE 1,3")
    assert bench.ask("HTRSET? 1") == "0,2,0,+1.030,2"  # 4.4
    bench.run(0.1)
    assert bench.loads[1].amperes == pytest.approx(1.0)  # min(1.03 A, 50 V / 50 ohm)


def test_a_larger_load_than_set_is_limited_by_compliance(bench: Bench) -> None:
    bench.loads[1].resistance = 100.0
    bench.set("OUTMODE 1,3,0,0", "MOUT 1,100", "RANGE 1,3")
    bench.run(0.1)
    assert bench.loads[1].amperes == pytest.approx(0.5)  # 50 V
    assert bench.ask("HTR? 1") == "+100.0"  # calculated, not measured


@pytest.mark.parametrize(("ohm", "code"), [(math.inf, "1"), (0.0, "2")])
def test_open_and_short_heater_turn_off_and_latch(bench: Bench, ohm: float, code: str) -> None:
    bench.set("OUTMODE 1,3,0,0", "MOUT 1,50", "RANGE 1,3", "OUTMODE 2,3,0,0", "MOUT 2,50", "RANGE 2,3")
    bench.run(0.1)
    assert bench.ask("HTRST? 1") == "0"
    bench.loads[1].resistance = ohm
    bench.run(0.1)
    assert bench.ask("RANGE? 1;RANGE? 2;HTR? 1") == "0;3;+000.0"  # 5.4: that output only
    assert bench.loads[1].amperes == 0.0
    bench.loads[1].resistance = 25.0
    bench.run(1.0)
    assert bench.ask("HTRST? 1;HTRST? 1") == f"{code};0"  # 4.2: reading clears


# --- setpoints (5.5) ------------------------------------------------------------------------------


@pytest.mark.parametrize(("reading", "reply"), [("clamp", "+1500.00;000"), ("reject", "+000.000;016")])
def test_setpoint_above_the_curves_limit(make_bench: MakeBench, reading: str, reply: str) -> None:
    bench = made(make_bench, setpoint_above_limit=reading)
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


# --- ramps (6.3) ----------------------------------------------------------------------------------


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


def test_setpoints_in_sensor_units_jump(bench: Bench) -> None:
    bench.set("INTYPE A,3,1,0,0,3", "RAMP 1,1,1", "SETP 1,50")
    assert bench.ask("SETP? 1;RAMP? 1") == "+50.0000;1,+001.0"


def test_other_readings_of_a_ramp(make_bench: MakeBench) -> None:
    bench = made(make_bench, setpoint_while_ramping="target", ramp_status_at_once=False, ramp_sign=False)
    bench.set("RAMP 1,1,10.5", "SETP 1,50")
    assert bench.ask("SETP? 1;RAMPST? 1;RAMP? 1") == "+050.000;0;1,010.5"
    bench.run(0.1)
    assert bench.ask("RAMPST? 1") == "1"
    bench = made(make_bench, ramp_with_range_off=False)
    assert bench.ask("RAMP 1,1,1;SETP 1,50;SETP? 1;RANGE 1,1;SETP 1,60;SETP? 1") == "+050.000;+050.000"


def test_one_ramp_step_never_overshoots() -> None:
    assert ramp_step(10.0, 10.05, 60.0) == 10.05
    assert ramp_step(10.0, 9.0, 60.0) == pytest.approx(9.9)


# --- zones (6.4) ----------------------------------------------------------------------------------

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
    bench = zoned(made(make_bench, zone_boundary=owner))
    bench.set("SETP 1,200")
    bench.run(0.1)
    bench.set("SETP 1,50")
    bench.run(0.1)
    assert bench.ask("PID? 1") == gains


@pytest.mark.parametrize(("reading", "heater_range"), [("applied", "2"), ("stays off", "0")])
def test_crossing_with_range_off(make_bench: MakeBench, reading: str, heater_range: str) -> None:
    bench = zoned(made(make_bench, zone_range_when_off=reading))
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
    bench = made(make_bench, zone_on_entry=on_entry)
    bench.set(*ZONES, "SETP 1,20", "OUTMODE 1,2,1,0")
    bench.run(0.1)
    assert bench.ask("PID? 1").startswith(p)


# --- what sets RANGE to 0 (5.4) -------------------------------------------------------------------


def heating(bench: Bench) -> Bench:
    bench.set("OUTMODE 1,1,1,0", "OUTMODE 2,1,2,0", "SETP 1,105", "SETP 2,105", "RANGE 1,3", "RANGE 2,2")
    bench.run(0.1)
    assert bench.ask("RANGE? 1;RANGE? 2") == "3;2"
    return bench


def test_temperature_limit_turns_every_output_off(bench: Bench) -> None:
    heating(bench)
    bench.set("TLIMIT B,110")
    bench.run(0.1)
    assert bench.ask("RANGE? 1;RANGE? 2;TLIMIT? B") == "3;2;+0110"
    bench.sensors["B"].value = 110.1
    bench.run(0.1)
    assert bench.ask("RANGE? 1;RANGE? 2") == "0;0"
    assert bench.loads[1].amperes == 0.0
    bench.set("RANGE 1,1")
    bench.run(0.1)
    assert bench.ask("RANGE? 1") == "0"  # as long as it is above


@pytest.mark.parametrize(("text", "reply"), [("whole", "+0110"), ("point", "+0110."), ("decimal", "+110.0")])
def test_texts_of_the_temperature_limit(make_bench: MakeBench, text: str, reply: str) -> None:
    bench = make_bench(options=Options(tlimit_text=text))  # type: ignore[arg-type]
    assert bench.ask("TLIMIT A,110;TLIMIT? A") == reply  # 2.7


@pytest.mark.parametrize("ohm", [math.inf, 0.0, 0.5, 2500.0])
def test_a_control_sensor_error_turns_its_own_loop_off(bench: Bench, ohm: float) -> None:
    heating(bench)
    bench.sensors["A"].value = ohm  # S.OVER, short, T.UNDER, T.OVER
    bench.run(0.1)
    assert bench.ask("RANGE? 1;RANGE? 2") == "0;2"


def test_open_loop_does_not_mind_its_sensor(bench: Bench) -> None:
    bench.set("OUTMODE 1,3,1,0", "MOUT 1,20", "RANGE 1,2")
    bench.sensors["A"].value = math.inf
    bench.run(0.1)
    assert bench.ask("RANGE? 1;HTR? 1") == "2;+020.0"  # 6.2


@pytest.mark.parametrize(
    "change", ["INTYPE A,2,1,0,0,1", "INCRV A,0", "INTYPE A,3,0,4,0,1", "INTYPE A,0,0,0,0,1"]
)
def test_setup_change_turns_off_and_stops_the_ramp(bench: Bench, change: str) -> None:
    heating(bench)
    bench.set("RAMP 1,1,6", "SETP 1,200")
    bench.run(10.0)
    bench.set(change)
    bench.run(10.0)
    assert bench.ask("RANGE? 1;RANGE? 2;SETP? 1;RAMPST? 1") == "0;2;+106.000;0"  # 4.3


def test_the_same_setup_again_changes_nothing(bench: Bench) -> None:
    heating(bench)
    bench.set("INTYPE A,3,1,0,0,1", "INCRV A,21")
    assert bench.ask("RANGE? 1") == "3"


def test_range_change_may_leave_the_loop_alone(make_bench: MakeBench) -> None:
    bench = heating(made(make_bench, trip_on_range_change=False))
    bench.set("INTYPE A,3,0,4,0,1")
    assert bench.ask("RANGE? 1") == "3"


def test_all_off_works_when_locked_but_not_on_monitor_out(bench: Bench) -> None:
    bench.set("LOCK 1,123", "OUTMODE 1,3,0,0", "MOUT 1,50", "RANGE 1,3")
    bench.set("HTRSET 2,1,1,1,1,1", "OUTMODE 2,4,1,0", "RANGE 2,1")
    bench.run(0.1)
    bench.instrument.press_all_off()
    bench.run(0.1)
    assert bench.ask("RANGE? 1;HTR? 2;LOCK?") == "0;+010.0;1,123"
    assert bench.loads[2].volts == pytest.approx(1.0)  # 100 K of 1000 K


@pytest.mark.parametrize(("powerup", "after"), [(0, "0"), (1, "2")])
def test_power_cycle(bench: Bench, powerup: int, after: str) -> None:
    bench.set(f"OUTMODE 1,1,1,{powerup}", "SETP 1,105", "PID 1,33,22,11", "RANGE 1,2", "EMUL 1,1", "MODE 2")
    bench.ask("*ESE 255")
    bench.instrument.power_cycle()
    assert bench.ask("RANGE? 1;SETP? 1;PID? 1;INCRV? A;EMUL?;MODE?;*ESE?;*ESR?") == (
        f"{after};+105.000;+0033.0,+0022.0,+011.0;21;1,1;0;000;128"  # 6.6
    )


@pytest.mark.parametrize(("restored", "setpoint"), [("current", "+011.000"), ("target", "+020.000")])
def test_power_cycle_during_a_ramp(make_bench: MakeBench, restored: str, setpoint: str) -> None:
    bench = made(make_bench, restored_setpoint=restored)
    bench.set("SETP 1,10", "RAMP 1,1,60", "SETP 1,20")
    bench.run(1.0)
    bench.instrument.power_cycle()
    assert bench.ask("SETP? 1;RAMPST? 1") == f"{setpoint};0"


def test_reset_goes_back_to_power_up_and_default_to_the_factory(bench: Bench) -> None:
    heating(bench)
    bench.set("PID 1,33,22,11", "*RST")
    assert bench.ask("RANGE? 1;PID? 1") == "0;+0033.0,+0022.0,+011.0"
    bench.set("DFLT 99")
    assert bench.ask("PID? 1;SETP? 1;INCRV? A;CRVPT? 21,2;OUTMODE? 1;LOCK?") == (
        "+0050.0,+0020.0,+000.0;+000.000;00;+2000.00,+2000.00;1,1,0;0,123"  # 4.7; user curves kept
    )


def test_default_may_erase_user_curves(make_bench: MakeBench) -> None:
    bench = made(make_bench, default_erases_curves=True)
    bench.set("DFLT 99")
    assert bench.ask("CRVPT? 21,2;CRVPT? 2,1") == "+0.00000,+0.00000;+0.09057,+500.000"


# --- modes (6.2) ----------------------------------------------------------------------------------


def test_off_mode_accepts_a_range_and_gives_nothing(bench: Bench) -> None:
    bench.set("OUTMODE 1,0,1,0", "RANGE 1,3", "SETP 1,200")
    bench.run(0.1)
    assert bench.ask("RANGE? 1;HTR? 1") == "3;+000.0"  # 2.5


def test_manual_output_adds_to_the_closed_loop(bench: Bench) -> None:
    bench.set("PID 1,10,0,0", "MOUT 1,12.5", "SETP 1,101", "RANGE 1,3")
    bench.run(0.1)
    assert bench.ask("HTR? 1;MOUT? 1") == "+022.5;+012.50"


def test_bipolar_voltage_loop_goes_below_zero(bench: Bench) -> None:
    bench.set("HTRSET 2,1,1,1,1,1", "POLARITY 2,1", "PID 2,10,0,0", "SETP 2,95", "RANGE 2,1")
    bench.run(0.1)
    assert bench.ask("HTR? 2;POLARITY?;POLARITY? 2;RANGE 2,2;*ESR?") == "-050.0;1;1;016"
    assert bench.loads[2].volts == pytest.approx(-5.0)


def test_changing_the_output_type_lets_go_of_the_load(bench: Bench) -> None:
    bench.set("OUTMODE 2,3,0,0", "MOUT 2,50", "RANGE 2,3")
    bench.run(0.1)
    assert bench.loads[2].amperes > 0.0
    bench.set("HTRSET 2,1,1,1,1,1")
    bench.run(0.1)
    assert bench.ask("RANGE? 2") == "0"
    assert bench.loads[2].amperes == 0.0


@pytest.mark.parametrize(
    ("polarity", "kelvin", "volts"), [(0, 60.0, 1.0), (0, 250.0, 10.0), (1, 60.0, -8.0), (1, 20.0, -10.0)]
)
def test_monitor_out_maps_the_reading(bench: Bench, polarity: int, kelvin: float, volts: float) -> None:
    bench.set("HTRSET 2,1,1,1,1,1", f"ANALOG 2,1,1,150,50,{polarity}", "OUTMODE 2,4,1,0")
    bench.sensors["A"].value = kelvin
    bench.run(0.1)
    assert bench.loads[2].volts == pytest.approx(volts)
    assert bench.ask("ANALOG? 2;OUTMODE? 2") == f"1,1,+150.00,+050.00,{polarity};4,1,0"


@pytest.mark.parametrize(("control", "at_setpoint"), [(0, "0;+000.0"), (1, "1;+000.0")])
def test_warm_up_supply(bench: Bench, control: int, at_setpoint: str) -> None:
    bench.set("HTRSET 2,1,1,1,1,1", "OUTMODE 2,5,1,0", f"WARMUP 2,{control},50", "SETP 2,110", "RANGE 2,1")
    bench.run(0.1)
    assert bench.ask("HTR? 2;WARMUP? 2") == f"+050.0;{control},+050.00"
    assert bench.loads[2].volts == pytest.approx(5.0)
    bench.sensors["A"].value = 110.0
    bench.run(0.1)
    assert bench.ask("RANGE? 2;HTR? 2") == at_setpoint
    bench.sensors["A"].value = 109.5
    bench.run(0.1)
    assert bench.ask("HTR? 2") == "+000.0"
    bench.sensors["A"].value = 109.0
    bench.run(0.1)
    assert bench.ask("HTR? 2") == ("+050.0" if control else "+000.0")  # 1 K below


# --- autotune (6.7) -------------------------------------------------------------------------------


def tuning(bench: Bench, mode: int) -> Bench:
    bench.set("PID 1,40,0,50", "SETP 1,104", "RANGE 1,3")
    bench.run(0.1)
    bench.set(f"ATUNE 1,{mode},")
    return bench


@pytest.mark.parametrize(
    ("mode", "stages", "gains"),
    [(0, 7, "+0040.0,+0000.0,+000.0"), (1, 11, "+0040.0,+0020.0,+000.0"), (2, 11, "+0040.0,+0020.0,+100.0")],
)
def test_autotune_runs_through_its_stages(bench: Bench, mode: int, stages: int, gains: str) -> None:
    tuning(bench, mode)
    for stage in range(stages):
        assert bench.ask("TUNEST?") == f"1,1,0,{stage:02d}"
        assert int(bench.ask("OPST?")) & 32 == (32 if stage == 0 else 0)  # 14.19: the bit means not tuning
        bench.run(10.0)
    assert bench.ask("TUNEST?;PID? 1;RANGE? 1;MOUT? 1") == f"0,1,0,00;{gains};3;+000.00"


@pytest.mark.parametrize("broken", ["RANGE 1,0", "SETP 1,105.1", "INCRV A,0", "OUTMODE 1,3,1,0"])
def test_autotune_needs_its_conditions(bench: Bench, broken: str) -> None:
    bench.set("SETP 1,104", "RANGE 1,3", broken)
    bench.run(0.1)
    bench.set("ATUNE 1,2")
    assert bench.ask("TUNEST?") == "0,1,1,00"


def test_turning_the_heater_off_ends_a_tune(bench: Bench) -> None:
    tuning(bench, 2)
    bench.run(35.0)
    bench.set("RANGE 1,0")
    bench.run(0.1)
    assert bench.ask("TUNEST?") == "0,1,1,03"
    assert bench.ask("ATUNE 1,3;*ESR?") == "016"


def test_one_loop_is_tuned_at_a_time(bench: Bench) -> None:
    tuning(bench, 2)
    bench.set("SETP 2,104", "RANGE 2,3", "ATUNE 2,0")
    assert bench.ask("TUNEST?") == "1,1,0,00"
