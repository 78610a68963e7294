"""The laws of the receiver's cryostat against the document, each other, and a finer integration."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cryosim.physics import OutOfRange
from cryosim.physics.cooler import FIRST, SECOND, first_stage_capacity, second_stage_capacity
from cryosim.physics.radiation import radiated_heat, radiative_conductance
from cryosim.physics.solids import enthalpy_table, mixed_table
from cryosim.physics.sorption import equilibrium_pressure, half_pressure, loading_after
from cryosim.physics.wires import AREA_36_AWG, CONDUCTIVITY, conductivity_integral, wire_resistance


def test_the_chart_gives_what_the_report_read_off_it():
    """19 W at 90 K and 4 W at 19 K (seed 001, section 3.1)."""
    assert first_stage_capacity(90.0, 19.0, 50.0, 1.0) == pytest.approx(19.0)
    assert second_stage_capacity(90.0, 19.0, 50.0, 1.0) == pytest.approx(4.0)


@given(st.floats(1.0, 400.0), st.floats(1.0, 400.0), st.sampled_from([50.0, 60.0]), st.floats(0.0, 1.0))
def test_capacity_is_never_negative_and_goes_with_frequency_and_condition(first, second, frequency, condition):
    for capacity in (first_stage_capacity, second_stage_capacity):
        full = capacity(first, second, 50.0, 1.0)
        assert full >= 0.0
        assert capacity(first, second, frequency, condition) == pytest.approx(full * frequency / 50.0 * condition)


def test_a_warmer_stage_gives_more():
    for points in (FIRST, SECOND):
        assert sorted(points) == list(points) and [q for _, q in points] == sorted(q for _, q in points)


@given(st.floats(5.0, 330.0), st.floats(5.0, 330.0))
def test_radiation_goes_downhill_and_its_slope_is_its_derivative(warm, cold):
    heat = radiated_heat(0.32, 0.0105, warm, cold)
    assert math.copysign(1.0, heat) == math.copysign(1.0, warm - cold) or heat == 0.0
    slope = (radiated_heat(0.32, 0.0105, warm, cold - 0.01) - radiated_heat(0.32, 0.0105, warm, cold + 0.01)) / 0.02
    assert slope == pytest.approx(radiative_conductance(0.32, 0.0105, cold), rel=1e-3, abs=1e-9)


@given(st.floats(4.0, 900.0), st.floats(4.0, 900.0), st.floats(4.0, 900.0))
def test_conductivity_integrals_add_up(a, b, c):
    whole = conductivity_integral(a, c)
    assert conductivity_integral(a, b) + conductivity_integral(b, c) == pytest.approx(whole, abs=1e-6)


def test_conductivity_integral_against_a_sum():
    def conductivity(kelvin):
        for (t0, k0), (t1, k1) in zip(CONDUCTIVITY, CONDUCTIVITY[1:], strict=False):
            if t0 <= kelvin <= t1:
                return k0 + (k1 - k0) * (kelvin - t0) / (t1 - t0)
        return CONDUCTIVITY[-1][1]

    steps = 40000
    total = sum(conductivity(4.0 + 331.0 * (k + 0.5) / steps) for k in range(steps)) * 331.0 / steps
    assert conductivity_integral(4.0, 335.0) == pytest.approx(total, rel=1e-6)


def test_wires_are_negligible_and_their_resistance_is_not():
    """3 mW and 0.5 mW through 23 wires; 31 ohm both ways (physics.md 7, 9.5)."""
    share = 23 * AREA_36_AWG / 0.75
    assert share * conductivity_integral(90.0, 295.0) == pytest.approx(3e-3, rel=0.05)
    assert share * conductivity_integral(19.0, 90.0) == pytest.approx(0.5e-3, rel=0.05)
    assert 2.0 * wire_resistance(1.5) == pytest.approx(31.0, rel=0.01)


@given(st.floats(0.0, 100.0), st.floats(0.0, 1e4), st.floats(0.0, 1e8))
def test_zeolite_never_overfills_and_solves_its_equation(loading, supplied, stiffness):
    after, slope = loading_after(loading, supplied, 114.0, stiffness)
    assert 0.0 <= after <= 114.0 * (1.0 + 1e-12) or stiffness == 0.0
    assert 0.0 <= slope <= 1.0
    if stiffness and after < 113.0:
        left = after + stiffness * after / (114.0 - after)
        assert left == pytest.approx(loading + supplied, rel=1e-6, abs=1e-9)


def test_zeolite_comes_to_its_isotherm():
    held = 10.0
    for _ in range(2000):
        held, _ = loading_after(held, 8e-3 * 10.0 * 5.0, 114.0, 8e-3 * 10.0 * half_pressure(90.0))
    assert equilibrium_pressure(held / 114.0, 90.0) == pytest.approx(5.0, rel=1e-3)


def test_a_mixture_holds_what_its_parts_hold():
    mixed = mixed_table({"aluminium": 1.6, "copper": 1.0})
    for kelvin in (4.0, 19.0, 90.0, 295.0):
        parts = 1.6 * enthalpy_table("aluminium").at(kelvin) + enthalpy_table("copper").at(kelvin)
        assert 2.6 * mixed.at(kelvin) == pytest.approx(parts, rel=1e-9)
        assert mixed.look_up(mixed.at(kelvin))[0] == pytest.approx(kelvin, rel=1e-9)


@pytest.mark.parametrize(
    "call",
    [
        lambda: first_stage_capacity(0.5, 19.0, 50.0, 1.0),
        lambda: second_stage_capacity(90.0, math.nan, 50.0, 1.0),
        lambda: first_stage_capacity(90.0, 19.0, -50.0, 1.0),
        lambda: radiated_heat(-1.0, 0.1, 300.0, 4.0),
        lambda: radiative_conductance(1.0, 1.5, 4.0),
        lambda: conductivity_integral(1.0, 300.0),
        lambda: wire_resistance(math.nan),
        lambda: half_pressure(0.0),
        lambda: equilibrium_pressure(1.0, 90.0),
        lambda: loading_after(-1.0, 0.0, 1.0, 0.0),
        lambda: mixed_table({"lead": 1.0}),
        lambda: mixed_table({"copper": 0.0}),
    ],
)
def test_outside_its_range_a_law_raises(call):
    with pytest.raises(OutOfRange):
        call()
