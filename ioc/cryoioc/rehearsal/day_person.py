"""Who works at the cryostat on an ordinary day: puts through PVs, a hand on the needle valve, patience."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cryoioc.errors import CryoError
from cryoioc.rehearsal.day_watch import Watch
from cryoioc.rehearsal.stage import Stage

MINUTE = 60.0  # s
EVERY = 10.0  # s between two movements of the valve
OPENED = 0.5  # turns, of a valve that is opened for a flow
NEARLY_SHUT, FULL = 0.02, 3.0  # turns


class Person:
    """Somebody who does things one after the other.

    Parameters
    ----------
    stage : Stage
    watch : Watch
        Told what is refused, and what does not come.
    """

    def __init__(self, stage: Stage, watch: Watch) -> None:
        self.stage, self.watch = stage, watch
        self.get = stage.get
        self._turns: float = stage.get("TWIN:VALVE")

    async def put(self, name: str, value: Any = 1) -> None:
        """Put and wait for the completion; what is refused is taken down."""
        self.watch.seen.puts += 1
        try:
            await self.stage.put(name, value)
        except CryoError as error:
            self.watch.note(f"put of {name} {value} refused: {error}")

    async def restart_ioc(self) -> None:
        """End the IOC and start it anew, whatever is on."""
        await self.stage.end_ioc()
        self.stage.begin_ioc()
        await self.stage.ready()
        self.watch.follow(self.stage.ioc)

    async def valve(self, turns: float) -> None:
        """Turn the needle valve."""
        self._turns = turns
        await self.put("TWIN:VALVE:SP", turns)

    async def spend(self, minutes: float, flow: float | None = None) -> None:
        """Let time pass, with a hand on the valve where a flow is wanted, [SLPM]."""
        await self._pass(minutes, flow, lambda: False)

    async def until(self, what: str, condition: Callable[[], bool], within: float = 60.0,
                    flow: float | None = None) -> None:  # fmt: skip
        """Wait for something, at most ``within`` minutes; what does not come is taken down."""
        if not await self._pass(within, flow, condition):
            self.watch.note(f"not within {within:g} min: {what}")

    async def _pass(self, minutes: float, flow: float | None, enough: Callable[[], bool]) -> bool:
        now = self.stage.clock.now()
        end, due = now + MINUTE * minutes, now
        while now < end:
            if enough():
                return True
            if flow is not None and now >= due:
                due = now + EVERY
                await self.valve(self._towards(flow))
            await self.stage.wait()
            self.watch.look()
            now = self.stage.clock.now()
        return False

    def _towards(self, flow: float) -> float:
        """Return where a slow hand turns the valve for a flow, [SLPM]."""
        change: float = (flow / max(self.get("FLOW"), 0.01)) ** 0.15
        turns = max(self._turns, OPENED) if self._turns < NEARLY_SHUT else self._turns
        return min(FULL, max(NEARLY_SHUT, turns * min(1.1, max(0.9, change))))
