"""Sensors through their calibrations, and what wires can do."""

from __future__ import annotations

import math
from itertools import accumulate, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.interpolate import PchipInterpolator

from cryosim.interpolation import MonotoneCubic
from cryosim.plant import DummyPlant, Mount
from cryosim.plant.dummy import ROOM, enthalpy, sample, vaporizer
from cryosim.sensors import CernoxSensor, DiodeSensor, Sensor, cernox_x138113, dt670
from cryosim.wiring import HeaterLeads, Wiring

MASS_FLOW = 8.8 * 2.761e-6  # kg/s: 8.8 SLPM at 70 F, physics.md 6.3


def cernox(kelvin: float, **options: float) -> Sensor:
    return CernoxSensor(lambda: kelvin, **options)  # type: ignore[arg-type]


def diode(kelvin: float, **options: float) -> Sensor:
    return DiodeSensor(lambda: kelvin, **options)  # type: ignore[arg-type]


def test_x138113_is_complete_and_monotone():
    curve = cernox_x138113()
    assert len(curve.kelvin) == len(curve.units) == 147
    assert (curve.kelvin[0], curve.kelvin[-1]) == (1.4, 325.0)
    assert (curve.units[0], curve.units[-1]) == (4.35639, 1.80265)
    assert all(cold < warm for cold, warm in pairwise(curve.kelvin))
    assert all(cold > warm for cold, warm in pairwise(curve.units))


def test_dt670_is_the_published_table():
    curve = dt670()
    assert len(curve.kelvin) == 144
    assert (curve.kelvin[0], curve.units[0]) == (1.4, 1.644290)
    assert (curve.kelvin[-1], curve.units[-1]) == (500.0, 0.090681)
    assert all(cold > warm for cold, warm in pairwise(curve.units))


# Temperature and resistance of the certificate's test data; seed 000, report 1064105.
@pytest.mark.parametrize(
    ("kelvin", "ohm"),
    [(1.59794, 16811.6), (2.39623, 7734.13), (2.99916, 5418.86), (42.1345, 426.092), (90.0584, 217.917)],
)
def test_cernox_meets_its_test_data(kelvin: float, ohm: float):
    assert cernox(kelvin).read() == pytest.approx(ohm, rel=2e-3)  # the nodes of a 340 curve lie a little off


# lakeshore-protocol.md 8.1: interpolated in the published table.
@pytest.mark.parametrize(("kelvin", "volts"), [(4.2, 1.57848), (77.35, 1.02751), (295.0, 0.57114)])
def test_diode_meets_the_standard_curve(kelvin: float, volts: float):
    assert diode(kelvin).read() == pytest.approx(volts, abs=5e-5)


@given(
    st.lists(st.tuples(st.integers(1, 100), st.integers(-50, 50)), min_size=3, max_size=12),
    st.lists(st.floats(0.0, 1.0), min_size=1, max_size=20),
)
def test_interpolation_is_that_of_scipy(steps: list[tuple[int, int]], shares: list[float]):
    x = list(accumulate(step for step, _ in steps))
    y = [value for _, value in steps]
    ours, theirs = MonotoneCubic(x, y), PchipInterpolator(x, y)
    for share in shares:
        at = x[0] + share * (x[-1] - x[0])
        assert ours(at) == pytest.approx(float(theirs(at)), rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("make", [cernox, diode])
def test_readings_fall_with_temperature_inside_and_outside_the_table(make):
    readings = [make(kelvin).read() for kelvin in (1.0, 1.39, 1.41, 4.2, 77.0, 295.0, 324.0, 326.0, 400.0)]
    assert all(cold > warm for cold, warm in pairwise(readings))


@pytest.mark.parametrize("make", [cernox, diode])
def test_broken_and_touching_leads(make):
    sensor = make(77.0)
    healthy = sensor.read()
    sensor.wiring = Wiring.OPEN
    assert sensor.read() == math.inf
    sensor.wiring = Wiring.SHORT
    assert sensor.read() == 0.0
    sensor.wiring = Wiring.OK
    assert sensor.read() == healthy


@pytest.mark.parametrize(("make", "noise", "scale"), [(cernox, 2e-4, None), (diode, 30e-6, 1.0)])
def test_noise_has_the_asked_size_and_comes_from_the_seed(make, noise: float, scale: float | None):
    quiet = make(20.0).read()
    first, again, other = (make(20.0, noise=noise, seed=seed) for seed in (1, 1, 2))
    readings = [first.read() for _ in range(2000)]
    assert readings == [again.read() for _ in range(2000)]
    assert readings != [other.read() for _ in range(2000)]
    deviation = math.sqrt(sum((reading - quiet) ** 2 for reading in readings) / len(readings))
    assert deviation == pytest.approx(noise * (scale or quiet), rel=0.1)


def test_a_sensor_follows_its_mount():
    kelvin = [100.0]
    sensor = DiodeSensor(lambda: kelvin[0])
    warm = sensor.read()
    kelvin[0] = 50.0
    assert sensor.read() > warm


def plant(**temperatures: float) -> DummyPlant:
    return DummyPlant(
        (vaporizer("VAP"), sample("SAMPLE")),
        temperatures=temperatures,
        heaters={"LOOP1": ("VAP", 25.0), "LOOP2": ("SAMPLE", 25.0)},
        mass_flow=MASS_FLOW,
    )


def let_pass(load: DummyPlant, seconds: float) -> None:
    for _ in range(round(seconds / 0.1)):
        load.advance(0.1)


def test_vaporizer_needs_about_six_tenths_of_a_watt_at_13_kelvin():
    load = plant(VAP=13.0, SAMPLE=15.0)
    load.heater("LOOP1").drive(math.sqrt(0.6 / 25.0))
    let_pass(load, 3600.0)
    assert load.temperature("VAP") == pytest.approx(13.0, abs=1.0)


def test_without_heat_it_drifts_to_about_5_kelvin_over_minutes():
    load = plant(VAP=13.0, SAMPLE=15.0)
    let_pass(load, 60.0)
    assert load.temperature("VAP") > 9.0
    let_pass(load, 1800.0)
    assert 4.23 < load.temperature("VAP") < 6.0
    assert 4.23 < load.temperature("SAMPLE") < 9.0


def test_without_helium_it_warms_towards_the_room_and_not_beyond():
    load = plant(VAP=13.0, SAMPLE=15.0)
    load.mass_flow = 0.0
    let_pass(load, 60.0)
    assert load.temperature("VAP") > 13.0
    for _ in range(200_000):
        load.advance(10.0)
    assert load.temperature("VAP") == pytest.approx(ROOM, abs=1.0)


def test_each_heater_warms_its_own_mount():
    load, idle = plant(VAP=13.0, SAMPLE=15.0), plant(VAP=13.0, SAMPLE=15.0)
    load.heater("LOOP2").drive(0.5)
    let_pass(load, 1.0)
    let_pass(idle, 1.0)
    assert load.temperature("VAP") == idle.temperature("VAP")
    assert load.temperature("SAMPLE") == pytest.approx(idle.temperature("SAMPLE") + 0.25 * 25.0 / 30.0, rel=0.05)


def test_current_and_voltage_give_the_same_heat():
    by_current, by_voltage = plant(VAP=20.0), plant(VAP=20.0)
    by_current.heater("LOOP1").drive(0.4)
    by_voltage.heater("LOOP1").apply(10.0)
    let_pass(by_current, 5.0)
    let_pass(by_voltage, 5.0)
    assert by_current.temperature("VAP") == by_voltage.temperature("VAP")


# physics.md 1: J/g from liquid at 1.25 psig; the simple law is good to a few per cent.
@pytest.mark.parametrize(("kelvin", "joule_per_gram"), [(5.0, 26.1), (13.0, 70.9), (145.0, 757.8), (300.0, 1562.8)])
def test_enthalpy_of_helium(kelvin: float, joule_per_gram: float):
    assert enthalpy(kelvin) / 1e3 == pytest.approx(joule_per_gram, rel=0.06)


def test_flow_is_what_the_plant_was_given():
    flow = DummyPlant((Mount("A", 1.0, 0.5, 0.0),), temperatures={}, heaters={}, mass_flow=1e-5).flow()
    assert (flow.mass_flow, flow.gas, flow.pressure) == (1e-5, "He", 101325.0)


@pytest.mark.parametrize(("state", "ohm"), [(Wiring.OPEN, math.inf), (Wiring.SHORT, 0.0)])
def test_broken_heater_leads_carry_no_power(state: Wiring, ohm: float):
    load, idle = plant(VAP=13.0), plant(VAP=13.0)
    leads = HeaterLeads(load.heater("LOOP1"))
    assert leads.ohm() == 25.0
    leads.drive(1.0)
    leads.wiring = state
    assert leads.ohm() == ohm
    let_pass(load, 1.0)
    leads.drive(1.0)
    let_pass(load, 1.0)
    let_pass(idle, 2.0)
    assert load.temperature("VAP") == idle.temperature("VAP")
    leads.wiring = Wiring.OK
    leads.drive(1.0)
    let_pass(load, 1.0)
    let_pass(idle, 1.0)
    assert load.temperature("VAP") > idle.temperature("VAP")
