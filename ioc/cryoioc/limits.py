"""``cryoioc check STATION --apply-limits``: write the limits that instruments must hold, on a person's command only."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

from cryoioc.clock import Clock
from cryoioc.errors import CryoError, LinkDown
from cryoioc.ioc import Ioc
from cryoioc.station import Station

PATIENCE = 60.0  # s until everything that is compared has been read
LOOK = 0.2  # s
NO_END = 10000.0  # min, the longest that an output may be on
YES = "yes"

Say = Callable[[str], None]
Ask = Callable[[str], Awaitable[str]]


def quiet(station: Station) -> Station:
    """Return a station that only reads: no interlock, no watch of a bias, no end of a time acts meanwhile."""
    powers = {name: replace(power, max_time=NO_END) for name, power in station.powers.items()}
    return replace(station, interlocks={}, amplifiers={}, powers=powers)


async def apply_limits(ioc: Ioc, say: Say, ask: Ask) -> int:
    """Read, compare, print what would be written, ask, and write.

    Parameters
    ----------
    ioc : Ioc
        Of a `quiet` station, not running yet.
    say : callable
        Prints a line.
    ask : callable
        Asks a person; anything but "yes" writes nothing.

    Returns
    -------
    int
        Exit status: 0 when everything is as the station file says, else 1.

    Raises
    ------
    CryoError
        If an instrument cannot be read.
    """
    work = asyncio.ensure_future(ioc.run())
    try:
        await _read(ioc, work)
        return await _write(ioc, say, ask)
    finally:
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)


async def _read(ioc: Ioc, work: asyncio.Future[None]) -> None:
    """Return when everything that is compared has been read."""
    clock = Clock()
    give_up = clock.now() + PATIENCE
    while not all(line.known for line in ioc.compared):
        if work.done():
            work.result()
        if clock.now() > give_up:
            away = [f"{d.name}: {d.down_reason}" for d in ioc.devices.values() if not d.connected]
            raise LinkDown("limits cannot be read: " + ("; ".join(away) or "not everything was answered"))
        await clock.sleep(LOOK)


async def _write(ioc: Ioc, say: Say, ask: Ask) -> int:
    if not ioc.compared:
        say("this station has no limits that could be compared")
        return 0
    found = [(line, one) for line in ioc.compared for one in line.find()]
    if not found:
        say("the limits in the instruments are those of the station file")
        return 0
    for line, difference in found:
        say(f"{line.device.name} {line.group.name}: {difference.text}")
    if await ask(f"write these {len(found)} limits as the station file says? Type {YES}: ") != YES:
        say("nothing was written")
        return 1
    failed = 0
    for line, difference in found:
        try:
            await difference.write()
        except CryoError as error:
            failed += 1
            say(f"{line.device.name} {line.group.name}: not written: {error}")
        else:
            say(f"{line.device.name} {line.group.name}: written: {difference.text}")
    return 1 if failed else 0
