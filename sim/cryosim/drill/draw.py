"""One draw: how the cryostat stands, what goes wrong and when, and whether it is to be saved.

Everything follows from seed and number of the draw.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from cryosim.drill.hazards import HAZARDS, Hazard, InPlant, Killed

BACK_WITHIN = 10.0  # s that IOC and line of the controller may be away altogether in what is savable
WINDOW = (2.0, 30.0)  # s, when things go wrong: a heater left in manual trips within a minute
NEAR_295 = 400.0  # s; with 50 W the joints of a vaporizer at 295 K fail within that, at any flow drawn here
THREE = 0.7  # share of the draws in which a third thing goes wrong
FORGOTTEN = 0.75  # share of the draws in which nobody has set the second line
TIMED = ("needle valve shut", "FM1 silence", "TC1 silence")
NEAR = 1.0  # K
SHORT, LONG = (1.0, 9.0), (15.0, 120.0)  # s, durations


@dataclass(frozen=True)
class Stand:
    """How the cryostat stands before anything goes wrong."""

    name: str
    vaporizer: float  # K
    sample: float  # K
    flow: float  # SLPM
    manual: float | None = None  # %, of the vaporizer heater in open loop; None: in control
    superfluid: bool = False  # under the pump, nothing heats
    lasts: float = 120.0  # s that are played at most


@dataclass(frozen=True)
class Event:
    """A hazard with its time."""

    at: float  # s
    hazard: Hazard
    value: float | None = None  # of a fault of the plant
    duration: float | None = None  # s; None: it stays


class Drawn:
    """What every draw says of itself, of whatever cryostat."""

    seed: int
    number: int
    events: tuple[Event, ...]

    @property
    def world(self) -> int:
        """Seed of everything random behind the instruments."""
        return 1000 * self.seed + self.number

    @property
    def names(self) -> tuple[str, ...]:
        """What goes wrong, in its order."""
        return tuple(event.hazard.name for event in self.events)


@dataclass(frozen=True)
class Draw(Drawn):
    """What is played on the STVP."""

    seed: int
    number: int
    stand: Stand
    events: tuple[Event, ...]

    @property
    def unsavable(self) -> str:
        """Why nobody can ask of the IOC that it saves the cryostat; empty: it must."""
        away = sum(event.duration or 0.0 for event in self.events if event.hazard.outage)
        return f"IOC or line of the controller away for {away:.0f} s" if away > BACK_WITHIN else ""

    @property
    def kills(self) -> bool:
        """Whether the IOC is killed."""
        return any(isinstance(event.hazard.act, Killed) for event in self.events)


def draw(seed: int, number: int) -> Draw:
    """Return one draw of a seed: the table in turn, once more in another turn, and often one more by chance."""
    chance = random.Random(f"drill {seed} {number}")
    first, second = (_in_turn(f"drill {seed} {which}", number) for which in ("first", "second"))
    third = [chance.choice(list(HAZARDS.values()))] if chance.random() < THREE else []
    chosen = list({one.name: one for one in (first, second, *third)}.values())
    stand = _stand(chance, first)
    cleared = HAZARDS["TLIMIT cleared"]
    events = [_event(chance, hazard, stand) for hazard in chosen if hazard is not cleared]
    # The second line was forgotten: what the first line must then do alone.
    if cleared in chosen or chance.random() < FORGOTTEN:
        events.append(Event(0.0, cleared))
    return Draw(seed, number, stand, tuple(sorted(events, key=lambda event: event.at)))


def _in_turn(seed: str, number: int) -> Hazard:
    """Return the table in turn, each time in another order."""
    table = list(HAZARDS.values())
    random.Random(f"{seed} round {number // len(table)}").shuffle(table)
    return table[number % len(table)]


def draws(seed: int, runs: int) -> Sequence[Draw]:
    """Return the first draws of a seed."""
    return [draw(seed, number) for number in range(runs)]


def timed(seed: int, number: int) -> Draw:
    """Return a draw in which one thing alone goes wrong, at any moment between two polls, for reactions to be timed."""
    chance = random.Random(f"timed {seed} {number}")
    hazard = HAZARDS[TIMED[number % len(TIMED)]]
    kelvin = chance.choice((13.0, 145.0, 290.0))
    stand = Stand("in control", kelvin, kelvin + 2.0, chance.uniform(3.0, 8.0), lasts=10.0)
    event = Event(chance.uniform(1.0, 3.0), hazard, duration=None if hazard.lasting else 5.0)
    return Draw(seed, number, stand, (event,))


def _stand(chance: random.Random, first: Hazard) -> Stand:
    if first.name == "pump_stops":
        return Stand("superfluid under the pump", 1.8, 1.75, 0.0, superfluid=True)
    kind = chance.choices(("manual", "warm", "middle", "cold"), (13, 3, 2, 2))[0]
    flow = chance.uniform(3.0, 8.0)
    if kind == "manual":
        kelvin, percent = chance.uniform(290.0, 300.0), chance.uniform(90.0, 100.0)
        return Stand("near 295 K, heater in manual", kelvin, kelvin - 3.0, flow, manual=percent, lasts=NEAR_295)
    if kind == "warm":
        return Stand("near 295 K, in control", 295.0, 295.0, flow, lasts=NEAR_295)
    if kind == "middle":
        return Stand("145 K, in control", 145.0, 150.0, flow)
    return Stand("13 K, in control", 13.0, 15.0, flow)


def _event(chance: random.Random, hazard: Hazard, stand: Stand) -> Event:
    at = chance.uniform(*WINDOW)
    value = None
    if isinstance(hazard.act, InPlant) and hazard.act.value:
        value = chance.uniform(*hazard.act.value)
        if hazard.act.near and chance.random() < 0.5:
            value = getattr(stand, hazard.act.near) + chance.uniform(-NEAR, NEAR)
    if hazard.lasting:
        return Event(at, hazard, value)
    return Event(at, hazard, value, chance.uniform(*(SHORT if chance.random() < 0.7 else LONG)))
