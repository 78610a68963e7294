"""Transistors, leads and loads; rows typed from the data sheets in seed 001, section 2.6.1."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cryosim.physics import OutOfRange
from cryosim.physics.fet import drain_current, gate_voltage, pinch_off, transconductance, warmth
from cryosim.plant.amplifier import TRANSISTORS, Amplifier, Cabling
from cryosim.plant.loads import HeaterLine, Resistor, Thermostat
from cryosim.wiring import Wiring

FIRST, SECOND = "YCA-2024 1103", "YCA-2031 0204"
ROWS = [  # serial, stage, K, Vd, mA, Vg
    (FIRST, 1, 297, 1.00, 10, -3.20),
    (FIRST, 2, 297, 1.50, 10, -0.01),
    (FIRST, 3, 297, 1.50, 10, 0.01),
    (FIRST, 1, 15, 0.6, 4, -1.19),
    (FIRST, 2, 15, 0.5, 3, 0.69),
    (FIRST, 3, 15, 1.2, 4, 0.21),
    (SECOND, 1, 297, 1.00, 10, -2.77),
    (SECOND, 2, 297, 1.50, 10, 0.15),
    (SECOND, 3, 297, 1.50, 10, 0.16),
    (SECOND, 1, 15, 0.6, 4, -1.20),
    (SECOND, 2, 15, 0.5, 4, 0.68),
    (SECOND, 3, 15, 1.1, 4, 0.38),
]
BY_PLACE = {(serial, stage, kelvin): (drain, ma, gate) for serial, stage, kelvin, drain, ma, gate in ROWS}
STAGES = [(serial, stage) for serial in (FIRST, SECOND) for stage in (1, 2, 3)]


def pinch(serial: str, stage: int, kelvin: float) -> float:
    transistor = TRANSISTORS[serial][stage - 1]
    return pinch_off(kelvin, transistor.cold, transistor.warm)


@pytest.mark.parametrize(("serial", "stage", "kelvin", "drain", "ma", "gate"), ROWS)
def test_every_row_of_the_data_sheets(serial: str, stage: int, kelvin: float, drain: float, ma: float, gate: float):
    vp = pinch(serial, stage, kelvin)
    assert drain_current(drain, gate, vp, kelvin) * 1e3 == pytest.approx(ma, abs=0.01)
    assert gate_voltage(drain, ma * 1e-3, vp, kelvin) == pytest.approx(gate, abs=1e-3)


# bias-flow-vacuum.md 2.3: gate voltage for the cold drain voltage and current on the way up.
@pytest.mark.parametrize(
    ("kelvin", "gates"),
    [
        (20.0, (-1.205, 0.683, 0.206, -1.212, 0.674, 0.376)),
        (40.0, (-1.299, 0.634, 0.177, -1.290, 0.637, 0.347)),
        (77.0, (-1.569, 0.493, 0.095, -1.514, 0.529, 0.263)),
        (150.0, (-2.244, 0.143, -0.105, -2.072, 0.264, 0.058)),
        (297.0, (-3.709, -0.606, -0.524, -3.279, -0.297, -0.370)),
    ],
)
def test_gate_follows_the_temperature(kelvin: float, gates: tuple[float, ...]):
    for (serial, stage), gate in zip(STAGES, gates, strict=True):
        drain, ma, _ = BY_PLACE[serial, stage, 15]
        assert gate_voltage(drain, ma * 1e-3, pinch(serial, stage, kelvin), kelvin) == pytest.approx(gate, abs=1.1e-3)


# bias-flow-vacuum.md 2.3, consequences: a bias at the other temperature, and no gate at all.
@pytest.mark.parametrize(
    ("row", "at", "currents"),
    [
        (15, 297.0, (41.8, 18.3, 12.7, 35.1, 15.6, 12.9)),
        (297, 15.0, (0.02, 0.64, 2.6, 0.07, 1.4, 2.5)),
    ],
)
def test_a_bias_at_the_wrong_temperature(row: int, at: float, currents: tuple[float, ...]):
    for (serial, stage), ma in zip(STAGES, currents, strict=True):
        drain, _, gate = BY_PLACE[serial, stage, row]
        assert drain_current(drain, gate, pinch(serial, stage, at), at) * 1e3 == pytest.approx(ma, abs=0.06)


@pytest.mark.parametrize(("serial", "warm", "cold"), [(FIRST, 58.0, 23.5), (SECOND, 55.0, 23.7)])
def test_a_first_stage_without_its_gate(serial: str, warm: float, cold: float):
    assert drain_current(1.0, 0.0, pinch(serial, 1, 297.0), 297.0) * 1e3 == pytest.approx(warm, abs=0.5)
    assert drain_current(0.6, 0.0, pinch(serial, 1, 15.0), 15.0) * 1e3 == pytest.approx(cold, abs=0.5)


@given(drain=st.floats(0.05, 2.5), gate=st.floats(-5.0, 1.0), up=st.floats(0.001, 1.0), kelvin=st.floats(4.0, 310.0))
def test_current_rises_with_gate_and_drain(drain: float, gate: float, up: float, kelvin: float):
    here = drain_current(drain, gate, -1.267, kelvin)
    assert drain_current(drain, gate + up, -1.267, kelvin) >= here
    assert drain_current(drain + up, gate, -1.267, kelvin) >= here
    assert transconductance(drain, gate, -1.267, kelvin) >= 0.0


@given(drain=st.floats(0.2, 2.0), ma=st.floats(0.01, 20.0), kelvin=st.floats(4.0, 310.0))
def test_inverse_undoes_the_law(drain: float, ma: float, kelvin: float):
    gate = gate_voltage(drain, ma * 1e-3, 0.184, kelvin)
    assert drain_current(drain, gate, 0.184, kelvin) * 1e3 == pytest.approx(ma, rel=1e-6)


def test_outside_the_law():
    with pytest.raises(OutOfRange, match="temperature 0.5 K"):
        warmth(0.5)
    with pytest.raises(OutOfRange, match="drain current 0.07 A"):
        gate_voltage(1.0, 0.07, 0.0, 77.0)


def amplifier(kelvin: float = 15.0, serial: str = FIRST, **cabling: float) -> Amplifier:
    return Amplifier(serial, lambda: kelvin, Cabling(**{"drain": 0.0, "ground": 0.0, "drift": 0.0, **cabling}))


def bias(unit: Amplifier, kelvin: int, limit: float = 0.02, serial: str = FIRST) -> None:
    """Apply a row of the data sheet, gates first."""
    for number, stage in enumerate(unit.stages, 1):
        stage.gate.apply(BY_PLACE[serial, number, kelvin][2], 1e-3)
    for number, stage in enumerate(unit.stages, 1):
        stage.drain.apply(BY_PLACE[serial, number, kelvin][0], limit)


@pytest.mark.parametrize("kelvin", [15, 297])
@pytest.mark.parametrize("serial", [FIRST, SECOND])
def test_an_amplifier_without_leads_takes_its_row(serial: str, kelvin: int):
    unit = amplifier(kelvin, serial)
    bias(unit, kelvin, serial=serial)
    unit.advance(10.0)
    for number, stage in enumerate(unit.stages, 1):
        drain, ma, gate = BY_PLACE[serial, number, kelvin]
        read = stage.drain.read()
        assert (read.volts, read.limited) == (drain, False)
        assert read.amperes * 1e3 == pytest.approx(ma, abs=0.01)
        assert (stage.point.drain, stage.point.gate) == (drain, gate)
        assert stage.gate.read().amperes == pytest.approx(gate * 1e-6)
    assert not unit.burnt
    printed = {15: {FIRST: 8.7, SECOND: 8.8}, 297: {FIRST: 40.0, SECOND: 40.0}}  # mW
    assert unit.power() * 1e3 == pytest.approx(printed[kelvin][serial], abs=0.05)


def test_leads_and_the_common_return_take_their_share():
    unit = amplifier(drain=15.5, ground=15.5)
    bias(unit, 15)
    unit.advance(0.1)
    total = sum(stage.point.current for stage in unit.stages)
    for number, stage in enumerate(unit.stages, 1):
        drain, _, gate = BY_PLACE[FIRST, number, 15]
        ground = total * 15.5
        assert stage.point.gate == pytest.approx(gate - ground, abs=1e-9)
        assert stage.point.drain == pytest.approx(drain - ground - 15.5 * stage.point.current, abs=1e-7)
        assert stage.gate.read().volts == pytest.approx(gate)
    assert 0.02 < total * 15.5 < 0.17


def test_current_limit_holds_whatever_the_gate_does():
    unit = amplifier(297.0, drain=15.5, ground=15.5)
    for stage in unit.stages:
        stage.drain.apply(1.5, 0.008)
        read = stage.drain.read()
        assert read.limited
        assert read.amperes == 0.008
        assert read.volts < 1.0
        assert stage.point.drain == pytest.approx(
            read.volts - 15.5 * (0.008 + sum(each.point.current for each in unit.stages))
        )
    unit.advance(100.0)
    assert not unit.burnt


def test_a_gate_that_is_open_is_at_ground():
    unit = amplifier(15.0)
    bias(unit, 15, limit=0.014)
    unit.stages[0].gate.wiring = Wiring.OPEN
    assert unit.stages[0].drain.read().limited
    assert unit.stages[0].gate.read().volts == -1.19
    assert (unit.stages[0].gate.read().amperes, unit.stages[0].point.gate) == (0.0, 0.0)
    unit.stages[1].gate.wiring = Wiring.SHORT
    assert unit.stages[1].gate.read().limited


def test_leads_of_a_drain_broken_or_shorted():
    unit = amplifier(15.0, drain=15.5)
    bias(unit, 15)
    unit.stages[0].drain.wiring = Wiring.OPEN
    assert unit.stages[0].drain.read().volts == 0.6
    assert (unit.stages[0].drain.read().amperes, unit.stages[0].point.drain) == (0.0, 0.0)
    unit.stages[0].drain.wiring = Wiring.SHORT
    read = unit.stages[0].drain.read()
    assert (read.limited, read.amperes) == (True, 0.02)
    assert read.volts == pytest.approx(0.31)


def test_a_leaking_gate_shows_in_its_current():
    unit = amplifier(15.0)
    bias(unit, 15)
    unit.stages[0].leak = 100.0
    unit.advance(0.1)
    assert unit.stages[0].gate.read().amperes * 1e6 == pytest.approx(-119.0)


def test_a_gate_supply_at_its_limit_lets_go_of_a_leaking_gate():
    unit = amplifier(15.0)
    unit.stages[0].leak = 100.0
    unit.stages[0].gate.apply(-1.19, 1e-6)
    read = unit.stages[0].gate.read()
    assert read.limited
    assert (read.volts, unit.stages[0].point.gate) == (pytest.approx(-0.01), pytest.approx(-0.01))


def overload(unit: Amplifier) -> None:
    """Open the first transistor, with a limit that does not save it."""
    unit.stages[0].drain.apply(0.6, 0.050)
    assert unit.stages[0].drain.read().amperes > 0.015


def test_overload_for_longer_than_a_millisecond_burns():
    unit = amplifier(15.0)
    overload(unit)
    unit.advance(0.0009)
    assert not unit.burnt
    unit.advance(0.0002)
    assert unit.burnt
    assert unit.stages[0].why.startswith("drain current 23")
    unit.stages[0].drain.disconnect()
    unit.advance(100.0)
    assert unit.burnt, "for good"
    unit.stages[0].gate.apply(-4.0, 1e-3)
    unit.stages[0].drain.apply(0.6, 0.050)
    assert unit.stages[0].drain.read().amperes == pytest.approx(6e-3), "no gate closes it any more"


@pytest.mark.parametrize(("after", "burnt"), [(0.0, False), (0.0005, False), (0.02, True)])
def test_a_protection_saves_it_only_when_it_is_fast(after: float, burnt: bool):
    unit = amplifier(15.0)
    overload(unit)
    unit.stages[0].drain.disconnect(after)
    assert unit.burnt is burnt


def test_a_protection_that_takes_two_outputs_is_counted_once():
    unit = amplifier(15.0)
    for stage in unit.stages[:2]:
        stage.gate.apply(2.0, 1e-3)
        stage.drain.apply(1.0, 0.050)
    assert min(stage.drain.read().amperes for stage in unit.stages[:2]) > 0.015
    for stage in unit.stages[:2]:
        stage.drain.disconnect(0.0006)
    assert not unit.burnt


def test_the_same_setting_again_is_no_change():
    unit = amplifier(15.0)
    overload(unit)
    unit.stages[0].drain.apply(0.6, 0.050)
    assert not unit.burnt


def test_the_next_command_comes_too_late():
    unit = amplifier(15.0)
    overload(unit)
    unit.stages[1].gate.apply(-1.0, 1e-3)
    assert unit.burnt


def test_outputs_that_change_together_are_judged_together():
    unit = amplifier(15.0)
    unit.stages[0].drain.apply(0.6, 0.050)
    unit.stages[0].gate.apply(-1.19, 1e-3)
    assert unit.stages[0].drain.read().amperes * 1e3 == pytest.approx(4.0, abs=0.01)
    assert not unit.burnt


@pytest.mark.parametrize(("volts", "burnt"), [(2.0, False), (2.001, True), (-2.1, True)])
def test_drain_voltage_has_no_second_chance(volts: float, burnt: bool):
    unit = amplifier(15.0)
    unit.stages[0].gate.apply(-5.0, 1e-3)
    unit.stages[0].drain.apply(volts, 0.012)
    unit.stages[0].drain.read()
    assert unit.burnt is burnt


def test_cold_bias_on_a_warming_amplifier_burns_it():
    kelvin = [15.0]
    unit = Amplifier(FIRST, lambda: kelvin[0], Cabling(0.0, 0.0, 0.0))
    bias(unit, 15)
    while not unit.burnt and kelvin[0] < 290.0:
        kelvin[0] += 1.0
        unit.advance(60.0)
    assert 90.0 < kelvin[0] < 200.0
    assert unit.stages[0].burnt


def test_pinch_off_drifts_under_bias():
    unit = amplifier(15.0, drift=-5e-3)
    bias(unit, 15)
    before = unit.stages[0].drain.read().amperes
    for _ in range(40):
        unit.advance(60.0)
    assert unit.stages[0].drain.read().amperes - before == pytest.approx(5e-3 * 7.3e-3, rel=0.15)
    for stage in unit.stages:
        stage.drain.disconnect()
    unit.advance(1.0)
    bias(unit, 15)
    assert unit.stages[0].drain.read().amperes == pytest.approx(before, abs=1e-8), "and begins anew"


@given(
    drains=st.tuples(*[st.floats(0.0, 2.0)] * 3),
    gates=st.tuples(*[st.one_of(st.none(), st.floats(-5.0, 1.5))] * 3),
    limit=st.floats(0.001, 0.1),
    kelvin=st.floats(10.0, 300.0),
)
def test_the_network_is_solved(drains: tuple[float, ...], gates: tuple[float | None, ...], limit: float, kelvin: float):
    """Kirchhoff at every stage: what the law says is what flows, or the limit does."""
    unit = amplifier(kelvin, drain=15.5, ground=15.5)
    for stage, gate, drain in zip(unit.stages, gates, drains, strict=True):
        if gate is not None:
            stage.gate.apply(gate, 1e-3)
        stage.drain.apply(drain, limit)
    reads = [stage.drain.read() for stage in unit.stages]
    ground = 15.5 * sum(read.amperes for read in reads)
    for number, (stage, read) in enumerate(zip(unit.stages, reads, strict=True), 1):
        assert read.volts - 15.5 * read.amperes - ground == pytest.approx(stage.point.drain, abs=1e-6)
        law = drain_current(stage.point.drain, stage.point.gate, pinch(FIRST, number, kelvin), kelvin)
        assert law == pytest.approx(read.amperes, abs=1e-7)
        assert 0.0 <= read.amperes <= limit


def test_resistor_in_and_out_of_limit():
    load = Resistor(100.0)
    assert load.read().volts == 0.0
    load.apply(-5.0, 0.1)
    assert load.read().amperes == -0.05
    load.apply(-5.0, 0.01)
    assert (load.read().volts, load.read().limited) == (-1.0, True)


def test_heater_line_shares_the_voltage_with_its_leads():
    """physics.md 7 and the receiver's limit: 0.5 A in total is 40.5 V at the connector and 2 x 6.25 W."""
    line = HeaterLine([Thermostat(lambda: 20.0), Thermostat(lambda: 90.0)])
    line.apply(50.0, 0.5)
    assert line.read().volts == pytest.approx(40.5)
    assert line.power() == pytest.approx(12.5)
    assert line.monitor() == pytest.approx(25.0)


def test_thermostat_opens_and_closes_again_lower():
    kelvin = [290.0]
    line = HeaterLine([Thermostat(lambda: kelvin[0])])
    line.apply(25.0, 0.5)
    seen = []
    for kelvin[0] in (312.0, 314.0, 308.0, 304.0, 303.0, 312.0):
        seen.append(line.thermostats[0].closed)
    assert seen == [True, False, False, False, True, True]
    kelvin[0] = 320.0
    assert (line.read().amperes, line.read().volts, line.power(), line.monitor()) == (0.0, 25.0, 0.0, 0.0)


def test_the_documents_50_volts_are_not_25_watts():
    """physics.md 9.5: 0.62 A and 9.5 W in each; 14.6 W in one of them when the other's thermostat is open."""
    kelvin = [20.0]
    line = HeaterLine([Thermostat(lambda: 20.0), Thermostat(lambda: kelvin[0])])
    line.apply(50.0, 1.0)
    assert line.read().amperes == pytest.approx(0.617, abs=1e-3)
    assert line.powers() == pytest.approx((9.5, 9.5), abs=0.05)
    kelvin[0] = 320.0
    assert line.powers() == pytest.approx((14.6, 0.0), abs=0.05)
