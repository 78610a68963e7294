"""A station on stage with a person in front of it: IOC and twin here, in time that hurries, pyepics in another process.

What the person puts and sees goes over Channel Access.  No time passes before the person sees what the IOC shows: a
bound in seconds of the plant is one of the IOC, not of two processes that share a processor.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from tests.bias.campaign.watch import LOOK, Watch
from tests.bias.hurried import Loop

from cryoioc.errors import LinkDown, Refused
from cryoioc.rehearsal.stage import TWIN, Stage
from cryoioc.station import Station

ROOT = Path(__file__).parents[3]
SEEN = ("TRIP", "TRIP:WHY:LONG", "STATE", "BIAS")


class Attended(Stage):
    """IOC, twin and person; :meth:`attended` lets them run.

    Parameters
    ----------
    station : Station
    port : int
        Of the IOC's server.
    repeater : int
        Of the person's repeater of beacons.
    seed : int
    """

    def __init__(self, station: Station, port: int, repeater: int, seed: int) -> None:
        super().__init__(station, seed=seed)
        self._port, self._repeater = port, repeater
        self._serving: asyncio.Task[None] | None = None
        self.person = Person(station.prefix, [f"{name}:{one}" for name in station.amplifiers for one in SEEN])

    @asynccontextmanager
    async def attended(self) -> AsyncIterator[None]:
        """Let all of it run while the context lasts."""
        async with self.open():
            self._serve()
            async with self.person.at(self._port, self._repeater):
                await self.ready()
                yield
            await self._serve_no_more()

    def _serve(self) -> None:
        assert self._tasks is not None
        self._serving = self._tasks.create_task(self.ioc.make_server(self._port).run())

    async def _serve_no_more(self) -> None:
        if self._serving is not None:
            self._serving.cancel()
            with suppress(asyncio.CancelledError):
                await self._serving

    async def end_ioc(self) -> None:
        await super().end_ioc()
        await self._serve_no_more()
        self.person.cut_off()

    def begin_ioc(self) -> None:
        super().begin_ioc()
        self._serve()

    # --- what the person sees and puts ----------------------------------------------------------------

    def get(self, name: str) -> Any:
        seen = self.person.seen.get(name)
        return super().get(name) if seen is None else seen[0]

    def severity(self, name: str) -> str:
        seen = self.person.seen.get(name)
        return super().severity(name) if seen is None else str(seen[1])

    async def put(self, name: str, value: Any = 1) -> None:
        if name.startswith(TWIN):
            await super().put(name, value)
        elif not self.running:
            raise LinkDown("nobody serves")
        else:
            await self.person.put(name, value)

    async def watched(self, watch: Watch) -> None:
        """Look until cancelled, each time with what the person sees then."""
        while True:
            await self._shown()
            watch.look()
            await self.clock.sleep(LOOK)

    async def _shown(self) -> None:
        """Return when the person sees what the IOC shows; no time passes."""
        loop = asyncio.get_running_loop()
        assert isinstance(loop, Loop)
        while self._unseen():
            with loop.standing():
                self.person.news.clear()
                await self.person.news.wait()

    def _unseen(self) -> bool:
        return any(seen != self._to_be_seen(name) for name, seen in self.person.seen.items())

    def _to_be_seen(self, name: str) -> tuple[str | None, str | None]:
        if not self.running:
            return None, None
        return str(super().get(name)), super().severity(name)


class Person:
    """A process with pyepics.

    Parameters
    ----------
    prefix : str
        Of the station.
    watched : sequence of str
        PVs that are looked at, without it.

    Attributes
    ----------
    seen : dict
        Text and alarm severity of each; None where it is disconnected.
    news : asyncio.Event
        Set when one of them has changed.
    """

    def __init__(self, prefix: str, watched: Sequence[str]) -> None:
        self._prefix = prefix
        self.seen: dict[str, tuple[str | None, str | None]] = dict.fromkeys(watched, (None, None))
        self.news = asyncio.Event()
        self._puts: dict[int, asyncio.Future[str]] = {}
        self._number = 0
        self._process: Process | None = None

    @asynccontextmanager
    async def at(self, port: int, repeater: int) -> AsyncIterator[None]:
        """Be there while the context lasts, a client of this port."""
        environment = {
            **os.environ, "EPICS_CA_ADDR_LIST": f"127.0.0.1:{port}", "EPICS_CA_AUTO_ADDR_LIST": "NO",
            "EPICS_CA_REPEATER_PORT": str(repeater),
            "PYTHONPATH": os.pathsep.join(map(str, (ROOT / "ioc", ROOT / "sim", ROOT))),
        }  # fmt: skip
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.bias.campaign.person", *(self._prefix + name for name in self.seen),
            env=environment, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # fmt: skip
        async with asyncio.TaskGroup() as tasks:
            listening = tasks.create_task(self._listen(self._process))
            try:
                yield
            finally:
                listening.cancel()
                assert self._process.stdin is not None
                self._process.stdin.close()
                await self._process.wait()

    async def _listen(self, process: Process) -> None:
        assert process.stdout is not None
        async for line in process.stdout:
            what, which, *words = json.loads(line)
            if what == "sees":
                self.seen[which.removeprefix(self._prefix)] = (words[0], words[1])
                self.news.set()
            elif (ended := self._puts.pop(which, None)) is not None and not ended.done():
                ended.set_result(words[0])
        raise EOFError("the person has gone")

    async def put(self, name: str, value: Any) -> None:
        """Put and wait for the end of the put.

        Raises
        ------
        Refused
            With what the group of the PV says then.
        LinkDown
            The IOC ended first.
        """
        assert self._process is not None and self._process.stdin is not None
        self._number += 1
        ended = self._puts[self._number] = asyncio.get_running_loop().create_future()
        line = json.dumps([self._number, self._prefix + name, value])
        self._process.stdin.write(f"{line}\n".encode())
        if why := await ended:
            raise Refused(why)

    def cut_off(self) -> None:
        """No put that waits will end."""
        for ended in self._puts.values():
            if not ended.done():
                ended.set_exception(LinkDown("the IOC has ended"))
        self._puts.clear()
