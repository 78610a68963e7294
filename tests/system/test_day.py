"""A day of healthy life through the whole chain: a set point and a refill of it here, all of it by ``make day``."""

from __future__ import annotations

from pathlib import Path

from cryoioc.rehearsal.day_command import PLACE, live
from cryoioc.rehearsal.day_scenes import WHOLE_DAY, heaters_off, hold, refill
from cryoioc.station import load

STVP = Path(__file__).parents[2] / "db" / "stvp.toml"
PAGE = STVP.parents[1] / "docs" / "safety.md"


def test_a_set_point_and_a_refill_trip_nothing():
    seen = live(load(STVP), (("14 K", hold(14.0, 16.0, 8.8, 0.5)), ("refill", refill)), warm=False)
    assert seen.wrong == []
    assert (seen.interlocks, seen.puts > 10, seen.events > 1000) == (17, True, True)
    held, filled = seen.parts
    assert abs(held.vaporizer - 14.0) < 0.1 and abs(held.sample - 16.0) < 0.1 and min(held.heaters) > 0.0
    assert filled.heaters == (0.0, 0.0) and filled.flow > 4.4


def test_what_a_healthy_cryostat_must_not_show_is_taken_down():
    async def mistakes(person):
        await person.put("LOOP1:RANGE:SP", "Low")
        with person.watch.expecting("SAMPLE:STATUS", "LOOP1:DROPPED"):
            await person.put("TWIN:TC1:FAULT:SENSOR_OPEN:ARG", "B")
            await person.put("TWIN:TC1:FAULT:SENSOR_OPEN:SP", "On")
            await person.spend(0.1)
        await person.put("LOOP1:RANGE:SP", "High")
        await person.until("nothing", lambda: False, within=0.05)

    seen = live(load(STVP), (("before", heaters_off), ("mistakes", mistakes)), warm=False)
    said = [what.partition(" mistakes: ")[2] for what in seen.wrong]
    assert "INTLK:SAMPLE_HOT Tripped MAJOR" in said and "OK No MAJOR" in said
    assert "LOOP1:DROPPED is not MAJOR" in said and "not within 0.05 min: nothing" in said
    assert any(what.startswith("put of LOOP1:RANGE:SP High refused: SAMPLE_HOT Tripped") for what in said)
    assert seen.expected == {"SAMPLE:STATUS"} and not any("SAMPLE:STATUS" in what for what in said)


def test_the_page_has_a_day_of_24_h_without_a_trip():
    told = PAGE.read_text("utf-8").partition(PLACE.begin)[2].partition(PLACE.end)[0]
    assert "### 24:00:0" in told and "17 interlocks" in told and "INTLK" not in told
    for name, _ in WHOLE_DAY:
        assert f"| {name} |" in told


def test_a_page_without_markers_is_one_line_and_status_2(cryoioc, tmp_path):
    page = tmp_path / "page.md"
    page.write_text("nothing\n")
    said = cryoioc("day", STVP, "--doc", page)
    assert (said.status, page.read_text()) == (2, "nothing\n")
    assert said.stderr.startswith(f"cryoioc: {page}: no lines {PLACE.begin}") and said.stderr.count("\n") == 1
