"""What leaves for one client, in the order it was made, in one write per turn of the event loop.

A client whose socket has taken nothing for ``PATIENCE`` while something waits for it is sent no more events
until it has taken all of that, and then the newest value of each subscription.  Nobody else is ever spared an
event, and nobody waits for such a client.  A client that goes on taking bytes, but fewer than are due, is owed
every event as long as memory can hold them, ``MOST``; then its connection is closed, so that it knows.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from cryoioc.clock import Clock

log = logging.getLogger(__name__)

PATIENCE = 1.0  # s
HELD = 2**22  # bytes waiting for a client beyond which its requests wait, too
MOST = 2**24  # bytes waiting for a client that takes some of them, but too few


class Pending(Protocol):
    """A subscription whose event may have to wait."""

    def message(self) -> tuple[bytes, bytes]:
        """Return header and payload of an event with the present value."""


@dataclass
class Laggards:
    """What became of the clients of one server that did not keep up, since it was made."""

    stalled: int = 0  # times a client took nothing for PATIENCE
    closed: int = 0  # connections closed because more than MOST was waiting


class Outlet:
    """Answers and events for one client.

    Parameters
    ----------
    transport : asyncio.Transport
    clock : Clock
    untaken : callable
        Returns the bytes that the kernel holds because the client's side has not taken them.
    laggards : Laggards
        Where it is counted when the client does not keep up.
    """

    def __init__(
        self, transport: asyncio.Transport, clock: Clock, untaken: Callable[[], int], laggards: Laggards
    ) -> None:
        self._transport, self._clock = transport, clock
        self._untaken, self._laggards = untaken, laggards
        self._loop = asyncio.get_running_loop()
        self._parts: list[bytes] = []
        self._open = True
        self._asked = False  # the loop was asked to flush, or somebody else will
        self._free = True  # events may leave as they come
        self._silenced: float | None = None  # s, when the client asked for no events
        self._kept: list[tuple[Pending, bytes, bytes]] = []  # events made while it wanted none
        self._waiting = False  # the socket has not taken everything
        self._stalled = False  # for too long: newest values only
        self._due: dict[Pending, None] = {}  # newest value to be sent when it listens again
        self._written = 0  # bytes handed to the transport
        self._seen = (0, 0.0)  # bytes the client's side had taken, and when that was looked at, s
        transport.set_write_buffer_limits(high=0)  # be told of anything that waits, and when it is gone

    @property
    def full(self) -> bool:
        """Say whether so much waits that the client's requests have to wait, too."""
        return self._waiting and self._transport.get_write_buffer_size() > HELD

    @property
    def waiting(self) -> bool:
        """Say whether the client has not taken all it was sent."""
        return self._waiting

    def send(self, *parts: bytes) -> None:
        """Send this turn of the loop, behind what was sent before."""
        self._parts += parts
        if not self._asked:
            self._asked = True
            self._loop.call_soon(self.flush)

    def event(self, subscription: Pending) -> None:
        """Send the present value of a subscription, or remember to do so when the client listens again."""
        if self._free:
            self.send(*subscription.message())
            return
        if self._open and self._waiting and not self._stalled:
            self._look()
        if not self._open:
            return
        if self._stalled or self._silent_for_long() or subscription in self._due:
            self._due[subscription] = None
        elif self._silenced is not None:
            self._kept.append((subscription, *subscription.message()))
        else:
            self.send(*subscription.message())

    def forget(self, subscription: Pending) -> None:
        """Send no more of a subscription."""
        self._due.pop(subscription, None)
        if self._kept:
            self._kept = [event for event in self._kept if event[0] is not subscription]

    def silence(self, on: bool) -> None:
        """Send no events, as the client asks; when it wants them again, those of the first second, then the newest."""
        if on and self._silenced is None:
            self._silenced = self._clock.now()
        elif not on:
            self._silenced = None
        self._check()

    def gather(self) -> None:
        """Let the caller flush, at the end of what it does now."""
        self._asked = True

    def flush(self) -> None:
        """Hand what was sent to the transport."""
        self._asked = False
        if self._parts and self._open:
            data = b"".join(self._parts)
            self._written += len(data)
            self._parts.clear()
            self._transport.write(data)

    def close(self) -> None:
        """Send nothing any more."""
        self._open = self._free = False
        self._parts.clear()
        self._kept.clear()
        self._due.clear()

    def blocked(self) -> None:
        """Take note that the socket has not taken everything."""
        self._waiting = True
        self._seen = (self._taken(self._untaken()), self._clock.now())
        self._check()

    def unblocked(self) -> None:
        """Take note that the socket has taken everything."""
        self._waiting = self._stalled = False
        self._check()

    def _check(self) -> None:
        self._free = self._open and self._silenced is None and not self._waiting
        if self._silenced is not None:
            return
        kept, self._kept = self._kept, []
        for _, *parts in kept:
            self.send(*parts)
        if self._due and not self._stalled:
            due, self._due = self._due, {}
            for subscription in due:
                self.send(*subscription.message())

    def _silent_for_long(self) -> bool:
        return self._silenced is not None and self._clock.now() - self._silenced > PATIENCE

    def _taken(self, untaken: int) -> int:
        return self._written - self._transport.get_write_buffer_size() - untaken

    def _look(self) -> None:
        """Find out whether the client has taken nothing for too long, or too little."""
        if self._transport.get_write_buffer_size() > MOST:
            self._give_up()
            return
        taken, since = self._seen
        now = self._clock.now()
        if now - since > PATIENCE:
            # Only the kernel knows: it frees its buffer in large pieces, and when this loop was late
            # what waits here waits for the loop, not for the client.
            untaken = self._untaken()
            self._seen = (self._taken(untaken), now)
            self._stalled = untaken > 0 and self._seen[0] == taken
            self._laggards.stalled += self._stalled

    def _give_up(self) -> None:
        peer = self._transport.get_extra_info("peername")
        log.warning("%s: connection closed: more than %d bytes behind", peer, MOST)
        self._laggards.closed += 1
        self.close()
        self._transport.abort()
