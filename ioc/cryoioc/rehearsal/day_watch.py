"""What a day has shown that a healthy cryostat must not show."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from cryoioc.ioc import Ioc
from cryoioc.records import Channel
from cryoioc.rehearsal.stage import Stage

HEALTHY = "OK"  # state of an interlock
MAJOR = "MAJOR"
VALUE, ALARM = 1, 4  # DBE_VALUE, DBE_ALARM
LOOPS = ("LOOP1", "LOOP2")


@dataclass
class Part:
    """A part of the day, and how it was left."""

    name: str
    begun: float  # s of the day
    vaporizer: float = 0.0  # K
    sample: float = 0.0  # K
    flow: float = 0.0  # SLPM
    heaters: tuple[float, ...] = ()  # %
    unanswered: float = 0.0  # J, the most that either loop has left over


@dataclass
class Seen:
    """Of a day."""

    seconds: float = 0.0
    puts: int = 0
    interlocks: int = 0  # that were followed
    alarms: int = 0  # PVs of the alarm tree that were followed
    events: int = 0  # that these have posted
    parts: list[Part] = field(default_factory=list)
    expected: set[str] = field(default_factory=set)  # PVs that had to be MAJOR for a while, and were
    wrong: list[str] = field(default_factory=list)  # what must not be, with the time and the part of the day


class Watch:
    """Follows interlocks and alarms of a stage by every event, and what else is to be told at looks.

    Parameters
    ----------
    stage : Stage

    Attributes
    ----------
    seen : Seen
    """

    def __init__(self, stage: Stage) -> None:
        self._stage, self._begun = stage, stage.clock.now()
        self._expected: dict[str, bool] = {}  # PV that is MAJOR rightly -> whether it has been
        self.seen = Seen()
        self.follow(stage.ioc)

    @property
    def elapsed(self) -> float:
        """Time of the day, [s]."""
        return self._stage.clock.now() - self._begun

    def follow(self, ioc: Ioc) -> None:
        """Listen to the interlocks that are protected, and to everything of the alarm tree."""
        names = [f"INTLK:{name}" for name in ioc.interlocks.engine.rules]
        alarming = [name for name, entry in ioc.desk.entries.items() if entry.about.alert is not None]
        for name in names:
            _Ear(self, ioc.desk.channels[name], lambda channel: channel.value == HEALTHY)
        for name in alarming:
            _Ear(self, ioc.desk.channels[name], lambda channel: channel.severity != MAJOR)
        self.seen.interlocks, self.seen.alarms = len(names), len(alarming)

    def begin(self, part: str) -> None:
        """Note that another part of the day begins."""
        self.seen.parts.append(Part(part, self.elapsed))

    def look(self) -> None:
        """Take down what is read now."""
        get, part = self._stage.get, self.seen.parts[-1]
        part.vaporizer, part.sample, part.flow = get("VAP:TEMP"), get("SAMPLE:TEMP"), get("FLOW")
        part.heaters = tuple(get(f"{loop}:HEATER") for loop in LOOPS)
        part.unanswered = max(part.unanswered, *(get(f"{loop}:UNANSWERED") for loop in LOOPS))
        self.seen.seconds = self.elapsed

    def note(self, what: str) -> None:
        """Take down what must not be."""
        part = self.seen.parts[-1].name if self.seen.parts else "before"
        self.seen.wrong.append(f"{clock_time(self.elapsed)} {part}: {what}")

    @contextmanager
    def expecting(self, *names: str) -> Iterator[None]:
        """Let PVs be MAJOR rightly while the context lasts; one that never is, is wrong."""
        self._expected = dict.fromkeys(names, False)
        yield
        for name, came in self._expected.items():
            if came:
                self.seen.expected.add(name)
            else:
                self.note(f"{name} is not MAJOR")
        self._expected = {}

    def unhealthy(self, channel: Channel) -> None:
        """Note that a PV is healthy no more."""
        name = channel.record.name
        if name in self._expected and not name.startswith("INTLK"):
            self._expected[name] = True
        else:
            self.note(f"{name} {channel.value} {channel.severity}")


class _Ear:
    """A subscription that tells when something is healthy no more."""

    mask = VALUE | ALARM

    def __init__(self, watch: Watch, channel: Channel, healthy: Callable[[Channel], bool]) -> None:
        self._watch, self._channel, self._healthy = watch, channel, healthy
        self._was = True
        channel.subscribe(self)
        self.deliver()

    def deliver(self) -> None:
        self._watch.seen.events += 1
        was, self._was = self._was, self._healthy(self._channel)
        if was and not self._was:
            self._watch.unhealthy(self._channel)


def clock_time(seconds: float) -> str:
    """Return a time of the day.

    >>> clock_time(3725.0)
    '01:02:05'
    """
    minutes, second = divmod(round(seconds), 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{second:02d}"
