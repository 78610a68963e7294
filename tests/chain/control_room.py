"""What an operator has in front of him when the cryostat misbehaves: PVs of the IOC, and nothing else.

A fault is a put to the simulator IOC; what is seen of it is asserted on PVs and alarms of the IOC, in the order in
which they come.  Everything runs on the virtual clock.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from cryoioc.clock import run_virtual
from cryoioc.records import Channel
from cryoioc.rehearsal import Stage

from ..unguarded import unguarded

WATCHED = (
    "FLOW", "VAP:TEMP", "VAP:STATUS", "SAMPLE:TEMP", "SAMPLE:STATUS", "LOOP1:STATE", "LOOP1:RANGE", "LOOP1:DROPPED",
    "LOOP1:HEATER:STATUS", "LOOP2:STATE", "LOOP2:RANGE", "LOOP2:DROPPED", "LOOP2:HEATER:STATUS",
    "DEWAR:LEVEL", "DEWAR:PRESSURE", "TUBE:PRESSURE",
)  # fmt: skip


@dataclass(frozen=True)
class Event:
    """A change that an operator's screen shows."""

    seconds: float  # since the fault
    name: str
    shown: str  # severity of a number, else the word
    severity: str


class ControlRoom:
    """A running station, and what has been seen."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.events: list[Event] = []
        self._begun = 0.0
        for name in WATCHED:
            _Screen(self, name, stage.channel(name))

    def __getitem__(self, name: str) -> Any:
        return self.stage.get(name)

    def severity(self, name: str) -> str:
        return self.stage.channel(name).severity

    async def put(self, name: str, value: object = 1) -> None:
        await self.stage.put(name, value)

    async def hold(self, vaporizer: float, sample: float, settle: float = 60.0) -> None:
        """Close both loops in range High, and let them settle."""
        await self.put("LOOP1:TEMP:SP", vaporizer)
        await self.put("LOOP2:TEMP:SP", sample)
        for loop in ("LOOP1", "LOOP2"):
            await self.put(f"{loop}:RANGE:SP", "High")
        await self.run(settle)

    async def fault(self, name: str, value: object = "On") -> None:
        """Let a fault begin; events are counted from here."""
        self.events.clear()
        self._begun = self.stage.clock.now()
        await self.put(name, value)

    @property
    def since(self) -> float:
        """Time since the fault, [s]."""
        return self.stage.clock.now() - self._begun

    async def run(self, seconds: float) -> None:
        await self.stage.clock.sleep(seconds)

    async def until(self, condition: Callable[[], bool], within: float) -> float:
        """Wait for something; return the seconds since the fault."""
        give_up = self.stage.clock.now() + within
        while not condition():
            assert self.stage.clock.now() < give_up, f"not within {within:g} s; seen: {self.events}"
            await self.stage.clock.sleep(0.2)
        return self.since

    def when(self, name: str, shown: str) -> float:
        """Return when a PV first showed something after the fault, [s]."""
        seen = [event for event in self.events if (event.name, event.shown) == (name, shown)]
        assert seen, f"{name} never showed {shown}; seen: {self.events}"
        return seen[0].seconds

    def in_order(self, *wanted: tuple[str, str]) -> None:
        """Assert that these showed, one after the other."""
        times = [self.when(*event) for event in wanted]
        assert times == sorted(times), list(zip(wanted, times, strict=True))

    def note(self, channel: Channel, name: str) -> None:
        shown = channel.severity if isinstance(channel.value, float) else str(channel.value)
        self.events.append(Event(self.since, name, shown, channel.severity))


class _Screen:
    """A subscription that notes changes of severity, and of the word of an enumeration."""

    mask = 1 | 4  # DBE_VALUE, DBE_ALARM

    def __init__(self, room: ControlRoom, name: str, channel: Channel) -> None:
        self.room, self.name, self.channel = room, name, channel
        self._last = self._shown()
        channel.subscribe(self)

    def _shown(self) -> tuple[object, str]:
        value = self.channel.value
        return (None if isinstance(value, float) else value, self.channel.severity)

    def deliver(self) -> None:
        shown = self._shown()
        if shown != self._last:
            self._last = shown
            self.room.note(self.channel, self.name)


def play(
    scene: Callable[[ControlRoom], Awaitable[None]], vaporizer: float, sample: float, flow: float
) -> None:
    """Play a scene on a cryostat that begins at these temperatures, [K], and this flow, [SLPM]."""

    async def run() -> None:
        stage = Stage(unguarded(flow=flow, temperatures={"VAP": vaporizer, "SAMPLE": sample}))
        async with stage.open():
            await stage.ready()
            await scene(ControlRoom(stage))

    run_virtual(run())
