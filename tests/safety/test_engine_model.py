"""The engine against every interleaving of readings, silences, switches and people that hypothesis can think of.

What must hold is said here in other words than in the engine: from the history of what was heard and asked.
"""

from __future__ import annotations

import math

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from cryoioc.errors import Refused
from cryoioc.safety.condition import Condition, Heard
from cryoioc.safety.engine import Engine
from cryoioc.safety.interlock import Rule

FLOW, HOT, HEATERS = "NOFLOW", "HOT", ("LOOP1", "LOOP2")
RULES = (
    Rule(name=FLOW, condition=Condition(input="FLOW", below=True, hysteresis=0.5, stale=1.0), limit=1.0,
         longest_bypass=30.0, guards=HEATERS),
    Rule(name=HOT, condition=Condition(input="VAP:TEMP", above=True, hysteresis=5.0, stale=5.0), limit=320.0,
         delay=0.5, always=True, longest_bypass=30.0, guards=("LOOP1",)),
)  # fmt: skip
SLACK = 1e-6  # s
READINGS = {FLOW: st.floats(0.0, 10.0), HOT: st.floats(1.4, 360.0)}
SAFE = {FLOW: lambda value: value >= 1.5, HOT: lambda value: value <= 315.0}
LONGEST = {FLOW: 1.0, HOT: 5.0}  # s of silence


class Interlocks(RuleBasedStateMachine):
    """A heater plant of which only switches, readings and time exist."""

    @initialize()
    def begin(self) -> None:
        self.engine = Engine(RULES)
        self.now = 0.0
        self.on = dict.fromkeys(HEATERS, False)
        self.value: dict[str, tuple[float, float]] = {}
        self.danger: set[str] = set()
        self.bad_since: dict[str, float] = {}
        self.bypass_ends: dict[str, float] = {}
        self.first = ""
        self.reasons: dict[str, str] = {}
        self.before = dict.fromkeys((FLOW, HOT), "OK")
        self.asked: set[str] = set()  # reset or bypassed by a person since the last look

    def took(self, tripped: list[str]) -> None:
        for name in tripped:
            if not self.first:
                self.first = name
            self.reasons.setdefault(name, self.engine.states[name].why)
        for heater in HEATERS:  # the executor: what must be off goes off, and nothing goes on
            if self.engine.must_be_off(heater, self.now):
                self.on[heater] = False
                self.engine.switched(heater, False, self.now)

    def elapse(self, seconds: float) -> None:
        """Let time pass as the executor does: it wakes at every deadline."""
        end = self.now + seconds
        while (due := self.engine.deadline(self.now)) <= end:
            self.now = due
            self.took(self.engine.pass_time(self.now))
        self.now = end
        self.took(self.engine.pass_time(self.now))

    @rule(seconds=st.floats(0.01, 8.0))
    def time_passes(self, seconds: float) -> None:
        self.elapse(seconds)

    @rule(name=st.sampled_from((FLOW, HOT)), data=st.data(), times=st.integers(1, 4), gap=st.floats(0.05, 0.4))
    def readings_come(self, name: str, data: st.DataObject, times: int, gap: float) -> None:
        value = data.draw(READINGS[name])
        for _ in range(times):
            self.elapse(gap)
            self.value[name] = (value, self.now)
            self.danger.discard(name)
            self.took(self.engine.hear(name, Heard(value, self.now), self.now))

    @rule()
    def the_sensor_opens(self) -> None:
        value, when = self.value.get(HOT, (None, None))
        self.danger.add(HOT)
        self.took(self.engine.hear(HOT, Heard(value, when, "Sensor over range"), self.now))

    @rule(heater=st.sampled_from(HEATERS), on=st.booleans(), front_panel=st.booleans())
    def somebody_switches(self, heater: str, on: bool, front_panel: bool) -> None:
        if on and not front_panel and self.engine.refusal(heater, self.now, switching_on=True):
            return
        self.on[heater] = on
        self.took(self.engine.switched(heater, on, self.now))
        self.took([])

    @rule(name=st.sampled_from((FLOW, HOT)))
    def somebody_resets(self, name: str) -> None:
        harmless = name in self.value and SAFE[name](self.value[name][0]) and name not in self.danger
        harmless &= name in self.value and self.now < self.value[name][1] + LONGEST[name]
        was = self.engine.states[name].phase.value
        on = dict(self.on)
        try:
            self.engine.reset(name, self.now)
        except Refused:
            assert not harmless
        else:
            assert harmless or was == "OK"
            self.asked.add(name)
            self.reasons.pop(name, None)
            if all(self.engine.states[n].phase.value == "OK" for n in (FLOW, HOT)):
                self.first = ""
        assert self.on == on

    @rule(name=st.sampled_from((FLOW, HOT)), seconds=st.floats(0.0, 40.0))
    def somebody_bypasses(self, name: str, seconds: float) -> None:
        try:
            tripped = self.engine.bypass(name, seconds, self.now)
        except Refused:
            assert seconds > 30.0
            return
        assert seconds <= 30.0
        self.asked.add(name)
        self.bypass_ends[name] = self.now + seconds
        self.took(tripped)

    @precondition(lambda self: self.first)
    @rule()
    def the_ioc_is_restarted(self) -> None:
        latches, trips = self.engine.latches(), {n: s.trips for n, s in self.engine.states.items()}
        self.engine = Engine(RULES)
        self.engine.restore(latches, trips)
        self.value.clear()
        self.danger.clear()
        self.bypass_ends.clear()
        self.asked |= {FLOW, HOT}
        for heater, on in self.on.items():
            self.took(self.engine.switched(heater, on, self.now))

    @invariant()
    def nothing_that_trips_is_on(self) -> None:
        for heater in HEATERS:
            assert not (self.on[heater] and self.engine.must_be_off(heater, self.now))

    @invariant()
    def it_never_goes_back_to_ok_by_itself(self) -> None:
        for name in (FLOW, HOT):
            phase = self.engine.states[name].phase.value
            if self.before[name] != "OK" and phase == "OK":
                assert name in self.asked
            self.before[name] = phase
        self.asked.clear()

    @invariant()
    def the_first_reason_is_kept(self) -> None:
        assert self.engine.first == self.first
        for name, why in self.reasons.items():
            assert self.engine.states[name].why == why

    @invariant()
    def no_heater_is_on_without_flow(self) -> None:
        """Whatever came in whatever order: with the last flow below the limit, or a silence, nothing is on."""
        if FLOW not in self.value or self.now < self.bypass_ends.get(FLOW, -math.inf) + SLACK:
            return
        value, when = self.value[FLOW]
        if value < 1.0 or self.now > when + 1.0 + SLACK:
            assert not any(self.on.values())

    @invariant()
    def an_open_sensor_is_over_temperature_at_once(self) -> None:
        if HOT in self.danger and self.now >= self.bypass_ends.get(HOT, -math.inf) + SLACK:
            assert not self.on["LOOP1"]
            assert self.engine.refusal("LOOP1", self.now, switching_on=True)

    @invariant()
    def what_is_held_off_refuses_puts_and_names_the_interlock(self) -> None:
        for heater in HEATERS:
            holding = self.engine.holding(heater, self.now)
            refusal = self.engine.refusal(heater, self.now, switching_on=False)
            assert refusal.startswith(holding[0]) if holding else refusal == ""


Interlocks.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None, derandomize=True)
TestInterlocks = Interlocks.TestCase
