"""The Alicat emulator with a valve: setpoint, ramp, hold, loop variable; shapes from bias-flow-vacuum.md 3.1."""

from __future__ import annotations

import pytest

from .alicats import ask, controller, let_pass, meter


@pytest.mark.parametrize("word", ["AS 5", "ALS", "ALSS", "ALV", "AHC", "AC", "AVD", "AR122"])
def test_a_meter_has_no_valve(word: str):
    assert ask(meter(firmware="10v20.0-R24"), word) == "?"


def test_setpoint_is_reached_with_one_time_constant():
    unit = controller()
    assert ask(unit, "ALS 10") == "A +010.00 +010.00 7 SLPM"
    let_pass(unit, 0.3)
    assert float(ask(unit, "A").split()[4]) == pytest.approx(10 * 0.632, abs=0.02)
    let_pass(unit, 3.0)
    assert ask(unit, "A").split()[4] == "+010.00"
    assert ask(unit, "AVD") == "A 050.00 000.00 000.00 000.00"
    assert ask(unit, "ALS 20.5") == ask(unit, "ALS -1") == ask(unit, "AS fast") == "?"
    assert ask(unit, "ALS") == "A +010.00 +010.00 7 SLPM"


def test_setpoint_is_taken_and_shown_in_the_unit_of_the_flow():
    unit = controller()
    ask(unit, "ADCU 5 12")
    assert ask(unit, "ALS 5000") == "A +5000.00 +5000.00 12 SCCM"
    assert ask(unit, "ADCU 5 7", "ALS") == "A +005.00 +005.00 7 SLPM"


@pytest.mark.parametrize("source", ["A", "U"])
def test_setpoint_from_elsewhere_ignores_the_serial_one(source: str):
    unit = controller()
    assert ask(unit, "ALSS") == "A S"
    assert ask(unit, f"ALSS {source}") == f"A {source}"
    assert ask(unit, "ALS 10") == "A +000.00 +000.00 7 SLPM"
    assert ask(unit, "ALSS X") == "?"


def test_ramp_moves_the_working_setpoint():
    unit = controller()
    assert ask(unit, "ASR 2 4") == "A 2.0000000 7 4 SLPM/s"
    ask(unit, "ALS 10")
    let_pass(unit, 2.0)
    assert ask(unit, "ALS") == "A +004.00 +010.00 7 SLPM"
    ask(unit, "ALSRC 1 0 0 0", "ALS 1")
    let_pass(unit, 0.1)
    assert ask(unit, "ALS") == "A +001.00 +001.00 7 SLPM"


def test_valve_hold():
    unit = controller()
    ask(unit, "AS 10")
    let_pass(unit, 5.0)
    assert ask(unit, "AHP").endswith(" HLD")
    ask(unit, "AS 1")
    let_pass(unit, 5.0)
    assert ask(unit, "A").split()[4] == "+010.00"
    ask(unit, "AHC")
    let_pass(unit, 5.0)
    assert ask(unit, "A").split()[4] == "+000.00"
    assert not ask(unit, "AC").endswith(" HLD")
    let_pass(unit, 5.0)
    assert ask(unit, "A").split()[4] == "+001.00"


def test_loop_variable_pressure():
    unit = controller()
    assert ask(unit, "AR122") == "A   122 = 37"
    assert ask(unit, "ALV 34") == "A 34"
    ask(unit, "ALS 30")
    let_pass(unit, 5.0)
    assert ask(unit, "A").split()[1] == "+030.000"
    assert ask(unit, "ALV 99") == "?"
