"""``cryoioc drill db/crx.toml``: draws of the receiver, with an IOC and without, and the tables of what they show."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cryoioc.rehearsal.drill_report import BURNS_UNPROTECTED, MANY, OFTEN
from cryoioc.rehearsal.drill_tables import table
from cryoioc.rehearsal.receiver_drill import ReceiverOutcome, play
from cryoioc.station import Station
from cryosim.acceptance_report import Markers
from cryosim.drill.receiver import HAZARDS, STRAINS, receiver_draw
from cryosim.plant.amplifier import CURRENT_MAX, DRAIN_MAX, OVERLOAD

PLACE = Markers("<!-- receiver drill: begin, written by `make drill` -->", "<!-- receiver drill: end -->")


@dataclass(frozen=True)
class ReceiverCampaign:
    """All draws of the receiver, each with an IOC and without."""

    seed: int
    watched: tuple[ReceiverOutcome, ...]
    alone: tuple[ReceiverOutcome, ...]

    @property
    def savable(self) -> list[ReceiverOutcome]:
        """What the IOC had to save."""
        return [one for one in self.watched if not one.draw.unsavable]

    @property
    def unsavable(self) -> list[ReceiverOutcome]:
        """What nobody could ask of it."""
        return [one for one in self.watched if one.draw.unsavable]

    @property
    def lost(self) -> list[ReceiverOutcome]:
        """Savable, and yet beyond what a transistor stands; or with a fault in the IOC's own code."""
        hurt = [one for one in self.savable if one.seen.lost or one.seen.drain > DRAIN_MAX]
        return hurt + [one for one in self.watched if one.seen.internal and one not in hurt]

    @property
    def occurrences(self) -> dict[str, int]:
        """In how many draws each hazard occurs."""
        counts = Counter(name for one in self.watched for name in set(one.draw.names))
        names = [*HAZARDS, *(hazard.name for strain in STRAINS for hazard in (strain.weakening, strain.blow))]
        return {name: counts[name] for name in names}

    def missed(self) -> list[str]:
        """Return what does not hold; empty: the drill is passed."""
        burnt = sum(bool(one.seen.lost) for one in self.alone) / len(self.alone)
        said = [f"{len(self.lost)} draws were lost, or met a fault in the IOC's own code"] if self.lost else []
        if burnt < BURNS_UNPROTECTED:
            said.append(f"without an IOC {burnt:.0%} lose a transistor, less than {BURNS_UNPROTECTED:.0%}")
        rare = [name for name, times in self.occurrences.items() if times < OFTEN]
        if len(self.watched) >= MANY and rare:
            said.append(f"in less than {OFTEN} draws: {', '.join(rare)}")
        return said


def campaign(station: Station, seed: int, numbers: Sequence[int], jobs: int,
             progress: Callable[[], None]) -> ReceiverCampaign:  # fmt: skip
    """Play draws of a seed, each with an IOC and without; ``progress`` is called after each."""
    outcomes: list[ReceiverOutcome] = []

    def done(outcome: ReceiverOutcome) -> None:
        outcomes.append(outcome)
        if not outcome.watched:
            progress()

    play(station, [receiver_draw(seed, number) for number in numbers], seed, jobs, done)
    watched, alone = (tuple(one for one in outcomes if one.watched is by_ioc) for by_ioc in (True, False))
    return ReceiverCampaign(seed, watched, alone)


def markdown(shown: ReceiverCampaign) -> str:
    """Return the whole report."""
    missed = shown.missed()
    counts = shown.occurrences
    told = ", ".join(f"{name} {times}" for name, times in counts.items())
    return "\n\n".join(
        [
            f"### {len(shown.watched)} draws of seed {shown.seed}",
            f"**Not passed: {'; '.join(missed)}.**" if missed else "Passed: every bar is met.",
            _classes(shown),
            f"A transistor is lost above {DRAIN_MAX:g} V at its drain, or after {OVERLOAD * 1e3:g} ms above "
            f"{CURRENT_MAX * 1e3:g} mA.",
            *_listed("Lost though savable", shown.lost),
            *_listed("Lost, unsavable", [one for one in shown.unsavable if one.seen.lost]),
            f"In how many draws each occurs, {min(counts.values())} the rarest: {told}.",
        ]
    )


def _classes(shown: ReceiverCampaign) -> str:
    rows = {"savable": shown.savable, "unsavable": shown.unsavable, "no IOC": list(shown.alone)}
    head = ("", "draws", "with a transistor lost", "highest Vd, V", "highest Id, mA", "told after, s")
    return table(head, [_class(name, outcomes) for name, outcomes in rows.items() if outcomes])


def _class(name: str, outcomes: Sequence[ReceiverOutcome]) -> list[str]:
    seen = [one.seen for one in outcomes]
    told = [one.detected for one in seen if one.detected is not None]
    median = f"{statistics.median(told):.2f} (median of {len(told)})" if told else ""
    return [name, str(len(seen)), str(sum(bool(one.lost) for one in seen)), f"{max(one.drain for one in seen):.2f}",
            f"{1e3 * max(one.current for one in seen):.1f}", median]  # fmt: skip


def _listed(title: str, outcomes: Sequence[ReceiverOutcome]) -> list[str]:
    if not outcomes:
        return []
    rows = [[str(one.draw.number), ", ".join(one.draw.names), one.draw.unsavable, "; ".join(one.seen.lost)]
            for one in outcomes]  # fmt: skip
    return [f"{title}:", table(("draw", "what went wrong", "why unsavable", "what was lost"), rows)]
