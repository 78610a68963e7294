"""Speed of evaluating a calibration, beside what is asked of it: ``python -m benchmarks.curves``."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
from rich.console import Console

from benchmarks.report import Table, show
from cryoioc.curves import Curve, evaluator
from cryoioc.curves.catalogue import delivered

MANY = 2_000_000
SINGLES = 50_000
REPEATS = 5
SEED = 1
LEAST_RATE = 5e6  # T(R) per second with the Chebychev curve, on one core
LONGEST_SINGLE = 20e-6  # s


def best(work: Callable[[], object]) -> float:
    """Return the shortest of some runs, [s]: what else runs on the machine only makes them longer."""
    times = []
    for _ in range(REPEATS):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    return min(times)


def rate(curve: Curve, reading: np.ndarray) -> float:
    """Return T(R) evaluations per second, arrays."""
    return len(reading) / best(lambda: curve.kelvin(reading))


def single(curve: Curve, reading: np.ndarray) -> float:
    """Return the time of one evaluation, [s], mean of many."""
    numbers = reading[:SINGLES].tolist()

    def work() -> None:
        for number in numbers:
            curve.kelvin(number)

    return best(work) / len(numbers)


def measure() -> Table:
    """Measure all kinds of curve on readings drawn evenly in log R over their range."""
    table = Table("T(R) of X138113, one core", ("curve", "million/s", "asked", "one, us", "asked"))
    chance = np.random.default_rng(SEED)
    for form in ("chebychev", "340", "330", "spline"):
        curve = evaluator(delivered(f"X138113:{form}"))
        reading = np.exp(chance.uniform(np.log(curve.sensor_low), np.log(curve.sensor_high), MANY))
        reading = np.clip(reading, curve.sensor_low, curve.sensor_high)
        asked = (f">= {LEAST_RATE / 1e6:g}", f"<= {LONGEST_SINGLE * 1e6:g}") if form == "chebychev" else ("", "")
        table.add(form, f"{rate(curve, reading) / 1e6:.1f}", asked[0], f"{single(curve, reading) * 1e6:.2f}", asked[1])
    return table


if __name__ == "__main__":
    show(measure(), Console())
