"""What a drill has shown, and whether that is enough: the bars, each with the sentence that says it was missed."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from cryoioc.rehearsal import drill_watch as watch
from cryoioc.rehearsal.clean import Clean
from cryoioc.rehearsal.drill_play import Outcome
from cryoioc.rehearsal.drill_watch import Seen
from cryosim.drill.hazards import HAZARDS

BURNS_UNPROTECTED = 0.3  # share of the draws that must burn without interlocks, else the drill proves nothing
MANY, OFTEN = 1000, 30  # of so many draws each hazard must occur, and each reaction be timed, in so many
KILLED = 20  # draws of so many, at least, that are played again with a ``kill -9`` if any are played again
MOST = 0.99  # of the reactions


@dataclass(frozen=True)
class Allowed:
    """How long a reaction may take."""

    words: str
    always: float  # s
    mostly: float | None = None  # s, in 99 %; None: no other than always

    def late(self, taken: Sequence[float]) -> bool:
        """Whether one of them, sorted, took too long."""
        if not taken:
            return False
        return taken[-1] > self.always or (self.mostly is not None and percentile(taken, MOST) > self.mostly)


REACTIONS = {
    watch.BELOW_MINIMUM: Allowed("meter's reading below 1 SLPM to RANGE 0 accepted", 1.0, 0.5),
    watch.TRUE_FLOW: Allowed("true flow below 0.5 SLPM at the valve to RANGE 0", 2.0),
    watch.METER_SILENT: Allowed("meter silent to RANGE 0", 2.0),
    watch.AWAY: Allowed("controller unreachable to alarm", 2.0),
}


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that a share of sorted values does not exceed.

    >>> percentile([1.0, 2.0, 3.0, 4.0], 0.5)
    2.0
    """
    return values[math.ceil(share * len(values)) - 1]


@dataclass(frozen=True)
class Replayed:
    """A draw with interlocks on the virtual clock, and again with processes over TCP."""

    virtual: Outcome
    processes: Seen

    @property
    def agrees(self) -> bool:
        """Whether both came out alike."""
        return verdict(self.virtual.seen) == verdict(self.processes)


def verdict(seen: Seen) -> str:
    """Return in a word or two what became of cryostat and heaters."""
    if seen.burnt or seen.violated:
        return "burnt" if seen.burnt else f"beyond {watch.LIMIT:g} K"
    return "heaters off" if seen.off_at is not None else "heating on"


@dataclass(frozen=True)
class Campaign:
    """All draws of a drill, each with interlocks and without."""

    seed: int
    protected: tuple[Outcome, ...]
    control: tuple[Outcome, ...]
    timed: tuple[Outcome, ...]  # one thing wrong at a time, with interlocks
    clean: Clean
    replayed: tuple[Replayed, ...] = ()

    @property
    def savable(self) -> list[Outcome]:
        """What the IOC had to save."""
        return [outcome for outcome in self.protected if not outcome.draw.unsavable]

    @property
    def unsavable(self) -> list[Outcome]:
        """What nobody could ask of it."""
        return [outcome for outcome in self.protected if outcome.draw.unsavable]

    @property
    def lost(self) -> list[Outcome]:
        """Savable, and yet burnt or beyond a limit; or with a fault in the IOC's own code."""
        hurt = [one for one in self.savable if one.seen.burnt or one.seen.violated]
        return hurt + [one for one in self.protected if one.seen.internal and one not in hurt]

    @property
    def burns_unprotected(self) -> float:
        """Share of the draws that burn without interlocks."""
        return sum(outcome.seen.burnt for outcome in self.control) / len(self.control)

    @property
    def occurrences(self) -> dict[str, int]:
        """In how many draws each hazard occurs."""
        counts = Counter(name for outcome in self.protected for name in set(outcome.draw.names))
        return {name: counts[name] for name in HAZARDS}

    def reactions(self, name: str) -> list[float]:
        """Return how long a reaction took, wherever nothing else stood in its way, sorted, [s]."""
        taken = (outcome.seen.reactions.get(name) for outcome in (*self.protected, *self.timed))
        return sorted(seconds for seconds in taken if seconds is not None)

    def missed(self) -> list[str]:
        """Return what does not hold; empty: the drill is passed."""
        said = []
        if self.lost:
            said.append(f"{len(self.lost)} draws were lost, or met a fault in the IOC's own code")
        said += [f"late: {allowed.words}" for name, allowed in REACTIONS.items() if allowed.late(self.reactions(name))]
        if self.clean.trips:
            said.append("something tripped in clean running")
        if self.burns_unprotected < BURNS_UNPROTECTED:
            said.append(f"without interlocks {self.burns_unprotected:.0%} burn, less than {BURNS_UNPROTECTED:.0%}")
        if len(self.protected) >= MANY:
            rare = [name for name, times in self.occurrences.items() if times < OFTEN]
            said += [f"in less than {OFTEN} draws: {', '.join(rare)}"] if rare else []
            unseen = [allowed.words for name, allowed in REACTIONS.items() if len(self.reactions(name)) < OFTEN]
            said += [f"timed less than {OFTEN} times: {', '.join(unseen)}"] if unseen else []
            if self.replayed and sum(one.processes.restarts > 0 for one in self.replayed) < KILLED:
                said.append(f"less than {KILLED} draws with a kill -9 over TCP")
        differing = [str(one.virtual.draw.number) for one in self.replayed if not one.agrees]
        said += [f"other verdicts over TCP: draw {', '.join(differing)}"] if differing else []
        return said
