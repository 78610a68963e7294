"""What a connection needs of its server, and the server of its connections."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping
from typing import Protocol

from cryoioc.clock import Clock
from cryoioc.records import dbr
from cryoioc.records.channel import Channel
from cryoioc.records.guard import Grant, Origin
from cryoioc.records.outlet import Laggards
from cryoioc.records.source import Source


class Connection(Protocol):
    """One client."""

    @property
    def sources(self) -> Mapping[int, Source]:
        """Its channels."""

    def review(self, owner: Channel | None) -> None:
        """Ask again what the client may do, with one record or with all."""

    def close(self) -> None:
        """Send what is waiting and close the connection."""


class Directory(Protocol):
    """What a connection needs of its server."""

    port: int
    clock: Clock
    laggards: Laggards

    def find(self, name: str) -> Source | None:
        """Return what a name stands for."""

    def joined(self, circuit: Connection) -> None:
        """Count a connection."""

    def left(self, circuit: Connection) -> None:
        """Forget a connection."""

    def spawn(self, put: Coroutine[None, None, None]) -> asyncio.Task[None]:
        """Carry out a put in a task that outlives the connection."""

    def grant(self, source: Source, origin: Origin) -> Grant:
        """Return what a client may do with a source."""

    def begin_put(
        self, source: Source, kind: int, elements: dbr.Elements, origin: Origin
    ) -> Coroutine[None, None, None] | None:
        """Carry out a put; return what remains to be awaited, None when it is done."""

    def refuse(self, source: Source, origin: Origin, reason: str) -> None:
        """Report a put that is refused unread."""
