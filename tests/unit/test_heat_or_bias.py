"""Heaters and cold bias exclude each other, and what is not known counts as on."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from cryoioc.errors import Refused
from cryoioc.pvs.heat_or_bias import HeatOrBias


@dataclass
class Heater:
    name: str
    heats: bool | None


@dataclass
class Amplifier:
    name: str
    biased_cold: bool | None


def rule(heats: bool | None = False, biased_cold: bool | None = False) -> HeatOrBias:
    both = HeatOrBias()
    both.heaters += [Heater("REGEN", False), Heater("HEATERS", heats)]
    both.amplifiers += [Amplifier("LCP", False), Amplifier("RCP", biased_cold)]
    return both


def test_with_nothing_on_both_may() -> None:
    rule().may_heat()
    rule().may_bias_cold()
    HeatOrBias().may_heat()


@pytest.mark.parametrize(("biased_cold", "why"), [
    (True, "RCP is biased cold: put it Off first"),
    (None, "RCP: bias is not known, it may be cold"),
])  # fmt: skip
def test_no_heating_under_a_cold_bias(biased_cold: bool | None, why: str) -> None:
    with pytest.raises(Refused, match=f"^{why}$"):
        rule(biased_cold=biased_cold).may_heat()
    rule(biased_cold=biased_cold).may_bias_cold()  # another amplifier is no heater


@pytest.mark.parametrize(("heats", "why"), [
    (True, "HEATERS is on: put it Off first"),
    (None, "HEATERS: not known to be off"),
])  # fmt: skip
def test_no_cold_bias_while_it_is_heated(heats: bool | None, why: str) -> None:
    with pytest.raises(Refused, match=f"^{why}$"):
        rule(heats=heats).may_bias_cold()
    rule(heats=heats).may_heat()  # one heater does not exclude another
