"""The receiver's figures: every row holds, and the page that publishes them is up to date."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from cryosim import acceptance_yebes
from cryosim.__main__ import main
from cryosim.acceptance import Kind
from cryosim.acceptance_command import yebes_markdown
from cryosim.acceptance_yebes import STAGES, SUBSTEP, play, rows

ROOT = Path(__file__).parents[2]
CRX = ROOT / "db" / "crx.toml"


@pytest.fixture(scope="module")
def seen():
    """The figures of a played day."""
    told = []
    figures = play(progress=told.append)
    assert told == sorted(told) and told[-1] == STAGES
    return figures


def test_every_row_holds(seen):
    assert [row.name for row in rows() if not row.holds(seen)] == []


def test_half_the_substep_changes_no_row(seen):
    finer = play(substep=0.5 * SUBSTEP)
    for row in rows():
        assert row.read(finer) == pytest.approx(row.read(seen), rel=0.01), row.name


def test_the_page_shows_what_is_reached(seen):
    assert yebes_markdown(seen) in (ROOT / "docs" / "receiver.md").read_text("utf-8"), "run: make acceptance"


def test_heaters_help_and_the_documents_volts_help_more(seen):
    assert seen.document < seen.default < seen.alone


def test_no_predicted_row_has_a_parameter_of_its_own():
    for row in rows():
        assert (row.kind is Kind.PREDICTED) == (row.parameters == "")


def test_the_command_ends_with_0_only_if_every_row_holds(seen, monkeypatch, capsys):
    monkeypatch.setattr(acceptance_yebes, "play", lambda progress: seen)
    assert main(["acceptance", str(CRX)]) == 0
    printed = capsys.readouterr().out
    assert f"{len(rows())} of {len(rows())} rows hold" in printed
    assert f"warm-up with the default of 0.5 A: {seen.default:.1f} h" in printed
    spoilt = replace(seen, first=80.0)
    monkeypatch.setattr(acceptance_yebes, "play", lambda progress: spoilt)
    assert main(["acceptance", str(CRX)]) == 1
    assert "not: first stage" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["{crx}", "--physical"], "--physical and --plot are for sim.plant stvp"),
        (["{crx}", "--plot", "x.png"], "--physical and --plot are for sim.plant stvp"),
        (["{dummy}"], "sim.plant dummy has no acceptance sheet; stvp and crx have"),
        (["none.toml"], "none.toml"),
    ],
)
def test_what_cannot_be_played_is_one_line_and_status_2(tmp_path, capsys, arguments, complaint):
    dummy = tmp_path / "dummy.toml"
    dummy.write_text(f'[station]\ninclude = ["{CRX}"]\n[sim]\nplant = "dummy"\n')
    assert main(["acceptance", *(text.format(crx=CRX, dummy=dummy) for text in arguments)]) == 2
    message = capsys.readouterr().err
    assert complaint in message and message.count("\n") == 1
