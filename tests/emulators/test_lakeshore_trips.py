"""What turns a heater off, and what a power cycle keeps; from lakeshore-protocol.md 5.4 and 6."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from cryosim.emulators.lakeshore import Options

from .conftest import Bench

MakeBench = Callable[..., Bench]


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
    bench = heating(make_bench(options=Options(trip_on_range_change=False)).wired())
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
    bench = make_bench(options=Options(restored_setpoint=restored)).wired()
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
    bench = make_bench(options=Options(default_erases_curves=True)).wired()
    bench.set("DFLT 99")
    assert bench.ask("CRVPT? 21,2;CRVPT? 2,1") == "+0.00000,+0.00000;+0.09057,+500.000"
