"""What the receiver's report says about itself, and what its own figures give (docs/errata.md)."""

from __future__ import annotations

import math

import pytest

from cryosim.physics.cooler import first_stage_capacity, second_stage_capacity
from cryosim.plant.amplifier_sheet import SHEETS
from cryosim.plant.crx import Crx
from cryosim.sensors import DiodeSensor


def test_the_catalogue_is_met_at_60_hz_and_20_k():
    assert first_stage_capacity(77.0, 19.0, 60.0, 1.0) == pytest.approx(20.0, abs=0.1)
    assert second_stage_capacity(90.0, 20.0, 60.0, 1.0) == pytest.approx(5.3, abs=0.05)


def test_volts_for_25_watts_are_81():
    line = Crx().lines["HEATERS"]
    line.apply(81.0, 2.0)
    assert line.powers() == pytest.approx((25.0, 25.0), rel=0.01)
    line.apply(50.0, 2.0)
    assert line.powers() == pytest.approx((9.5, 9.5), rel=0.01)
    assert 50.0 / (line.resistance() - line.circuit.leads) == pytest.approx(1.0)  # A, as the report counts


def test_zeolite_resistors_get_less_than_a_watt():
    line = Crx().lines["REGEN"]
    line.apply(15.8, 1.0)
    assert line.powers() == pytest.approx((0.95, 0.95), rel=0.01)
    assert line.read().amperes == pytest.approx(0.195, abs=1e-3)


@pytest.mark.parametrize(("beads", "centimetres", "printed"), [(2100, 263.9, 268), (1800, 226.2, 230)])
def test_beads_have_less_surface_than_is_printed(beads, centimetres, printed):
    area = beads * math.pi * 0.2**2
    assert area == pytest.approx(centimetres, abs=0.05)
    assert printed / area == pytest.approx(1.016, abs=0.001)


@pytest.mark.parametrize(("serial", "milliwatts"), [("YCA-2024 1103", 8.7), ("YCA-2031 0204", 8.8)])
def test_cold_bias_is_not_quite_9_milliwatts(serial, milliwatts):
    assert sum(1e3 * row.drain * row.current for row in SHEETS[serial].cold) == pytest.approx(milliwatts, abs=0.01)


def test_two_wires_add_a_third_of_a_millivolt():
    four, two = DiodeSensor(lambda: 90.0), DiodeSensor(lambda: 90.0, leads=Crx().sensor_leads)
    assert two.read() - four.read() == pytest.approx(0.31e-3, rel=1e-6)
