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
from cryoioc.safety.interlock import START, Rule

FLOW, HOT, HEATERS = "NOFLOW", "HOT", ("LOOP1", "LOOP2")
RULES = (
    Rule(name=FLOW, condition=Condition(input="FLOW", below=True, hysteresis=0.5, stale=1.0), limit=1.0,
         longest_bypass=30.0, guards=HEATERS),
    Rule(name=HOT, condition=Condition(input="VAP:TEMP", above=True, hysteresis=5.0, stale=5.0), limit=320.0,
         delay=0.5, always=True, longest_bypass=30.0, guards=("LOOP1",)),
)  # fmt: skip
SLACK = 1e-6  # s
READINGS = {FLOW: st.floats(0.0, 2.0) | st.floats(1.5, 10.0), HOT: st.floats(300.0, 360.0) | st.floats(1.4, 315.0)}
SAFE = {FLOW: lambda value: value >= 1.5, HOT: lambda value: value <= 315.0}
LONGEST = {FLOW: 1.0, HOT: 5.0}  # s of silence
TOO_HOT = 0.5  # s
GAP = 0.3  # s between readings
LASTS = st.floats(0.01, 20.0)  # s until something else happens


class Interlocks(RuleBasedStateMachine):
    """A heater plant of which only switches, readings and time exist."""

    @initialize()
    def begin(self) -> None:
        self.engine = Engine(RULES)
        self.now = 0.0
        self.on = dict.fromkeys(HEATERS, False)
        self.seen_on = dict.fromkeys(HEATERS, 0.0)  # s, since when the engine knows that it is on
        self.value: dict[str, tuple[float, float]] = {}
        self.reading: dict[str, float] = {}  # what is read again and again as time passes
        self.danger: set[str] = set()
        self.hot_since = math.inf  # s, every reading since then was above the limit
        self.excused = -math.inf  # s, until then the controller that measures HOT is away
        self.bypass_ends: dict[str, float] = {}
        self.tripped: list[str] = []  # and not reset yet, first one first
        self.reasons: dict[str, str] = {}
        self.before = dict.fromkeys((FLOW, HOT), "OK")
        self.asked: set[str] = set()  # reset or bypassed by a person since the last look

    def heard_of(self, name: str) -> bool:
        """Whether there is a reading that is not older than it may be."""
        return name in self.value and self.now < self.value[name][1] + LONGEST[name]

    def took(self, tripped: list[str]) -> None:
        for name in tripped:
            if name not in self.tripped:
                self.tripped.append(name)
            if name == HOT and self.before[HOT] == "OK" and self.now < self.excused:
                assert self.hot_since <= self.now or HOT in self.danger  # silence alone is nobody's fault
            self.reasons.setdefault(name, self.engine.states[name].why)
        for heater in HEATERS:  # the executor: what must be off goes off, and nothing goes on
            if self.engine.must_be_off(heater, self.now):
                self.on[heater] = False
                self.engine.switched(heater, False, self.now)

    @rule(seconds=LASTS, gap=st.floats(0.1, 0.4))
    def time_passes(self, seconds: float, gap: float) -> None:
        """Let time pass as the executor does: it wakes at every deadline; and what is read comes in every ``gap``."""
        end, reading = self.now + seconds, self.now + gap
        while (due := min(reading, self.engine.deadline(self.now))) <= end:
            self.now = due
            self.took(self.engine.pass_time(self.now))
            if due == reading:
                self.reads(self.reading)
                reading = self.now + gap
        self.now = end
        self.took(self.engine.pass_time(self.now))

    @rule()
    def somebody_puts_everything_right_and_heats(self) -> None:
        self.reading |= {FLOW: 5.0, HOT: 20.0}
        self.reads(self.reading)
        for name in (FLOW, HOT):
            self.somebody_resets(name)
        for heater in HEATERS:
            self.somebody_switches(heater, True, False)
            assert self.on[heater]

    @rule(name=st.sampled_from((FLOW, HOT)), data=st.data(), lasts=LASTS)
    def a_reading_changes(self, name: str, data: st.DataObject, lasts: float) -> None:
        self.reading[name] = data.draw(READINGS[name])
        self.reads({name: self.reading[name]})
        self.time_passes(lasts, GAP)

    @rule(name=st.sampled_from((FLOW, HOT)), lasts=LASTS)
    def a_reading_ends(self, name: str, lasts: float) -> None:
        self.reading.pop(name, None)
        self.time_passes(lasts, GAP)

    def reads(self, values: dict[str, float]) -> None:
        """Let readings come at one moment."""
        for name, value in values.items():
            if name == HOT:
                again = self.hot_since if self.heard_of(HOT) and HOT not in self.danger else math.inf
                self.hot_since = min(again, self.now) if value > 320.0 else math.inf
                self.excused = -math.inf
            self.value[name] = (value, self.now)
            self.danger.discard(name)
            self.took(self.engine.hear(name, Heard(value, self.now), self.now))

    @rule()
    def the_sensor_opens(self) -> None:
        value, when = self.value.get(HOT, (None, None))
        self.danger.add(HOT)
        self.reading.pop(HOT, None)
        self.excused = -math.inf
        self.took(self.engine.hear(HOT, Heard(value, when, "Sensor over range"), self.now))

    @rule(seconds=st.floats(0.0, 15.0), lasts=LASTS)
    def the_controller_is_away(self, seconds: float, lasts: float) -> None:
        """Who measures HOT also heats: as long as it is away itself its silence trips nothing."""
        if HOT not in self.danger:
            value, when = self.value.get(HOT, (None, None))
            self.reading.pop(HOT, None)
            self.excused = self.now + seconds
            self.took(self.engine.hear(HOT, Heard(value, when, excused=self.excused), self.now))
            self.time_passes(lasts, GAP)

    @rule(heater=st.sampled_from(HEATERS), on=st.booleans(), front_panel=st.booleans())
    def somebody_switches(self, heater: str, on: bool, front_panel: bool) -> None:
        if on and not front_panel and self.engine.refusal(heater, self.now, switching_on=True):
            return
        if on and not self.on[heater]:
            self.seen_on[heater] = self.now
        self.on[heater] = on
        self.took(self.engine.switched(heater, on, self.now))
        self.took([])

    @rule(name=st.sampled_from((FLOW, HOT)))
    def somebody_resets(self, name: str) -> None:
        harmless = name in self.value and SAFE[name](self.value[name][0]) and name not in self.danger
        harmless &= self.heard_of(name)
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
            self.tripped = [other for other in self.tripped if other != name]
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

    @precondition(lambda self: self.tripped)
    @rule(dead=st.sets(st.sampled_from((FLOW, HOT))), front_panel=st.booleans(), lasts=LASTS)
    def the_ioc_is_restarted(self, dead: set[str], front_panel: bool, lasts: float) -> None:
        """Some instruments have died meanwhile, and somebody may have switched on."""
        latches, trips = self.engine.latches(), {n: s.trips for n, s in self.engine.states.items()}
        self.engine = Engine(RULES)
        self.engine.restore(latches, trips)
        self.value.clear()
        self.danger.clear()
        self.hot_since, self.excused = math.inf, -math.inf
        self.bypass_ends.clear()
        self.asked |= {FLOW, HOT}
        self.reading = {name: value for name, value in self.reading.items() if name not in dead}
        self.on = {heater: on or front_panel for heater, on in self.on.items()}
        self.seen_on = dict.fromkeys(HEATERS, self.now)
        for heater, on in self.on.items():
            self.took(self.engine.switched(heater, on, self.now))
        self.time_passes(lasts, GAP)

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
        assert self.engine.first == next(iter(self.tripped), "")
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
    def no_heater_stays_on_while_the_flow_was_never_read(self) -> None:
        """Latched or not: a restart and a front panel are no way round it."""
        if FLOW not in self.value and self.now >= self.bypass_ends.get(FLOW, -math.inf) + SLACK:
            assert not any(self.on[one] and self.now > self.seen_on[one] + START + SLACK for one in HEATERS)

    @invariant()
    def no_heater_is_on_too_hot_for_longer_than_its_delay_or_unread(self) -> None:
        if HOT not in self.value or self.now < self.bypass_ends.get(HOT, -math.inf) + SLACK:
            return
        if self.heard_of(HOT):
            assert not (self.on["LOOP1"] and self.now > self.hot_since + TOO_HOT + SLACK)
        elif self.now > max(self.value[HOT][1] + LONGEST[HOT], self.excused) + SLACK:
            assert not self.on["LOOP1"]

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
