"""What a link has lived through: counters, and the frozen picture handed out."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from enum import Enum


class State(Enum):
    """Where a link stands."""

    STARTING = "starting"
    UP = "up"
    DOWN = "down"
    STOPPED = "stopped"


@dataclass(frozen=True, kw_only=True)
class LinkStatistics:
    """A link at one moment; counters since it was made."""

    state: State
    attempts: int  # to open the port
    messages: int  # sent and to be answered
    timeouts: int  # messages without an answer in time
    resyncs: int  # times the alignment had to be proven anew
    bad_replies: int  # unreadable or of wrong shape
    unanswered: tuple[str, ...]  # what the instrument does not answer
    reconnects: int  # connections made after the first
    unsolicited: int  # late, foreign or unasked lines dropped
    internal: int  # faults of our own code that dealt with the instrument
    last_error: str
    sweep_period: float  # s for one full pass over all polls; 0: none completed yet
    slots_per_second: float  # poll messages answered per second, over the last ones


@dataclass
class Tally:
    """The counters behind :class:`LinkStatistics`, shared by the parts of one link."""

    attempts: int = 0
    messages: int = 0
    timeouts: int = 0
    resyncs: int = 0
    bad_replies: int = 0
    reconnects: int = 0
    unsolicited: int = 0
    internal: int = 0
    last_error: str = ""
    sweep_period: float = 0.0
    slots: deque[float] = field(default_factory=lambda: deque(maxlen=50))  # s, when the last ones ended

    def slots_per_second(self) -> float:
        """Return the mean rate of the last poll messages, [1/s]."""
        if len(self.slots) < 2 or self.slots[-1] <= self.slots[0]:
            return 0.0
        return (len(self.slots) - 1) / (self.slots[-1] - self.slots[0])
