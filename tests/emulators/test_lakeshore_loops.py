"""PID equation, heater power, output modes, autotune; values typed by hand from lakeshore-protocol.md."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from cryosim.emulators.lakeshore import Options
from cryosim.emulators.lakeshore.control import Gains, pid_step

from .conftest import Bench

MakeBench = Callable[..., Bench]


# --- the equation (6.1) -----------------------------------------------------------


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


def test_scale_of_p_is_an_option(make_bench: MakeBench) -> None:
    bench = make_bench(options=Options(p_scale=0.1)).wired()
    bench.set("PID 1,50,0,0", "SETP 1,102", "RANGE 1,3")
    bench.run(0.1)
    assert bench.ask("HTR? 1;PID? 1") == "+010.0;+0050.0,+0000.0,+000.0"


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


# --- heater (5.3) -----------------------------------------------------------


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
    bench = make_bench(options=Options(pid_linear_in=linear)).wired()
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


def test_percent_is_of_the_current_that_50_volts_allow(bench: Bench) -> None:
    bench.loads[1].resistance = 50.0
    bench.set("HTRSET 1,0,2,0,1.5,1", "OUTMODE 1,3,0,0", "MOUT 1,50", "RANGE 1,3")
    bench.run(0.1)
    assert bench.loads[1].amperes == pytest.approx(0.5)  # 5.3: of min(1.5 A, 50 V / 50 ohm)
    bench.set("RANGE 1,2")
    bench.run(0.1)
    assert bench.loads[1].amperes ** 2 * 50.0 == pytest.approx(1.25)  # a tenth of the power


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


# --- modes (6.2) -----------------------------------------------------------


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


# --- autotune (6.7) -----------------------------------------------------------


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
