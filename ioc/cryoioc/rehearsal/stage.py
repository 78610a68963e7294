"""A station on stage: the IOC at one end of in-memory lines, the twin with all its PVs at the other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from cryoioc.clock import Clock
from cryoioc.errors import LinkDown
from cryoioc.ioc import Ioc
from cryoioc.link import Transport, memory_pair
from cryoioc.records import Channel, Hooks, Origin, put
from cryoioc.station import Station
from cryosim.mounting.rack import Equipment
from cryosim.pvs import Pace, Pacing, TwinIoc
from cryosim.station_world import build
from cryosim.world import Installed

TWIN = "TWIN:"  # of the names of the simulator IOC's PVs
PERIOD = 1.0  # s between two looks
USER = Origin(user="rehearsal")


class Stage:
    """IOC and twin of a station; :meth:`open` lets them run.

    Parameters
    ----------
    station : Station
    equipment : Equipment, optional
        Lines and options of the emulated instruments.
    seed : int, optional
        Of everything random, instead of the station's.
    state : Path, optional
        Folder of what survives a restart of the IOC; by default nothing does.

    Attributes
    ----------
    clock : Clock
        Of everything here: the running loop's own.
    world : World
        Plant and emulated instruments.
    ioc : Ioc
    twin : TwinIoc
    """

    def __init__(self, station: Station, equipment: Equipment | None = None, seed: int | None = None,
                 state: Path | None = None) -> None:  # fmt: skip
        self.station, self._state = station, state
        self.clock = Clock()
        self.world = build(station, self.clock, seed=seed, equipment=equipment)
        self._pacing = Pacing(self.world, Pace())
        self.twin = TwinIoc(station, self._pacing)
        self._refreshed = -1.0  # s of the world when the twin's PVs were last made true
        self._lines: set[asyncio.Task[None]] = set()
        self._tasks: asyncio.TaskGroup | None = None
        self._running: asyncio.Task[None] | None = None  # of the IOC
        self.ioc = self._new_ioc()

    def _new_ioc(self) -> Ioc:
        openers = {name: self._opener(unit) for name, unit in self.world.installed.items()}
        ioc = Ioc(self.station, self.clock, openers, state=self._state)
        self._hooks = Hooks(refused=ioc.desk.refused)  # as the server of the IOC has them
        return ioc

    def _opener(self, unit: Installed) -> Callable[[], Awaitable[Transport]]:
        async def open_line() -> Transport:
            if not unit.line.accepting.is_set():
                raise LinkDown("connection refused")
            near, far = memory_pair()
            serving = asyncio.create_task(unit.line.serve(far))
            self._lines.add(serving)
            serving.add_done_callback(self._lines.discard)
            return near

        return open_line

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Let twin and IOC run while the context lasts; what ends one of them by itself is raised."""
        try:
            async with asyncio.TaskGroup() as self._tasks:
                pacing = self._tasks.create_task(self._pacing.run())
                self._running = self._tasks.create_task(self.ioc.run())
                yield
                for task in (pacing, *([self._running] if self._running else []), *self._lines):
                    task.cancel()
        except BaseExceptionGroup as group:
            raise group.exceptions[0] from None

    async def end_ioc(self) -> None:
        """Let the IOC end as it stands, without a word to any instrument; its PVs stay as they were."""
        running, self._running = self._running, None
        if running is not None:
            running.cancel()
            await asyncio.wait({running})

    def begin_ioc(self) -> None:
        """Start the IOC anew, after :meth:`end_ioc`."""
        assert self._tasks is not None and self._running is None
        self.ioc = self._new_ioc()
        self._running = self._tasks.create_task(self.ioc.run())

    @property
    def running(self) -> bool:
        """Whether there is an IOC at the moment."""
        return self._running is not None

    async def ready(self) -> None:
        """Return when every polled value has been read once and the station is OK."""
        slots = [slot for device in self.ioc.devices.values() for slot in device.polled()]
        while any(slot.values is None and slot.error is None for slot in slots) or self.get("OK") != "Yes":
            await self.wait()

    # --- PVs, of both IOCs, without the station's prefix ----------------------------------------------

    def channel(self, name: str) -> Channel:
        """Return a PV by its name or alias; one of the twin is true as of now."""
        if name.startswith(TWIN):
            if self._refreshed != self.world.elapsed:
                self._refreshed = self.world.elapsed
                self.twin.board.refresh()
            return self.twin.board.channels[name.removeprefix(TWIN)]
        desk = self.ioc.desk
        return desk.channels[desk.aliases.get(name, name)]

    def get(self, name: str) -> Any:
        """Return the value of a PV, of an enumeration the word."""
        return self.channel(name).value

    def severity(self, name: str) -> str:
        """Return the alarm severity of a PV."""
        return self.channel(name).severity

    async def wait(self) -> None:
        """Let time pass until the next look."""
        await self.clock.sleep(PERIOD)

    async def put(self, name: str, value: Any = 1) -> None:
        """Put as a client and wait for the completion; a refusal is raised."""
        hooks = self.twin.board.hooks if name.startswith(TWIN) else self._hooks
        elements = value if isinstance(value, tuple | bytes) else (value,)
        await put(self.channel(name), elements, USER, hooks)
