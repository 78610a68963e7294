"""One instrument alone on the bench, for people who write drivers."""

from __future__ import annotations

from cryoioc.clock import Clock
from cryosim.emulators.line import Line, LineSettings
from cryosim.mounting.rack import Bench
from cryosim.mounting.table import MOUNTINGS
from cryosim.world import Installed, World

BENCH_MODELS = tuple(MOUNTINGS)


def build_bench(bench: Bench, clock: Clock) -> World:
    """Return a world with one instrument, named after its model."""
    mounting = MOUNTINGS[bench.model]
    plant, wired = mounting.on_bench(bench)
    settings = LineSettings(
        latency=bench.latency,
        baud=bench.baud,
        spacing=bench.spacing,
        max_clients=1 if bench.serial_line else 2,
        terminator=mounting.terminator,
        ending=mounting.ending,
    )
    line = Line(wired.instrument, clock, settings)
    unit = Installed(bench.model, wired.instrument, line, wired.sensors, wired.heaters)
    return World(plant, clock, {bench.model: unit})
