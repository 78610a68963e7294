"""Transactions that wait for the wire.

A transaction is a coroutine with the wire to itself.  It runs in the task of the link and not in the
caller's: a caller that goes away cannot leave half of it behind.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from enum import IntEnum
from typing import Any, Generic, TypeVar

from cryoioc.clock import Clock
from cryoioc.errors import CryoError, LinkDown
from cryoioc.link.conversation import Conversation

T = TypeVar("T")
Work = Callable[[Conversation], Awaitable[T]]


class Priority(IntEnum):
    """Which transaction goes first."""

    URGENT = 0  # before everything: heaters off
    PUT = 1  # somebody waits
    BACKGROUND = 2  # nobody waits: what the IOC wants to know beside its polls


class Transaction(Generic[T]):
    """One piece of work and the future of its result."""

    def __init__(self, work: Work[T], log: logging.Logger) -> None:
        self.result: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._work = work
        self._log = log

    async def perform(self, conversation: Conversation) -> BaseException | None:
        """Do the work; its result or error goes to whoever waits for it.  Return the error."""
        task = asyncio.ensure_future(self._work(conversation))
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError:
            task.cancel()
            await asyncio.wait({task})
            self.refuse(LinkDown("the link was stopped"))
            raise
        error = None if task.cancelled() else task.exception()
        if self.result.done():
            if error is not None:
                self._log.warning("failed after its caller had left: %r", error)
        elif task.cancelled():
            self.result.cancel()
        elif error is not None:
            self.result.set_exception(error)
        else:
            self.result.set_result(task.result())
        return error

    def refuse(self, error: CryoError) -> None:
        """Do nothing and say so."""
        if not self.result.done():
            self.result.set_exception(error)


class TransactionQueue:
    """By priority, and first come, first served within one."""

    def __init__(self, clock: Clock, log: logging.Logger) -> None:
        self._clock, self._log = clock, log
        self._queues: dict[Priority, deque[Transaction[Any]]] = {priority: deque() for priority in Priority}
        self._attention = asyncio.Event()

    def put(self, work: Work[T], priority: Priority) -> asyncio.Future[T]:
        """Queue ``work``; cancelling the future drops it if it has not begun."""
        transaction = Transaction(work, self._log)
        self._queues[priority].append(transaction)
        self.wake()
        return transaction.result

    def take(self) -> Transaction[Any] | None:
        """Return the next transaction somebody still waits for."""
        for queue in self._queues.values():
            while queue:
                transaction = queue.popleft()
                if not transaction.result.done():
                    return transaction
        return None

    def refuse_all(self, error: CryoError, *priorities: Priority) -> None:
        """Empty the queue, or those of some priorities; every waiting caller gets ``error``."""
        for priority in priorities or Priority:
            queue = self._queues[priority]
            while queue:
                queue.popleft().refuse(error)

    def wake(self) -> None:
        """End a :meth:`wait`."""
        self._attention.set()

    async def wait(self, seconds: float) -> None:
        """Return after ``seconds``, [s], or as soon as there is something to do."""
        if any(self._queues.values()):
            return
        self._attention.clear()
        try:
            async with self._clock.timeout(seconds):
                await self._attention.wait()
        except TimeoutError:
            return
