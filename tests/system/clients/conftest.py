"""Waiting for what a station says: always on monitors, never on time."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest

TIMEOUT = 25.0  # s, only ever reached by a failing test


@pytest.fixture(scope="session")
def until() -> Callable[[str, Callable[[Any], bool]], Any]:
    """Wait by pyepics until a condition on a PV holds: ``until("STVP:OK", bool)``; return its value."""
    import epics  # one libca per process: only where a test asks for it

    def wait(name: str, condition: Callable[[Any], bool]) -> Any:
        holds, values = threading.Event(), [None]

        def changed(value: Any, **_: Any) -> None:
            values[0] = value
            if condition(value):
                holds.set()

        pv = epics.PV(name, callback=changed)
        assert holds.wait(TIMEOUT), f"{name} is {values[0]}"
        pv.disconnect()
        return values[0]

    return wait


@pytest.fixture(scope="session")
def run() -> Iterator[Callable[[Any], Any]]:
    """Run coroutines, all on one event loop."""
    with asyncio.Runner() as runner:
        yield runner.run


@pytest.fixture(scope="session")
def see() -> Callable[[str, Callable[[Any], bool]], Awaitable[Any]]:
    """Wait by aioca until a condition on a PV holds: ``await see("STVP:OK", bool)``; return its value."""
    import aioca  # one libca per process: only where a test asks for it

    async def wait(name: str, condition: Callable[[Any], bool]) -> Any:
        values: asyncio.Queue[Any] = asyncio.Queue()
        monitor = aioca.camonitor(name, values.put, format=aioca.FORMAT_TIME, all_updates=True)
        try:
            async with asyncio.timeout(TIMEOUT):
                while True:
                    value = await values.get()
                    if condition(value):
                        return value
        finally:
            monitor.close()

    return wait
