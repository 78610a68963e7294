"""IOC and twin of the STVP for hours of plant time, in one process on the virtual clock, and not left alone.

Once a minute a setpoint is put, every ten minutes a line breaks and comes back: a plant day of what grows with time,
with puts, or with connections.
"""

from __future__ import annotations

import asyncio
import os
import time
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.soak.census import Census, census, grown, unique
from benchmarks.soak.load import said
from benchmarks.soak.slope import percent_per_hour
from cryoioc.clock import run_virtual
from cryoioc.garbage import collect_each_minute
from cryoioc.rehearsal import Stage
from cryoioc.station import load

STVP = Path(__file__).parents[2] / "db" / "stvp.toml"
LOOK = 60.0  # s of plant time between two looks
LATEST = 3.0  # times the wall time asked for, then it ends with what it has
BREAKS = 10  # looks between two breaks of a line, the first after one
COLD, STEP = 13.0, 0.1  # K, the setpoints


@dataclass(frozen=True)
class Day:
    """What was seen."""

    plant: float  # s of plant time
    wanted: float  # the same
    wall: float  # s
    memory: tuple[tuple[float, float], ...]  # s, MB
    warm: float  # s, when the warm-up was over
    before: Census  # then
    after: Census
    internal: int  # faults of our own
    broken: int  # times a line was broken
    reconnects: int  # of that line
    beats: int

    @property
    def slope(self) -> float | None:
        """Growth of memory after the warm-up, in percent per hour."""
        return percent_per_hour(self.memory, self.warm)


def day(seconds: float, wall: float, warm: float) -> Day:
    """Run ``seconds`` of plant time, spread evenly over ``wall`` seconds as far as the machine allows.

    The warm-up is over when as much of the plant time has passed as ``warm`` is of ``wall``.
    """
    memory: list[tuple[float, float]] = []
    warmed: list[tuple[float, Census]] = []
    begun = time.monotonic()

    async def run() -> Day:
        stage = Stage(replace(load(STVP), state_dir=""), seed=1)
        victim = stage.world.installed["FM1"].line
        async with stage.open(), asyncio.TaskGroup() as tasks:
            await stage.ready()
            tidying = tasks.create_task(collect_each_minute(stage.clock))  # as the process of an IOC does
            start, turn, broken = stage.clock.now(), 0, 0
            while (plant := stage.clock.now() - start) < seconds and (not warmed or _passed(begun) < LATEST * wall):
                passed = _passed(begun)
                memory.append((passed, unique(os.getpid())))
                if not warmed and plant >= seconds * warm / wall:
                    warmed.append((passed, census()))
                _wait(plant / seconds * wall - passed)
                turn += 1
                if turn % BREAKS == 1:
                    broken += 1
                    victim.disconnect()
                await stage.put("LOOP1:TEMP:SP", COLD + STEP * (turn % BREAKS))
                await stage.clock.sleep(LOOK)
            tidying.cancel()
            links = {device.name: device.statistics() for device in stage.ioc.devices.values()}
            return Day(
                plant, seconds, _passed(begun), tuple(memory), *warmed[0], census(),
                sum(one.internal for one in links.values() if one is not None), broken,
                links["FM1"].reconnects, int(stage.get("HEARTBEAT")),
            )  # fmt: skip

    return run_virtual(run())


def _passed(begun: float) -> float:
    return time.monotonic() - begun


def _wait(seconds: float) -> None:
    """Let real time pass, in which that of the plant stands still."""
    time.sleep(max(0.0, seconds))


def lines(one: Day) -> list[str]:
    """Say what was seen."""
    blocks, kinds = grown(one.before, one.after)
    most = ", ".join(f"{number:+d} {name}" for number, name in kinds[:3]) or "no type has more"
    return [
        f"IOC and twin of the STVP for {one.plant / 3600:.2f} h of plant time in {one.wall:.0f} s: "
        f"{one.beats:,} heartbeats, a line broken {one.broken} times and {one.reconnects} times connected again, "
        f"{one.internal} internal faults.",
        f"Memory of that process: {one.memory[0][1]:.2f} MB at the start, {one.memory[-1][1]:.2f} MB in the end, "
        f"{said(one.slope, one.warm)}; {one.before.blocks:,} allocated blocks then, {blocks:+.2f} % "
        f"in the end; objects: {most}.",
    ]
