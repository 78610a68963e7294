"""Plays a draw on a scene: heats, lets everything go wrong in its time, and watches until there is no more to see."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from cryoioc.errors import CryoError
from cryoioc.rehearsal.drill_scene import Scene, put_all
from cryoioc.rehearsal.drill_watch import LOOK, LOOK_AT_CONTROL, Seen, Watch
from cryosim.drill.draw import Draw, Event, Stand
from cryosim.drill.hazards import ByPut, Killed

TRIES = 20  # of a put before anything has gone wrong
BURNT_FOR = 5.0  # s that are still looked at after something has burnt


@dataclass(frozen=True)
class Outcome:
    """A draw and what it has shown."""

    draw: Draw
    protected: bool  # interlocks were enabled
    seen: Seen


async def play_on(scene: Scene, draw: Draw, *, protected: bool) -> Seen:
    """Play a draw on a scene that is ready, with all ranges off; return what it has shown."""
    await heat(scene, draw.stand)
    player = Player(scene, draw, protected)
    async with asyncio.TaskGroup() as tasks:
        happening = [tasks.create_task(player.happen(event)) for event in draw.events]
        await player.watch_until_over()
        for task in happening:
            task.cancel()
    return player.watch.seen


async def heat(scene: Scene, stand: Stand) -> None:
    """Switch the heaters on as the stand wants it."""
    if stand.superfluid:
        return
    if stand.manual is not None:
        await _insist(scene, "LOOP1:MODE:SP", "Open loop")
        await _insist(scene, "LOOP1:MOUT:SP", stand.manual)
    else:
        await _insist(scene, "LOOP1:TEMP:SP", stand.vaporizer)
    await _insist(scene, "LOOP2:TEMP:SP", stand.sample)
    for loop in ("LOOP1", "LOOP2"):
        await _insist(scene, f"{loop}:RANGE:SP", "High")


async def _insist(scene: Scene, name: str, value: object) -> None:
    """Put, and again after a second where it is refused: in real time a busy machine may lose an answer."""
    for _ in range(TRIES - 1):
        try:
            await scene.put(name, value)
        except CryoError:
            await scene.clock.sleep(1.0)
        else:
            return
    await scene.put(name, value)


class Player:
    """Lets hazards happen, and watches.

    Without interlocks the IOC does nothing by itself: once everything has gone wrong that will, it is ended, and twin
    and instruments go on alone.
    """

    def __init__(self, scene: Scene, draw: Draw, protected: bool) -> None:
        self.scene, self.draw, self.protected = scene, draw, protected
        self.watch = Watch(scene)
        self._to_begin = self._to_end = len(draw.events)
        self._settled = asyncio.Event()  # everything is off: what still lasts may as well be over

    async def happen(self, event: Event) -> None:
        """Let one hazard begin and, if it does not stay, be over."""
        scene = self.scene
        await scene.clock.sleep_until(self.watch.begun + event.at)
        if event.at > 0.0:
            self.watch.hazard(event.hazard.name, event.hazard.outage)
        match event.hazard.act:
            case ByPut(puts):
                self.watch.seen.refused += await put_all(scene, puts)
            case Killed():
                await scene.kill()
            case _:
                await scene.begin(event)
        self._to_begin -= 1
        if event.duration is not None:
            await self._last(event.duration)
            if isinstance(event.hazard.act, Killed):
                await scene.restart()
                self.watch.seen.restarts += 1
            else:
                await scene.end(event)
        self._to_end -= 1
        self.watch.changed()

    async def _last(self, seconds: float) -> None:
        """Return when a hazard has lasted for ``seconds``, or nothing can come of it any more."""
        lasting = asyncio.create_task(self.scene.clock.sleep(seconds))
        settled = asyncio.create_task(self._settled.wait())
        try:
            await asyncio.wait({lasting, settled}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            lasting.cancel()
            settled.cancel()

    async def watch_until_over(self) -> None:
        """Watch until nothing more can burn, or the time of the draw is over."""
        scene, watch, seen = self.scene, self.watch, self.watch.seen
        ends, period = self.draw.stand.lasts, LOOK if self.protected else LOOK_AT_CONTROL
        while watch.elapsed < ends:
            await scene.clock.sleep(period)
            watch.look()
            if not (self.protected or self._to_begin) and scene.running:
                await scene.kill()
            if seen.burnt:
                ends = min(ends, watch.elapsed + BURNT_FOR)
            if self._to_begin:
                continue
            if watch.rests:
                self._settled.set()
            if not self._to_end and (watch.rests or watch.calm):
                break
        seen.played = watch.elapsed
        seen.internal = watch.internal()
