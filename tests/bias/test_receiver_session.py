"""The first session of docs/receiver.md, line by line as it is printed there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.pvs.laboratory import scene

ROOT = Path(__file__).parents[2]
CRX, PAGE = ROOT / "db" / "crx.toml", ROOT / "docs" / "receiver.md"
BEGIN, END = "<!-- session: begin, played by a test -->", "<!-- session: end -->"
LINE = re.compile(r" {4}(caput -c|caget -S|camonitor) CRX:(\S+) *([^#]*?) *(?:# (.*))?")
WITHIN = 200.0  # s, for what takes its time


def session() -> list[tuple[str, str, str, str]]:
    """Return command, PV, value and remark of each line."""
    text = PAGE.read_text().partition(BEGIN)[2].partition(END)[0]
    found = [LINE.fullmatch(line) for line in text.splitlines() if line]
    assert found and all(found)
    return [(one[1], one[2], one[3], one[4] or "") for one in found]


async def act(lab, command: str, name: str, value: str, remark: str) -> None:
    """Carry out one line, and see that what it says comes true."""
    if command == "camonitor":
        await lab.becomes(name, remark.removeprefix("until "), within=WITHIN)
    elif command == "caget -S":
        assert remark == "says why" and lab[name]
    elif name.startswith("TWIN:"):
        lab.world.plant.turn(name.split(":")[1].lower(), value == "On")
    elif remark.startswith("refused: "):
        await lab.refused(name, value)
    else:
        await lab.put(name, int(value) if value.isdecimal() else value)


@pytest.mark.timeout(300)  # ten seconds of a free processor
@scene(station=CRX, plant="crx")
async def test_every_line_does_what_it_says(lab):
    await lab.run(15.0)
    for line in session():
        await act(lab, *line)
    assert all(line.power() == 0.0 for line in lab.world.plant.lines.values())
    assert not any(amplifier.burnt for amplifier in lab.world.plant.amplifiers.values())
