"""Worlds in real time behind open doors, until a signal or a dying parent ends them."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from cryoioc.clock import Clock
from cryoioc.records import Server, ServerError
from cryoioc.station import load
from cryosim import faults
from cryosim.bench import build_bench
from cryosim.emulators.line import LineCounters
from cryosim.mounting.rack import Bench
from cryosim.pvs import Pace, Pacing, TwinIoc, default_port
from cryosim.serving import LOOPBACK, ServingError, pty, tcp
from cryosim.station_world import build


@dataclass(frozen=True)
class StationRun:
    """What ``cryosim run`` was asked for."""

    station: Path
    seed: int | None = None
    faults: Path | None = None
    ports: Mapping[str, int] | None = None  # by instrument; a free one where none is given
    until_eof: bool = False  # end with standard input too
    ca_port: int | None = None  # of the simulator IOC; by default the one above the station's
    ca: bool = True  # serve the simulator IOC
    states: Path | None = None  # folder of its saved states


@dataclass(frozen=True)
class Served:
    """Where a station can be reached."""

    models: Mapping[str, str]  # by instrument
    urls: Mapping[str, str]  # by instrument
    ca: str  # prefix and address of the simulator IOC; empty: it is not served


Announce = Callable[[Served], None]


async def run_station(wanted: StationRun, speed: float, announce: Announce) -> None:
    """Serve a station until told to end.

    Parameters
    ----------
    wanted : StationRun
    speed : float
        World seconds per second, to begin with.
    announce : callable
        Told where everything can be reached.

    Raises
    ------
    StationError, FaultFileError, ServingError
        Before anything is announced.
    """
    station, lines = load(wanted.station), Pace(speed)
    world = build(station, lines, seed=wanted.seed)
    pacing = Pacing(world, lines)
    if wanted.faults is not None:
        world.schedule(faults.load(wanted.faults, world.installed))
    ports = wanted.ports or {}
    for name in ports:
        if name not in world.installed:
            raise ServingError(f"--port {name}: the station has {', '.join(world.installed)}")
    async with _told_to_end(wanted.until_eof) as end, AsyncExitStack() as doors:
        urls = {}
        for name, unit in world.installed.items():
            port = await doors.enter_async_context(tcp(unit.line, ports.get(name, 0)))
            urls[name] = f"socket://{LOOPBACK}:{port}"
        twin = TwinIoc(station, pacing, wanted.states) if wanted.ca else None
        server = await _started(twin, wanted.ca_port or default_port(station)) if twin is not None else None
        where = f"{twin.prefix} {LOOPBACK}:{server.port}" if twin is not None and server is not None else ""
        announce(Served({name: unit.model for name, unit in world.installed.items()}, urls, where))
        beside = (twin.follow(), server.run()) if twin is not None and server is not None else ()
        await _first_of(pacing.run(), end.wait(), *beside)


async def _started(twin: TwinIoc, port: int) -> Server:
    server = twin.make_server(port)
    try:
        await server.start()
    except ServerError as error:
        raise ServingError(f"simulator IOC: {error}; --ca-port chooses another port, --no-ca none") from error
    return server


async def run_bench(
    wanted: Bench, clock: Clock, door: tuple[str, int] | Path, announce: Callable[[str], None]
) -> LineCounters:
    """Serve one instrument alone until told to end; return what its line has counted.

    Parameters
    ----------
    wanted : Bench
        Which instrument, and on what line.
    clock : Clock
        Its time.
    door : tuple or Path
        Host and port to listen on, or the link to a pseudo-terminal.
    announce : callable
        Told where it can be reached.
    """
    world = build_bench(wanted, clock)
    (unit,) = world.installed.values()
    async with _told_to_end(until_eof=False) as end:
        if isinstance(door, Path):
            async with pty(unit.line, door) as serving:
                announce(str(door))
                await _first_of(world.run(), serving, end.wait())
        else:
            host, port = door
            async with tcp(unit.line, port, host) as bound:
                announce(f"socket://{host}:{bound}")
                await _first_of(world.run(), end.wait())
    return unit.line.counters


@asynccontextmanager
async def _told_to_end(until_eof: bool) -> AsyncIterator[asyncio.Event]:
    """Give an event that SIGINT, SIGTERM and, if wanted, the end of standard input set."""
    loop = asyncio.get_running_loop()
    end = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, end.set)
    watched = _watch_input(loop, end) if until_eof else None
    try:
        yield end
    finally:
        if watched is not None:
            loop.remove_reader(watched)
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)


def _watch_input(loop: asyncio.AbstractEventLoop, end: asyncio.Event) -> int | None:
    """Set ``end`` when the parent's end of standard input closes; None when it is no pipe."""
    descriptor = sys.stdin.fileno()

    def look() -> None:
        if not os.read(descriptor, 4096):
            loop.remove_reader(descriptor)
            end.set()

    try:
        loop.add_reader(descriptor, look)
    except PermissionError:  # a file or /dev/null: no parent at the other end
        return None
    return descriptor


async def _first_of(*running: Awaitable[object]) -> None:
    """Wait for the first of some awaitables, cancel the others, raise what it raised."""
    tasks = [asyncio.ensure_future(awaitable) for awaitable in running]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()
