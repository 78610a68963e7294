"""What a link tells when nothing is to go wrong on it, and how it is played with an instrument at the far end."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any

from cryoioc.clock import Clock, run_virtual
from cryoioc.link import Conversation, Link, memory_pair
from cryoioc.link.dialect import Dialect, Poll
from cryoioc.link.statistics import LinkStatistics
from cryoioc.link.transport import Transport

Work = Callable[[Conversation], Awaitable[Any]]
PAUSE = 10.0  # s of polls before a transaction and after it


class Strict:
    """Takes whatever comes and goes; a poll that fails is a failure of the test."""

    def identified(self, reply: str) -> None: ...

    def received(self, key: Any, reply: str, when: float) -> None: ...

    def failed(self, key: object, error: Exception) -> None:
        raise AssertionError(f"{key}: {error}")

    def up(self) -> None: ...

    def down(self, error: Exception) -> None: ...


class Listener(Strict):
    """Keeps the answers to polls."""

    def __init__(self, identity: str) -> None:
        self.identity = identity
        self.answers: list[str] = []

    def identified(self, reply: str) -> None:
        assert reply == self.identity

    def received(self, key: Any, reply: str, when: float) -> None:
        self.answers.append(reply)


def play(
    instrument: Callable[[Transport], Coroutine[Any, Any, None]], dialect: Dialect, polls: Sequence[Poll],
    listener: Strict, work: Work,
) -> tuple[Any, LinkStatistics]:  # fmt: skip
    """Return the result of a transaction between polls, and the link's counters."""

    async def scene() -> tuple[Any, LinkStatistics]:
        near, far = memory_pair()

        async def opened() -> Transport:
            return near

        link = Link("DUT", opened, dialect, polls, listener, Clock())
        async with asyncio.TaskGroup() as tasks:
            running = [tasks.create_task(instrument(far)), tasks.create_task(link.run())]
            await Clock().sleep(PAUSE)
            result = await link.transact(work)
            await Clock().sleep(PAUSE)
            for task in running:
                task.cancel()
        return result, link.statistics()

    return run_virtual(scene())
