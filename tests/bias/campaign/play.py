"""A biasing from Off to the bias and back to Off, and draws played from any moment of it.

The way to that moment is the same for all: the process forks there, and the child alone goes on with the hazard.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial

from tests.bias.campaign.hazards import HAZARDS, Draw, Scene
from tests.bias.campaign.watch import Seen, Watch

from cryoioc.clock import run_virtual
from cryoioc.rehearsal.forked import forks
from cryoioc.rehearsal.stage import Stage
from cryoioc.station import Station

TEMPERATURES = {"Cold": {"STAGE1": 90.0, "STAGE2": 19.0}, "Warm": {"STAGE1": 296.0, "STAGE2": 296.0}}  # K
UP = 85.0  # s, until it is put Off again
LENGTH = 105.0  # s
CALM = 2.5  # s after which nothing more is expected to come of a hazard
PATIENT = 6.0  # s: as long is looked at a sequence that goes on as if nothing had happened
LONGEST = 60.0  # s: a walk to pinch-off and the drains down, or a stage whose current is not found
RISING = ("Limits", "Gates", "Drains", "Servo")
LOOK = 0.1  # s
OTHER = {"LCP": "RCP", "RCP": "LCP"}


@dataclass(frozen=True)
class Outcome:
    """What a draw has shown."""

    draw: Draw
    phase: str  # STATE of the amplifier when it happened
    seen: Seen
    state: str  # STATE at the end
    bias: str
    why: str  # TRIP:WHY:LONG
    told: float | None  # s until TRIP
    off: float | None  # s until no drain was on any more
    neighbour: str  # why the other amplifier tripped, which it should not have
    internal: int  # faults in the IOC's own code


def play(station: Station, bias: str, draws: Sequence[Draw], jobs: int,
         done: Callable[[Outcome], None]) -> None:  # fmt: skip
    """Play draws of one bias, as many at a time as there are ``jobs``, in the order of their moments.

    Raises
    ------
    ChildProcessError
        A draw could not be played to its end; its traceback has been printed.
    """
    if not draws:
        return
    kelvin = TEMPERATURES[bias]
    found = replace(station, state_dir="", sim=replace(station.sim, temperatures=kelvin))
    run_virtual(_play(found, bias, sorted(draws, key=lambda one: one.at), jobs, done))


async def _play(station: Station, bias: str, draws: Sequence[Draw], jobs: int,
                done: Callable[[Outcome], None]) -> None:  # fmt: skip
    stage = Stage(station, seed=1)
    async with stage.open():
        await stage.ready()
        watch = Watch(stage, bias)
        looking = asyncio.create_task(watch.run())
        begun = stage.clock.now()
        amplifiers = [name for name in OTHER if name in watch.amplifiers]
        for name in amplifiers:
            await stage.put(f"{name}:BIAS:SP", bias)
        ending = asyncio.create_task(_end(stage, begun + UP, amplifiers))
        with forks(jobs, done) as ours:
            for one in draws:
                await stage.clock.sleep_until(begun + one.at)
                await ours.go(partial(_one, stage, watch, one))
        for task in (looking, ending):
            task.cancel()


async def _end(stage: Stage, when: float, amplifiers: Sequence[str]) -> None:
    await stage.clock.sleep_until(when)
    for name in amplifiers:
        await stage.put(f"{name}:BIAS:SP", "Off")


async def _one(stage: Stage, watch: Watch, draw: Draw) -> Outcome:
    """Let it happen, and look until nothing more comes of it."""
    hazard, name = HAZARDS[draw.hazard], draw.amplifier
    scene = Scene(stage, name, draw.chance)
    phase, begun = stage.get(f"{name}:STATE"), stage.clock.now()
    watch.tripped.pop(name, None)
    happening = asyncio.create_task(hazard.begin(scene))  # type: ignore[arg-type]
    over = begun + (draw.duration or 0.0)
    lasting = hazard.end is not None and (draw.duration is not None or draw.hazard == "IOC killed")
    if lasting:
        await stage.clock.sleep_until(over if draw.duration else begun + 2.0)
        assert hazard.end is not None
        await hazard.end(scene)
    while not _calm(stage, watch, draw, over):
        await stage.clock.sleep(LOOK)
    happening.cancel()
    with suppress(asyncio.CancelledError):
        await happening
    return _outcome(stage, watch, draw, phase, begun)


def _calm(stage: Stage, watch: Watch, draw: Draw, over: float) -> bool:
    """Say whether nothing more is to be expected of a hazard that was ``over``, or began to stay, at a time, [s]."""
    now, state = stage.clock.now(), stage.get(f"{draw.amplifier}:STATE")
    if now > over + LONGEST:
        return True
    if state == "Tripped":
        return now > max(over, watch.tripped.get(draw.amplifier, now)) + CALM
    if draw.duration is None and HAZARDS[draw.hazard].slow:
        return False
    return now > over + (PATIENT if state in RISING else CALM) and state not in ("Pinch-off", "Down")


def _outcome(stage: Stage, watch: Watch, draw: Draw, phase: str, begun: float) -> Outcome:
    name = draw.amplifier
    other = OTHER[name]
    seen = watch.seen[name]
    neighbour = ""
    if HAZARDS[draw.hazard].own and other in watch.amplifiers:
        neighbour = str(stage.get(f"{other}:TRIP:WHY:LONG"))
    told = watch.tripped.get(name)
    off = None if seen.went_off is None else max(0.0, seen.went_off - begun)
    return Outcome(
        draw=draw, phase=phase, seen=seen, state=stage.get(f"{name}:STATE"), bias=stage.get(f"{name}:BIAS"),
        why=str(stage.get(f"{name}:TRIP:WHY:LONG")), told=None if told is None else told - begun, off=off,
        neighbour=neighbour, internal=sum(int(stage.get(f"{unit}:INTERNAL")) for unit in stage.world.installed),
    )  # fmt: skip
