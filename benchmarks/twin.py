"""The emulated instruments of a station on strict lines, in a process of their own.

``python -m benchmarks.twin STATION --log FILE (--pty FOLDER | --tcp)`` prints one line of JSON with
the ports, then takes one JSON object a line on standard input (``{"mute": ["DIOCUR? B"], "bad_unit":
"all"}``) and answers each with the time at which it holds.  On SIGTERM, or at the end of its standard
input, it writes what was on the lines to FILE.  Times are those of the monotonic clock.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

from cryoioc.clock import Clock
from cryoioc.station import load
from cryosim.emulators.lakeshore import LakeShore
from cryosim.emulators.line import LineSettings, Spacing
from cryosim.mounting.rack import Equipment
from cryosim.serving import LOOPBACK, pty, tcp
from cryosim.station_world import build
from cryosim.world import World

LATENCY = 0.008  # s, of a temperature controller
BAUD = 57600
SERIAL = Equipment(
    lines={
        "lakeshore335": LineSettings(latency=LATENCY, baud=BAUD, spacing=Spacing.DROP, max_clients=1),
        "alicat": LineSettings(latency=0.03, baud=19200, max_clients=1),
    },
    noise=True,
)
ON_NETWORK = LineSettings(latency=LATENCY, spacing=Spacing.DROP)
NETWORK = replace(SERIAL, lines={**SERIAL.lines, "lakeshore335": ON_NETWORK})


async def serve(station: Path, log: Path, folder: Path | None) -> None:
    """Serve the instruments of ``station`` until told to end; pseudo-terminals in ``folder``, else TCP."""
    clock = Clock()
    world = build(load(station), clock, equipment=SERIAL if folder else NETWORK)
    end = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, end.set)
    async with AsyncExitStack() as doors:
        urls = {}
        for name, unit in world.installed.items():
            unit.line.log = []
            if folder is not None:
                await doors.enter_async_context(pty(unit.line, folder / name))
                urls[name] = str(folder / name)
            else:
                port = await doors.enter_async_context(tcp(unit.line))
                urls[name] = f"socket://{LOOPBACK}:{port}"
        print(json.dumps(urls), flush=True)
        tasks = [asyncio.create_task(work) for work in (world.run(), obey(world, clock), end.wait())]
        done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        write(world, log)
        for task in pending:
            task.cancel()
        await asyncio.gather(*pending, return_exceptions=True)
    for task in done:
        task.result()


async def obey(world: World, clock: Clock) -> None:
    """Take orders from standard input until it ends."""
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        order = json.loads(line)
        for unit in world.installed.values():
            if isinstance(unit.instrument, LakeShore):
                unit.instrument.mute = set(order["mute"])
                unit.instrument.options = replace(unit.instrument.options, bad_unit=order["bad_unit"])
        print(json.dumps({"at": clock.now()}), flush=True)


def write(world: World, path: Path) -> None:
    """Write the line logs and what the lines counted."""
    report = {}
    for name, unit in world.installed.items():
        rows = [(when, direction, data.decode("latin-1")) for when, direction, data in unit.line.log or []]
        report[name] = {"violations": unit.line.counters.violations, "log": rows}
    path.write_text(json.dumps(report))


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="benchmarks.twin")
    parser.add_argument("station", type=Path)
    parser.add_argument("--log", type=Path, required=True)
    door = parser.add_mutually_exclusive_group(required=True)
    door.add_argument("--pty", type=Path, metavar="FOLDER")
    door.add_argument("--tcp", action="store_true")
    options = parser.parse_args()
    asyncio.run(serve(options.station, options.log, options.pty))


if __name__ == "__main__":
    main()
