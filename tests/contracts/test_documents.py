"""Documents say what the code does: generated pages are current, and what is printed by hand exists."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from cryoioc.__main__ import main
from cryoioc.clock import Clock
from cryoioc.ioc import Ioc
from cryoioc.station import load
from cryoioc.views import safety
from cryoioc.views.__main__ import pages
from cryoioc.views.reference import as_reference
from cryosim.__main__ import main as twin_main
from cryosim.faults import KINDS

ROOT = Path(__file__).parents[2]
STVP, CRX = (ROOT / "db" / name for name in ("stvp.toml", "crx.toml"))
PROSE = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def test_the_pv_reference_of_the_receiver_is_current() -> None:
    station = load(CRX)
    page = (ROOT / "docs" / "pv-reference-crx.md").read_text()
    assert page == as_reference(Ioc(station, Clock()).desk, station.prefix) + "\n", "run: make docs"


@pytest.mark.parametrize("name", sorted(pages(STVP)))
def test_generated_pages_are_current(name: str) -> None:
    assert (ROOT / "docs" / name).read_text() == pages(STVP)[name], "run: make docs"


@pytest.mark.parametrize("station", safety.MARKS)
def test_the_table_of_interlocks_is_current(station: str) -> None:
    page, ioc = (ROOT / "docs" / "safety.md").read_text(), Ioc(load(ROOT / "db" / station), Clock())
    assert safety.with_table(page, safety.as_table(ioc), station) == page, "run: make docs"


@pytest.mark.parametrize("path", PROSE, ids=lambda path: path.name)
def test_named_pvs_exist(path: Path) -> None:
    for file in (STVP, CRX):
        desk, name = Ioc(load(file), Clock()).desk, file.stem.upper()
        named = set(re.findall(rf"\b{name}:([A-Z0-9_:]*[A-Z0-9])", path.read_text()))
        later = {name for name in named if name.startswith("TWIN")}
        assert named - later <= set(desk.channels) | set(desk.aliases)


@pytest.mark.parametrize("path", PROSE, ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", path.read_text()):
        assert (path.parent / target).exists(), target


@pytest.mark.parametrize("path", PROSE, ids=lambda path: path.name)
def test_commands_and_options_exist(
    path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    mains = {"cryoioc": main, "cryosim": twin_main}
    # ``cryosim drill`` becomes ``cryoioc drill``: here it must not take the tests with it.
    monkeypatch.setattr(os, "execv", lambda path, words: main(words[3:]))
    for program, command, rest in re.findall(
        r"^ {4}(?:\S*/)?(cryoioc|cryosim) +(\w+)(.*)$", path.read_text(), re.MULTILINE
    ):
        with pytest.raises(SystemExit) as ended:
            mains[program]([command, "--help"])
        assert ended.value.code == 0, f"{program} {command}"
        helped = capsys.readouterr().out
        for option in re.findall(r"--[a-z-]+", rest.split("#")[0]):
            assert option in helped, f"{program} {command} {option}"


def test_make_targets_of_the_readme_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"\bmake ([a-z]+)", (ROOT / "README.md").read_text())) <= targets


def test_every_fault_is_in_the_page_of_the_twin() -> None:
    rows = re.findall(r"^\| (`.*?`) \| (.*?) ?\|", (ROOT / "docs" / "twin.md").read_text(), re.MULTILINE)
    page = {kind: set(re.findall(r"`(\w+)`", names)) for kinds, names in rows for kind in re.findall(r"`(\w+)`", kinds)}
    assert page == {name: {*kind.required, *kind.optional} for name, kind in KINDS.items()}
