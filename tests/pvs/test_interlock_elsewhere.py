"""Interlocks of a site's own: water, oxygen, whatever another IOC serves, through value, state, loss and silence."""

from __future__ import annotations

from pathlib import Path

import pytest

from cryoioc.clock import Clock
from cryoioc.errors import StationError
from cryoioc.ioc import Ioc
from cryoioc.station import load
from cryoioc.views.check import report

from .laboratory import ONE_LOOP, Laboratory, scene
from .site_ioc import SiteIoc

PAGE = Path(__file__).parents[2] / "docs" / "safety.md"
PRINTED = PAGE.read_text().partition("```toml\n")[2].partition("```")[0]  # what the page shows
WATER = ONE_LOOP + PRINTED.replace("192.168.1.255", "127.0.0.1:9")
OXYGEN = WATER.replace('unit = "L/min"\nbelow = 2.0\nhysteresis = 0.5\n', 'healthy = ["Normal", "Test"]\n')


async def heat(lab: Laboratory) -> None:
    """Switch the heater on."""
    await lab.put("LOOP1:TEMP:SP", 10.0)
    await lab.put("LOOP1:RANGE:SP", "Low")
    await lab.run(2.0)
    assert (lab["INTLK:WATER"], lab["LOOP1:RANGE"]) == ("OK", "Low")


async def trips(lab: Laboratory, why: str) -> float:
    """Wait until it has tripped; return how long that took, [s]."""
    begun = lab.clock.now()
    await lab.becomes("INTLK:WATER", "Tripped", within=10.0)
    took = lab.clock.now() - begun
    assert lab["INTLK:WATER:WHY"] == why
    await lab.until(lambda: lab.front_panel("RANGE? 1") == "0", within=1.0)
    return took


@scene(station=WATER, cold=True)
async def test_a_number_of_another_ioc(lab):
    site = SiteIoc(4.0, "L/min")
    await lab.until(lambda: lab.channel("LOOP1:RANGE:SP").valid)
    assert await lab.refused("LOOP1:RANGE:SP", "Low") == "WATER: SITE:WATER:FLOW not read yet"
    await lab.becomes("OK:WHY", "WATER: SITE:WATER:FLOW not read yet", within=5.0)
    assert lab["INTLK:PROTECTED"] == "Yes"
    async with site.followed(lab.ioc.sources.others):
        await lab.ready()
        await heat(lab)
        assert (lab["INTLK:WATER:VALUE"], lab["INTLK:WATER:LIMIT"]) == (4.0, 2.0)
        await lab.run(8.0)
        assert lab["INTLK:WATER"] == "OK"  # it does not change, and that is all
        site.post(1.5)
        assert await trips(lab, "SITE:WATER:FLOW 1.5 below 2 L/min") >= 0.9
        site.post(2.4)
        await lab.run(0.1)
        assert lab["INTLK:WATER"] == "Tripped"  # not back behind its hysteresis
        site.post(2.6)
        await lab.becomes("INTLK:WATER", "Latched")
        assert "WATER Latched" in await lab.refused("LOOP1:RANGE:SP", "Low")
        await lab.put("INTLK:WATER:RESET")
        await heat(lab)


@scene(station=WATER, cold=True)
async def test_another_ioc_that_is_stopped_and_goes_on(lab):
    """As by SIGSTOP: every connection stands.  It trips so long after the last word, and not before."""
    site = SiteIoc(4.0, "L/min")
    async with site.followed(lab.ioc.sources.others):
        await lab.ready()
        await heat(lab)
        site.stopped = True
        await trips(lab, "SITE:WATER:FLOW not known for 6.0 s")
        assert 6.0 <= lab.clock.now() - site.said <= 6.2
        assert "not known" in await lab.refused("INTLK:WATER:RESET")
        site.stopped = False
        await lab.becomes("INTLK:WATER", "Latched")
        await lab.put("INTLK:WATER:RESET")
        await heat(lab)
        site.post(4.0, severity=3)  # it is there, and says that it does not know
        said = site.said
        await trips(lab, "SITE:WATER:FLOW not known for 6.0 s")
        assert 5.0 <= lab.clock.now() - said <= 6.2  # the last good word was up to a second before


@scene(station=OXYGEN, cold=True)
async def test_a_state_of_another_ioc(lab):
    site = SiteIoc("Normal")
    async with site.followed(lab.ioc.sources.others):
        await lab.ready()
        assert (lab["INTLK:WATER:VALUE"], lab["INTLK:WATER:LIMIT"]) == ("Normal", "Normal Test")
        await heat(lab)
        site.post("Test")
        await lab.run(2.0)
        assert lab["INTLK:WATER"] == "OK"
        site.post("Low \xb0")  # as no PV here can say it
        assert await trips(lab, "SITE:WATER:FLOW Low ?, not Normal or Test"[:39]) >= 0.9
        await lab.becomes("INTLK:WATER:VALUE", "Low ?", within=2.0)


@scene(station=WATER, cold=True)
async def test_a_pv_in_another_unit_is_no_input(lab):
    async with SiteIoc(4.0, "m3/h").followed(lab.ioc.sources.others):
        await lab.until(lambda: lab.channel("LOOP1:RANGE:SP").valid)
        refusal = await lab.refused("LOOP1:RANGE:SP", "Low")
        assert refusal == "WATER: SITE:WATER:FLOW in another unit than L/min"


def written(tmp_path: Path, *changes: tuple[str, str]) -> Path:
    """Return a station file."""
    text, path = WATER, tmp_path / "lab.toml"
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text)
    return path


@pytest.mark.parametrize(("old", "new", "line"), [
    ('"ca:SITE:WATER:FLOW"', '"ca:"', "input: expected the name of a PV behind ca:, found 'ca:'"),
    ("below = 2.0", 'healthy = ["On"]', "unit: SITE:WATER:FLOW has states: expected none, found 'L/min'"),
    ('"L/min"', '"m³/h"', "unit: expected at most 7 ASCII characters, found 'm³/h'"),
    ("below = 2.0", "floor = 2.0", "floor: only for an input of a RATE"),
    ("below = 2.0", "below = 2.0\nabove = 5.0", ": expected above or below, found both"),
])  # fmt: skip
def test_one_line_for_a_mistake(tmp_path, old, new, line):
    path = written(tmp_path, (old, new))
    with pytest.raises(StationError) as caught:
        load(path)
    assert caught.value.lines == [f"{path}: interlock.WATER{line if line.startswith(':') else f'.{line}'}"]


@pytest.mark.parametrize("name", ["SITE:COIL:SENSOR", "TRIP", "SITE:VAP:TEMP", "VAP:RATE"])
def test_a_name_at_another_ioc_means_nothing_here(tmp_path, name):
    """A PV there that is called as one of this station would be is a number like any other."""
    ioc = Ioc(load(written(tmp_path, ("SITE:WATER:FLOW", name), ("below", "above"))), Clock())
    spec, rule = ioc.station.interlocks["WATER"], ioc.interlocks.engine.rules["WATER"]
    assert not spec.is_state and rule.condition.healthy == () and rule.condition.input == name
    said = f"interlock WATER: ca:{name} above 2 for 1 s, or silent for 6 s, while heating: range off, LOOP1"
    assert said in report(ioc).splitlines()
