"""A client's subscription, and the bytes of its events.

An event is a header of the subscription's own and a payload that all subscriptions of one data type share.
"""

from __future__ import annotations

from cryoioc.records import dbr
from cryoioc.records.messages import EVENT_ADD, GET_FAILED, NO_READ_ACCESS, NORMAL, header
from cryoioc.records.outlet import Outlet
from cryoioc.records.source import Source


class Subscription:
    """One client's wish to be told of the changes of one source."""

    __slots__ = ("_head", "_shape", "count", "id", "kind", "mask", "outlet", "readable", "sid", "source")

    def __init__(self, outlet: Outlet, source: Source, sid: int, kind: int, count: int, mask: int, id: int) -> None:
        self.outlet = outlet
        self.source = source
        self.sid = sid
        self.kind = kind
        self.count = count
        self.mask = mask
        self.id = id
        self.readable = True  # else its events say only that the client may not read
        self._shape = (-1, -1)
        self._head = b""

    def deliver(self) -> None:
        """Send the present value, or note that it is due."""
        self.outlet.event(self)

    def message(self) -> tuple[bytes, bytes]:
        """Return header and payload of an event with the present value."""
        data, count, status = payload_or_failure(self.source, self.kind, self.count)
        if not self.readable:  # zeros, as in base: clients take an event without payload for the end of the events
            return header(EVENT_ADD, len(data), self.kind, count, NO_READ_ACCESS, self.id), bytes(len(data))
        if (len(data), count) != self._shape:
            self._shape = (len(data), count)
            self._head = header(EVENT_ADD, len(data), self.kind, count, status, self.id)
        return self._head, data


def payload_or_failure(source: Source, kind: int, count: int) -> tuple[bytes, int, int]:
    """Return the encoded value, the number of elements and the CA status; nothing where it has no meaning."""
    try:
        return *source.encoded(kind, count), NORMAL
    except dbr.ConversionError:
        return b"", 0, GET_FAILED
