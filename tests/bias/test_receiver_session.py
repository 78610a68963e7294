"""The first session of docs/receiver.md, line by line as it is printed there, and every way a bias is refused.

All of it by pyepics, over Channel Access, IOC and twin in a process of their own.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from .clients import let

ROOT = Path(__file__).parents[2]
CRX, PAGE = ROOT / "db" / "crx.toml", ROOT / "docs" / "receiver.md"
BEGIN, END = "<!-- session: begin, played by a test -->", "<!-- session: end -->"
LINE = re.compile(r" {4}(caput -c|caget -S|camonitor) CRX:(\S+) *([^#]*?) *(?:# (.*))?")

SETTLED = (("above", "UPTIME", "15", ""),)  # the gauge's low pressure must have stood for ten seconds

# What is put where it must not be, after the session, and words of the refusal (none: accepted).
REFUSALS = (
    ("put", "LCP:BIAS:SP", "Cold", "LCP_WATCH"),
    ("put", "INTLK:LCP_WATCH:BYPASS:SP", "60", ""),
    ("put", "LCP:BIAS:SP", "Cold", "COMPRESSOR"),
    ("put", "TWIN:COMPRESSOR:SP", "On", ""),
    ("until", "COMP", "On", ""),
    ("put", "INTLK:RESET", "1", ""),
    ("until", "INTLK:COMPRESSOR", "OK", ""),
    ("put", "LCP:BIAS:SP", "Cold", "RESET first"),
    ("put", "LCP:RESET", "1", ""),
    ("put", "INTLK:LCP_WATCH:BYPASS:SP", "0", ""),
    ("put", "INTLK:RESET", "1", ""),
    ("until", "INTLK", "OK", ""),
    ("put", "HEATERS:STATE:SP", "On", ""),
    ("until", "HEATERS:STATE", "On", ""),
    ("put", "LCP:BIAS:SP", "Cold", "HEATERS is on"),
    ("put", "HEATERS:STATE:SP", "Off", ""),
    ("until", "HEATERS:STATE", "Off", ""),
    ("put", "LCP:BIAS:SP", "Warm", "only above 250 K"),
    ("put", "LCP:S1:VD:SP", "0", "only a bias that stands"),
    ("put", "TWIN:TM1:FAULT:SILENCE:SP", "On", ""),
    ("until", "STAGE2:VALID", "No", ""),
    ("put", "LCP:BIAS:SP", "Cold", "temperature not known"),
    ("put", "LCP:BIAS:SP", "Off", ""),
    ("put", "TWIN:TM1:FAULT:SILENCE:SP", "Off", ""),
    ("until", "STAGE2:VALID", "Yes", ""),
    ("put", "TWIN:PS2:FAULT:SILENCE:SP", "On", ""),
    ("until", "PS2:CONNECTED", "No", ""),
    ("put", "LCP:BIAS:SP", "Cold", "not read"),
    ("put", "TWIN:PS2:FAULT:SILENCE:SP", "Off", ""),
    ("until", "PS2:CONNECTED", "Yes", ""),
    ("put", "TWIN:VENT:SP", "Open", ""),
    ("above", "VAC", "1", ""),
    ("put", "LCP:BIAS:SP", "Cold", "VACUUM"),
)


def session() -> list[tuple[str, str, str, str | None]]:
    """Return the step each line of the page is."""
    text = PAGE.read_text().partition(BEGIN)[2].partition(END)[0]
    found = [LINE.fullmatch(line) for line in text.splitlines() if line]
    assert found and all(found)
    return [_step(one[1], one[2], one[3], one[4] or "") for one in found]


def _step(command: str, name: str, value: str, remark: str) -> tuple[str, str, str, str | None]:
    if command == "camonitor":
        return "until", name, remark.removeprefix("until "), ""
    if command == "caget -S":
        return "get", name, "", None if remark == "says why" else remark
    # Which of two refusals is told first is not promised.
    return "put", name, value, None if remark.startswith("refused: ") else ""


@pytest.mark.timeout(900)  # a minute of a free processor
def test_every_line_does_what_it_says_and_every_refusal_has_its_words() -> None:
    steps = [*SETTLED, *session(), *REFUSALS]
    assert int(let("steps", CRX, "CRX:", given=json.dumps(steps))) == len(steps)
