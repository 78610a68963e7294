"""What is written in ``docs/records.md`` about us and EPICS base is what both answer today."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TWIN = Path(__file__).with_name("twin")
BEGIN, END = "<!-- compatibility", "<!-- end of compatibility -->"


def run(script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(TWIN / script), *arguments],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
    )


@pytest.mark.timeout(400)
def test_every_field_and_behaviour_is_as_in_base_or_has_a_reason():
    done = run("compare.py")
    assert (done.returncode, done.stderr.strip()) == (0, "")
    page = (ROOT / "docs" / "records.md").read_text()
    assert done.stdout.strip() == BEGIN + page.partition(BEGIN)[2].partition(END)[0] + END


@pytest.mark.timeout(400)
def test_records_of_the_station_are_as_in_base():
    done = run("station.py", str(ROOT / "db" / "stvp.toml"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert ", 0 differences" in done.stdout
