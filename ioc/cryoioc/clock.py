"""Time as an argument: link, time-outs, dwell and worlds take a ``Clock`` and never read the wall.

A clock is a scaled view of the running event loop's own time.  On an ordinary loop that is the
monotonic clock; on the loop of :func:`run_virtual` time jumps to the next deadline whenever every
task waits, so ten hours take seconds and the same seed gives the same bits.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

import async_solipsism

T = TypeVar("T")


class Clock:
    """Seconds since some origin, ``speed`` of them per second of the event loop.

    Parameters
    ----------
    speed : float
        Clock seconds per loop second, > 0, [s/s].
    """

    def __init__(self, speed: float = 1.0) -> None:
        if not speed > 0:
            raise ValueError(f"clock speed {speed} must be > 0")
        self.speed = speed

    def now(self) -> float:
        """Return the present time, [s]; only differences mean anything."""
        return asyncio.get_running_loop().time() * self.speed

    async def sleep(self, seconds: float) -> None:
        """Return after ``seconds`` of this clock, [s]."""
        await asyncio.sleep(max(0.0, seconds) / self.speed)

    async def sleep_until(self, when: float) -> None:
        """Return when :meth:`now` has reached ``when``, [s]."""
        await self.sleep(when - self.now())

    def timeout(self, seconds: float) -> asyncio.Timeout:
        """Return a context manager that raises ``TimeoutError`` after ``seconds``, [s]."""
        return asyncio.timeout(max(0.0, seconds) / self.speed)


def run_virtual(main: Coroutine[Any, Any, T]) -> T:
    """Run ``main`` on an event loop whose time is virtual; return its result.

    Real sockets and threads do not exist there: bytes travel over in-memory transports.
    """
    with asyncio.Runner(loop_factory=async_solipsism.EventLoop) as runner:
        return runner.run(main)
