"""A rehearsal that goes on in several processes: the way to the moment that matters is the same for all, and made once.

A process that forks takes everything with it: plant, instruments, IOC, the virtual clock and what waits for it.  On a
clock of the wall it would be lost.
"""

from __future__ import annotations

import asyncio
import os
import pickle
import signal
import traceback
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

Result = TypeVar("Result")


class Forks(Generic[Result]):
    """Processes that each go on from here; made by :func:`forks`."""

    def __init__(self, jobs: int, done: Callable[[Result], None]) -> None:
        self._jobs, self._done = jobs, done
        self._running: list[tuple[int, int]] = []  # process and pipe of its result, the first that was begun first

    async def go(self, play: Callable[[], Awaitable[Result]]) -> None:
        """Begin a process that plays this from here and ends; wait for an earlier one if there are too many.

        Raises
        ------
        ChildProcessError
            An earlier one could not be played to its end; its traceback has been printed.
        """
        if len(self._running) >= self._jobs:
            self._wait()
        read, write = os.pipe()
        loop = asyncio.get_running_loop()
        number = os.fork()
        if number:
            os.close(write)
            self._running.append((number, read))
            return
        os.close(read)
        asyncio._set_running_loop(loop)  # noqa: SLF001 - a loop is known by the process it runs in
        await _end_with(play, write)

    def finish(self) -> None:
        """Wait for all."""
        while self._running:
            self._wait()

    def kill(self) -> None:
        """Leave nothing running."""
        for number, pipe in self._running:
            os.kill(number, signal.SIGKILL)
            os.waitpid(number, 0)
            os.close(pipe)
        self._running.clear()

    def _wait(self) -> None:
        number, pipe = self._running[0]
        with os.fdopen(os.dup(pipe), "rb") as file:
            data = file.read()
        _, status = os.waitpid(number, 0)
        del self._running[0]
        os.close(pipe)
        if status:
            raise ChildProcessError("a draw could not be played to its end")
        self._done(pickle.loads(data))


@contextmanager
def forks(jobs: int, done: Callable[[Result], None]) -> Iterator[Forks[Result]]:
    """Give processes that have ended with the context: in good order, or at once when it is left by an exception.

    Parameters
    ----------
    jobs : int
        How many at a time.
    done : callable
        Gets what each has played, in the order they were begun.
    """
    ours = Forks(jobs, done)
    try:
        yield ours
        ours.finish()
    finally:
        ours.kill()


async def _end_with(play: Callable[[], Awaitable[Result]], pipe: int) -> None:
    """Play in the process that has just begun, and end it; its parent decides when it ends early."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    status = 1
    try:
        with os.fdopen(pipe, "wb") as file:
            pickle.dump(await play(), file)
        status = 0
    finally:
        if status:
            traceback.print_exc()
        os._exit(status)
