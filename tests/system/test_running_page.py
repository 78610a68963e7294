"""The page about running stations says what is true."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from cryoioc.clock import Clock
from cryoioc.ioc import Ioc
from cryoioc.station import load

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "running.md").read_text()


def test_the_station_of_the_page_can_be_checked_with_a_shared_file(tmp_path, cryoioc, monkeypatch):
    monkeypatch.setenv("TERMINAL_SERVER", "127.0.0.1")
    (station,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    (tmp_path / "common.inc").write_text('[instrument.TC1]\nmodel = "lakeshore335"\n')
    files = []
    for n in (1, 2, 3):
        files.append(tmp_path / f"cryo{n}.toml")
        files[-1].write_text(station.replace("CRYO1", f"CRYO{n}").replace("5071", f"507{n}").replace("4001", f"400{n}"))
    said = cryoioc("check", *files)
    assert (said.status, said.stderr) == (0, "")
    (addresses,) = re.findall(r"^    export (.*)$", PAGE, re.MULTILINE)
    ports = re.findall(r"cryohost:(\d+)", shlex.split(addresses)[1])
    assert re.findall(r"binds 127\.0\.0\.1:(\d+) TCP and UDP", said.stdout) == ports


def test_every_pv_of_the_page_is_there():
    ioc = Ioc(load(ROOT / "db" / "stvp.toml"), Clock())
    named = set(re.findall(r"`((?:IOC:)?[A-Z][A-Z_:]+[A-Z])`", PAGE.partition("## Health")[2]))
    assert len(named) > 30
    assert named - {"SIGTERM"} <= {*ioc.desk.channels, *ioc.desk.aliases}


def test_every_health_pv_is_on_the_page():
    ioc = Ioc(load(ROOT / "db" / "stvp.toml"), Clock())
    health = {name for name in ioc.desk.channels if name.startswith("IOC:")}
    assert {name for name in health if f"`{name}`" not in PAGE} <= {"IOC:CA_STALL_CNT", "IOC:CA_CUT_CNT"}


def test_files_the_page_names_are_there():
    for name in re.findall(r"`?(deploy/[\w.@-]+)", PAGE):
        assert (ROOT / name.rstrip(".")).exists(), name
    headings = [line.lower().replace(" ", "-") for line in re.findall(r"^## (.*)$", PAGE, re.MULTILINE)]
    for link in re.findall(r"\]\(([^)]+)\)", PAGE):
        page, _, heading = link.partition("#")
        assert (ROOT / "docs" / page).exists(), link
        assert page or heading in headings, link

