"""All interlocks of a station at work: inputs to the engine, its trips to the outputs, everything to the PVs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial

from cryoioc.clock import Clock
from cryoioc.errors import Refused
from cryoioc.pvs import alerts
from cryoioc.pvs.about import About
from cryoioc.pvs.desk import LONG, Group
from cryoioc.pvs.interlock_inputs import Found, Station, find_input, healthy_states
from cryoioc.pvs.interlock_pvs import SEVERITIES, STATES, Calls, InterlockPvs, wall_time
from cryoioc.pvs.interlock_saved import InterlockMemory
from cryoioc.pvs.loop import LoopGroup
from cryoioc.pvs.switch_off import HeaterSwitch
from cryoioc.records import Record
from cryoioc.safety.condition import Condition, Heard
from cryoioc.safety.enforce import REPORTS, Enforcer
from cryoioc.safety.engine import Engine
from cryoioc.safety.interlock import START, Rule
from cryoioc.station_interlock import Interlock

DISABLED = "disabled by the station file"
LONGEST = 3600.0  # s, longest sleep with nothing due
SHORTEST = 1e-3  # s; a deadline that rounding puts a trifle ahead is not slept for again and again


def rule_of(spec: Interlock, found: Found, speed: float, loops: tuple[str, ...]) -> Rule:
    """Return the rule of one interlock.

    Parameters
    ----------
    found : Found
        Its input.
    speed : float
        Of the station's clock, [s/s].  Readings come at the pace of the line, which is real.
    loops : tuple of str
        All of the station, guarded where the file names none.
    """
    condition = Condition(
        input=spec.input, unit=found.unit, above=spec.above is not None, below=spec.below is not None,
        healthy=healthy_states(spec), hysteresis=spec.hysteresis, stale=spec.stale * speed)  # fmt: skip
    return Rule(name=spec.name, condition=condition, limit=spec.limit or 0.0, delay=spec.for_,
                always=spec.while_ == "always", longest_bypass=60.0 * spec.bypass, guards=spec.guards or loops,
                start=START * speed)  # fmt: skip


class Interlocks(Group):
    """The interlocks of a station.

    Parameters
    ----------
    station : Station
        The groups in which inputs are looked for; declared before this one.
    specs : mapping
        ``[interlock.NAME]`` of the station file, in its order.
    switches : sequence of HeaterSwitch
        One for each controller.
    all_off : callable
        ALLOFF of the station.
    memory : InterlockMemory
    """

    def __init__(self, station: Station, specs: Mapping[str, Interlock], switches: Sequence[HeaterSwitch],
                 all_off: Callable[[], Awaitable[None]], memory: InterlockMemory) -> None:  # fmt: skip
        super().__init__(station.desk, "INTLK")
        self.station, self.clock, self.memory = station, station.clock, memory
        self.loops: Mapping[str, LoopGroup] = station.loops
        self._declare()
        inputs = {name: find_input(spec, station) for name, spec in specs.items()}
        self.unprotected = {name: why for name, why in inputs.items() if isinstance(why, str)}
        self.disabled = [name for name, spec in specs.items() if not spec.enabled]
        found = {n: one for n, one in inputs.items() if isinstance(one, Found) and specs[n].enabled}
        self.specs = specs
        self.engine = Engine(
            rule_of(specs[name], one, self.clock.speed, tuple(self.loops)) for name, one in found.items()
        )
        self.pvs = {name: self._pvs(spec, inputs[name]) for name, spec in specs.items()}
        self._wake = asyncio.Event()
        self._due = 0.0  # s, when the deadlines are looked at again
        line_clock = Clock()  # how soon an instrument obeys is a matter of its line
        self.enforcers = {switch: Enforcer(switch, line_clock, all_off, self._report) for switch in switches}
        self._on: dict[str, bool] = {}  # loops, as last read
        self._restore()
        for name, one in found.items():
            one.connect(partial(self._heard, name))
        for loop in self.loops.values():
            loop.interlocks = self
            loop.device.watch(loop.output.range_slot, partial(self._range, loop))
        for switch, enforcer in self.enforcers.items():
            switch.device.on_edge(enforcer.hurry)
        self._show_lack()

    # --- declaration -------------------------------------------------------------------------------

    def _declare(self) -> None:
        self.state = self.declare(
            Record(name="INTLK", kind="mbbi", states=STATES, severities=SEVERITIES, doc="Worst interlock state",
                   ), about=About(alert=alerts.INTERLOCKS))  # fmt: skip
        self.first = self.declare(
            Record(name="INTLK:FIRST", kind="stringin", doc="Interlock that tripped first", initial=""))
        self.command("RESET", "Reset latched interlocks", self._reset_all)
        self.action = self.declare(
            Record(name="INTLK:ACTION", kind="mbbi", states=REPORTS, doc="What came of the last trip",
                   severities={"Escalated": "MAJOR", "Not confirmed": "MAJOR"}, initial="None"),
            about=About(alert=alerts.NOT_OBEYED))  # fmt: skip
        self.defied = self.declare(
            Record(name="INTLK:DEFIED", kind="bi", states=("No", "Yes"), severities={"Yes": "MAJOR"},
                   doc="On at the front panel though latched", initial="No"),
            about=About(alert=alerts.DEFIED))  # fmt: skip
        self.protected = self.declare(
            Record(name="INTLK:PROTECTED", kind="bi", states=("No", "Yes"), severities={"No": "MINOR"},
                   doc="Every interlock has its input"), about=About(alert=alerts.UNPROTECTED))  # fmt: skip
        self.lacking = self.declare(
            Record(name="INTLK:UNPROTECTED", kind="charin", length=LONG, doc="Interlocks without input, and why"))
        self.off_on_purpose = self.declare(
            Record(name="INTLK:DISABLED", kind="bi", states=("No", "Yes"), severities={"Yes": "MAJOR"},
                   doc="Interlocks disabled by the station file"),
            about=About(alert=alerts.INTERLOCKS_DISABLED))  # fmt: skip

    def _pvs(self, spec: Interlock, found: Found | str) -> InterlockPvs:
        unit = found.unit if isinstance(found, Found) else spec.unit
        name = spec.name
        calls = Calls(
            reset=partial(self._reset, name), bypass=partial(self._bypass, name), narrow=partial(self._narrow, name)
        )
        return InterlockPvs(self, spec, unit, calls)

    def _show_lack(self) -> None:
        for name, why in self.unprotected.items():
            self.pvs[name].unprotected(why)
        for name in self.disabled:
            self.pvs[name].disabled(DISABLED)
        self.protected.post("No" if self.unprotected else "Yes")
        self.lacking.post("; ".join(f"{name}: {why}" for name, why in self.unprotected.items())[: LONG - 1])
        self.off_on_purpose.post("Yes" if self.disabled else "No")
        self._summarise(0.0)

    def _restore(self) -> None:
        """Take up latches, limits and what was not confirmed off when the IOC ended."""
        names = list(self.engine.rules)
        self.engine.restore(self.memory.latches(names), self.memory.trips(names))
        for name in names:
            limit = self.memory.limit(name, self.engine.rules[name].limit)
            if limit is not None:
                self.engine.narrow(name, limit, 0.0)
                self.pvs[name].show_limit(limit)
        for latch in self.engine.latches():
            self.pvs[latch.name].explain(latch.why, f"{latch.why} (before the IOC was restarted)")
        for switch, enforcer in self.enforcers.items():
            owed = self.memory.owed(switch.loop_names)
            if owed:
                enforcer.demand(owed, "a trip before the IOC was restarted")

    # --- what a loop asks (cryoioc.pvs.loop.Held) ----------------------------------------------------

    def refusal(self, guarded: str, *, switching_on: bool) -> str:
        """Return why a put to ``guarded`` is refused; empty: it is not."""
        return self.engine.refusal(guarded, self.clock.now(), switching_on=switching_on)

    def holds(self, guarded: str) -> bool:
        """Say whether an interlock, Tripped or Latched, holds ``guarded`` off."""
        return bool(self.engine.holding(guarded, self.clock.now()))

    def any_holds(self) -> bool:
        """Say whether an interlock is Tripped or Latched."""
        return any(self.holds(name) for name in self.loops)

    # --- what happens ------------------------------------------------------------------------------

    def _heard(self, name: str, heard: Heard) -> None:
        self._after(self.engine.hear(name, heard, self.clock.now()), name)

    def _range(self, loop: LoopGroup, values: Mapping[str, object]) -> None:
        on, now = values["range"] != "Off", self.clock.now()
        tripped = self.engine.switched(loop.name, on, now)
        if self._on.get(loop.name) != on:
            self._on[loop.name] = on
            self._after(tripped, *self.engine.rules)
        if on and not tripped:
            names = self.engine.must_be_off(loop.name, now)
            if names:
                self._switch_off([loop], f"{names[0]}: {self.engine.states[names[0]].why}")
        self._judge_defiance()

    def _judge_defiance(self) -> None:
        now = self.clock.now()
        on = [loop.name for loop in self.loops.values() if loop.output.range not in (None, "Off")]
        latched = [name for name in on if self.engine.holding(name, now) and not self.engine.must_be_off(name, now)]
        if latched and self.defied.value == "No":
            self.say(f"{', '.join(latched)} on though {self.engine.holding(latched[0], now)[0]} is latched")
        self.defied.post("Yes" if latched else "No")

    def _after(self, tripped: Sequence[str], *touched: str) -> None:
        """Carry trips out, then show what has become of the interlocks that were touched."""
        for name in tripped:
            self._trip(name)
        now = self.clock.now()
        self._show(touched)
        if tripped:
            self._summarise(now)
        if any(self.engine.deadline_of(name, now) < self._due for name in touched):
            self._wake.set()

    def _trip(self, name: str) -> None:
        spec, state = self.specs[name], self.engine.states[name]
        guarded = self.loops.values() if spec.action == "all off" else map(self.loops.__getitem__,
                                                                           self.engine.rules[name].guards)  # fmt: skip
        loops = list(guarded)
        self._switch_off(loops, f"{name}: {state.why}")
        pvs = self.pvs[name]
        pvs.show(self.engine.shown(name, self.clock.now()), trips=state.trips)
        if not pvs.why.value:  # else it has tripped again before its reset: the first reason stays
            self._explain(name, loops)
        self.say(f"{name}: {state.why}")
        if self.desk.station is not None:
            self.desk.station.say(f"{name}: {state.why}")
        for loop in loops:
            loop.say(f"{name}: {state.why}")
            loop.update()

    def _explain(self, name: str, loops: Sequence[LoopGroup]) -> None:
        pvs, why = self.pvs[name], self.engine.states[name].why
        was = ", ".join(f"{loop.name} {loop.output.range or 'not known'}" for loop in loops)
        pvs.explain(why, f"{wall_time(pvs.state.stamp)}: {why}; ranges were {was}")

    def _switch_off(self, loops: Sequence[LoopGroup], why: str) -> None:
        """Ask for what is on, or not known to be off, to be put off; a put that waits for the wire is refused."""
        for switch, enforcer in self.enforcers.items():
            mine = [loop for loop in loops if loop.name in switch.loop_names]
            on = [loop.name for loop in mine if loop.output.range != "Off"]
            if mine and switch.device.link is not None:
                switch.device.link.refuse_puts(Refused(why))
            if on:
                self.memory.owe(on, True)
                enforcer.demand(on, why)

    def _report(self, report: str, text: str) -> None:
        if report == "Confirmed":
            for switch, enforcer in self.enforcers.items():
                self.memory.owe(switch.loop_names - enforcer.wanted, False)
        kept = report in ("Switching off", "Confirmed") and self.action.value == "Escalated"
        if not kept:
            self.action.post(report)
        if report in ("Escalated", "Not confirmed"):
            self.say(text)
        self.memory.flush()

    # --- puts ----------------------------------------------------------------------------------------

    def _known(self, name: str) -> None:
        if name in self.unprotected:
            raise Refused(f"{name} is not protected: {self.unprotected[name]}")
        if name in self.disabled:
            raise Refused(f"{name} is {DISABLED}")

    def _reset(self, name: str) -> None:
        self._known(name)
        self.engine.reset(name, self.clock.now())
        self._cleared()

    async def _reset_all(self) -> None:
        refusals = []
        for name in self.engine.rules:
            try:
                self.engine.reset(name, self.clock.now())
            except Refused as error:
                refusals.append(str(error))
        self._cleared()
        if refusals:
            raise Refused("; ".join(refusals))

    def _cleared(self) -> None:
        for name, state in self.engine.states.items():
            if not state.why:
                self.pvs[name].explain("", "")
        if not self.engine.order and self.action.value != "Not confirmed":
            self.action.post("None")
        self._after((), *self.engine.rules)
        self._judge_defiance()
        for loop in self.loops.values():
            loop.update()

    def _bypass(self, name: str, seconds: float) -> None:
        self._known(name)
        tripped = self.engine.bypass(name, seconds, self.clock.now())
        self.pvs[name].show_bypass(seconds)
        self._after(tripped, name)
        self._judge_defiance()

    def _narrow(self, name: str, limit: float) -> None:
        self._known(name)
        tripped = self.engine.narrow(name, limit, self.clock.now())
        self.memory.keep_limit(name, limit, self.engine.rules[name].limit)
        self._after(tripped, name)

    # --- showing -------------------------------------------------------------------------------------

    def _show(self, names: Sequence[str]) -> None:
        now = self.clock.now()
        changed = False
        for name in names:
            word, pvs = self.engine.shown(name, now), self.pvs[name]
            if word == "OK" and not self.engine.was_heard(name):
                continue  # nothing is known yet, and that is no healthy state
            if pvs.state.value != word or pvs.state.undefined:
                pvs.show(word, trips=self.engine.states[name].trips)
                changed = True
        if changed:
            self._summarise(now)

    def _summarise(self, now: float) -> None:
        worst = self.engine.worst(now)
        if worst != "OK" or all(map(self.engine.was_heard, self.engine.rules)):
            self.state.post("Bypassed" if worst == "OK" and self.disabled else worst)
        self.first.post(self.engine.first)
        self.memory.keep(self.engine.states, self.engine.latches())

    def tick(self) -> None:
        """Show values and what is left of bypasses; called about once a second."""
        now = self.clock.now()
        for name, state in self.engine.states.items():
            pvs = self.pvs[name]
            pvs.show_value(self.engine.heard(name).value)
            if state.bypassed_until is not None or pvs.bypass.truth.value:
                pvs.show_bypass(max(0.0, (state.bypassed_until or now) - now))

    async def run(self) -> None:
        """Keep deadlines and carry trips out until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            for enforcer in self.enforcers.values():
                tasks.create_task(enforcer.run(), name=f"interlocks of {enforcer.switch.name}")
            tasks.create_task(self._keep_time(), name="interlock deadlines")

    async def _keep_time(self) -> None:
        while True:
            now = self.clock.now()
            self._after(self.engine.pass_time(now), *self.engine.rules)
            self._wake.clear()
            self._due = min(now + LONGEST, self.engine.deadline(now))
            try:
                async with self.clock.timeout(max(SHORTEST, self._due - now)):
                    await self._wake.wait()
            except TimeoutError:
                continue
