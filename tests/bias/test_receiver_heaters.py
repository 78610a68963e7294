"""The heaters of the receiver through supply, leads and thermostats: from the put to the watts on the stage."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.pvs.laboratory import scene

CRX = Path(__file__).parents[2] / "db" / "crx.toml"


async def switch_on(lab, name):
    await lab.put(f"{name}:PROGRAM")
    await lab.put(f"{name}:STATE:SP", "On")
    await lab.clock.sleep(5.0)
    return lab.world.plant.lines[name]


@scene(station=CRX, plant="crx")
async def test_the_heaters_get_what_the_leads_leave(lab):
    line = await switch_on(lab, "HEATERS")
    assert line.powers() == pytest.approx((6.25, 6.25), abs=0.05)
    assert line.read().amperes <= 0.5
    assert lab["HEATERS:POWER"] == pytest.approx(12.5, rel=0.03)
    assert lab["HEATERS:THERMOSTAT"] == "Closed"


@scene(station=CRX, plant="crx")
async def test_the_zeolite_resistors_too(lab):
    line = await switch_on(lab, "REGEN")
    assert line.powers() == pytest.approx((0.95, 0.95), abs=0.01)
    assert lab["REGEN:POWER"] == pytest.approx(1.9, rel=0.03)


@scene(station=CRX, plant="crx")
async def test_a_warm_stage_opens_its_thermostat_and_the_pv_says_so(lab):
    lab.world.plant.start(320.0, 320.0)
    line = await switch_on(lab, "HEATERS")
    assert line.power() == 0.0
    assert lab["HEATERS:THERMOSTAT"] == "Open"


@scene(station=CRX, plant="crx")
async def test_nothing_is_on_before_somebody_switches_it_on(lab):
    await lab.clock.sleep(30.0)
    assert [line.power() for line in lab.world.plant.lines.values()] == [0.0, 0.0]
    assert lab["HEATERS:STATE"] == lab["REGEN:STATE"] == "Off"
