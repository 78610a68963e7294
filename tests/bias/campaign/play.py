"""A biasing from Off to the bias and back to Off, one thing that goes wrong in it, and what that has shown."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from tests.bias.campaign.hazards import HAZARDS, Draw, Scene
from tests.bias.campaign.watch import Seen, Watch

from cryoioc.rehearsal.stage import Stage
from cryoioc.station import Station

TEMPERATURES = {"Cold": {"STAGE1": 90.0, "STAGE2": 19.0}, "Warm": {"STAGE1": 296.0, "STAGE2": 296.0}}  # K
UP = 85.0  # s, until it is put Off again
LENGTH = 105.0  # s
CALM = 4.0  # s after which nothing more is expected to come of a hazard: silence is told after 3
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
    alarm: str  # severity of TRIP
    told: float | None  # s until TRIP
    off: float | None  # s until no drain was on any more
    neighbour: str  # why the other amplifier tripped, which it should not have
    internal: int  # faults in the IOC's own code
    stuck: str = ""  # why nobody could go on after it


def at_temperature(station: Station, bias: str) -> Station:
    """Return a station that keeps nothing, and whose cryostat is as a bias wants it."""
    return replace(station, state_dir="", sim=replace(station.sim, temperatures=TEMPERATURES[bias]))


async def put_off(stage: Stage, when: float, amplifiers: Sequence[str]) -> None:
    """Put Off at a time, [s], as the person does who has biased."""
    await stage.clock.sleep_until(when)
    for name in amplifiers:
        await stage.put(f"{name}:BIAS:SP", "Off")


async def let_happen(scene: Scene, watch: Watch, draw: Draw) -> Outcome:
    """Let it happen, and look until nothing more comes of it."""
    stage, hazard, name = scene.stage, HAZARDS[draw.hazard], draw.amplifier
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
    seen = replace(watch.seen[name])
    neighbour = ""
    if HAZARDS[draw.hazard].own and other in watch.amplifiers:
        neighbour = str(stage.get(f"{other}:TRIP:WHY:LONG"))
    told = watch.tripped.get(name)
    off = None if seen.went_off is None else max(0.0, seen.went_off - begun)
    return Outcome(
        draw=draw, phase=phase, seen=seen, state=stage.get(f"{name}:STATE"), bias=stage.get(f"{name}:BIAS"),
        why=str(stage.get(f"{name}:TRIP:WHY:LONG")), told=None if told is None else told - begun, off=off,
        alarm=stage.severity(f"{name}:TRIP"), neighbour=neighbour,
        internal=sum(int(stage.get(f"{unit}:INTERNAL")) for unit in stage.world.installed),
    )  # fmt: skip
