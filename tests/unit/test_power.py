"""Heater power: figures of the manual's table and of the acceptance sheet."""

from __future__ import annotations

import pytest

from cryoioc.pvs.power import HeaterSetup, heater_power, voltage_power


@pytest.mark.parametrize(
    ("amperes", "ohm", "watts"),
    [(0.707, 25, 12.5), (1.0, 25, 25.0), (1.414, 25, 50.0), (1.732, 25, 75.0), (0.707, 50, 25.0), (1.0, 50, 50.0)],
)
def test_full_scale_power_is_the_manuals_table(amperes: float, ohm: float, watts: float) -> None:
    """lakeshore-protocol.md 5.3 [M350] [C336]."""
    setup = HeaterSetup(amperes, ohm, "Power")
    assert heater_power(100.0, setup, 0) == pytest.approx(watts, rel=1e-3)
    assert heater_power(100.0, setup, 1) == pytest.approx(watts / 10, rel=1e-3)
    assert heater_power(100.0, setup, 2) == pytest.approx(watts / 100, rel=1e-3)


def test_compliance_limits_the_current() -> None:
    """1.414 A through 50 ohm would need 70.7 V; 50 V are there (5.3)."""
    assert heater_power(100.0, HeaterSetup(1.414, 50.0, "Power"), 0) == pytest.approx(50.0)


def test_percent_of_current_goes_with_the_square() -> None:
    """physics.md 6.2: 42 % on HI is 8.82 W, 11 % is 0.605 W."""
    setup = HeaterSetup(1.414, 25.0, "Current")
    assert heater_power(42.0, setup, 0) == pytest.approx(8.82, abs=0.01)
    assert heater_power(11.0, setup, 0) == pytest.approx(0.605, abs=0.001)


def test_range_off_is_no_power_whatever_the_percentage() -> None:
    assert heater_power(100.0, HeaterSetup(1.414, 25.0, "Power"), None) == 0.0


def test_voltage_output() -> None:
    """1 W into 100 ohm at 10 V (lakeshore-protocol.md 5.2)."""
    assert voltage_power(100.0, 100.0) == pytest.approx(1.0)
    assert voltage_power(-50.0, 100.0) == pytest.approx(0.25)
