"""All interlocks of a station at work: inputs to the engine, its trips to the deeds, everything to the PVs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial

from cryoioc.errors import Refused
from cryoioc.pvs import alerts
from cryoioc.pvs.about import About
from cryoioc.pvs.desk import ACCESS, LONG, Group
from cryoioc.pvs.interlock_deeds import Deeds
from cryoioc.pvs.interlock_inputs import Found, Station, find_input
from cryoioc.pvs.interlock_pvs import SEVERITIES, STATES, Calls, InterlockPvs, wall_time
from cryoioc.pvs.interlock_rules import rule_of
from cryoioc.pvs.interlock_saved import InterlockMemory
from cryoioc.records import Record
from cryoioc.safety.condition import Heard
from cryoioc.safety.enforce import REPORTS, Switch
from cryoioc.safety.engine import Engine
from cryoioc.station_interlock import Interlock

DISABLED = "disabled by the station file"
LONGEST = 3600.0  # s, longest sleep with nothing due
SHORTEST = 1e-3  # s; a deadline that rounding puts a trifle ahead is not slept for again and again


class Interlocks(Group):
    """The interlocks of a station.

    Parameters
    ----------
    station : Station
        The groups in which inputs are looked for; declared before this one.
    specs : mapping
        ``[interlock.NAME]`` of the station file, in its order.
    switches : sequence of Switch
        What puts things off.
    all_off : callable
        ALLOFF of the station.
    memory : InterlockMemory
    """

    def __init__(self, station: Station, specs: Mapping[str, Interlock], switches: Sequence[Switch],
                 all_off: Callable[[], Awaitable[None]], memory: InterlockMemory) -> None:  # fmt: skip
        super().__init__(station.desk, "INTLK")
        self.station, self.clock, self.memory = station, station.clock, memory
        self.guarded = station.guarded
        self._declare()
        inputs = {name: find_input(spec, station) for name, spec in specs.items()}
        self.unprotected = {name: why for name, why in inputs.items() if isinstance(why, str)}
        self.disabled = [name for name, spec in specs.items() if not spec.enabled]
        found = {n: one for n, one in inputs.items() if isinstance(one, Found) and specs[n].enabled}
        self.specs = specs
        self.deeds = Deeds(self.guarded, switches, all_off, memory, self.action, self.say)
        heating = self.deeds.heating()
        self.engine = Engine(rule_of(specs[name], one, self.clock.speed, heating) for name, one in found.items())
        self.pvs = {name: self._pvs(spec, inputs[name]) for name, spec in specs.items()}
        self._wake = asyncio.Event()
        self._due = 0.0  # s, when the deadlines are looked at again
        self._on: dict[str, bool] = {}  # what is guarded, as last read
        self._restore()
        for name, one in found.items():
            self.engine.begin(name, one.first)
            one.connect(partial(self._heard, name))
        for name, guarded in self.guarded.items():
            guarded.obey(self)
            guarded.watch(partial(self._read, name))
        self._show_lack()

    # --- declaration -------------------------------------------------------------------------------

    def _declare(self) -> None:
        self.state = self.declare(
            Record(name="INTLK", kind="mbbi", states=STATES, severities=SEVERITIES, asg=ACCESS,
                   doc="Worst interlock state"), about=About(alert=alerts.INTERLOCKS))  # fmt: skip
        self.first = self.declare(
            Record(name="INTLK:FIRST", kind="stringin", doc="Interlock that tripped first", initial=""))
        self.command("RESET", "Reset latched interlocks", self._reset_all)
        self.action = self.declare(
            Record(name="INTLK:ACTION", kind="mbbi", states=REPORTS, doc="What came of the last trip",
                   severities={"Escalated": "MAJOR", "Not confirmed": "MAJOR"}, initial="None", asg=ACCESS),
            about=About(alert=alerts.NOT_OBEYED))  # fmt: skip
        self.defied = self.declare(
            Record(name="INTLK:DEFIED", kind="bi", states=("No", "Yes"), severities={"Yes": "MAJOR"},
                   doc="On at the front panel though latched", initial="No", asg=ACCESS),
            about=About(alert=alerts.DEFIED))  # fmt: skip
        self.protected = self.declare(
            Record(name="INTLK:PROTECTED", kind="bi", states=("No", "Yes"), severities={"No": "MINOR"},
                   doc="Every interlock has its input", asg=ACCESS), about=About(alert=alerts.UNPROTECTED))  # fmt: skip
        self.lacking = self.declare(
            Record(name="INTLK:UNPROTECTED", kind="charin", length=LONG, doc="Interlocks without input, and why"))
        self.off_on_purpose = self.declare(
            Record(name="INTLK:DISABLED", kind="bi", states=("No", "Yes"), severities={"Yes": "MAJOR"},
                   doc="Interlocks disabled by the station file", asg=ACCESS),
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
        forgotten = self.memory.forgotten(names) if names else ""
        self.engine.restore(self.memory.latches(names), self.memory.trips(names), forgotten)
        if forgotten:
            self.say(forgotten)
        for name in names:
            self._restore_limit(name)
        for latch in self.engine.latches():
            self.pvs[latch.name].explain(latch.why, f"{latch.why} (before the IOC was restarted)")
        self.deeds.take_up()

    def _restore_limit(self, name: str) -> None:
        limit = self.memory.limit(name, self.engine.rules[name].limit)
        if limit is None:
            return
        try:
            self.engine.narrow(name, limit, 0.0)
        except Refused as error:  # it trips on the other side now, or has no limit any more
            self.memory.drop_limit(name, str(error))
        else:
            self.pvs[name].show_limit(limit)

    # --- what is asked by whom it guards (cryoioc.pvs.held.Held) ----------------------------------------------------

    def refusal(self, guarded: str, *, switching_on: bool) -> str:
        """Return why a put to ``guarded`` is refused; empty: it is not."""
        return self.engine.refusal(guarded, self.clock.now(), switching_on=switching_on)

    def holds(self, guarded: str) -> bool:
        """Say whether an interlock, Tripped or Latched, holds ``guarded`` off."""
        return bool(self.engine.holding(guarded, self.clock.now()))

    def objection(self) -> str:
        """Return what is held off and why, what does not go off, or which input is not known; empty: nothing."""
        held = (self.refusal(name, switching_on=False) for name in self.guarded)
        reason = next(filter(None, held), "") or self.deeds.objection()
        return reason or self.engine.forgotten or self.engine.unknown(self.clock.now())

    # --- what happens ------------------------------------------------------------------------------

    def _heard(self, name: str, heard: Heard) -> None:
        self._after(self.engine.hear(name, heard, self.clock.now()), name)

    def _read(self, guarded: str) -> None:
        """Take note of how something that is guarded has been read."""
        on, now = self.guarded[guarded].is_on(), self.clock.now()
        if on is None:
            return
        tripped = self.engine.switched(guarded, on, now)
        if self._on.get(guarded) != on:
            self._on[guarded] = on
            self._after(tripped, *self.engine.rules)
        if on and not tripped:
            names = self.engine.must_be_off(guarded, now)
            if names:
                self.deeds.switch_off([guarded], f"{names[0]}: {self.engine.states[names[0]].why}")
        self._judge_defiance()

    def _judge_defiance(self) -> None:
        now, engine = self.clock.now(), self.engine
        latched = [one for one in self.deeds.on() if engine.holding(one, now) and not engine.must_be_off(one, now)]
        if latched and self.defied.value == "No":
            self.say(f"{', '.join(latched)} on though {engine.holding(latched[0], now)[0]} is latched")
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
        guards = self.engine.rules[name].guards
        targets = tuple(dict.fromkeys((*guards, *self.deeds.heating()))) if spec.action == "all off" else guards
        was, text = self.deeds.shown(targets), f"{name}: {state.why}"
        self.deeds.switch_off(targets, text)
        pvs = self.pvs[name]
        pvs.show(self.engine.shown(name, self.clock.now()), trips=state.trips)
        if not pvs.why.value:  # else it has tripped again before its reset: the first reason stays
            pvs.explain(state.why, f"{wall_time(pvs.state.stamp)}: {state.why}; before: {was}")
        self.say(text)
        if self.desk.station is not None:
            self.desk.station.say(text)
        self.deeds.tell(targets, text)

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
        self.engine.acknowledge()
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
        if not self.engine.order:
            self.deeds.cleared()
        self._after((), *self.engine.rules)
        self._summarise(self.clock.now())  # one that is bypassed shows no change, and is latched no more
        self._judge_defiance()
        self.deeds.tell(self.guarded)

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
        self.memory.keep(self.engine.states, self.engine.latches(), self.engine.forgotten)

    def tick(self) -> None:
        """Show values and what is left of bypasses; called about once a second."""
        now = self.clock.now()
        for name, state in self.engine.states.items():
            pvs = self.pvs[name]
            pvs.show_value(self.engine.heard(name).value, self.engine.lacks(name, now))
            if state.bypassed_until is not None or pvs.bypass.truth.value:
                pvs.show_bypass(max(0.0, (state.bypassed_until or now) - now))

    async def run(self) -> None:
        """Keep deadlines and carry trips out until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            for enforcer in self.deeds.enforcers.values():
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
