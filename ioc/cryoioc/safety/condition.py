"""What one input means: good, bad or unknown, with the sentence that says why.  Pure functions only."""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass

Value = float | str


class Verdict(enum.Enum):
    """What an input says about its interlock."""

    GOOD = "good"
    BAD = "bad"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class Condition:
    """When an input trips.

    One of ``above``, ``below`` and ``healthy`` is meant; without any of them only an unknown input trips.
    """

    input: str  # name of what is watched, for the sentences
    unit: str = ""
    above: bool = False  # trips above the limit
    below: bool = False  # trips below the limit
    healthy: tuple[str, ...] = ()  # states that do not trip
    hysteresis: float = 0.0  # unit of the input, how far it must be back behind the limit to be gone
    stale: float = 2.0  # s without a good reading that count as unknown


@dataclass(frozen=True)
class Heard:
    """The last word of an input.

    ``value`` is the last good one and ``when`` the time it was last good, [s]; None: never yet.
    """

    value: Value | None = None
    when: float | None = None
    danger: str = ""  # a status that is itself the danger, whatever the value: "Over range"
    excused: float = -math.inf  # s, silence until then does not trip: who measures also heats, and is away
    lack: str = ""  # why it cannot be read as it is


@dataclass(frozen=True)
class Finding:
    """What an input means now."""

    verdict: Verdict
    text: str  # why; nothing is said of what is good
    at_once: bool = False  # no delay is due: it had its own, or there is nothing to wait for


_FINE = Finding(Verdict.GOOD, "")


def judge(condition: Condition, limit: float, heard: Heard, now: float, *, tripped: bool) -> Finding:
    """Return what was heard means at ``now``, [s].

    Parameters
    ----------
    limit : float
        In force at present, unit of the input.
    tripped : bool
        Whether it counts as tripped already: then the hysteresis applies.
    """
    lack = lacks(condition, heard, now)
    if lack:
        verdict = Verdict.BAD if heard.danger else Verdict.UNKNOWN
        return Finding(verdict, f"{condition.input} {lack}", at_once=True)
    assert heard.value is not None
    if isinstance(heard.value, str):
        return _state(condition, heard.value)
    return _number(condition, limit, heard.value, condition.hysteresis if tripped else 0.0)


def lacks(condition: Condition, heard: Heard, now: float) -> str:
    """Return why the value that was heard is not the one at ``now``, [s]; empty: it is.

    >>> lacks(Condition(input="FLOW"), Heard(value=2.0, when=10.0), 15.0)
    'not known for 5.0 s'
    """
    value = heard.value
    if heard.danger:
        return heard.danger
    if heard.when is None or value is None or (isinstance(value, float) and not math.isfinite(value)):
        return heard.lack or "not read yet"
    if now >= heard.when + condition.stale:
        return f"not known for {now - heard.when:.1f} s"
    return ""


def _state(condition: Condition, value: str) -> Finding:
    if condition.above or condition.below:
        return Finding(Verdict.UNKNOWN, f"{condition.input} {value}: expected a number", at_once=True)
    if not condition.healthy or value in condition.healthy:
        return _FINE
    return Finding(Verdict.BAD, f"{condition.input} {value}, not {' or '.join(condition.healthy)}")


def _number(condition: Condition, limit: float, value: float, hysteresis: float) -> Finding:
    if condition.healthy:
        said = f"{condition.input} {value:.4g}: expected {' or '.join(condition.healthy)}"
        return Finding(Verdict.UNKNOWN, said, at_once=True)
    unit = f" {condition.unit}" if condition.unit else ""
    if condition.above and value > limit - hysteresis:
        return Finding(Verdict.BAD, f"{condition.input} {value:.4g} above {limit - hysteresis:g}{unit}")
    if condition.below and value < limit + hysteresis:
        return Finding(Verdict.BAD, f"{condition.input} {value:.4g} below {limit + hysteresis:g}{unit}")
    return _FINE


def safer(condition: Condition, wanted: float, limit: float) -> bool:
    """Say whether a limit is the same or trips earlier than ``limit``.

    >>> safer(Condition(input="FLOW", below=True), 2.0, 1.0)
    True
    """
    return wanted <= limit if condition.above else wanted >= limit
