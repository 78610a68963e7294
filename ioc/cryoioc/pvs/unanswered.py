"""``<loop>:UNANSWERED``: heat that was given and that neither helium nor thermometer show."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

from cryoioc.clock import Clock
from cryoioc.pvs.about import About
from cryoioc.pvs.desk import ACCESS
from cryoioc.pvs.flow import FlowGroup
from cryoioc.pvs.helium import mass_flow
from cryoioc.pvs.loop import LoopGroup
from cryoioc.pvs.thermometer import ThermometerGroup
from cryoioc.records import Record
from cryoioc.safety.heat_balance import Balance, Body, Interval, skip, step
from cryoioc.station_heated import Heated

GAP = 2.0  # s of the line without a reading, after which nothing is known of the time between


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
        self.bodies = Body(spec.copper, spec.gas_leaves or math.inf).light_and_heavy()
        self.balances: tuple[Balance, ...] = ()  # of each of them; empty before the first reading
        self._passed_behind: tuple[float, ...] = (0.0, 0.0)  # J that the bodies before had given to the helium then
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
        self.balances = tuple(replace(balance, left=0.0) for balance in self.balances)

    def _read(self, kelvin: float) -> None:
        now, before = self._clock.now(), self.balances
        seconds, self._when = now - self._when, now
        intervals = self._intervals(seconds)
        if not before or not intervals:
            # Nothing was judged: whoever watches is told nothing, so that what is never judged grows stale.
            self.balances = tuple(skip(balance, kelvin) for balance in before or map(Balance, (kelvin, kelvin)))
            self.channel.invalidate("LINK")
            return
        self.balances = tuple(
            step(body, balance, kelvin, interval)
            for body, balance, interval in zip(self.bodies, before, intervals, strict=True)
        )
        left = min(balance.left for balance in self.balances)
        self.channel.post(left)
        for told in self._watchers:
            told(left)

    def _intervals(self, seconds: float) -> tuple[Interval, ...]:
        """Return what happened in the seconds since the last reading to both bodies; empty where it is not known."""
        carried, power, slpm = self._carried(), self.loop.output.power, self._flow.at_least
        if slpm is None or not power.valid or seconds > GAP * self._clock.speed:
            return ()
        flow = 1e-6 * mass_flow(max(0.0, slpm), self._flow.spec.tref)
        beside = self._behind.balances[0].kelvin if self._behind is not None and self._behind.balances else 0.0
        on = self.loop.output.is_on()
        return tuple(Interval(seconds, float(power.value), flow, on, joule, beside) for joule in carried)

    def _carried(self) -> tuple[float, ...]:
        """Return what the helium has brought along since the last reading, [J]: from a light body, from a heavy one."""
        if self._behind is None or not self._behind.balances:
            return (0.0, 0.0)
        before, self._passed_behind = self._passed_behind, tuple(one.passed for one in self._behind.balances)
        return tuple(now - then for now, then in zip(self._passed_behind, before, strict=True))
