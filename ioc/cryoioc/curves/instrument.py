"""A connection of one's own to an instrument, for as long as its curves are read or written."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable
from contextlib import asynccontextmanager

from cryoioc.clock import Clock
from cryoioc.devices import lakeshore
from cryoioc.errors import CryoError, LinkDown, LinkError
from cryoioc.link import Link, Transport
from cryoioc.link.dialects import DIALECTS
from cryoioc.quantities import Identity, Model

Opener = Callable[[], Awaitable[Transport]]
CONNECT = 5.0  # s until an instrument that does not answer is given up


class Visitor:
    """The listener of a link that polls nothing: it learns who answers, and when."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.identity: Identity | None = None
        self.connected = asyncio.Event()
        self.error: CryoError | None = None

    def identified(self, reply: str) -> None:
        """Take who the instrument is; ReplyError for another model."""
        self.identity = lakeshore.identity(reply, self.model)

    def received(self, key: Hashable, reply: str, when: float) -> None:
        """Nothing is polled."""

    def failed(self, key: Hashable, error: CryoError) -> None:
        """Nothing is polled."""

    def up(self) -> None:
        """The instrument answers."""
        self.connected.set()

    def down(self, error: LinkError) -> None:
        """Remember why it does not."""
        self.error = error


@asynccontextmanager
async def connected(model: Model, opener: Opener, clock: Clock) -> AsyncIterator[tuple[Link, Identity]]:
    """Connect to an instrument for the duration of a ``with`` block.

    Raises
    ------
    LinkDown
        It does not answer within five seconds, or is another model.
    """
    visitor = Visitor(model)
    link = Link(model.name, opener, DIALECTS[model.name], [], visitor, clock)
    running = asyncio.create_task(link.run())
    try:
        try:
            async with clock.timeout(CONNECT):
                await visitor.connected.wait()
        except TimeoutError:
            raise LinkDown(f"no {model.idn} answers: {visitor.error or 'silence'}") from None
        assert visitor.identity is not None
        yield link, visitor.identity
    finally:
        running.cancel()
        await asyncio.wait({running})
