"""What a campaign has shown: what of it must not be, and a table for people."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from tests.bias.campaign.hazards import HAZARDS
from tests.bias.campaign.play import RISING, Outcome
from tests.bias.campaign.watch import CURRENT_TIME, DRAIN_END, LEFT_AT_MOST

from cryoioc.devices.scpi.bias import FAST
from cryoioc.pvs.bias_loop import LOOK as STEP
from cryosim.acceptance_report import Markers

PLACES = {
    "forked": Markers("<!-- campaign: begin, written by `make bias-campaign` -->", "<!-- campaign: end -->"),
    "pyepics": Markers("<!-- campaign through pyepics: begin, written by `make bias-campaign` -->",
                       "<!-- campaign through pyepics: end -->"),
}  # fmt: skip
FORMS = {"forked": "", "pyepics": " through pyepics"}
ONE_POLL = FAST + STEP  # s, with the step that follows it at the latest
# Unread: its drains were off when the line of their supply went away; BIAS is INVALID then, and nothing begins.
ENDS = ("Tripped", "Off", "Hold", "Found", "Unread")
LIMITED = ("Gates", "Drains", "Servo", "Hold", "Down")  # what a supply keeps is watched
HEAD = ("what happens", "draws", "tripped", "told after, s", "drains off after, s", "outside the window, s",
        "gate outside, s", "highest, V", "most, mA")  # fmt: skip


def missed(outcome: Outcome) -> list[str]:
    """Return what a draw has shown that must not be."""
    seen, hazard = outcome.seen, HAZARDS[outcome.draw.hazard]
    dangling = outcome.state not in (*ENDS, *RISING)
    late = hazard.opens and outcome.phase in LIMITED and (outcome.told is None or outcome.told > ONE_POLL)
    untold = outcome.state == "Tripped" and not outcome.why
    found = {
        "a transistor is lost": seen.burnt,
        f"{seen.drain:.2f} V at a drain": seen.drain > DRAIN_END,
        f"above 15 mA for {seen.overload:g} s": seen.overload > CURRENT_TIME,
        f"outside the window for {seen.outside:.2f} s": seen.outside > LEFT_AT_MOST,
        f"a gate outside its window for {seen.gate:.2f} s": seen.gate > LEFT_AT_MOST,
        "a drain came back after a trip": bool(seen.again),
        f"the other amplifier tripped: {outcome.neighbour}": bool(outcome.neighbour),
        "a fault in the IOC's own code": bool(outcome.internal),
        f"ended in {outcome.state}": dangling,
        f"limits raised were told after {outcome.told} s": late,
        "tripped without a word": untold,
        f"tripped with severity {outcome.alarm}": outcome.state == "Tripped" and outcome.alarm != "MAJOR",
        f"nobody could go on after it: {outcome.stuck}": bool(outcome.stuck),
    }
    return [text for text, wrong in found.items() if wrong]


def markdown(outcomes: Sequence[Outcome], seed: int, form: str) -> str:
    """Return the whole report."""
    wrong = [(outcome, missed(outcome)) for outcome in sorted(outcomes, key=lambda one: one.draw.number)]
    lines = [f"* draw {outcome.draw.number}, {outcome.draw.hazard}: {'; '.join(texts)}"
             for outcome, texts in wrong if texts]  # fmt: skip
    cold = sum(outcome.draw.bias == "Cold" for outcome in outcomes)
    rows = [_row(name, [one for one in outcomes if one.draw.hazard == name]) for name in HAZARDS]
    table = [HEAD, ["---"] * len(HEAD), *(row for row in rows if row), _row("all", outcomes)]
    return "\n".join([
        f"### {len(outcomes)} draws of seed {seed}{FORMS[form]}: {cold} cold, {len(outcomes) - cold} warm", "",
        "**Not passed.**" if lines else "Passed: no draw shows what must not be.", *lines, "",
        *(f"| {' | '.join(cells)} |" for cells in table),
    ])  # fmt: skip


def _row(name: str, outcomes: Sequence[Outcome]) -> list[str]:
    """Return one line of the table; empty where nothing was drawn."""
    if not outcomes:
        return []
    told = [one.told for one in outcomes if one.told is not None]
    off = [one.off for one in outcomes if one.off is not None and one.told is not None]
    seen = [one.seen for one in outcomes]
    return [name, str(len(outcomes)), str(len(told)), _spread(told), _spread(off),
            f"{max(one.outside for one in seen):.2f}", f"{max(one.gate for one in seen):.2f}",
            f"{max(one.drain for one in seen):.2f}", f"{max(one.current for one in seen) * 1e3:.1f}"]  # fmt: skip


def _spread(values: Sequence[float]) -> str:
    return f"{statistics.median(values):.2f}, at most {max(values):.2f}" if values else ""
