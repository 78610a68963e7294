"""One interlock: OK, Tripped, Latched, bypassed or not, as a pure step from state to state.

Nothing but :func:`reset`, which a person asks for, leads from Tripped or Latched back to OK.
"""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass, replace

from cryoioc.errors import Refused
from cryoioc.safety.condition import Condition, Finding, Heard, Verdict, judge, safer

START = 5.0  # s until an input that was never read counts as unknown: a line takes as long to be opened


class Phase(enum.Enum):
    """Where an interlock stands, bypassed or not."""

    OK = "OK"
    LATCHED = "Latched"
    TRIPPED = "Tripped"


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What the station file says of an interlock."""

    name: str
    condition: Condition
    limit: float = 0.0  # unit of the input
    delay: float = 0.0  # s that the condition must last
    always: bool = False  # a measured value is judged while everything it guards is off, too
    longest_bypass: float = 0.0  # s; 0: it cannot be bypassed
    guards: tuple[str, ...] = ()
    start: float = START


@dataclass(frozen=True, kw_only=True)
class State:
    """What has become of an interlock."""

    limit: float
    phase: Phase = Phase.OK
    since: float | None = None  # s, when the condition began to hold
    bypassed_until: float | None = None  # s
    why: str = ""  # of the trip that is not reset yet
    trips: int = 0

    def bypassed(self, now: float) -> bool:
        """Whether a bypass lasts at ``now``, [s]."""
        return self.bypassed_until is not None and now < self.bypassed_until


def find(rule: Rule, state: State, heard: Heard, now: float) -> Finding:
    """Return what the input means at ``now``, [s]."""
    return judge(rule.condition, state.limit, heard, now, tripped=state.phase is not Phase.OK)


def _present(rule: Rule, state: State, heard: Heard, finding: Finding, armed: float | None, now: float) -> bool:
    """Say whether the condition counts: once tripped always, before that while it can do harm."""
    if finding.verdict is Verdict.GOOD:
        return False
    if state.phase is Phase.TRIPPED:
        return True
    silent = finding.verdict is Verdict.UNKNOWN
    if state.phase is Phase.LATCHED:
        return not (silent and _has_time(rule, heard, armed, now))  # nothing speaks against what was seen last
    if silent:
        return armed is not None and not _has_time(rule, heard, armed, now)
    # A sensor unplugged while everything is off is no over-temperature: a measured one always is.
    return armed is not None or (rule.always and not heard.danger)


def _has_time(rule: Rule, heard: Heard, armed: float | None, now: float) -> bool:
    """Say whether a silence is none yet: who measures also heats and is away, or it was not to be read so soon."""
    if now < heard.excused:
        return True
    return heard.when is None and (armed is None or now < armed + max(rule.start, rule.condition.stale))


def step(rule: Rule, state: State, heard: Heard, armed: float | None, now: float) -> State:
    """Return the state at ``now``, [s].

    Parameters
    ----------
    heard : Heard
        The last word of the input.
    armed : float or None
        Since when something it guards is on, [s]; None: all of it is off or not known.
    """
    finding = find(rule, state, heard, now)
    if state.bypassed_until is not None and now >= state.bypassed_until:
        state = replace(state, bypassed_until=None)
    if not _present(rule, state, heard, finding, armed, now):
        if state.phase is Phase.TRIPPED:
            return replace(state, phase=Phase.LATCHED, since=None)
        return state if state.since is None else replace(state, since=None)
    if state.phase is Phase.TRIPPED:
        return state
    since = now if state.since is None else state.since
    due = finding.at_once or now >= since + rule.delay
    if not due or state.bypassed_until is not None:
        return state if state.since is not None else replace(state, since=since)
    if state.phase is Phase.LATCHED:
        return replace(state, phase=Phase.TRIPPED, since=since)
    return replace(state, phase=Phase.TRIPPED, since=since, why=finding.text, trips=state.trips + 1)


def deadline(rule: Rule, state: State, heard: Heard, armed: float | None, now: float) -> float:
    """Return when the state may change though nothing is heard, [s]; infinity: never."""
    times = [math.inf]
    if state.bypassed_until is not None:
        times.append(state.bypassed_until)
    if state.since is not None:
        times.append(state.since + rule.delay)
    times.append(heard.excused)
    if heard.when is not None:
        times.append(heard.when + rule.condition.stale)
    elif armed is not None:
        times.append(armed + max(rule.start, rule.condition.stale))
    return min(time for time in times if time > now)


def reset(rule: Rule, state: State, heard: Heard, now: float) -> State:
    """Return the state after a person's reset.

    Raises
    ------
    Refused
        While the condition holds, hysteresis included.
    """
    if state.phase is Phase.OK:
        return state
    finding = find(rule, state, heard, now)
    if finding.verdict is not Verdict.GOOD:
        raise Refused(f"{rule.name}: {finding.text}")
    return replace(state, phase=Phase.OK, since=None, why="")


def bypass(rule: Rule, state: State, seconds: float, now: float) -> State:
    """Return the state with a bypass of ``seconds``, [s], from ``now``; 0 ends it, with the next step.

    Raises
    ------
    Refused
        When it is longer than the station file allows.
    """
    if seconds == 0:
        return state if state.bypassed_until is None else replace(state, bypassed_until=now)
    if not 0 < seconds <= rule.longest_bypass:
        most = f"at most {rule.longest_bypass / 60:g} min" if rule.longest_bypass else "none at all"
        raise Refused(f"{rule.name}: bypass of {seconds / 60:g} min, {most} allowed")
    return replace(state, bypassed_until=now + seconds)


def narrow(rule: Rule, state: State, limit: float) -> State:
    """Return the state with another limit.

    Raises
    ------
    Refused
        When it would trip later than the station file says, or the input has no limit.
    """
    if not (rule.condition.above or rule.condition.below):
        raise Refused(f"{rule.name} has no limit")
    if not math.isfinite(limit) or not safer(rule.condition, limit, rule.limit):
        side = "at most" if rule.condition.above else "at least"
        raise Refused(f"{rule.name}: {side} the station file's {rule.limit:g}, not {limit:g}")
    return replace(state, limit=limit)
