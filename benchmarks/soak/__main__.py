"""Command line of the soak; with ``--write`` the figures go into ``docs/robustness.md``."""

from __future__ import annotations

import argparse
import shutil
import signal
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import active_children
from pathlib import Path
from types import FrameType

import psutil

from benchmarks.records.processes import compile_client
from benchmarks.soak import load, plant, station
from benchmarks.soak.gates import missed

PAGE = Path(__file__).parents[2] / "docs" / "robustness.md"
BEGIN, END = "<!-- soak: written by python -m benchmarks.soak, do not edit -->", "<!-- end of soak -->"
WARM = 900.0  # s before memory counts; of a short run the first quarter
LONG, SHORT = (3600.0, 86400.0), (300.0, 3600.0)  # s, and of plant time in them


def main() -> int:
    """Run all three beside each other; 1 when something is not as it must be, and what."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description=__doc__)
    parser.add_argument("--wall", type=float, default=LONG[0], help="seconds of all")
    parser.add_argument("--plant", type=float, default=LONG[1], help="seconds of plant time in them")
    parser.add_argument("--short", action="store_true", help="five minutes, as beside the tests; nothing without gcc")
    parser.add_argument("--write", action="store_true", help="put the figures into the page")
    options = parser.parse_args()
    if options.short:
        options.wall, options.plant = SHORT
        if shutil.which("gcc") is None:
            print("the soak was not run: its clients are compiled, and there is no gcc")
            return 0
    warm = min(WARM, options.wall / 4)
    begun = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime())
    busy = psutil.cpu_times_percent(interval=None)
    _unwind_at_term()
    with tempfile.TemporaryDirectory() as folder, ProcessPoolExecutor(2, initializer=_unwind_at_term) as pool:
        program = compile_client(Path(folder))
        day = pool.submit(plant.day, options.plant, options.wall, warm)
        laboratory = pool.submit(station.watched, options.wall, warm)
        try:
            served = load.load(program, options.wall, warm)
            lived, watched = day.result(), laboratory.result()
        except BaseException:
            for worker in active_children():
                worker.terminate()
            raise
    busy = psutil.cpu_times_percent(interval=None)
    wrong = missed(served, lived, watched)
    lines = [
        *load.lines(served),
        *plant.lines(lived),
        *station.lines(watched),
        f"Begun {begun} on {psutil.cpu_count()} cores, {100 - busy.idle:.0f} % of them busy with this and all else.",
        f"Passed: {'no: ' + '; '.join(wrong) if wrong else 'yes'}.",
    ]
    print("\n".join(lines))
    if options.write:
        said = f"`python -m benchmarks.soak --wall {options.wall:.0f} --plant {options.plant:.0f} --write`:"
        before, _, rest = PAGE.read_text().partition(BEGIN)
        text = "\n".join([BEGIN, "", said, "", *(f"* {line}" for line in lines), "", END])
        PAGE.write_text(before + text + rest.partition(END)[2])
    return int(bool(wrong))


def _unwind_at_term() -> None:
    """Let SIGTERM end this process as an exception does: what it has started is ended on the way."""

    def end(number: int, frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    signal.signal(signal.SIGTERM, end)


if __name__ == "__main__":
    sys.exit(main())
