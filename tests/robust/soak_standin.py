"""A soak of which each part is a child that waits: ``python -m tests.robust.soak_standin`` prints their numbers."""

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import ExitStack

from benchmarks.soak import __main__ as soak
from benchmarks.soak import load, plant, station

LONG = 600  # s, never reached


def part(*_: object) -> None:
    """Start a child, and end it however this ends."""
    with ExitStack() as stack:
        child = subprocess.Popen(["sleep", str(LONG)])
        stack.callback(child.wait)
        stack.callback(child.kill)
        sys.stdout.write(f"{child.pid}\n")
        sys.stdout.flush()
        time.sleep(LONG)


if __name__ == "__main__":
    plant.day = station.watched = load.load = part
    soak.compile_client = lambda folder: folder
    sys.argv[1:] = ["--wall", str(LONG)]
    soak.main()
