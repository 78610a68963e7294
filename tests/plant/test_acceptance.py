"""The acceptance sheet: every row holds, and the page that publishes it is up to date."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from cryosim import acceptance_command
from cryosim.__main__ import main
from cryosim.acceptance import Kind, rows
from cryosim.acceptance_command import TITLES
from cryosim.acceptance_day import ENDS
from cryosim.acceptance_plot import draw
from cryosim.acceptance_report import SHEET, NoMarkers, markdown, write
from cryosim.acceptance_rig import play
from cryosim.plant.stvp_parameters import AS_RECORDED, PHYSICAL

PAGE = Path(__file__).parents[2] / "docs" / "twin-stvp.md"
BEGIN, END = SHEET
VARIANTS = {False: AS_RECORDED, True: PHYSICAL}


@pytest.fixture(scope="module", params=[False, True], ids=["as recorded", "physical"])
def played(request):
    """Which reading of the 295 K row, and its day."""
    seen = []
    day = play(VARIANTS[request.param], seen.append)
    assert seen == sorted(seen) and seen[-1] == pytest.approx(ENDS)
    return request.param, day


def test_every_row_holds(played):
    physical, day = played
    assert [row.name for row in rows(physical) if not row.holds(day)] == []


@pytest.mark.parametrize("played", [False], ids=["as recorded"], indirect=True)
def test_half_the_substep_changes_no_row(played):
    """The loops at 10 Hz as before: figures by less than 2 %, times by less than 15 s."""
    physical, day = played
    finer = play(VARIANTS[physical], substep=0.05)
    for row in rows(physical):
        limit = {"rel": 0.0, "abs": 0.25} if row.unit == "min" else {"rel": 0.02}
        assert row.read(finer) == pytest.approx(row.read(day), **limit), row.name


def test_the_page_shows_what_is_reached(played):
    physical, day = played
    assert markdown(TITLES[physical], rows(physical), day) in PAGE.read_text("utf-8")


def test_the_figure_is_drawn(played, tmp_path):
    pytest.importorskip("matplotlib")
    draw(played[1], tmp_path / "day.png", "title")
    assert (tmp_path / "day.png").stat().st_size > 50_000


def test_the_liquid_used_is_what_the_dewar_lost(played):
    used = [look.used for look in played[1].log]
    assert used == sorted(used)
    assert played[1].used == pytest.approx(used[-1])


def test_no_predicted_row_has_a_parameter_of_its_own():
    for row in rows(False):
        assert (row.kind is Kind.PREDICTED) == (row.parameters == "")


def test_the_sheet_contradicts_itself_only_in_the_last_heater_row():
    as_recorded, physical = rows(False), rows(True)
    differing = [a.name for a, b in zip(as_recorded, physical, strict=True) if (a.low, a.high) != (b.low, b.high)]
    assert differing == ["295/300 K: heater"]


def test_tables_go_between_the_markers_and_nothing_else_changes(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")
    write(page, ["one", "two"])
    write(page, ["one", "two"])
    assert page.read_text() == f"before\n{BEGIN}\n\none\n\ntwo\n\n{END}\nafter\n"


@pytest.mark.parametrize("text", ["no markers", END + BEGIN, BEGIN])
def test_a_page_without_markers_is_refused(tmp_path, text):
    page = tmp_path / "page.md"
    page.write_text(text)
    with pytest.raises(NoMarkers):
        write(page, ["table"])
    assert page.read_text() == text


def test_the_command_ends_with_0_only_if_every_row_holds(played, monkeypatch, capsys):
    physical, day = played
    arguments = ["acceptance", "--physical"] if physical else ["acceptance"]
    monkeypatch.setattr(acceptance_command, "play", lambda parameters, _: {VARIANTS[physical]: day}[parameters])
    assert main(arguments) == 0
    assert "27 of 27 rows hold" in capsys.readouterr().out
    spoilt = replace(day, used=5.0)
    monkeypatch.setattr(acceptance_command, "play", lambda *_: spoilt)
    assert main(arguments) == 1
    printed = capsys.readouterr().out
    assert "26 of 27 rows hold" in printed and "not: liquid helium used" in printed


def test_the_command_refuses_a_page_that_is_not_there(tmp_path, capsys):
    assert main(["acceptance", "--doc", str(tmp_path / "none.md")]) == 2
    assert "none.md" in capsys.readouterr().err
