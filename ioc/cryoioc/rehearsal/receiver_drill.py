"""The drill of the receiver on the virtual clock: both amplifiers biased cold, and what is at their transistors."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from cryoioc.clock import run_virtual
from cryoioc.errors import CryoError
from cryoioc.rehearsal.drill_scene import begin_behind, end_behind, put_all
from cryoioc.rehearsal.forked import forks
from cryoioc.rehearsal.stage import Stage
from cryoioc.station import Station
from cryosim.drill.draw import Event
from cryosim.drill.hazards import ByPut, Killed
from cryosim.drill.receiver import SUPPLIES, ReceiverDraw
from cryosim.plant import Crx

LOOK = 0.05  # s between two looks: how exactly a reaction is timed
READ = 5.0  # s until everything has been read
PATIENCE = 180.0  # s until both amplifiers must be biased
RESTS = 5.0  # s after the last thing has gone wrong, or was put right


class NotBiased(CryoError):
    """The amplifiers were not biased in time, though nothing was wrong."""


@dataclass
class ReceiverSeen:
    """What a draw has shown at the transistors, biasing included."""

    drain: float = 0.0  # V, highest
    current: float = 0.0  # A, highest
    overload: float = 0.0  # s above the current a transistor stands, longest
    lost: tuple[str, ...] = ()  # transistors
    detected: float | None = None  # s from the first thing that went wrong to a trip or OK No
    restarts: int = 0
    refused: int = 0  # puts
    internal: int = 0  # faults in the IOC's own code


@dataclass(frozen=True)
class ReceiverOutcome:
    """A draw and what it has shown."""

    draw: ReceiverDraw
    watched: bool  # by an IOC
    seen: ReceiverSeen


def play(station: Station, draws: Sequence[ReceiverDraw], seed: int, jobs: int,
         done: Callable[[ReceiverOutcome], None]) -> None:  # fmt: skip
    """Play draws on the virtual clock, each with an IOC and without one once the amplifiers are biased.

    All go on from the same biasing.

    Parameters
    ----------
    station : Station
        The CRX; none of its ports is opened.
    draws : sequence of ReceiverDraw
    seed : int
        Of everything random behind the instruments.
    jobs : int
        Processes beside each other.
    done : callable
        Gets each outcome, in order, of a draw the watched one first.

    Raises
    ------
    NotBiased
    ChildProcessError
        A draw could not be played to its end; its traceback has been printed.
    """
    run_virtual(_play(replace(station, state_dir=""), draws, seed, jobs, done))


async def _play(station: Station, draws: Sequence[ReceiverDraw], seed: int, jobs: int,
                done: Callable[[ReceiverOutcome], None]) -> None:  # fmt: skip
    stage = Stage(station, seed=seed)
    async with stage.open():
        await _bias(stage)
        with forks(jobs, done) as ours:
            for draw in draws:
                for watched in (True, False):
                    await ours.go(partial(_one, stage, draw, watched))


async def _one(stage: Stage, draw: ReceiverDraw, watched: bool) -> ReceiverOutcome:
    """Play a draw in a process of its own."""
    logging.disable(logging.CRITICAL)  # the faults are let loose on purpose
    if not watched:
        await stage.end_ioc()
    player = _Player(stage, watched)
    async with asyncio.TaskGroup() as tasks:
        happening = [tasks.create_task(player.happen(event)) for event in draw.events]
        await player.watch_until(lambda: all(task.done() for task in happening))
    return ReceiverOutcome(draw, watched, player.seen)


async def _bias(stage: Stage) -> None:
    """Bias both amplifiers cold, and wait until they are."""
    await stage.ready()
    await stage.clock.sleep(READ)
    for name in SUPPLIES:
        await stage.put(f"{name}:BIAS:SP", "Cold")
    ends = stage.clock.now() + PATIENCE
    while any(stage.get(f"{name}:READY") != "Yes" for name in SUPPLIES):
        if stage.clock.now() > ends:
            raise NotBiased(f"not biased within {PATIENCE:g} s: {[stage.get(f'{name}:STATE') for name in SUPPLIES]}")
        await stage.clock.sleep(LOOK)


class _Player:
    """Lets things go wrong, and looks at the transistors."""

    def __init__(self, stage: Stage, watched: bool) -> None:
        plant = stage.world.plant
        assert isinstance(plant, Crx)
        self.stage, self.plant, self.watched = stage, plant, watched
        self.seen = ReceiverSeen()
        self._begun = stage.clock.now()
        self._first: float | None = None  # s, when something first went wrong
        self._changed_at = 0.0  # s

    @property
    def elapsed(self) -> float:
        """Time since the beginning, [s]."""
        return self.stage.clock.now() - self._begun

    async def happen(self, event: Event) -> None:
        """Let one thing begin and, if it does not stay, be over."""
        await self.stage.clock.sleep_until(self._begun + event.at)
        self._first = self.elapsed if self._first is None else self._first
        await self._begin(event)
        if event.duration is not None:
            await self.stage.clock.sleep(event.duration)
            await self._end(event)
        self._changed_at = self.elapsed

    async def _begin(self, event: Event) -> None:
        match event.hazard.act:
            case ByPut(puts):
                self.seen.refused += await put_all(self.stage, puts)
            case Killed():
                await self.stage.end_ioc()
            case _:
                begin_behind(self.stage, event)

    async def _end(self, event: Event) -> None:
        if not isinstance(event.hazard.act, Killed):
            end_behind(self.stage, event)
        elif self.watched:
            self.stage.begin_ioc()
            self.seen.restarts += 1

    async def watch_until(self, happened: Callable[[], bool]) -> None:
        """Look until everything has happened and nothing more can come of it."""
        while not (happened() and self.elapsed > self._changed_at + RESTS):
            await self.stage.clock.sleep(LOOK)
            self._look()
        stages = [(name, number, one) for name, amplifier in self.plant.amplifiers.items()
                  for number, one in enumerate(amplifier.stages, 1)]  # fmt: skip
        seen = self.seen
        seen.drain = max(one.highest for _, _, one in stages)
        seen.current = max(one.most for _, _, one in stages)
        seen.overload = max(one.longest for _, _, one in stages)
        seen.lost = tuple(f"{name} S{number}: {one.why}" for name, number, one in stages if one.burnt)
        seen.internal = sum(int(self.stage.get(f"{name}:INTERNAL")) for name in self.stage.world.installed)

    def _look(self) -> None:
        stage, seen = self.stage, self.seen
        if seen.detected is not None or self._first is None or not stage.running:
            return
        tripped = any(stage.get(f"{name}:TRIP") == "Tripped" for name in SUPPLIES)
        if tripped or stage.get("OK") == "No":
            seen.detected = self.elapsed - self._first
