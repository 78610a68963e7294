"""What a client was told it may do with each of its channels."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from cryoioc.records.channel import Channel
from cryoioc.records.guard import Grant, Origin
from cryoioc.records.messages import READABLE, WRITABLE
from cryoioc.records.source import Source


class Rights:
    """The rights of one client, by the server's number of a channel.

    Parameters
    ----------
    grant : callable
        Returns what a client may do with a source now.
    """

    def __init__(self, grant: Callable[[Source, Origin], Grant]) -> None:
        self._grant = grant
        self._told: dict[int, int] = {}

    def begin(self, sid: int, source: Source, origin: Origin) -> int:
        """Return the rights to a new channel, as Channel Access has them."""
        self._told[sid] = self._now(source, origin)
        return self._told[sid]

    def forget(self, sid: int) -> None:
        """Forget a channel."""
        del self._told[sid]

    def readable(self, sid: int) -> bool:
        """Say whether the client may read."""
        return bool(self._told[sid] & READABLE)

    def changes(
        self, sources: Mapping[int, Source], owner: Channel | None, origin: Origin
    ) -> Iterator[tuple[int, int, bool]]:
        """Yield channel, rights and whether reading is concerned, where the client may do other than it was told.

        ``owner`` is the record to look at, None for all.
        """
        for sid, source in sources.items():
            if owner is not None and source.owner is not owner:
                continue
            before, now = self._told[sid], self._now(source, origin)
            if now != before:
                self._told[sid] = now
                yield sid, now, bool((now ^ before) & READABLE)

    def _now(self, source: Source, origin: Origin) -> int:
        grant = self._grant(source, origin)
        return (READABLE if grant.read else 0) | (WRITABLE if grant.write and source.accepts_puts else 0)
