"""The page of the twin lists what is served, and every declaration is fit for clients."""

from __future__ import annotations

from pathlib import Path

import pytest

from cryoioc.errors import StationError
from cryoioc.station import load
from cryosim.__main__ import main
from cryosim.pvs import Pace, Pacing, TwinIoc, default_port, reference
from cryosim.station_world import build

from .room import STVP, station_file

PAGE = STVP.parents[1] / "docs" / "twin.md"
CRX, TWIN_PAGE = STVP.with_name("crx.toml"), STVP.parents[1] / "docs" / "twin-crx.md"


def twin_of(station: Path) -> TwinIoc:
    lines, read = Pace(), load(station)
    return TwinIoc(read, Pacing(build(read, lines), lines))


@pytest.mark.parametrize(("station", "published"), [(STVP, PAGE), (CRX, TWIN_PAGE)], ids=["stvp", "crx"])
def test_the_page_is_current(tmp_path: Path, station: Path, published: Path):
    page = tmp_path / published.name
    page.write_text(published.read_text())
    assert main(["pvs", str(station), "--doc", str(page)]) == 0
    assert page.read_text() == published.read_text(), "run: make docs"


def test_the_table_has_a_row_for_every_pv(tmp_path: Path):
    table = reference.markdown(station_file(tmp_path))
    cells = [line.split(" | ")[0].removeprefix("| ") for line in table.splitlines()[2:]]
    listed = {cell.split(",")[0] for cell in cells} | {cell.replace(", ", "") for cell in cells}
    assert listed == set(twin_of(station_file(tmp_path)).board.channels)


def test_a_page_without_markers_is_one_line_and_status_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    page = tmp_path / "page.md"
    page.write_text("nothing\n")
    assert main(["pvs", str(STVP), "--doc", str(page)]) == 2
    assert capsys.readouterr().err == f"cryosim: {page}: no lines {reference.BEGIN} and {reference.END}\n"
    assert page.read_text() == "nothing\n"


def test_of_the_dummy_there_is_what_it_has(tmp_path: Path):
    names = set(twin_of(station_file(tmp_path, "dummy")).board.channels)
    plain = {name for name in names if ":FAULT:" not in name}
    assert plain == {
        "MSG", "MSG:LONG", "SPEED", "SPEED:SP", "SPEED:REACHED", "PAUSE", "PAUSE:SP", "TIME",
        "TRUE:VAP", "TRUE:SAMPLE", "TRUE:FLOW", "TC1:PANEL", "TC1:HEATS", "TC1:LIMITED",
    }  # fmt: skip
    assert {"TC1:FAULT:SILENCE:SP", "FM1:FAULT:DISCONNECT:SP"} <= names


def test_a_name_that_is_too_long_is_told(tmp_path: Path):
    station = tmp_path / "long.toml"
    long = "A_NAME_OF_TWENTY_LET"
    text = STVP.read_text().replace('prefix = "STVP:"', 'prefix = "LABORATORY_OF_PHYSICS:"')
    station.write_text(text.replace("TC1", long))
    with pytest.raises(StationError, match="59 characters are allowed"):
        twin_of(station)


def test_the_usual_port_is_not_that_of_the_repeater(tmp_path: Path):
    """libca starts a repeater on UDP 5065 wherever there is a client."""
    assert default_port(load(STVP)) == 5066
    other = tmp_path / "other.toml"
    other.write_text(STVP.read_text().replace("port = 5064", "port = 6000"))
    assert default_port(load(other)) == 6001
