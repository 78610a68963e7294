"""Noise temperature and gain of the amplifiers; figures from seed 001, 2.6.1, and bias-flow-vacuum.md 2.4."""

from __future__ import annotations

import pytest

from cryosim.physics.fet import gate_voltage
from cryosim.plant.amplifier import TRANSISTORS, Amplifier, Cabling
from cryosim.plant.amplifier_sheet import SHEETS, Row, gain, noise

SERIALS = ("YCA-2024 1103", "YCA-2031 0204")


def held(serial: str, kelvin: float, rows: tuple[Row, ...], lower: float = 0.0) -> Amplifier:
    """Return an amplifier whose gates hold the currents of some rows, or lie lower by so many volts."""
    unit = Amplifier(serial, lambda: kelvin, Cabling(0.0, 0.0, 0.0))
    unit.disturb(0.0)
    unit.settle()
    for stage, row in zip(unit.stages, rows, strict=True):
        stage.gate.apply(gate_voltage(row.drain, row.current, stage.pinch, kelvin) - lower, 1e-3)
        stage.drain.apply(row.drain, 0.02)
    return unit


@pytest.mark.parametrize(
    ("row", "kelvin", "temperatures", "gains"),
    [
        ("cold", 15.0, (3.8, 3.9), (36.3, 36.4)),
        ("warm", 297.0, (68.9, 68.2), (34.8, 34.4)),
        ("cold", 77.0, (18.4, 18.5), (33.7, 34.0)),
        ("cold", 297.0, (93.0, 91.0), (25.8, 26.3)),
    ],
)
def test_at_the_bias_of_the_sheet_and_held_there(
    row: str, kelvin: float, temperatures: tuple[float, ...], gains: tuple[float, ...]
):
    for serial, temperature, decibels in zip(SERIALS, temperatures, gains, strict=True):
        unit = held(serial, kelvin, getattr(SHEETS[serial], row))
        assert noise(unit, kelvin) == pytest.approx(temperature, abs=0.051 if temperature < 80.0 else 0.51)
        assert gain(unit, kelvin) == pytest.approx(decibels, abs=0.051)


def test_gain_is_what_shows_a_wrong_gate():
    for serial, temperature, decibels in zip(SERIALS, (3.9, 4.0), (32.8, 33.1), strict=True):
        unit = held(serial, 15.0, SHEETS[serial].cold, lower=0.15)
        assert noise(unit, 15.0) == pytest.approx(temperature, abs=0.051)
        assert gain(unit, 15.0) == pytest.approx(decibels, abs=0.051)


def test_off_and_burnt_amplifiers_do_not_amplify():
    unit = Amplifier(SERIALS[0], lambda: 15.0)
    assert gain(unit, 15.0) < -35.0
    assert noise(unit, 15.0) > 30.0
    good = held(SERIALS[0], 15.0, SHEETS[SERIALS[0]].cold)
    before = gain(good, 15.0)
    good.stages[0].burn("for the test")
    assert gain(good, 15.0) == pytest.approx(before - 25.0, abs=0.1)


def test_every_amplifier_has_a_sheet():
    assert SHEETS.keys() == TRANSISTORS.keys()
