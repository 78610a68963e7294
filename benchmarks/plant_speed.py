"""How much faster than the clock the STVP runs on one core: plant alone, with its controller, and behind the IOC.

    python -m benchmarks.plant_speed [--seconds 3] [--write]

Prints world seconds per second of processor time, so that a busy machine counts against it only as far as it spoils
the caches.  Ends with status 1 when plant and control loops together do not reach the limit.  ``--write`` puts the
table into docs/performance.md.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from benchmarks.report import Table, markdown, show
from cryoioc.clock import run_virtual
from cryoioc.rehearsal import Stage
from cryoioc.station import load
from cryosim.acceptance_report import Markers, write
from cryosim.acceptance_rig import Rig
from cryosim.plant.stvp import STATES, Stvp
from cryosim.plant.stvp_parameters import AS_RECORDED
from cryosim.world import STEP

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "performance.md"
MARKERS = Markers(
    "<!-- plant: written by python -m benchmarks.plant_speed --write, do not edit -->", "<!-- end of plant -->"
)
LIMIT = 1000.0  # times real time, plant and loops
BATCH = 200  # steps between two looks at the clock
SETTLES = 30.0  # s of the world before the whole chain is measured
CHAIN = 60.0  # s of the world, per second of processor time asked for


def ratio(step: Callable[[], None], seconds: float) -> float:
    """Return world seconds per second of processor time of a step of 0.1 s."""
    steps = 0
    begin = time.process_time()
    while (spent := time.process_time() - begin) < seconds:
        for _ in range(BATCH):
            step()
        steps += BATCH
    return steps * STEP / spent


def with_controller(state: str) -> Callable[[], None]:
    """Return a step of plant and emulated 335 with both loops closed."""
    rig = Rig(AS_RECORDED)
    rig.plant.reset(state)
    rig.command("SETP 1,13;SETP 2,15;RANGE 1,3;RANGE 2,3")

    def step() -> None:
        rig.controller.advance(STEP)
        rig.plant.advance(STEP)

    return step


def alone(state: str) -> Callable[[], None]:
    """Return a step of the plant."""
    plant = Stvp()
    plant.reset(state)
    return lambda: plant.advance(STEP)


def whole_chain(state: str, seconds: float) -> float:
    """Return the same of IOC, lines, emulated instruments and plant on the virtual clock, loops closed."""

    async def run() -> float:
        stage = Stage(replace(load(ROOT / "db" / "stvp.toml"), state_dir=""))
        async with stage.open():
            await stage.ready()
            await stage.put(f"TWIN:RESET:{state.upper()}")
            for loop, kelvin in (("LOOP1", 13.0), ("LOOP2", 15.0)):
                await stage.put(f"{loop}:TEMP:SP", kelvin)
                await stage.put(f"{loop}:RANGE:SP", "High")
            await stage.clock.sleep(SETTLES)
            begin = time.process_time()
            await stage.clock.sleep(CHAIN * seconds)
            return CHAIN * seconds / (time.process_time() - begin)

    return run_virtual(run())


def measure(seconds: float) -> tuple[Table, bool]:
    """Measure every state; return the table and whether the limit is kept."""
    table = Table(
        "Plant: world seconds per second of processor time, one core, step 0.1 s",
        ("state", "plant", "with the emulated 335, both loops closed", "limit", "IOC, lines, instruments and plant"),
    )
    kept = True
    for state in STATES:
        both = ratio(with_controller(state), seconds)
        kept = kept and both >= LIMIT
        figures = (ratio(alone(state), seconds), both, LIMIT, whole_chain(state, seconds))
        table.add(state, *(f"{figure:.0f}" for figure in figures))
    return table, kept


def main() -> int:
    """Run the command line; return the exit status."""
    parser = argparse.ArgumentParser(prog="benchmarks.plant_speed", description=__doc__)
    parser.add_argument("--seconds", type=float, default=3.0, help="of processor time per figure")
    parser.add_argument("--write", action="store_true", help="into docs/performance.md too")
    options = parser.parse_args()
    load_average = os.getloadavg()[0]
    table, kept = measure(options.seconds)
    table.note = (
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, load "
        f"average {load_average:.1f} before it began."
    )
    show(table, Console())
    if options.write:
        write(PAGE, [markdown(table).rstrip()], MARKERS)
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
