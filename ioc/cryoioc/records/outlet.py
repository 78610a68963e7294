"""What leaves for one client, in the order it was made, in one write per turn of the event loop.

A client whose socket has taken nothing for ``PATIENCE`` while something waits for it is sent no more events
until it has taken all of that, and then the newest value of each subscription.  Nobody else is ever spared an
event, and nobody waits for such a client.
"""

from __future__ import annotations

import asyncio
from typing import Protocol

from cryoioc.clock import Clock

PATIENCE = 1.0  # s
HELD = 2**16  # bytes waiting for a client beyond which its requests wait, too
MOST = 2**24  # bytes waiting for a client that takes some of them, but too few: memory has an end


class Pending(Protocol):
    """A subscription whose event may have to wait."""

    def message(self) -> tuple[bytes, bytes]:
        """Return header and payload of an event with the present value."""


class Outlet:
    """Answers and events for one client."""

    def __init__(self, transport: asyncio.Transport, clock: Clock) -> None:
        self._transport = transport
        self._clock = clock
        self._loop = asyncio.get_running_loop()
        self._parts: list[bytes] = []
        self._open = True
        self._asked = False  # the loop was asked to flush, or somebody else will
        self._free = True  # events may leave as they come
        self._silenced = False  # the client asked for no events
        self._waiting = False  # the socket has not taken everything
        self._stalled = False  # for too long: newest values only
        self._due: dict[Pending, None] = {}  # newest value to be sent when it listens again
        self._written = 0  # bytes handed to the transport
        self._taken = (0, 0.0)  # bytes the socket has taken, and when that was last more than before
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
        if self._free or not self._withheld():
            self.send(*subscription.message())
        else:
            self._due[subscription] = None

    def forget(self, subscription: Pending) -> None:
        """Send no more of a subscription."""
        self._due.pop(subscription, None)

    def silence(self, on: bool) -> None:
        """Withhold events as the client asks, and send the newest when it wants them again."""
        self._silenced = on
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
        self._open = False
        self._parts.clear()
        self._due.clear()

    def blocked(self) -> None:
        """Take note that the socket has not taken everything."""
        self._waiting = True
        self._taken = (self._written - self._transport.get_write_buffer_size(), self._clock.now())
        self._check()

    def unblocked(self) -> None:
        """Take note that the socket has taken everything."""
        self._waiting = self._stalled = False
        self._check()

    def _check(self) -> None:
        self._free = not (self._silenced or self._waiting)
        if self._due and not (self._silenced or self._stalled):
            due, self._due = self._due, {}
            for subscription in due:
                self.send(*subscription.message())

    def _withheld(self) -> bool:
        if self._silenced or self._stalled:
            return True
        now, size = self._clock.now(), self._transport.get_write_buffer_size()
        taken, since = self._taken
        if self._written - size != taken:
            self._taken = (self._written - size, now)
        self._stalled = now - self._taken[1] > PATIENCE or size > MOST
        return self._stalled
