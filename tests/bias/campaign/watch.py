"""What is true at the emulated transistors, looked at all the time, whatever the IOC says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cryoioc.rehearsal.stage import Stage
from cryosim.plant.amplifier import Amplifier
from cryosim.plant.amplifier_stage import Stage as Transistor

LOOK = 0.02  # s
DRAIN_END, CURRENT_END, CURRENT_TIME = 2.0, 15e-3, 1e-3  # V, A, s: what no transistor stands; bias-flow-vacuum.md 2.1
WINDOWS = {"Cold": (1.3, 6e-3), "Warm": (1.6, 12e-3)}  # V, A; 2.1
GATES = (-5.0, 1.0)  # V; 2.1
LEAK = 100e-6  # A into a gate; 2.1
FOLLOWS = 0.1  # V, which a gate in order may be off: the drop of the return moves all of them
ROUNDED = 1e-6  # V and A
LEFT_AT_MOST = 0.5  # s


@dataclass
class Seen:
    """Of one amplifier since somebody began to look."""

    drain: float = 0.0  # V, highest
    current: float = 0.0  # A, highest
    overload: float = 0.0  # s, longest above what a transistor stands
    burnt: bool = False
    outside: float = 0.0  # s, longest outside the window
    gate: float = 0.0  # s, longest that a gate was outside its own, or leaked, while its drain was on
    went_off: float | None = None  # s, clock time: all drains off
    again: int = 0  # drains that came back after the IOC had tripped


class Watch:
    """Looks at the amplifiers of a stage.

    Parameters
    ----------
    stage : Stage
    bias : str
        Whose window holds.
    """

    def __init__(self, stage: Stage, bias: str) -> None:
        self.stage = stage
        self.window = WINDOWS[bias]
        self.amplifiers: Mapping[str, Amplifier] = stage.world.plant.amplifiers  # type: ignore[attr-defined]
        self.seen: dict[str, Seen] = {}
        self.tripped: dict[str, float] = {}  # s, clock time
        self._left: dict[tuple[str, int, str], float] = {}  # s, since when a transistor, or its gate, is outside
        self._live: dict[tuple[str, int], bool] = {}
        self.begin()

    def begin(self) -> None:
        """Forget what was seen so far."""
        self.seen = {name: Seen() for name in self.amplifiers}
        self.tripped.clear()
        self._left.clear()
        for amplifier in self.amplifiers.values():
            for one in amplifier.stages:
                one.highest = one.most = one.longest = 0.0

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            self.look()
            await self.stage.clock.sleep(LOOK)

    def look(self) -> None:
        """Look once."""
        now = self.stage.clock.now()
        for name, amplifier in self.amplifiers.items():
            amplifier.settle()
            if self.stage.running and name not in self.tripped and self.stage.get(f"{name}:TRIP") == "Tripped":
                self.tripped[name] = now
            for number, one in enumerate(amplifier.stages, 1):
                self._one(name, number, one, now)
            seen = self.seen[name]
            if any(one.drain.drive is not None for one in amplifier.stages):
                seen.went_off = None
            elif seen.went_off is None:
                seen.went_off = now

    def _one(self, name: str, number: int, one: Transistor, now: float) -> None:
        seen, key = self.seen[name], (name, number)
        seen.drain = max(seen.drain, one.highest)
        seen.current = max(seen.current, one.most)
        seen.overload = max(seen.overload, one.longest)
        seen.burnt = seen.burnt or one.burnt
        volts, amperes = self.window
        outside = one.point.drain > volts + ROUNDED or one.point.current > amperes + ROUNDED
        seen.outside = max(seen.outside, self._since((*key, "drain"), now, outside=outside))
        live = one.drain.drive is not None
        seen.gate = max(seen.gate, self._since((*key, "gate"), now, outside=live and _gate_outside(one)))
        if live and not self._live.get(key, live) and name in self.tripped:
            seen.again += 1
        self._live[key] = live

    def _since(self, what: tuple[str, int, str], now: float, *, outside: bool) -> float:
        """Return for how long something has been outside its window, [s]."""
        if not outside:
            self._left.pop(what, None)
            return 0.0
        return now - self._left.setdefault(what, now)


def _gate_outside(one: Transistor) -> bool:
    low, high = GATES
    leaks = abs(one.gate.terminals.amperes) > LEAK + ROUNDED
    return leaks or not low - FOLLOWS <= one.point.gate <= high + FOLLOWS
