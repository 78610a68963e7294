"""What a drill has shown, for people: the same Markdown on the terminal and in the documentation."""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cryoioc.rehearsal import drill_watch as watch
from cryoioc.rehearsal.clean import MONTH, Clean
from cryoioc.rehearsal.clean_life import DAY
from cryoioc.rehearsal.drill import Outcome
from cryosim.acceptance_report import Markers
from cryosim.drill.hazards import HAZARDS

PLACE = Markers("<!-- drill: begin, written by `make drill` -->", "<!-- drill: end -->")
BURNS_UNPROTECTED = 0.3  # share of the draws that must burn without interlocks, else the drill proves nothing
# reaction -> words, and seconds it may take
REACTIONS = {
    watch.METER: ("meter's reading below 1 SLPM to RANGE 0 accepted", 1.0),
    watch.TRUE_FLOW: ("true flow below 1 SLPM at the valve to RANGE 0", 2.0),
    watch.METER_SILENT: ("meter silent to RANGE 0", 2.0),
    watch.AWAY: ("controller unreachable to alarm", 2.0),
}


@dataclass(frozen=True)
class Campaign:
    """All draws of a drill, each with interlocks and without."""

    seed: int
    protected: tuple[Outcome, ...]
    control: tuple[Outcome, ...]
    timed: tuple[Outcome, ...]  # one thing wrong at a time, with interlocks
    clean: Clean

    @property
    def savable(self) -> list[Outcome]:
        """What the IOC had to save."""
        return [outcome for outcome in self.protected if not outcome.draw.unsavable]

    @property
    def lost(self) -> list[Outcome]:
        """Savable, and yet burnt, beyond a limit, or with a fault in the IOC's own code."""
        return [one for one in self.savable if one.seen.burnt or one.seen.violated or one.seen.internal]

    @property
    def burns_unprotected(self) -> float:
        """Share of the draws that burn without interlocks."""
        return sum(outcome.seen.burnt for outcome in self.control) / len(self.control)

    def reactions(self, name: str) -> list[float]:
        """Return how long a reaction took, wherever nothing else stood in its way, sorted, [s]."""
        taken = (outcome.seen.reactions.get(name) for outcome in (*self.protected, *self.timed))
        return sorted(seconds for seconds in taken if seconds is not None)

    @property
    def holds(self) -> bool:
        """Whether nothing savable was lost or tripped for nothing, no reaction was late, and the control burns."""
        late = [n for n, (_, most) in REACTIONS.items() if any(taken > most for taken in self.reactions(n))]
        return not self.lost and not late and not self.clean.trips and self.burns_unprotected >= BURNS_UNPROTECTED


def markdown(campaign: Campaign) -> str:
    """Return the whole report."""
    parts = [
        f"### {len(campaign.protected)} draws of seed {campaign.seed}, and {len(campaign.timed)} for reactions alone",
        _classes(campaign),
        _reactions(campaign),
        _lost(campaign),
        _unsavable(campaign),
        _clean(campaign.clean),
        _occurrences(campaign),
    ]
    return "\n\n".join(part for part in parts if part)


def _classes(campaign: Campaign) -> str:
    others = [outcome for outcome in campaign.protected if outcome.draw.unsavable]
    rows = {"savable": campaign.savable, "unsavable": others, "interlocks disabled": list(campaign.control)}
    head = "| | draws | burnt | beyond 325 K | winding, K | vaporizer, K | sample, K | TLIMIT stopped | told after, s |"
    return "\n".join([head, "|---" * 9 + "|", *(_class(name, rows[name]) for name in rows if rows[name])])


def _class(name: str, outcomes: Sequence[Outcome]) -> str:
    seen = [outcome.seen for outcome in outcomes]
    told = [one.detected for one in seen if one.detected is not None]
    peaks = (max(one.winding for one in seen), max(one.vaporizer for one in seen), max(one.sample for one in seen))
    counts = (len(seen), sum(one.burnt for one in seen), sum(one.violated for one in seen))
    cells = [*map(str, counts), *(f"{peak:.1f}" for peak in peaks), str(sum(one.tlimit for one in seen)), _median(told)]
    return f"| {name} | " + " | ".join(cells) + " |"


def _median(values: Sequence[float]) -> str:
    return f"{statistics.median(values):.2f} (median of {len(values)})" if values else "never"


def _reactions(campaign: Campaign) -> str:
    lines = ["| from ... to | times | median, s | 99 %, s | longest, s | allowed, s |", "|---" * 6 + "|"]
    for name, (words, most) in REACTIONS.items():
        taken = campaign.reactions(name)
        figures = [statistics.median(taken), taken[math.ceil(0.99 * len(taken)) - 1], taken[-1]] if taken else []
        cells = [f"{figure:.2f}" for figure in figures] or ["", "", ""]
        lines.append(f"| {words} | {len(taken)} | " + " | ".join(cells) + f" | {most:.1f} |")
    return "\n".join(lines)


def _lost(campaign: Campaign) -> str:
    if not campaign.lost:
        return "Nothing savable burnt, went beyond a limit, or met a fault in the IOC's own code."
    return _listed("Lost though savable:", campaign.lost, lambda outcome: "")


def _unsavable(campaign: Campaign) -> str:
    hurt = [one for one in campaign.protected if one.draw.unsavable and (one.seen.burnt or one.seen.violated)]
    return _listed("Burnt or beyond a limit, unsavable:", hurt, lambda outcome: outcome.draw.unsavable) if hurt else ""


def _listed(title: str, outcomes: Sequence[Outcome], why: Callable[[Outcome], str]) -> str:
    lines = [title, "", "| draw | stood at | what went wrong | why unsavable | damage | vaporizer, K | TLIMIT |"]
    lines.append("|---" * 7 + "|")
    for one in outcomes:
        damage = "burnt" if one.seen.burnt else "beyond 325 K" if one.seen.violated else "internal fault"
        tlimit = "stopped it" if one.seen.tlimit else "cleared" if "TLIMIT cleared" in one.draw.names else "saw nothing"
        cells = (str(one.draw.number), one.draw.stand.name, ", ".join(one.draw.names), why(one), damage,
                 f"{one.seen.vaporizer:.1f}", tlimit)  # fmt: skip
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _clean(clean: Clean) -> str:
    trips = ", ".join(f"{name} {times}" for name, times in clean.trips.items()) or "none"
    shares = ", ".join(f"{name} {seconds / DAY:.1f} d" for name, seconds in sorted(clean.scenes.items()))
    return (
        f"False trips in {clean.seconds / MONTH:.2f} months of clean running by generated readings "
        f"({clean.readings} of them through the interlocks' code; {shares}): {trips}."
    )


def _occurrences(campaign: Campaign) -> str:
    counts = Counter(name for outcome in campaign.protected for name in outcome.draw.names)
    told = ", ".join(f"{name} {counts[name]}" for name in HAZARDS)
    return f"How often each was drawn, {min(counts[name] for name in HAZARDS)} times the rarest: {told}."
