"""An IOC ends with its server, at once and saying so, and without a word when it is told to stop."""

from __future__ import annotations

import asyncio
import contextlib

import pytest

from cryoioc.clock import Clock, run_virtual
from cryoioc.errors import LinkDown, Unavailable
from cryoioc.ioc import Ioc
from cryoioc.records import ServerError
from cryoioc.records.outlet import Laggards
from cryoioc.station import load

from .laboratory import STVP


class Serving:
    """A server that serves nobody until it is cancelled, or told to fail."""

    clients = connections = 0
    laggards = Laggards()

    async def run(self) -> None:
        self.task, self.end = asyncio.current_task(), asyncio.get_running_loop().create_future()
        await self.end


async def away():
    raise LinkDown("nothing is plugged in")


@contextlib.asynccontextmanager
async def running():
    station, server = load(STVP), Serving()
    ioc = Ioc(station, Clock(), dict.fromkeys(station.instruments, away))
    task = asyncio.create_task(ioc.run(server))
    await asyncio.sleep(10.3)  # between two ticks
    assert not task.done()
    begun = Clock().now()
    yield server, task
    assert Clock().now() == begun, "at once"


def test_cancelled_server_ends_the_ioc():
    async def run():
        async with running() as (server, ioc):
            server.task.cancel()
            with pytest.raises(Unavailable, match="has ended: its task was cancelled"):
                await ioc

    run_virtual(run())


def test_server_that_returns_ends_the_ioc():
    async def run():
        async with running() as (server, ioc):
            server.end.set_result(None)
            with pytest.raises(Unavailable, match="has ended: it returned"):
                await ioc

    run_virtual(run())


def test_failing_server_ends_the_ioc_with_its_own_reason():
    async def run():
        async with running() as (server, ioc):
            server.end.set_exception(ServerError("socket is gone"))
            with pytest.raises(Unavailable, match="socket is gone"):
                await ioc

    run_virtual(run())


def test_an_ioc_that_is_told_to_stop_does_not_blame_its_server():
    async def run():
        async with running() as (_, ioc):
            ioc.cancel()
            with pytest.raises(asyncio.CancelledError):
                await ioc

    run_virtual(run())
