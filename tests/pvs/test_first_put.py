"""What the README tells a newcomer to try, on the station and the plant that come with it."""

from __future__ import annotations

import pytest

from .laboratory import perform, scene


def test_the_station_starts_cold_and_running_with_its_ranges_off():
    begun: dict[str, float] = {}

    async def look(lab):
        await lab.until(lambda: not any(lab.channel(name).undefined for name in ("VAP:TEMP", "SAMPLE:TEMP", "FLOW")))
        begun.update({name: lab[name] for name in ("VAP:TEMP", "SAMPLE:TEMP", "FLOW")})
        await lab.ready()
        assert (lab["LOOP1:RANGE"], lab["LOOP2:RANGE"]) == ("Off", "Off")
        await lab.run(120.0)
        assert lab["FLOW"] == pytest.approx(8.8, rel=0.03)
        assert lab["VAP:TEMP"] < 13.0  # nothing heats it

    perform(look, plant="stvp", cold=True)
    # Unheated, it has cooled by the second that the first readings take.
    assert begun == pytest.approx({"VAP:TEMP": 13.0, "SAMPLE:TEMP": 15.0, "FLOW": 8.8}, rel=0.15)


@scene(plant="stvp")
async def test_the_first_put_is_accepted_and_high_gets_it_there(lab):
    await lab.put("LOOP1:TEMP:SP", 20.0)
    assert (lab["LOOP1:STATE"], lab.alarm("LOOP1:STATE")[1]) == ("RangeOff", "MINOR")
    assert "range" in lab["LOOP1:MSG:LONG"].lower()
    await lab.put("LOOP1:RANGE:SP", "High")
    await lab.becomes("LOOP1:STATE", "InPos", within=180.0)
    assert lab["VAP:TEMP"] == pytest.approx(20.0, abs=0.1)
    await lab.put("ALLOFF")
    assert lab["LOOP1:RANGE"] == "Off"
