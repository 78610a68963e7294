"""All interlocks of a station together: who tripped first, what must be off, which puts are refused.

No clock and no task: whoever hears something says so together with the time, and gets the new trips back.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from cryoioc.safety.condition import Finding, Heard, Verdict, lacks
from cryoioc.safety.interlock import Phase, Rule, State, bypass, deadline, find, narrow, reset, step

BYPASSED = "Bypassed"
WORST_FIRST = (Phase.TRIPPED.value, Phase.LATCHED.value, BYPASSED, Phase.OK.value)


@dataclass(frozen=True)
class Latch:
    """What of a trip survives a restart."""

    name: str
    why: str


class Engine:
    """The interlocks of a station.

    Parameters
    ----------
    rules : iterable of Rule
        In the order in which trips at the same moment count.
    """

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules: Mapping[str, Rule] = {rule.name: rule for rule in rules}
        self.states: dict[str, State] = {name: State(limit=rule.limit) for name, rule in self.rules.items()}
        self.forgotten = ""  # why nobody knows what was latched, until a person has reset; empty: it is known
        self.order: list[str] = []  # Tripped or Latched, in the order in which they tripped
        self._heard: dict[str, Heard] = {name: Heard() for name in self.rules}
        self._on_since: dict[str, float | None] = {}  # what is guarded -> since when it is on, [s]

    # --- what is heard -----------------------------------------------------------------------------

    def hear(self, name: str, heard: Heard, now: float) -> list[str]:
        """Take the last word of the input of one interlock; return what has tripped by it."""
        self._heard[name] = heard
        return self._step([name], now)

    def begin(self, name: str, heard: Heard) -> None:
        """Take what is known of an input before anything was heard: nothing follows yet."""
        self._heard[name] = heard

    def switched(self, guarded: str, on: bool, now: float) -> list[str]:
        """Note whether something that is guarded is on; return what has tripped by it."""
        before = self._on_since.get(guarded)
        self._on_since[guarded] = (now if before is None else before) if on else None
        if (before is not None) == on:
            return []
        return self._step([name for name, rule in self.rules.items() if guarded in rule.guards], now)

    def pass_time(self, now: float) -> list[str]:
        """Judge everything by the clock alone; return what has tripped by it."""
        return self._step(list(self.rules), now)

    def deadline(self, now: float) -> float:
        """Return when :meth:`pass_time` should be called next, [s]; infinity: not until something is heard."""
        return min((self.deadline_of(name, now) for name in self.rules), default=math.inf)

    def deadline_of(self, name: str, now: float) -> float:
        """Return when one interlock may change though nothing is heard, [s]."""
        rule = self.rules[name]
        return deadline(rule, self.states[name], self._heard[name], self._armed(rule), now)

    def _armed(self, rule: Rule) -> float | None:
        times = [since for one in rule.guards if (since := self._on_since.get(one)) is not None]
        return min(times, default=None)

    def _step(self, names: list[str], now: float) -> list[str]:
        tripped = []
        for name in names:
            before = self.states[name]
            after = step(self.rules[name], before, self._heard[name], self._armed(self.rules[name]), now)
            self.states[name] = after
            bypass_ended = before.bypassed_until is not None and after.bypassed_until is None
            if after.phase is Phase.TRIPPED and (before.phase is not Phase.TRIPPED or bypass_ended):
                tripped.append(name)
                if name not in self.order:
                    self.order.append(name)
        return tripped

    # --- what a person asks for --------------------------------------------------------------------

    def reset(self, name: str, now: float) -> None:
        """Reset one interlock; :class:`cryoioc.errors.Refused` while its condition holds."""
        self.states[name] = reset(self.rules[name], self.states[name], self._heard[name], now)
        if name in self.order:
            self.order.remove(name)

    def bypass(self, name: str, seconds: float, now: float) -> list[str]:
        """Bypass one interlock for ``seconds``, 0 ends it; return what has tripped by that."""
        self.states[name] = bypass(self.rules[name], self.states[name], seconds, now)
        return self._step([name], now)

    def narrow(self, name: str, limit: float, now: float) -> list[str]:
        """Let one interlock trip earlier; return what has tripped by that."""
        self.states[name] = narrow(self.rules[name], self.states[name], limit)
        return self._step([name], now)

    def acknowledge(self) -> None:
        """Note that a person has taken it upon himself that nobody knows what was latched."""
        self.forgotten = ""

    def restore(self, latches: Iterable[Latch], trips: Mapping[str, int], forgotten: str = "") -> None:
        """Take up, before anything was heard, what was latched when the IOC ended; first one first.

        ``forgotten`` says why that is not known; nothing is switched on then until :meth:`acknowledge`.
        """
        self.forgotten = forgotten
        for name, number in trips.items():
            self.states[name] = replace(self.states[name], trips=number)
        for latch in latches:
            self.states[latch.name] = replace(self.states[latch.name], phase=Phase.LATCHED, why=latch.why)
            self.order.append(latch.name)

    # --- what follows ------------------------------------------------------------------------------

    @property
    def first(self) -> str:
        """The interlock that tripped first of those that are not reset yet; empty if none."""
        return self.order[0] if self.order else ""

    def latches(self) -> list[Latch]:
        """Return what must survive a restart, first trip first."""
        return [Latch(name, self.states[name].why) for name in self.order]

    def shown(self, name: str, now: float) -> str:
        """Return the state of an interlock in a word."""
        state = self.states[name]
        return BYPASSED if state.bypassed(now) else state.phase.value

    def worst(self, now: float) -> str:
        """Return the worst state of all in a word; what was latched and is not known counts as latched."""
        shown = {self.shown(name, now) for name in self.rules}
        if self.forgotten:
            shown.add(Phase.LATCHED.value)
        return next((word for word in WORST_FIRST if word in shown), Phase.OK.value)

    def heard(self, name: str) -> Heard:
        """Return the last word of the input of an interlock."""
        return self._heard[name]

    def lacks(self, name: str, now: float) -> str:
        """Return why the value that an input said last is not the one at ``now``, [s]; empty: it is."""
        return lacks(self.rules[name].condition, self._heard[name], now)

    def was_heard(self, name: str) -> bool:
        """Say whether the input of an interlock has ever said anything."""
        heard = self._heard[name]
        return heard.when is not None or bool(heard.danger)

    def holding(self, guarded: str, now: float) -> list[str]:
        """Return the interlocks, Tripped or Latched and not bypassed, that hold something off, first trip first."""
        held = (Phase.TRIPPED.value, Phase.LATCHED.value)
        return [name for name in self.order if guarded in self.rules[name].guards and self.shown(name, now) in held]

    def must_be_off(self, guarded: str, now: float) -> list[str]:
        """Return the interlocks, Tripped and not bypassed, for which something must be off."""
        return [name for name in self.holding(guarded, now) if self.states[name].phase is Phase.TRIPPED]

    def refusal(self, guarded: str, now: float, *, switching_on: bool) -> str:
        """Return why a put to ``guarded`` is refused; empty: it is not.

        What is not on yet is not switched on either while an input is bad or unknown: it would trip at once.
        """
        for name in self.holding(guarded, now):
            return f"{name} {self.states[name].phase.value}: {self.states[name].why}"
        if not switching_on:
            return ""
        if self.forgotten and any(guarded in rule.guards for rule in self.rules.values()):
            return self.forgotten
        for rule, finding in self._in_force(now):
            if guarded in rule.guards and finding.verdict is not Verdict.GOOD:
                return f"{rule.name}: {finding.text}"
        return ""

    def unknown(self, now: float) -> str:
        """Return which interlock that guards something does not know its input, and why; empty: none."""
        for rule, finding in self._in_force(now):
            if rule.guards and finding.verdict is Verdict.UNKNOWN:
                return f"{rule.name}: {finding.text}"
        return ""

    def _in_force(self, now: float) -> Iterator[tuple[Rule, Finding]]:
        """Yield the interlocks that are not bypassed, with what their inputs mean now."""
        for name, rule in self.rules.items():
            if not self.states[name].bypassed(now):
                yield rule, find(rule, self.states[name], self._heard[name], now)
