"""One draw of the drill played: IOC, lines, instruments and cryostat, and everything that goes wrong in its time."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cryoioc.clock import run_virtual
from cryoioc.errors import CryoError
from cryoioc.rehearsal.drill_watch import LOOK, LOOK_AT_CONTROL, Seen, Watch
from cryoioc.rehearsal.stage import Stage
from cryoioc.station import Station
from cryosim import faults
from cryosim.drill.draw import Draw, Event, Stand
from cryosim.drill.hazards import AtInstrument, AtPanel, ByHand, ByPut, InPlant, Killed
from cryosim.plant.stvp import Stvp
from cryosim.world import Installed

RESTS = 20.0  # s with every range off, and nothing more to come, that end a draw
BURNT_FOR = 5.0  # s that are still looked at after something has burnt


@dataclass(frozen=True)
class Outcome:
    """A draw and what it has shown."""

    draw: Draw
    protected: bool  # interlocks were enabled
    seen: Seen


def play(station: Station, draw: Draw, *, protected: bool) -> Outcome:
    """Play a draw on the virtual clock.

    Parameters
    ----------
    station : Station
        The STVP; where its ports are does not matter, none is opened.
    protected : bool
        False: with every interlock disabled, as the control.
    """
    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder) if any(isinstance(event.hazard.act, Killed) for event in draw.events) else None
        return Outcome(draw, protected, run_virtual(_play(prepared(station, draw.stand, protected), draw, state)))


def prepared(station: Station, stand: Stand, protected: bool) -> Station:
    """Return the station as a draw finds it."""
    kelvin = {"VAP": stand.vaporizer, "SAMPLE": stand.sample}
    sim = replace(station.sim, temperatures=kelvin, flow=stand.flow or 8.8)
    interlocks = {name: replace(one, enabled=protected) for name, one in station.interlocks.items()}
    return replace(station, state_dir="", sim=sim, interlocks=interlocks)


async def _play(station: Station, draw: Draw, state: Path | None) -> Seen:
    stage = Stage(station, seed=1000 * draw.seed + draw.number, state=state)
    plant = stage.world.plant
    assert isinstance(plant, Stvp)
    if draw.stand.superfluid:
        plant.reset("superfluid")
    async with stage.open():
        await stage.ready()
        await _heat(stage, draw.stand)
        player = Player(stage, plant)
        async with asyncio.TaskGroup() as tasks:
            happening = [tasks.create_task(player.happen(event)) for event in draw.events]
            await player.watch_until(lambda: all(task.done() for task in happening), draw.stand.lasts)
            for task in happening:
                task.cancel()
    return player.watch.seen


async def _heat(stage: Stage, stand: Stand) -> None:
    if stand.superfluid:
        return
    if stand.manual is not None:
        await stage.put("LOOP1:MODE:SP", "Open loop")
        await stage.put("LOOP1:MOUT:SP", stand.manual)
    else:
        await stage.put("LOOP1:TEMP:SP", stand.vaporizer)
    await stage.put("LOOP2:TEMP:SP", stand.sample)
    for loop in ("LOOP1", "LOOP2"):
        await stage.put(f"{loop}:RANGE:SP", "High")


def _fault(event: Event, instrument: str, kind: str, parameters: Mapping[str, Any]) -> faults.Fault:
    return faults.Fault(event.at, instrument, kind, event.duration, parameters)


class Player:
    """Lets hazards happen, and watches."""

    def __init__(self, stage: Stage, plant: Stvp) -> None:
        self.stage, self.plant = stage, plant
        self.watch = Watch(stage, plant)

    async def happen(self, event: Event) -> None:
        """Let one hazard begin and, if it does not stay, be over."""
        await self.stage.clock.sleep_until(self.watch.begun + event.at)
        if event.at > 0.0:
            self.watch.hazard(event.hazard.name, event.hazard.outage)
        await self._begin(event)
        if event.duration is not None:
            await self.stage.clock.sleep(event.duration)
            await self._end(event)

    async def _begin(self, event: Event) -> None:
        match event.hazard.act:
            case InPlant(fault):
                self.plant.begin_fault(fault, event.value)
            case ByHand(hand, to):
                self.plant.turn(hand, to)
            case AtInstrument(instrument, kind, parameters):
                self._at_instrument(faults.begin, _fault(event, instrument, kind, parameters))
            case AtPanel(message):
                self.stage.world.installed["TC1"].instrument.receive(message.encode("ascii") + b"\n")
            case ByPut(puts):
                await self._put(puts)
            case Killed():
                await self.stage.end_ioc()

    async def _end(self, event: Event) -> None:
        match event.hazard.act:
            case InPlant(fault):
                self.plant.end_fault(fault)
            case AtInstrument(instrument, kind, parameters):
                self._at_instrument(faults.end, _fault(event, instrument, kind, parameters))
            case Killed():
                self.stage.begin_ioc()
                self.watch.seen.restarts += 1

    def _at_instrument(self, change: Callable[[faults.Fault, Installed], None], fault: faults.Fault) -> None:
        change(fault, self.stage.world.installed[fault.instrument])

    async def _put(self, puts: tuple[tuple[str, object], ...]) -> None:
        for name, value in puts:
            if not self.stage.running:
                return  # nobody is there to take it
            try:
                await self.stage.put(name, value)
            except CryoError:
                self.watch.seen.refused += 1

    async def watch_until(self, happened: Callable[[], bool], lasts: float) -> None:
        """Watch until nothing more can burn, or ``lasts`` seconds are over."""
        watch, seen = self.watch, self.watch.seen
        ends, period = lasts, LOOK_AT_CONTROL if self.stage.ioc.interlocks.disabled else LOOK
        while watch.elapsed < ends:
            await self.stage.clock.sleep(period)
            watch.look()
            if seen.burnt:
                ends = min(ends, watch.elapsed + BURNT_FOR)
            if happened() and seen.off_at is not None and watch.elapsed > seen.off_at + RESTS:
                break
        seen.played = watch.elapsed
        told = [device.statistics() for device in self.stage.ioc.devices.values()]
        seen.internal = sum(bool(one and one.internal) for one in told)
