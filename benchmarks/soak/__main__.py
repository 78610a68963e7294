"""Command line of the soak; with ``--write`` the figures go into ``docs/robustness.md``."""

from __future__ import annotations

import argparse
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from benchmarks.records.processes import compile_client
from benchmarks.soak import load, plant

PAGE = Path(__file__).parents[2] / "docs" / "robustness.md"
BEGIN, END = "<!-- soak: written by python -m benchmarks.soak, do not edit -->", "<!-- end of soak -->"
WARM = 900.0  # s before memory counts
MOST_GROWTH = 0.5  # % per hour, of the long form


def main() -> int:
    """Run both beside each other; 1 when an event is missing, a client failed, or memory grows in the long form."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description=__doc__)
    parser.add_argument("--wall", type=float, default=3600.0, help="seconds of load")
    parser.add_argument("--plant", type=float, default=86400.0, help="seconds of plant time")
    parser.add_argument("--write", action="store_true", help="put the figures into the page")
    options = parser.parse_args()
    warm = min(WARM, options.wall / 4)
    with tempfile.TemporaryDirectory() as folder, ProcessPoolExecutor(1) as pool:
        program = compile_client(Path(folder))
        day = pool.submit(plant.day, options.plant, max(options.wall, options.plant / 20))
        served = load.load(program, options.wall)
        lived = day.result()
    lines = [*load.lines(served, warm), *plant.lines(lived, min(WARM, options.plant / 4))]
    print("\n".join(lines))
    if options.write:
        said = f"`python -m benchmarks.soak --wall {options.wall:.0f} --plant {options.plant:.0f} --write`:"
        before, _, rest = PAGE.read_text().partition(BEGIN)
        text = "\n".join([BEGIN, "", said, "", *(f"* {line}" for line in lines), "", END])
        PAGE.write_text(before + text + rest.partition(END)[2])
    slope = served.slope(warm) if options.wall > 4 * WARM - 1 else None
    broken = served.lost or served.failed or lived.internal or (slope is not None and slope > MOST_GROWTH)
    return int(bool(broken))


if __name__ == "__main__":
    sys.exit(main())
