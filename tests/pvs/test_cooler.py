"""Heat loads from the capacity map: true in steady state, INVALID at every other time."""

from __future__ import annotations

import doctest
from dataclasses import replace
from pathlib import Path

import pytest

from cryoioc import cooler_map
from cryoioc.cooler_map import capacity, load_map
from cryoioc.errors import StationError

from .laboratory import scene

LOADS = ("STAGE1:LOAD", "STAGE2:LOAD")
MONITOR = """
[station]
name = "COOLER"
prefix = "CRX:"
[instrument.TM1]
model = "lakeshore218"
port = "socket://127.0.0.1:7001"
[thermometer.STAGE1]
instrument = "TM1"
input = "1"
curve = "DT-670"
unit = "V"
[thermometer.STAGE2]
instrument = "TM1"
input = "2"
curve = "DT-670"
unit = "V"
[cooler]
first = "STAGE1"
second = "STAGE2"
mains = {mains}
"""
WITH_COMPRESSOR = MONITOR.format(mains=50) + """
[sim]
plant = "crx"
[sim.temperatures]
STAGE1 = 90.0
STAGE2 = 19.0
[instrument.AI1]
model = "adam4017"
port = "socket://127.0.0.1:7002"
[compressor.state]
source = "AI1"
at_high = 1.0
channel = 0
"""
MAP = Path(__file__).parents[2] / "calibrations" / "coolers" / "cti-350.toml"


def test_examples():
    assert doctest.testmod(cooler_map).failed == 0


@pytest.mark.parametrize(("own", "other", "watt"), [
    (300.0, 19.0, 38.0),  # the last point
    (300.1, 19.0, None),
    (90.0, 60.0, 19.467),  # 41 K above 19 K, 6e-4 each
    (90.0, 200.0, 19.467),  # beyond 60 K it does no more
])  # fmt: skip
def test_capacity_of_the_first_stage_at_the_ends_of_the_map(own, other, watt):
    found = capacity(load_map("cti-350", MAP.parent).first, own, other, 1.0)
    assert found == (watt if watt is None else pytest.approx(watt, abs=1e-3))


def test_a_capacity_is_never_negative():
    steep = replace(load_map("cti-350", MAP.parent).first, coupling=-0.1)
    assert capacity(steep, 90.0, 60.0, 1.0) == 0.0


@scene(station=WITH_COMPRESSOR, plant="crx")
async def test_loads_are_those_of_the_cryostat_while_it_is_steady(lab):
    for name in LOADS:
        assert lab.alarm(name)[1] == "INVALID" and lab[f"{name}:STATUS"] == "Not steady"
    await lab.run(320.0)
    true = lab.world.plant.state.capacity
    for name, watt, bar in zip(LOADS, true, (0.2, 0.05), strict=True):
        assert lab.alarm(name) == ("NO_ALARM", "NO_ALARM") and lab[f"{name}:STATUS"] == "OK"
        assert lab[name] == pytest.approx(watt, abs=bar)
    assert lab["STAGE1:LOAD"] == pytest.approx(19.0, abs=0.2)
    assert lab["STAGE2:LOAD"] == pytest.approx(4.0, abs=0.05)
    # Not without the compressor, and not while it recovers.
    lab.world.plant.turn("compressor", False)
    await lab.becomes("STAGE1:LOAD:STATUS", "Compressor off", within=5.0)
    assert [lab.alarm(name)[1] for name in LOADS] == ["INVALID"] * 2
    await lab.run(60.0)  # 19 W into 3 kg of aluminium
    lab.world.plant.turn("compressor", True)
    await lab.becomes("STAGE2:LOAD:STATUS", "Not steady", within=5.0)
    assert [lab.alarm(name)[1] for name in LOADS] == ["INVALID"] * 2
    lab.unplug("AI1")
    await lab.becomes("STAGE1:LOAD:STATUS", "Compressor unknown", within=10.0)


def held(lab, first: float, second: float) -> None:
    """Keep both stages at a temperature."""
    lab.hold(first, "1", "TM1")
    lab.hold(second, "2", "TM1")


@scene(station=MONITOR.format(mains=50), cold=True)
async def test_not_without_both_temperatures(lab):
    held(lab, 90.0, 19.0)
    await lab.run(320.0)
    assert lab["STAGE2:LOAD"] == pytest.approx(4.0, abs=0.02)
    lab.break_sensor("1", name="TM1")
    await lab.becomes("STAGE2:LOAD:STATUS", "No reading", within=5.0)
    assert [lab.alarm(name)[1] for name in LOADS] == ["INVALID"] * 2


@scene(station=MONITOR.format(mains=50), cold=True)
async def test_not_outside_the_map(lab):
    held(lab, 25.0, 15.0)
    await lab.run(320.0)
    assert lab["STAGE1:LOAD:STATUS"] == "Outside map" and lab.alarm("STAGE1:LOAD") == ("CALC", "INVALID")
    assert lab["STAGE2:LOAD:STATUS"] == "OK"


@scene(station=MONITOR.format(mains=60), cold=True)
async def test_the_mains_count(lab):
    held(lab, 77.0, 20.0)
    await lab.run(320.0)
    assert lab["STAGE1:LOAD"] == pytest.approx(20.0, abs=0.1)  # the catalogue's 20 W at 77 K
    held(lab, 78.0, 20.0)
    await lab.becomes("STAGE1:LOAD:STATUS", "Not steady", within=60.0)


@pytest.mark.parametrize(("old", "new", "line"), [
    ("90.0, 120.0", "90.0, 90.0", "first.kelvin: expected rising temperatures, two at least"),
    ("28.0]", "]", "second.watt: expected as many numbers as temperatures, 9"),
    ("coupling = 6e-4", "couplin = 6e-4", "first.coupling: expected a number"),
    ("mains = 50.0", "mains = 0", "mains: expected a frequency in Hz"),
    ("mains = 50.0", "mains = true", "mains: expected a frequency in Hz"),
    ("mains = 50.0", "mains = inf", "mains: expected a frequency in Hz"),
    ("[second]", "[zweite]", "second: expected a table"),
    ("[first]", "[first", "not TOML"),
])  # fmt: skip
def test_one_line_for_a_mistake_in_a_map(tmp_path, old, new, line):
    text = MAP.read_text()
    assert old in text
    (tmp_path / "own.toml").write_text(text.replace(old, new))
    with pytest.raises(StationError) as caught:
        load_map("own.toml", tmp_path)
    assert len(caught.value.lines) == 1
    assert f"own.toml: {line}" in caught.value.lines[0]


def test_a_map_that_nobody_has(tmp_path):
    with pytest.raises(StationError, match="no cooler 'cti-8' was delivered; there are cti-350"):
        load_map("cti-8", tmp_path)
    with pytest.raises(StationError, match="own.toml: cannot be read"):
        load_map("own.toml", tmp_path)
