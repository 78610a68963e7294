"""How much faster than the clock the STVP runs on one core: plant alone, and with its controller.

    python -m benchmarks.plant_speed [--seconds 3]

Prints world seconds per second of processor time, so that a busy machine does not count against it, and
ends with status 1 when the controller's loops and the plant together do not reach the limit.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable

from cryosim.acceptance_rig import Rig
from cryosim.plant.stvp import STATES, Stvp
from cryosim.plant.stvp_parameters import AS_RECORDED
from cryosim.world import STEP

LIMIT = 1000.0  # times real time
BATCH = 200  # steps between two looks at the clock


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


def main() -> int:
    """Measure every state; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=3.0, help="of processor time per figure")
    seconds = parser.parse_args().seconds
    slowest = float("inf")
    print(f"{'state':<12}{'plant':>10}{'plant, 335 and both loops':>28}{'limit':>10}")
    for state in STATES:
        both = ratio(with_controller(state), seconds)
        slowest = min(slowest, both)
        print(f"{state:<12}{ratio(alone(state), seconds):>9.0f}x{both:>27.0f}x{LIMIT:>9.0f}x")
    return 0 if slowest >= LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
