"""Our link and rows on a simulator that other people wrote, over a line in memory."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from cryoioc.clock import Clock, run_virtual
from cryoioc.devices.catalogue import DRIVERS
from cryoioc.link import Conversation, Link, LinkStatistics, Poll, Transport, memory_pair
from cryoioc.link.dialects import DIALECTS
from cryoioc.quantities import Identity

Work = Callable[[Conversation], Awaitable[Any]]
SETTLED = 10.0  # s


class Listener:
    """Takes what the link hears, by our rows."""

    def __init__(self, model: str) -> None:
        self.driver = DRIVERS[model]
        self.identity: Identity | None = None
        self.heard: dict[Any, Any] = {}

    def identified(self, reply: str) -> None:
        self.identity = self.driver.identify(reply, self.driver.model)

    def received(self, key: Any, reply: str, when: float) -> None:
        *_, own = reply.split(";")
        name = key[0] if isinstance(key, tuple) else key
        self.heard[key] = self.driver.model[name].parse(own)

    def failed(self, key: object, error: Exception) -> None:
        raise AssertionError(f"{key}: {error}")

    def up(self) -> None: ...

    def down(self, error: Exception) -> None: ...


@dataclass(frozen=True)
class Heard:
    """What came of a conversation."""

    identity: Identity
    values: dict[Any, Any]  # by key of the poll
    result: Any  # of the work
    counted: LinkStatistics


def poll(model: str, row: str, *address: object) -> Poll:
    """Return the poll of a row, once a second."""
    text = DRIVERS[model].model[row].ask(*address)
    return Poll(key=(row, address), text=text, every=1.0, reply_chars=20)


def converse(model: str, polls: Sequence[Poll], answer: Callable[[bytes], bytes], work: Work) -> Heard:
    """Let our link poll a simulator for a while, do some work, and poll again."""

    async def answering(line: Transport) -> None:
        while data := await line.read():
            line.write(answer(data))

    async def scene() -> Heard:
        near, far = memory_pair()

        async def opened() -> Transport:
            return near

        listener = Listener(model)
        unit = DRIVERS[model].model.units[0]
        dialect = replace(DIALECTS[model], identify=DIALECTS[model].identify.format(unit=unit))
        link = Link("FAR", opened, dialect, polls, listener, Clock())
        async with asyncio.TaskGroup() as tasks:
            running = [tasks.create_task(answering(far)), tasks.create_task(link.run())]
            await Clock().sleep(SETTLED)
            result = await link.transact(work)
            await Clock().sleep(SETTLED)
            for task in running:
                task.cancel()
        assert listener.identity is not None
        return Heard(listener.identity, listener.heard, result, link.statistics())

    return run_virtual(scene())


def by_lines(handle: Callable[[str], str | list[str] | None], end: str) -> Callable[[bytes], bytes]:
    """Return a simulator that takes whole lines as one that takes bytes."""
    rest = ""

    def answer(data: bytes) -> bytes:
        nonlocal rest
        *lines, rest = (rest + data.decode("ascii")).replace("\n", "\r").split("\r")
        replies = [handle(line) for line in lines if line]
        flat = [one for reply in replies if reply is not None for one in ([reply] if isinstance(reply, str) else reply)]
        return "".join(f"{one}{end}" for one in flat).encode("ascii")

    return answer
