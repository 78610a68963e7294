"""Where a biasing sequence stands, as values: nothing here does anything."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from cryoioc.bias.actions import Action
from cryoioc.bias.amplifier import Bias, Target, Terminal


class Phase(enum.Enum):
    """What the sequence is doing."""

    UNREAD = "Unread"  # nothing is known yet
    OFF = "Off"
    LIMITS = "Limits"  # the supplies are told what to keep by themselves
    GATES = "Gates"  # to pinch-off, and on
    DRAINS = "Drains"  # from 0 V up
    SERVO = "Servo"  # the current of each stage in turn is found
    HOLD = "Hold"  # all are held
    FOUND = "Found"  # was on already: it is watched, and not touched
    PINCH = "Pinch-off"  # gates on their way down
    DOWN = "Down"  # drains on their way down, then off, then the gates
    TRIPPED = "Tripped"


@dataclass(frozen=True)
class Told:
    """What an output was told last."""

    volts: float  # V at the supply
    on: bool
    at: float  # s, clock time
    before: tuple[float, bool] | None = None  # V and on, before a command of which nobody knows what became


@dataclass(frozen=True, kw_only=True)
class State:
    """Everything the sequence remembers."""

    phase: Phase = Phase.UNREAD
    since: float = 0.0  # s, clock time at which the phase began
    bias: Bias = Bias.OFF  # that it has or is on its way to; in FOUND what it looks like
    basis: Bias | None = None  # WARM or COLD: whose window holds; None: the wider of both
    targets: tuple[Target, ...] = ()
    then: Bias | None = None  # what a person asked for that must wait until everything is off
    stage: int = 1  # whose current is being found
    told: Mapping[Terminal, Told] = field(default_factory=dict)
    moved: Mapping[Terminal, float] = field(default_factory=dict)  # s, when a voltage was last set
    heard: Mapping[Terminal, float] = field(default_factory=dict)  # s, when an output was last read
    astray: Mapping[Terminal, float] = field(default_factory=dict)  # s, since when it does not follow
    dark: Mapping[int, float] = field(default_factory=dict)  # s, since when the drain of a stage is known to be off
    failing: float | None = None  # s, since when no list of actions was carried out to its end
    coldest: float | None = None  # K, at which the gates were found
    known: float | None = None  # s, when the temperature was last known
    why: str = ""  # of the trip, until it is reset
    warnings: tuple[str, ...] = ()  # what is wrong and left alone


@dataclass(frozen=True)
class Failure:
    """What became of the last actions, if not all was done and found done."""

    actions: tuple[Action, ...]  # not done, not confirmed, or not begun
    why: str


@dataclass(frozen=True)
class Step:
    """What follows from a reading."""

    state: State
    actions: tuple[Action, ...] = ()
