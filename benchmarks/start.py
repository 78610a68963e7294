"""Figures of (d): from the start of ``cryoioc demo`` to the first valid reading at a client."""

from __future__ import annotations

import asyncio
import statistics
import sys
import time
from asyncio.subprocess import DEVNULL

from aioca import purge_channel_caches

from benchmarks.limits import GAP, SETTLE
from benchmarks.report import Table
from benchmarks.rig import STVP_335, stop, wait_for_port
from benchmarks.session import valid_reading
from benchmarks.twin import LATENCY

WANTED = 3.0  # s
COLUMNS = ("start of IOC and emulators", "wanted", "measured", "each", "limit", "how the limit comes about")
# Silence, line end, identification, silence, first chain of readings: 8 ms each without a line rate.
LIMIT = 2 * GAP + SETTLE + 2 * LATENCY
FORMULA = "(50 + 100 + 8 + 50 + 8) ms on the line; the two interpreters start before that"


async def measure(times: int, port: int) -> Table:
    """Start the demonstration some times, one after the other."""
    found = [await _once(f"START{number}:", port) for number in range(1, times + 1)]
    out = Table(f"Start: cryoioc demo {STVP_335.station.name}", COLUMNS)
    each = " ".join(f"{seconds:.2f}" for seconds in found)
    median = f"{statistics.median(found):.2f} s (median)"
    out.add("to the first valid VAP:TEMP", f"<= {WANTED:g} s", median, f"{each} s", f"{LIMIT:.2f} s", FORMULA)
    return out


async def _once(prefix: str, port: int) -> float:
    """Return the time from the start of the process to the first valid reading, [s]."""
    began = time.monotonic()
    demo = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "cryoioc", "demo", str(STVP_335.station), "--port", str(port), "--prefix", prefix,
        stdout=DEVNULL)  # fmt: skip
    try:
        # A client that searches before the server listens would search again only after a while.
        await wait_for_port(port, demo)
        return await valid_reading(prefix) - began
    finally:
        purge_channel_caches()
        await stop(demo)
