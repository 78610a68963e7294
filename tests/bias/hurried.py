"""``python -m tests.bias.hurried STATION PORT [TWIN_PORT]``: IOC and twin of a station, served, in time that hurries.

Time goes on only while everything waits, and then at once: what takes the station a minute takes as long as the
processor needs, and a slow processor makes nobody late.  Sockets are real, so that any Channel Access client can put.
"""

from __future__ import annotations

import asyncio
import selectors
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cryoioc.rehearsal.stage import Stage
from cryoioc.station import load

HURRY = 200.0  # times faster than the wall's, at most: a client must get a word in
SHORTEST = 1e-3  # s of the wall: nobody waits for less
PATIENCE = 400.0  # s of the wall that time stands still for a client, only ever reached by a failing test


class Selector(selectors.DefaultSelector):
    """Waits for sockets, and lets time pass when there is nothing on them."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0  # s
        self._owed = 0.0  # s of the wall that was not waited yet
        self.stands_until: float | None = None  # s of the wall; None: it goes on

    def select(self, timeout: float | None = None) -> Any:
        if timeout is None or timeout <= 0.0:
            return super().select(timeout)
        if self.stands_until is not None:
            return self._stand(self.stands_until - time.monotonic())
        self._owed += timeout / HURRY
        events = super().select(self._owed if self._owed >= SHORTEST else 0.0)
        if self._owed >= SHORTEST:
            self._owed = 0.0
        if not events:
            self.now += timeout
        return events

    def _stand(self, left: float) -> Any:
        if left <= 0.0:
            self.stands_until = None
            raise TimeoutError(f"time has stood still for {PATIENCE:g} s, and nobody let it go on")
        return super().select(left)


class Loop(asyncio.SelectorEventLoop):
    """An event loop with the time of its selector."""

    def __init__(self) -> None:
        self._hurried = Selector()
        super().__init__(self._hurried)

    def time(self) -> float:
        return self._hurried.now

    @contextmanager
    def standing(self) -> Iterator[None]:
        """Let no time pass while the context lasts: somebody outside is to see what there is before it goes on."""
        self._hurried.stands_until = time.monotonic() + PATIENCE
        try:
            yield
        finally:
            self._hurried.stands_until = None


async def serve(station: Path, port: int, *twin_port: int) -> None:
    """Serve until standard input ends; the twin's own PVs too, if they get a port."""
    stage = Stage(load(station))
    servers = [stage.ioc.make_server(port), *(stage.twin.make_server(one) for one in twin_port)]
    for server in servers:
        await server.start()
    async with stage.open():
        serving = [asyncio.create_task(server.run()) for server in servers]
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        ended = asyncio.Event()
        asyncio.get_running_loop().add_reader(sys.stdin, ended.set)
        await ended.wait()
        for task in serving:
            task.cancel()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=Loop) as runner:
        runner.run(serve(Path(sys.argv[1]), *map(int, sys.argv[2:])))
