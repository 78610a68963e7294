"""What supplies do to the transistors behind them: what holds, and what burns one."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cryosim.emulators.scpi import n6700
from cryosim.plant.amplifier import Amplifier, Cabling

from .supplies import Bench


def biased(kelvin: float) -> tuple[Bench, Amplifier]:
    """Return an E36312A on the drains of an amplifier whose gates nobody holds."""
    unit = Amplifier("YCA-2024 1103", lambda: kelvin, Cabling())
    bench = Bench("E36312A", {n: stage.drain for n, stage in enumerate(unit.stages, 1)})
    return bench, unit


VALUES = st.sampled_from(["0", "0.6", "1.5", "2", "2.5", "5", "6", "25", "MAX"])
ACTS = st.one_of(
    st.builds("VOLT {},(@{})".format, VALUES, st.sampled_from(["1", "2", "3", "1:3"])),
    st.builds("OUTP {},(@{})".format, st.sampled_from("01"), st.sampled_from(["1", "2", "3", "1:3"])),
    st.builds("OUTP:PROT:CLE (@{})".format, st.sampled_from(["1", "2", "3", "1:3"])),
    st.sampled_from(["*RST", "*CLS", "MEAS:CURR? (@1:3)", "FOO"]),
)


@settings(max_examples=60)
@given(kelvin=st.sampled_from([15.0, 80.0, 297.0]), acts=st.lists(ACTS, min_size=5, max_size=25))
def test_ovp_and_limit_of_the_supply_alone_keep_the_transistors(kelvin: float, acts: list[str]):
    """The absolute tier: with 2 V and 12 mA programmed, no sequence of commands burns anything, without any gate."""
    bench, unit = biased(kelvin)
    for act in acts:
        # *RST takes the protection away: program it again, with the outputs off, as it does not switch them on.
        bench.ask("VOLT:PROT 2,(@1:3);:CURR 0.012,(@1:3)")
        bench.ask(act)
        bench.supply.advance(0.1)
        unit.advance(0.1)
    assert not unit.burnt
    assert all(stage.highest <= 2.0 and stage.most <= 0.015 for stage in unit.stages)


@pytest.mark.parametrize(("delay", "burnt"), [("0", False), ("0.02", True)])
def test_over_current_protection_saves_a_transistor_only_without_delay(delay: str, burnt: bool):
    """20 mA are let through by the limit, and are too much."""
    bench, unit = biased(15.0)
    bench.set("CURR 0.02,(@1)", "CURR:PROT:STAT 1,(@1)", f"CURR:PROT:DEL {delay},(@1)", "VOLT 1.5,(@1)")
    bench.set("OUTP 1,(@1)")
    bench.supply.advance(0.1)
    assert bench.ask("CURR:PROT:TRIP? (@1)") == "1"
    assert unit.burnt is burnt


def test_without_them_it_takes_two_commands():
    bench, unit = biased(15.0)
    bench.set("VOLT 1.2,(@1)", "OUTP 1,(@1)")
    unit.advance(0.1)
    assert unit.burnt


def test_a_hand_that_raises_the_limit_burns_what_the_limit_held():
    bench, unit = biased(15.0)
    bench.set("VOLT:PROT 2,(@1)", "CURR 0.012,(@1)", "VOLT 1,(@1)", "OUTP 1,(@1)")
    unit.advance(10.0)
    assert not unit.burnt
    bench.supply.press(1, "limit", 1.0)
    unit.advance(0.1)
    assert unit.burnt


def driven() -> tuple[Amplifier, Bench, Bench]:
    """Return an amplifier at its cold row, the supply of its drains and that of its gates."""
    unit = Amplifier("YCA-2024 1103", lambda: 15.0, Cabling(0.0, 0.0, 0.0))
    drains = Bench("E36312A", {n: stage.drain for n, stage in enumerate(unit.stages, 1)})
    gates = Bench(n6700(("N6784A",) * 3), {n: stage.gate for n, stage in enumerate(unit.stages, 1)})
    gates.set("VOLT -1.19,(@1);:VOLT 0.69,(@2);:VOLT 0.21,(@3);:OUTP 1,(@1:3)")
    drains.set("CURR 0.05,(@1:3);:VOLT 0.6,(@1);:VOLT 0.5,(@2);:VOLT 1.2,(@3);:OUTP 1,(@1:3)")
    unit.advance(1.0)
    assert not unit.burnt
    return unit, drains, gates


def test_gates_off_before_the_drains_burn_what_no_limit_holds():
    unit, drains, gates = driven()
    gates.set("OUTP 0,(@1:3)")
    drains.set("OUTP 0,(@1:3)")
    assert unit.stages[0].burnt


def test_drains_off_before_the_gates():
    unit, drains, gates = driven()
    drains.set("OUTP 0,(@1:3)")
    gates.set("OUTP 0,(@1:3)")
    unit.advance(1.0)
    assert not unit.burnt


def test_mains_that_fail_at_once_burn_nothing_but_those_of_the_gates_do():
    unit, drains, gates = driven()
    gates.supply.power_cycle()
    drains.supply.power_cycle()
    unit.advance(1.0)
    assert not unit.burnt
    unit, drains, gates = driven()
    gates.supply.power_cycle()
    unit.advance(0.1)
    assert unit.burnt


def test_amplifier_on_a_frame_reaches_its_cold_row():
    """All three stages of one amplifier through the wires of two frames, gates by hand: the row of the data sheet."""
    unit = Amplifier("YCA-2024 1103", lambda: 15.0, Cabling(0.0, 0.0, 0.0))
    drains = Bench(n6700(("N6761A",) * 3), {n: stage.drain for n, stage in enumerate(unit.stages, 1)})
    gates = Bench(n6700(("N6784A",) * 3), {n: stage.gate for n, stage in enumerate(unit.stages, 1)})
    gates.set("CURR:LIM 0.001,(@1:3)", "VOLT -1.19,(@1)", "VOLT 0.69,(@2)", "VOLT 0.21,(@3)", "OUTP 1,(@1:3)")
    drains.set("VOLT:PROT 2,(@1:3)", "CURR 0.012,(@1:3)", "VOLT 0.6,(@1)", "VOLT 0.5,(@2)", "VOLT 1.2,(@3)")
    drains.set("OUTP 1,(@1:3)")
    currents = [float(text) * 1e3 for text in drains.ask("MEAS:CURR? (@1:3)").split(",")]
    assert currents == pytest.approx([4.0, 3.0, 4.0], abs=0.02)
    assert float(gates.ask("MEAS:CURR? (@1)")) * 1e6 == pytest.approx(-1.19, abs=0.5)
    assert not unit.burnt
