"""The acceptance day through PVs: set points and readings at the IOC, hands at the simulator IOC.

What a script of the laboratory would do, over any client; the time of the day is the plant's own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from statistics import fmean
from typing import Any, Protocol

from cryoioc.errors import CryoError
from cryosim.acceptance_day import Action, Control, Day, HeatersOff, Look, ReadsUnder, Script, Turn, Wait

# Field of a look -> PV, and what its value is multiplied with.
READINGS: Mapping[str, tuple[str, float]] = {
    "vaporizer": ("VAP:TEMP", 1.0),
    "sample": ("SAMPLE:TEMP", 1.0),
    "flow": ("FLOW", 1.0),
    "heater": ("LOOP1:HEATER", 1.0),
    "second_heater": ("LOOP2:HEATER", 1.0),
    "used": ("FLOW:LIQUID:TOTAL", 1.0),
    "pressure": ("TUBE:PRESSURE", 100.0),  # mbar -> Pa
    "shield": ("TWIN:TRUE:SHIELD", 1.0),
}
TIME = "TWIN:TIME"  # s
VALID = ("VAP:VALID", "SAMPLE:VALID", "FLOW:VALID")
# As on the sheet, P 50 and I 20; everything else as the cryostat is switched on in the morning.
BEGINNING: tuple[tuple[str, Any], ...] = (
    ("TWIN:RESET:WARM", 1),
    *((f"LOOP{n}:{name}:SP", value) for n in (1, 2) for name, value in (("RANGE", "Off"), ("P", 50.0), ("I", 20.0))),
    ("FLOW:LIQUID:TOTAL:RESET", 1),
)
CUT_SLOT = 22  # user curve of the controller that holds X138113 without what ReadsUnder leaves away
CHANGING = 5  # looks until the controller reads with another curve
PATIENCE = 60  # looks until something must have shown
UNDER = "Under range"
# When the sample mount warms from 150 K to 300 K, [min]: where RATE is looked at.
WARMING = (128.0, 134.0)
LOOP, SETTLES_AT = "LOOP1", 105.0  # whose dwell is looked at, after its put at this time of the day, [min]


class Client(Protocol):
    """Who puts and gets, by names without the station's prefix."""

    async def put(self, name: str, value: Any) -> None:
        """Put and wait for the completion; a ``CryoError`` when it is refused."""

    def get(self, name: str) -> Any:
        """Return a value as it is now, of an enumeration the word."""

    async def wait(self) -> None:
        """Return when there is something new to look at, a second of the plant later or more."""


class Stuck(CryoError):
    """Something that must show did not."""


@dataclass(frozen=True)
class Beside:
    """What is looked at beside the sheet."""

    minutes: float
    sample: float  # K
    rate: float  # K/min, SAMPLE:RATE
    in_tolerance: bool  # of the loop whose dwell is looked at
    in_position: bool
    total: float  # L, FLOW:LIQUID:TOTAL
    metered: float  # L, what has really passed the meter


@dataclass
class Played:
    """The day, and what the IOC says about time on it."""

    day: Day
    dwell: float = 0.0  # s, as set
    tripped: str = ""  # interlock that tripped first; nobody resets one, and none may trip on a clean day
    beside: list[Beside] = field(default_factory=list)


class Performer:
    """Plays the day over a client.

    Parameters
    ----------
    client : Client
    ends : float
        When to stop, [min]; the day's own end when later.
    progress : callable, optional
        Told the time of the day, [min].
    """

    def __init__(
        self, client: Client, ends: float = float("inf"), progress: Callable[[float], None] | None = None
    ) -> None:
        self.client, self.ends, self.progress = client, ends, progress
        self._begun = 0.0  # s of the plant

    async def play(self) -> Played:
        """Play the day, or the beginning of it; return what was seen.

        Raises
        ------
        CryoError
            When a put is refused, or something that must show does not.
        """
        for name, value in BEGINNING:
            await self.client.put(name, value)
        await self._until("warm and read", lambda: self._all_valid() and self.client.get("VAP:TEMP") > 290.0)
        self._begun = self.client.get(TIME)
        script = Script(self._look())
        played = Played(script.day, dwell=self.client.get(f"{LOOP}:DWELL"))
        steps, answer = script.steps(), None
        while script.look.minutes < self.ends:
            try:
                action = steps.send(answer)
            except StopIteration:
                break
            answer = await self._perform(action)
            if isinstance(action, Wait):
                script.see(self._look())
                played.beside.append(self._beside())
                played.tripped = self.client.get("INTLK:FIRST")
                if self.progress:
                    self.progress(script.look.minutes)
        return played

    async def _perform(self, action: Action) -> bool | None:
        put = self.client.put
        match action:
            case Wait():
                await self.client.wait()
            case Turn(hand, to):
                await put(f"TWIN:{hand.upper().replace('_', ':')}:SP", to)
            case Control(vaporizer, sample):
                await put("LOOP1:TEMP:SP", vaporizer)
                await put("LOOP2:TEMP:SP", sample)
                for loop in ("LOOP1", "LOOP2"):
                    await put(f"{loop}:RANGE:SP", "High")
            case HeatersOff():
                for loop in ("LOOP1", "LOOP2"):
                    await put(f"{loop}:RANGE:SP", "Off")
            case ReadsUnder():
                return await self._reads_under()
        return None

    async def _reads_under(self) -> bool:
        """Change to the curve that ends early, look, and change back."""
        slot = int(self.client.get("VAP:CURVE"))
        await self.client.put("VAP:CURVE:SP", CUT_SLOT)
        for _ in range(CHANGING):
            await self.client.wait()
        under = bool(self.client.get("VAP:STATUS") == UNDER)
        await self.client.put("VAP:CURVE:SP", slot)
        await self._until("the vaporizer is read again", self._all_valid)
        return under

    def _all_valid(self) -> bool:
        return all(self.client.get(name) == "Yes" for name in VALID)

    async def _until(self, what: str, condition: Callable[[], bool]) -> None:
        for _ in range(PATIENCE):
            if condition():
                return
            await self.client.wait()
        raise Stuck(f"not within {PATIENCE} looks: {what}")

    @property
    def _minutes(self) -> float:
        return float(self.client.get(TIME) - self._begun) / 60.0

    def _look(self) -> Look:
        get = self.client.get
        return Look(self._minutes, **{name: factor * get(pv) for name, (pv, factor) in READINGS.items()})

    def _beside(self) -> Beside:
        get = self.client.get
        return Beside(
            minutes=self._minutes,
            sample=get("SAMPLE:TEMP"),
            rate=get("SAMPLE:RATE"),
            in_tolerance=abs(get(f"{LOOP}:TEMP") - get(f"{LOOP}:TARGET")) <= get(f"{LOOP}:TOL"),
            in_position=get(f"{LOOP}:INPOS") == "Yes",
            total=get("FLOW:LIQUID:TOTAL"),
            metered=get("TWIN:TRUE:METERED"),
        )


# --- what is true of time ------------------------------------------------------------------------------


def rate_of_warming(played: Played) -> tuple[float, float]:
    """Return how fast the sample warms towards 300 K, [K/min]: as SAMPLE:RATE says, and by the plant's time."""
    seen = [b for b in played.beside if WARMING[0] <= b.minutes <= WARMING[1]]
    return fmean(b.rate for b in seen), (seen[-1].sample - seen[0].sample) / (seen[-1].minutes - seen[0].minutes)


def dwell(played: Played) -> tuple[float, float]:
    """Return how long the loop was within its tolerance before INPOS, [s] of the plant, and the dwell asked for."""
    after = [b for b in played.beside if b.minutes > SETTLES_AT]
    there = next(n for n, b in enumerate(after) if b.in_position)
    since = max((n for n, b in enumerate(after[:there]) if not b.in_tolerance), default=-1) + 1
    return 60.0 * (after[there].minutes - after[since].minutes), played.dwell


def totals(played: Played) -> tuple[float, float]:
    """Return what the IOC has counted from the first set points on, and what has passed the meter, [L] of liquid.

    Before, the cryostat is filled with a flow beyond the meter's range, which the IOC cannot count.
    """
    first, last = next(b for b in played.beside if b.minutes > SETTLES_AT), played.beside[-1]
    return last.total - first.total, last.metered - first.metered
