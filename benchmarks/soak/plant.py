"""IOC and twin of the STVP for hours of plant time, in one process on the virtual clock."""

from __future__ import annotations

import gc
import time
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.soak.slope import percent_per_hour
from cryoioc.clock import run_virtual
from cryoioc.rehearsal import Stage
from cryoioc.station import load

STVP = Path(__file__).parents[2] / "db" / "stvp.toml"
LOOK = 60.0  # s of plant time between two looks


@dataclass(frozen=True)
class Day:
    """What was seen."""

    plant: float  # s of plant time
    wall: float  # s
    memory: tuple[tuple[float, float], ...]  # s of plant time, MB
    internal: int  # faults of our own
    errors: int  # on the lines
    beats: int


def _resident() -> float:
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def day(seconds: float, most_wall: float) -> Day:
    """Run ``seconds`` of plant time, at most ``most_wall`` seconds of real time."""
    memory: list[tuple[float, float]] = []
    begun = time.monotonic()
    told: list[int] = [0, 0, 0]

    async def run() -> None:
        stage = Stage(replace(load(STVP), state_dir=""), seed=1)
        async with stage.open():
            await stage.ready()
            start = stage.clock.now()
            while (passed := stage.clock.now() - start) < seconds and time.monotonic() - begun < most_wall:
                gc.collect()
                memory.append((passed, _resident()))
                await stage.clock.sleep(LOOK)
            links = [statistics for device in stage.ioc.devices.values() if (statistics := device.statistics())]
            told[0] = sum(one.internal for one in links)
            told[1] = sum(one.timeouts + one.bad_replies for one in links)
            told[2] = int(stage.get("HEARTBEAT"))

    run_virtual(run())
    return Day(memory[-1][0] + LOOK, time.monotonic() - begun, tuple(memory), told[0], told[1], told[2])


def lines(one: Day, after: float) -> list[str]:
    """Say what was seen; memory counts after ``after``, [s] of plant time."""
    slope = percent_per_hour(one.memory, after)
    grown = "too short to say how it grows" if slope is None else f"{slope:+.2f} % per hour of plant time"
    return [
        f"IOC and twin of the STVP for {one.plant / 3600:.2f} h of plant time in {one.wall:.0f} s: "
        f"{one.beats:,} heartbeats, {one.errors} errors on the lines, {one.internal} internal faults.",
        f"Memory of the process: {one.memory[0][1]:.1f} MB at the start, {one.memory[-1][1]:.1f} MB in the end, "
        f"{grown} after the first {after / 60:.0f} min.",
    ]
