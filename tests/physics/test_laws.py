"""The laws against an independent equation of state and against themselves."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cryosim.physics import OutOfRange, helium_tables
from cryosim.physics.exchange import stream_conductance, wetting
from cryosim.physics.helium_gas import gas_density, gas_enthalpy, latent_heat
from cryosim.physics.helium_saturation import (
    liquid_density,
    liquid_enthalpy,
    saturation_pressure,
    saturation_temperature,
)
from cryosim.physics.hydraulics import mixture_volume, needle_valve_area, series_mass_flow
from cryosim.physics.solids import enthalpy_table, specific_heat
from cryosim.physics.vacuum import gas_conductance, outgassing_time, pressure_after


@pytest.fixture(scope="module")
def oracle():
    """CoolProp's properties of helium 4, as a function; its zero of enthalpy is ours."""
    properties = pytest.importorskip("CoolProp.CoolProp").PropsSI
    zero = properties("H", "T", 4.2238, "Q", 0, "Helium")

    def ask(wanted, *given):
        return properties(wanted, *given, "Helium") - (zero if wanted == "H" else 0.0)

    return ask


@pytest.mark.parametrize("kelvin", [2.2, 2.6, 3.0, 3.7, 4.2238, 4.5, 4.95])
def test_saturation_line_against_coolprop(oracle, kelvin):
    assert saturation_pressure(kelvin) == pytest.approx(oracle("P", "T", kelvin, "Q", 1), rel=2e-3)
    assert liquid_enthalpy(kelvin) == pytest.approx(oracle("H", "T", kelvin, "Q", 0), abs=60.0)
    assert liquid_density(kelvin) == pytest.approx(oracle("D", "T", kelvin, "Q", 0), rel=5e-3)


@pytest.mark.parametrize("kelvin", [2.2, 3.0, 3.6, 4.0, 4.2238, 4.4])
def test_latent_heat_against_coolprop(oracle, kelvin):
    expected = oracle("H", "T", kelvin, "Q", 1) - oracle("H", "T", kelvin, "Q", 0)
    assert latent_heat(kelvin, saturation_pressure(kelvin)) == pytest.approx(expected, rel=0.015)


@pytest.mark.parametrize("atmospheres", [0.02, 0.3, 1.0, 1.25])
@pytest.mark.parametrize("kelvin", [4.5, 4.7, 5.0, 6.0, 8.0, 13.0, 25.0, 145.0, 300.0])
def test_gas_enthalpy_against_coolprop(oracle, kelvin, atmospheres):
    pressure = atmospheres * 101325.0
    expected = oracle("H", "T", kelvin, "P", pressure)
    assert gas_enthalpy(kelvin, pressure) == pytest.approx(expected, abs=300.0 if kelvin < 6.0 else 30.0)


def test_sheet_enthalpies():
    """From liquid at 1.25 psi over the atmosphere to gas at 1 atm; physics.md 1."""
    inlet = liquid_enthalpy(saturation_temperature(101325.0 + 8618.0))
    rises = [(gas_enthalpy(t, 101325.0) - inlet) / 1e3 for t in (5.0, 13.0, 145.0, 295.0)]
    assert rises == pytest.approx([26.1, 70.9, 757.8, 1536.9], abs=0.2)


@given(st.floats(82.0, 150e3), st.floats(0.0, 1.0))
def test_temperature_inverts_enthalpy(pressure, share):
    boiling = helium_tables.saturation(pressure)
    kelvin = boiling.kelvin + 0.001 + share**3 * (600.0 - boiling.kelvin)
    there = helium_tables.enthalpy(kelvin, boiling)
    assert helium_tables.temperature(there, boiling) == pytest.approx(kelvin, abs=1e-3)


@given(st.floats(1.2, 5.0))
def test_saturation_line_inverts(kelvin):
    assert saturation_temperature(saturation_pressure(kelvin)) == pytest.approx(kelvin, abs=1e-9)


@given(st.floats(82.0, 159e3))
def test_tables_are_the_laws(pressure):
    boiling = helium_tables.saturation(pressure)
    assert boiling.kelvin == pytest.approx(saturation_temperature(pressure), abs=1e-4)
    latent = latent_heat(boiling.kelvin, pressure)
    assert boiling.vapour - boiling.liquid == pytest.approx(latent, abs=20.0)
    assert helium_tables.gas(17.3, 0.7) == pytest.approx(gas_enthalpy(17.3, 0.7 * 101325.0), abs=1e-6)


@pytest.mark.parametrize(("material", "kilojoules"), [("copper", 80.0), ("stainless", 92.0), ("aluminium", 178.0)])
def test_enthalpy_of_solids_at_room_temperature(material, kilojoules):
    assert enthalpy_table(material).at(300.0) / 1e3 == pytest.approx(kilojoules, rel=0.01)


@given(st.sampled_from(["copper", "stainless", "aluminium"]), st.floats(0.6, 990.0))
def test_solid_tables_invert(material, kelvin):
    table = enthalpy_table(material)
    back, heat = table.look_up(table.at(kelvin))
    assert back == pytest.approx(kelvin, rel=1e-9)
    assert heat == pytest.approx(specific_heat(material, kelvin), rel=0.03)


@pytest.mark.parametrize("material", ["copper", "stainless", "aluminium"])
def test_heat_capacity_is_continuous_where_laws_meet(material):
    for join in (4.0, 300.0):
        below, above = specific_heat(material, join - 1e-9), specific_heat(material, join + 1e-9)
        assert below == pytest.approx(above, rel=1e-6)


@given(st.floats(1e-7, 1e-3), st.floats(1.0, 2e6), st.floats(1e-3, 300.0), st.floats(1e-4, 5.0))
def test_a_stream_never_takes_more_than_it_can(mass_flow, rise, excess, conductance):
    g = stream_conductance(mass_flow, rise, excess, conductance)
    assert 0.0 <= g <= conductance * (1 + 1e-12)
    assert g * excess <= mass_flow * rise * (1 + 1e-12)


def test_wetting_falls_with_superheat():
    values = [wetting(x) for x in (0.0, 0.5, 1.2, 5.0, 50.0)]
    assert values == sorted(values, reverse=True) and values[0] == 1.0


def test_one_turn_gives_the_flow_of_the_five_kelvin_test():
    """About one turn at 1 to 2 psi passes about 17 SLPM, 47 mg/s (acceptance sheet)."""
    area = needle_valve_area(1.0, 0.0, 5.2e-8, 1.4)
    flow = series_mass_flow(8.6e3, area, 124.0, 3.4e-7, 1.0 / mixture_volume(0.7, 12.0, 124.0))
    assert 40e-6 < flow < 55e-6


@given(st.floats(0.0, 100.0), st.floats(0.0, 1e-3), st.floats(0.0, 1.0), st.floats(0.0, 1e5))
def test_vacuum_goes_to_its_balance_and_not_beyond(pressure, load, speed, time):
    after = pressure_after(pressure, load, speed, 5e-3, time)
    end = load / speed if speed else math.inf
    assert min(pressure, end) * (1 - 1e-9) <= after <= max(pressure, end) * (1 + 1e-9)


@pytest.mark.parametrize(
    "call",
    [
        lambda: saturation_temperature(10.0),
        lambda: saturation_pressure(5.1),
        lambda: liquid_enthalpy(1.0),
        lambda: gas_enthalpy(0.5, 1e3),
        lambda: gas_enthalpy(300.0, 2e5),
        lambda: gas_density(math.nan, 1e5),
        lambda: specific_heat("copper", 0.1),
        lambda: enthalpy_table("lead"),
        lambda: needle_valve_area(-1.0, 0.0, 5.2e-8, 1.4),
        lambda: series_mass_flow(1e3, 1e-8, 0.0, 1e-7, 1.0),
        lambda: mixture_volume(1.1, 12.0, 124.0),
        lambda: stream_conductance(1e-5, -1.0, 1.0, 1.0),
        lambda: wetting(math.nan),
        lambda: gas_conductance(-1.0, 0.0),
        lambda: pressure_after(1.0, 0.0, -1.0, 1.0, 1.0),
        lambda: outgassing_time(0.0),
    ],
)
def test_outside_its_range_a_law_raises(call):
    with pytest.raises(OutOfRange):
        call()
