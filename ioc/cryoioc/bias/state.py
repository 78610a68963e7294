"""Where a biasing sequence stands, as values: nothing here does anything."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from cryoioc.bias.actions import Action, SetVoltage, Switch
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
    before: tuple[float, bool] = (0.0, False)  # V and on, until then
    sure: bool = True  # no: nobody knows whether the command arrived


@dataclass(frozen=True, kw_only=True)
class State:
    """Everything the sequence remembers."""

    phase: Phase = Phase.UNREAD
    since: float = 0.0  # s, clock time at which the phase began
    bias: Bias = Bias.OFF  # that it has or is on its way to; in FOUND what it looks like
    basis: Bias | None = None  # WARM or COLD: whose window holds; None: the wider of both
    targets: tuple[Target, ...] = ()
    then: Bias | None = None  # what a person asked for that waits: a bias until all is off, Off until gates are read
    stage: int = 1  # whose current is being found
    told: Mapping[Terminal, Told] = field(default_factory=dict)
    moved: Mapping[Terminal, float] = field(default_factory=dict)  # s, when a voltage was last set
    heard: Mapping[Terminal, float] = field(default_factory=dict)  # s, when an output was last read
    astray: Mapping[Terminal, float] = field(default_factory=dict)  # s, since when it does not follow
    lost: frozenset[Terminal] = frozenset()  # not read for longer than is borne
    conducting: Mapping[int, float] = field(default_factory=dict)  # s, when first read so at pinch-off, by stage
    dark: Mapping[int, float] = field(default_factory=dict)  # s, since when the drain of a stage is known to be off
    failing: float | None = None  # s, since when no list of actions was carried out to its end
    limited: bool = False  # the supplies keep what they were given, and must go on doing so
    demanded: str = ""  # why the next step is to trip: an interlock, or an Off that nothing else can carry out
    clear: bool = False  # protections that have acted are to be cleared
    coldest: float | None = None  # K, of a cold bias since its gates were found; None: it is no cold one
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


def enter(state: State, phase: Phase, now: float, **changes: object) -> State:
    """Return the state at the beginning of another phase."""
    return replace(state, phase=phase, since=now, astray={}, **changes)  # type: ignore[arg-type]


def at_rest(state: State, now: float, **changes: object) -> State:
    """Return the state in which no drain is on, and nothing that was asked for is left."""
    nothing: dict[str, object] = {"bias": Bias.OFF, "basis": None, "targets": (), "then": None, "coldest": None,
                                  "limited": False, "warnings": ()}  # fmt: skip
    return enter(state, Phase.OFF, now, **nothing | changes)


def telling(state: State, now: float, *actions: Action) -> Step:
    """Return the step that wants these actions done, and remembers what the outputs are told by them."""
    told, moved = dict(state.told), dict(state.moved)
    for action in actions:
        if not isinstance(action, SetVoltage | Switch):
            continue
        old = state.told.get(action.terminal, Told(0.0, False, now))
        new = told.get(action.terminal, old)
        volts = action.volts if isinstance(action, SetVoltage) else new.volts
        on = action.on if isinstance(action, Switch) else new.on
        told[action.terminal] = Told(volts, on, now, before=(old.volts, old.on))
        if isinstance(action, SetVoltage):
            moved[action.terminal] = now
    return Step(replace(state, told=told, moved=moved), actions)
