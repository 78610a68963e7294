"""The balance of heat: silent for every body whose thermometer tells the truth, loud for one that does not."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cryoioc.safety.heat_balance import Balance, Body, Interval, copper_heat, copper_kelvin, helium_heat, skip, step

BODY = Body(0.3)
SLPM = 2.761e-6  # kg/s; physics.md 6.3
TICK = 0.1  # s


@pytest.mark.parametrize(("kelvin", "heat"), [(20.0, 34.0), (100.0, 10600.0), (300.0, 79600.0)])
def test_heat_of_copper(kelvin, heat):
    """Second source: enthalpies of copper as tabulated by the NBS, of 0.034, 10.6 and 79.6 J/g."""
    assert copper_heat(kelvin) == pytest.approx(heat, rel=0.07)


@pytest.mark.parametrize(("kelvin", "heat"), [(5.0, 26.1), (13.0, 70.9), (145.0, 757.8), (295.0, 1536.9)])
def test_heat_of_helium_is_no_less_than_it_takes(kelvin, heat):
    """physics.md 1, from CoolProp."""
    assert 1.0 <= helium_heat(kelvin) / (heat * 1e3) < 1.25


def live(body: Body, kelvin: float, true_watts, *, seconds: float, watt: float, flow: float, reads=None,
         true_copper=None) -> Balance:  # fmt: skip
    """Let a body live, of which the helium takes ``true_watts(kelvin)``; its thermometer ``reads`` the truth or not."""
    copper = true_copper or body.copper
    heat, balance = copper * copper_heat(kelvin), Balance(kelvin)
    for _ in range(int(seconds / TICK)):
        heat = max(heat + TICK * (watt - true_watts(copper_kelvin(heat / copper))), copper * copper_heat(4.3))
        told = copper_kelvin(heat / copper)
        balance = step(body, balance, told if reads is None else reads, Interval(TICK, watt, flow))
    return balance


@settings(max_examples=30, deadline=None)
@given(
    start=st.floats(4.5, 300.0), watt=st.floats(0.0, 50.0), slpm=st.floats(0.5, 15.0), share=st.floats(0.05, 1.0)
)
def test_a_thermometer_that_tells_the_truth_leaves_nothing_over(start, watt, slpm, share):
    """Whatever share of what it could take the helium does take."""
    flow = slpm * SLPM
    balance = live(BODY, start, lambda t: share * flow * helium_heat(t), seconds=100.0, watt=watt, flow=flow)
    assert 0.0 <= balance.left < 20.0


@settings(max_examples=30, deadline=None)
@given(
    mass=st.floats(0.85, 1.15), start=st.floats(4.5, 300.0), watt=st.floats(0.0, 50.0), slpm=st.floats(0.5, 30.0),
    share=st.floats(0.05, 1.0),
)  # fmt: skip
def test_nor_does_one_on_a_body_whose_mass_is_known_badly(mass, start, watt, slpm, share):
    """Too light or too heavy, warming or cooling."""
    flow = slpm * SLPM
    left = min(
        live(body, start, lambda t: share * flow * helium_heat(t), seconds=100.0, watt=watt, flow=flow,
             true_copper=mass * BODY.copper).left
        for body in BODY.light_and_heavy()
    )  # fmt: skip
    assert 0.0 <= left < 20.0


def test_a_warm_sample_in_a_cold_cryostat_leaves_nothing_over():
    """15 % lighter than thought it cools by the helium alone: heat that it has not had is no heat given."""
    flow = 12.0 * SLPM
    light, heavy = (
        live(body, 294.0, lambda t: flow * helium_heat(t), seconds=600.0, watt=0.0, flow=flow,
             true_copper=0.85 * BODY.copper).left
        for body in BODY.light_and_heavy()
    )  # fmt: skip
    assert light < 1.0 and heavy > 2000.0


@settings(max_examples=30, deadline=None)
@given(reads=st.floats(4.0, 300.0), watt=st.floats(25.0, 50.0), slpm=st.floats(0.0, 4.0))
def test_a_thermometer_that_reads_one_temperature_leaves_the_heat_over(reads, watt, slpm):
    """4 SLPM can take 18 W at 300 K: of 25 W at least 7 are left over, from the beginning."""
    balance = live(BODY, reads, lambda t: 0.0, seconds=60.0, watt=watt, flow=slpm * SLPM, reads=reads)
    assert balance.left > 60.0 * (watt - slpm * SLPM * helium_heat(min(300.0, reads + 60.0))) * 0.9 > 0.0


def test_gas_that_leaves_cold_takes_less():
    flow = 8.0 * SLPM
    cold = Body(0.3, gas_leaves=160.0)
    full, less = (
        live(body, 295.0, lambda t: 0.0, seconds=60.0, watt=40.0, flow=flow, reads=295.0) for body in (BODY, cold)
    )
    assert less.left > 1000.0 > full.left


def test_what_the_gas_brings_along_counts_and_what_stands_beside_may_warm_it():
    brought = step(BODY, Balance(100.0), 100.0, Interval(1.0, 0.0, 0.0, carried=50.0))
    assert brought.left == pytest.approx(50.0, rel=1e-3)
    alone = Interval(1.0, 20.0, 4.0 * SLPM)
    beside = Interval(1.0, 20.0, 4.0 * SLPM, beside=300.0)
    assert step(BODY, Balance(20.0), 20.0, beside).left < step(BODY, Balance(20.0), 20.0, alone).left


def test_a_jump_counts_while_it_heats_and_never_while_it_does_not():
    heats, rests = Interval(TICK, 0.0, SLPM), Interval(TICK, 0.0, SLPM, heats=False)
    assert step(BODY, Balance(295.0), 100.0, heats).left > 15e3
    assert step(BODY, Balance(295.0), 100.0, rests).left == 0.0
    assert step(BODY, Balance(295.0, 900.0), 100.0, rests).left <= 900.0


def test_what_is_left_over_fades_with_the_flow_and_stays_through_a_gap():
    rests = Interval(1.0, 0.0, 5.0 * SLPM, heats=False)
    balance = Balance(290.0, 3000.0)
    for _ in range(60):
        balance = step(BODY, balance, 290.0, rests)
    assert 0.0 < balance.left < 2000.0
    assert skip(balance, 100.0) == Balance(100.0, balance.left, balance.passed)


def test_what_is_left_over_is_forgotten_in_half_an_hour_without_flow():
    assert step(BODY, Balance(290.0, 3000.0), 290.0, Interval(1800.0, 0.0, 0.0)).left == pytest.approx(1104.0, rel=1e-3)


def test_helium_takes_as_from_a_body_that_is_warmer_by_what_is_left_over():
    """3000 J make 0.3 kg of 20 K about 98 K warm: 5.7 W, not the 1.2 W of 20 K; 1.7 J are forgotten."""
    rests = Interval(1.0, 0.0, 4.0 * SLPM, heats=False)
    assert 3000.0 - step(BODY, Balance(20.0, 3000.0), 20.0, rests).left == pytest.approx(7.4, abs=0.2)


def test_helium_passes_on_no_more_than_it_was_given():
    assert step(BODY, Balance(50.0), 50.0, Interval(1.0, 1.0, 4.0 * SLPM)).passed == pytest.approx(1.0)


def test_what_was_passed_on_is_what_was_given_less_what_stayed():
    """Over any time: given = passed on + shown + left over."""
    balance, interval = Balance(50.0), Interval(0.5, 30.0, 3.0 * SLPM)
    for n in range(20):
        balance = step(BODY, balance, 50.0 + 0.1 * n, interval)
    shown = BODY.copper * (copper_heat(51.9) - copper_heat(50.0))
    assert balance.passed + shown + balance.left == pytest.approx(20 * 15.0, rel=0.01)
