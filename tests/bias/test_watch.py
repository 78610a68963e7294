"""What is found from one reading: gates outside their window, limits that somebody lowered, a gate's wire drops."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.bias.operated import D1, G1
from tests.bias.test_conditions import AMPLIFIER, HELD, NOW, reading
from tests.bias.transistors import RETURN_OHM

from cryoioc.bias import OutputReading, Phase, State, Terminal, at_connector
from cryoioc.bias.watch import danger

GROUND = 12e-3 * RETURN_OHM  # V, by which three stages of 4 mA lift the amplifier's ground


def edited(terminal: Terminal, **values: float) -> dict[Terminal, OutputReading | None]:
    """Return one output that reads otherwise."""
    read = reading(on=True).outputs[terminal]
    assert read is not None
    return {terminal: replace(read, **values)}


@pytest.mark.parametrize(("volts", "why"), [
    (1.11, "S1 gate 1.110 V, allowed -5 to 1"), (1.09, ""), (-5.09, ""), (-5.11, "S1 gate -5.110 V, allowed -5 to 1"),
])  # fmt: skip
def test_a_gate_outside_its_window_at_the_connector(volts, why):
    """By as much as an output may not follow its setting, and no more; also of what was found on."""
    read = reading(on=True, other=edited(G1, volts=volts + GROUND, setting=volts + GROUND))
    for state in (HELD, State(phase=Phase.FOUND)):
        assert danger(AMPLIFIER, state, NOW, read, None) == why


@pytest.mark.parametrize(("values", "why"), [
    ({"current_limit": 13e-3}, "S1 drain: current limit 13 mA, not 14"), ({"current_limit": 13.6e-3}, ""),
    ({"over_voltage": 1.8}, "S1 drain: over-voltage protection 1.8 V, not 2"), ({"over_voltage": 1.95}, ""),
])  # fmt: skip
def test_a_limit_that_somebody_lowered_is_another_one_and_a_rounded_one_is_not(values, why):
    read = reading(on=True, other=edited(D1, **values))
    assert danger(AMPLIFIER, replace(HELD, limited=True), NOW, read, None) == why


def test_what_a_gate_takes_drops_in_its_wire():
    first, *others = AMPLIFIER.stages
    wired = replace(AMPLIFIER, stages=(replace(first, gate=replace(first.gate, lead_ohm=1000.0)), *others))
    point, *_ = at_connector(wired, reading(on=True, other=edited(G1, amperes=50e-6)))
    assert point is not None and point.gate == pytest.approx(-1.0 - GROUND - 0.05)
