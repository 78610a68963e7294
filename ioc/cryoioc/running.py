"""``cryoioc run``: what surrounds a running IOC - state, put log, supervisor, and how hardware is left at the end."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from pathlib import Path

from cryoioc.clock import Clock
from cryoioc.garbage import collect_each_minute
from cryoioc.ioc import Ioc
from cryoioc.putlog import PutLog
from cryoioc.pvs.park import left_alone, park
from cryoioc.station import Station
from cryoioc.supervisor import Watchdog, interval, notifier

PUT_LOG = "puts.jsonl"  # in the state folder
MEGABYTE = 1e6


def state_folder(station: Station) -> Path | None:
    """Return the folder for what survives a restart; None if there is none.

    That of the station file, else the one systemd gives a unit with ``StateDirectory=``.
    """
    if station.state_dir:
        return station.path.parent / station.state_dir
    given = os.environ.get("STATE_DIRECTORY", "").split(":")[0]
    return Path(given) if given else None


def put_log_of(station: Station, folder: Path | None) -> PutLog | None:
    """Return the put log of a station; None if it names none and there is no state folder."""
    ca = station.ca
    if not ca.put_log and folder is None:
        return None
    path = station.path.parent / ca.put_log if ca.put_log or folder is None else folder / PUT_LOG
    return PutLog(path, int(ca.put_log_size * MEGABYTE), ca.put_log_files, time.time)


class Running:
    """One run of a station.

    Parameters
    ----------
    station : Station
    clock_speed : float
        Clock seconds per second.
    port : int or None
        Channel Access port, instead of the station's.
    say : callable
        Prints a line for the person or the log that started it.

    Raises
    ------
    cryoioc.errors.StationError
        When something in the station file cannot be had.
    """

    def __init__(self, station: Station, clock_speed: float, port: int | None, say: Callable[[str], None]) -> None:
        self._station, self._port, self._say = station, port, say
        self._folder = state_folder(station)
        log = put_log_of(station, self._folder)
        self._ioc = Ioc(station, Clock(clock_speed), state=self._folder, put_log=log)

    async def service(self) -> None:
        """Serve until cancelled; then leave the hardware as the station file says, and say how.

        Raises
        ------
        cryoioc.errors.CryoError
            When it cannot start, or ends by itself.
        """
        server = self._ioc.make_server(self._port)
        await server.start()
        names = f"{len(self._ioc.desk.channels)} PVs {self._station.prefix}*"
        self._say(f"{names} on {', '.join(server.interfaces)} port {server.port}")
        self._say(f"state in {self._folder}" if self._folder else "no state folder: nothing survives a restart")
        notify = notifier()
        work = {asyncio.create_task(self._ioc.run(server), name="ioc"),
                asyncio.create_task(collect_each_minute(Clock()), name="garbage")}  # fmt: skip
        if notify is not None:
            work.add(asyncio.create_task(Watchdog(self._ioc, server, notify, interval()).run(), name="watchdog"))
        try:
            done, _ = await asyncio.wait(work, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        except asyncio.CancelledError:
            if notify is not None:
                notify("STOPPING=1")
            alone = left_alone(self._ioc.powers, self._ioc.amplifiers)
            for line in [*await park(self._ioc.loops, Clock()), *alone]:
                self._say(line)
            raise
        finally:
            for task in work:
                task.cancel()
            await asyncio.gather(*work, return_exceptions=True)
