"""A drill for people: the same Markdown on the terminal and in the documentation."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence

from cryoioc.rehearsal.clean import MONTH, Clean
from cryoioc.rehearsal.clean_life import DAY
from cryoioc.rehearsal.drill_play import Outcome
from cryoioc.rehearsal.drill_report import BURNS_UNPROTECTED, MOST, REACTIONS, Campaign, Replayed, percentile, verdict
from cryoioc.rehearsal.drill_watch import Seen
from cryosim.acceptance_report import Markers

PLACE = Markers("<!-- drill: begin, written by `make drill` -->", "<!-- drill: end -->")


def markdown(campaign: Campaign) -> str:
    """Return the whole report."""
    missed = campaign.missed()
    parts = [
        f"### {len(campaign.protected)} draws of seed {campaign.seed}, and {len(campaign.timed)} for reactions alone",
        f"**Not passed: {'; '.join(missed)}.**" if missed else "Passed: every bar is met.",
        _classes(campaign),
        f"Without interlocks {campaign.burns_unprotected:.0%} of the draws burn; {BURNS_UNPROTECTED:.0%} must. "
        "Drain voltages and currents are a matter of the receiver, which has a drill of its own.",
        _reactions(campaign),
        _lost(campaign),
        _unsavable(campaign),
        _replayed(campaign.replayed),
        _clean(campaign.clean),
        _occurrences(campaign),
    ]
    return "\n\n".join(part for part in parts if part)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _classes(campaign: Campaign) -> str:
    rows = {"savable": campaign.savable, "unsavable": campaign.unsavable, "interlocks disabled": list(campaign.control)}
    head = ("", "draws", "burnt", "beyond 325 K", "winding, K", "vaporizer, K", "sample, K", "TLIMIT stopped",
            "told after, s")  # fmt: skip
    return table(head, [_class(name, outcomes) for name, outcomes in rows.items() if outcomes])


def _class(name: str, outcomes: Sequence[Outcome]) -> list[str]:
    seen = [outcome.seen for outcome in outcomes]
    told = [one.detected for one in seen if one.detected is not None] if outcomes[0].protected else []
    peaks = (max(one.winding for one in seen), max(one.vaporizer for one in seen), max(one.sample for one in seen))
    counts = (len(seen), sum(one.burnt for one in seen), sum(one.violated for one in seen))
    return [name, *map(str, counts), *(f"{peak:.1f}" for peak in peaks), str(sum(one.tlimit for one in seen)),
            _median(told)]  # fmt: skip


def _median(values: Sequence[float]) -> str:
    return f"{statistics.median(values):.2f} (median of {len(values)})" if values else ""


def _reactions(campaign: Campaign) -> str:
    rows = []
    for name, allowed in REACTIONS.items():
        taken = campaign.reactions(name)
        figures = [statistics.median(taken), percentile(taken, MOST), taken[-1]] if taken else []
        cells = [f"{figure:.2f}" for figure in figures] or [""] * 3
        mostly = "" if allowed.mostly is None else f"{allowed.mostly:.1f} in 99 %, "
        rows.append([allowed.words, str(len(taken)), *cells, f"{mostly}{allowed.always:.1f}"])
    return table(("from ... to", "times", "median, s", "99 %, s", "longest, s", "allowed, s"), rows)


def _lost(campaign: Campaign) -> str:
    if not campaign.lost:
        return "Nothing savable burnt or went beyond a limit, and nothing met a fault in the IOC's own code."
    return _listed("Lost though savable:", campaign.lost, lambda outcome: "")


def _unsavable(campaign: Campaign) -> str:
    hurt = [one for one in campaign.unsavable if one.seen.burnt or one.seen.violated]
    if not hurt:
        return "Nothing unsavable burnt or went beyond a limit either." if campaign.unsavable else ""
    return _listed("Burnt or beyond a limit, unsavable:", hurt, lambda outcome: outcome.draw.unsavable)


def _listed(title: str, outcomes: Sequence[Outcome], why: Callable[[Outcome], str]) -> str:
    rows = []
    for one in outcomes:
        damage = verdict(one.seen) if one.seen.burnt or one.seen.violated else "internal fault"
        tlimit = "stopped it" if one.seen.tlimit else "cleared" if "TLIMIT cleared" in one.draw.names else "saw nothing"
        rows.append([str(one.draw.number), one.draw.stand.name, ", ".join(one.draw.names), why(one), damage,
                     f"{one.seen.vaporizer:.1f}", tlimit])  # fmt: skip
    head = ("draw", "stood at", "what went wrong", "why unsavable", "damage", "vaporizer, K", "TLIMIT")
    return f"{title}\n\n{table(head, rows)}"


def _replayed(replayed: Sequence[Replayed]) -> str:
    if not replayed:
        return ""
    rows = []
    for one in replayed:
        draw, virtual, processes = one.virtual.draw, one.virtual.seen, one.processes
        both = [f"{_told(virtual)}", f"{_told(processes)}"]
        rows.append([str(draw.number), ", ".join(draw.names), "no" if draw.unsavable else "yes",
                     str(processes.restarts), *both])  # fmt: skip
    kills, agree = sum(one.processes.restarts for one in replayed), sum(one.agrees for one in replayed)
    title = ("Again with IOC and twin as processes of their own, over TCP and Channel Access at 1x: "
             f"{len(replayed)} draws, {kills} times `kill -9` of the IOC, the same verdict in {agree}.")  # fmt: skip
    head = ("draw", "what went wrong", "savable", "kill -9", "virtual clock", "processes")
    return f"{title}\n\n{table(head, rows)}"


def _told(seen: Seen) -> str:
    tripped = f", {seen.first} first" if seen.first else ""
    return f"{verdict(seen)}{tripped}, {seen.vaporizer:.0f} K"


def _clean(clean: Clean) -> str:
    trips = ", ".join(f"{name} {times}" for name, times in clean.trips.items()) or "none"
    shares = ", ".join(f"{name} {seconds / DAY:.1f} d" for name, seconds in sorted(clean.scenes.items()))
    months = clean.seconds / MONTH
    return (
        f"False trips in {months:.2f} months of clean running by generated readings "
        f"({clean.readings} of them through the interlocks' code; {shares}): {trips}, "
        f"{sum(clean.trips.values()) / months:.1f} a month."
    )


def _occurrences(campaign: Campaign) -> str:
    counts = campaign.occurrences
    told = ", ".join(f"{name} {times}" for name, times in counts.items())
    return f"In how many draws each occurs, {min(counts.values())} the rarest: {told}."
