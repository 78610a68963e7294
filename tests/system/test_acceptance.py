"""The acceptance day through the whole chain: its first quarter of an hour here, all of it by ``make acceptance``."""

from __future__ import annotations

import asyncio
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from cryoioc.rehearsal import command, report
from cryoioc.rehearsal.acceptance import TIME, VALID, Beside, Performer, Played, totals
from cryoioc.station import load
from cryosim.acceptance import rows
from cryosim.acceptance_day import Day, Look

STVP = Path(__file__).parents[2] / "db" / "stvp.toml"
PAGE = STVP.parents[1] / "docs" / "twin-stvp.md"
COOLDOWN = ("room temperature, vaporizer", "sample mount starts to cool", "300 K to 10 K")


def test_the_cooldown_through_pvs_holds_its_rows():
    played = command.rehearse(load(STVP), ends=13.0)
    held = {row.name for row in rows(physical=False) if row.name in COOLDOWN and row.holds(played.day)}
    assert held == set(COOLDOWN)
    last = played.beside[-1]
    assert last.minutes == pytest.approx(13.0, abs=0.05)
    assert 0.3 < last.total < last.metered  # the meter is over its range for a while, and nothing is invented


def test_the_page_has_a_whole_day_on_which_every_row_holds():
    text = PAGE.read_text()
    for row in rows(physical=False):
        assert text.count(f"| {row.name} |") == 4  # as recorded, physical, virtual clock, TCP
    for time in report.TIMES:
        assert text.count(f"| {time.name} |") == 2
    assert "**no**" not in text


def test_a_total_that_lags_does_not_hold():
    beside = [Beside(m, 0.0, 0.0, True, True, total=0.9 * m, metered=1.0 * m) for m in (106.0, 160.0)]
    played = Played(Day(), beside=beside)
    assert totals(played) == pytest.approx((48.6, 54.0))
    assert not report.TIMES[0].holds(played, 1.0)


class Tripped:
    """A client of a warm cryostat that stands still, and of which an interlock has tripped."""

    seconds = 0.0

    def get(self, name):
        words = {"INTLK:FIRST": "NOFLOW", "LOOP1:INPOS": "No", TIME: self.seconds} | dict.fromkeys(VALID, "Yes")
        return words.get(name, 293.6)

    async def put(self, name, value):
        assert name != "INTLK:RESET"

    async def wait(self):
        self.seconds += 1.0


def test_the_day_takes_down_what_has_tripped():
    assert asyncio.run(Performer(Tripped(), ends=0.1).play()).tripped == "NOFLOW"


def test_a_day_on_which_something_tripped_does_not_hold(monkeypatch):
    """Whatever the rows say; and without the words of a trip they do."""
    monkeypatch.setattr(report, "rows", lambda physical: ())
    monkeypatch.setattr(report, "TIMES", ())
    log = [Look(1.0, *[0.0] * 8)]
    for tripped, holds in (("NOFLOW", False), ("", True)):
        console = Console(file=StringIO())
        assert report.tell(console, "day", Played(Day(log=log), tripped=tripped), "slow", None) is holds
        assert ("NOFLOW" in console.file.getvalue()) is not holds


def test_another_plant_is_one_line_and_status_2(cryoioc, tmp_path):
    station = tmp_path / "plain.toml"
    station.write_text(f'[station]\ninclude = ["{STVP}"]\n[sim]\nplant = "dummy"\n')
    said = cryoioc("acceptance", station)
    assert (said.status, said.stdout) == (2, "")
    assert said.stderr.endswith("sim.plant: expected 'stvp', found 'dummy'\n") and said.stderr.count("\n") == 1


def test_a_page_without_markers_is_one_line_and_status_2(cryoioc, tmp_path):
    page = tmp_path / "page.md"
    page.write_text("nothing\n")
    said = cryoioc("acceptance", STVP, "--doc", page)
    assert (said.status, page.read_text()) == (2, "nothing\n")
    assert said.stderr.startswith(f"cryoioc: {page}: no lines <!-- chain virtual: begin")
