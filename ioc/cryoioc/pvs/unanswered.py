"""``<loop>:UNANSWERED``: heat that was given and that neither helium nor thermometer show."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

from cryoioc.clock import Clock
from cryoioc.pvs.about import About
from cryoioc.pvs.flow import FlowGroup
from cryoioc.pvs.helium import mass_flow
from cryoioc.pvs.loop import LoopGroup
from cryoioc.pvs.thermometer import ThermometerGroup
from cryoioc.records import Record
from cryoioc.safety.heat_balance import Balance, Body, Interval, skip, step
from cryoioc.station_heated import Heated

GAP = 2.0  # s of the line without a reading, after which nothing is known of the time between
ACCESS = "INTERLOCK"  # access group of what makes an interlock weaker


class Unanswered:
    """The balance of the heat of one loop, brought up to date at every reading of its thermometer.

    Parameters
    ----------
    loop : LoopGroup
        Whose heater is meant; the PVs are its.
    spec : Heated
    thermometer : ThermometerGroup
        On what is heated.
    flow : FlowGroup
    clock : Clock
        Of the station.
    behind : Unanswered, optional
        Of the body that the helium passes before.
    """

    def __init__(self, loop: LoopGroup, spec: Heated, thermometer: ThermometerGroup, flow: FlowGroup, clock: Clock,
                 behind: Unanswered | None = None) -> None:  # fmt: skip
        self.loop, self.thermometer, self._flow, self._clock, self._behind = loop, thermometer, flow, clock, behind
        self.body = Body(spec.copper, spec.gas_leaves or math.inf)
        self.balance: Balance | None = None
        self._passed_behind = 0.0  # J that the body before had given to the helium, at the last reading
        self._when = -math.inf  # s, of the last reading
        self._watchers: list[Callable[[float], None]] = []
        self.channel = loop.declare(
            Record(name=loop.pv("UNANSWERED"), kind="ai", unit="J", precision=0,
                   doc="Heat neither helium nor reading shows", adel=10.0), about=About(sampled=10.0))  # fmt: skip
        loop.command("UNANSWERED:RESET", "Begin the balance of the heat anew", self._reset, asg=ACCESS)
        thermometer.reading.watch(self._read, self.channel.invalidate)

    def watch(self, told: Callable[[float], None]) -> None:
        """Call ``told(joule)`` whenever the balance is known anew."""
        self._watchers.append(told)

    async def _reset(self) -> None:
        if self.balance is not None:
            self.balance = replace(self.balance, left=0.0)

    def _read(self, kelvin: float) -> None:
        now, before = self._clock.now(), self.balance
        seconds, self._when = now - self._when, now
        interval = self._interval(seconds)
        if before is None or interval is None:
            # Nothing was judged: whoever watches is told nothing, so that what is never judged grows stale.
            self.balance = Balance(kelvin) if before is None else skip(before, kelvin)
            self.channel.invalidate("LINK")
            return
        self.balance = step(self.body, before, kelvin, interval)
        self.channel.post(self.balance.left)
        for told in self._watchers:
            told(self.balance.left)

    def _interval(self, seconds: float) -> Interval | None:
        """Return what happened in the seconds since the last reading; None where something of it is not known."""
        carried, power, slpm = self._carried(), self.loop.output.power, self._flow.at_least
        if slpm is None or not power.valid or seconds > GAP * self._clock.speed:
            return None
        flow = 1e-6 * mass_flow(max(0.0, slpm), self._flow.spec.tref)
        beside = self._behind.balance if self._behind is not None else None
        return Interval(seconds, float(power.value), flow, self.loop.output.is_on(), carried,
                        beside.kelvin if beside is not None else 0.0)  # fmt: skip

    def _carried(self) -> float:
        """Return what the helium has brought along since the last reading, [J]."""
        if self._behind is None or self._behind.balance is None:
            return 0.0
        before, self._passed_behind = self._passed_behind, self._behind.balance.passed
        return self._passed_behind - before
