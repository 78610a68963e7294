"""A client's subscription, and the bytes of its events.

An event is a header of the subscription's own and a payload that all subscriptions of one data type share.
"""

from __future__ import annotations

import struct
from typing import Any, Protocol

from cryoioc.records import dbr
from cryoioc.records.source import Source

EVENT = 1  # CA_PROTO_EVENT_ADD
NORMAL, GET_FAILED = 1, 152  # ECA_* (caerr.h)


class Outlet(Protocol):
    """Where events go."""

    def event(self, subscription: Subscription) -> None:
        """Send the present value of a subscription, now or when the client listens again."""


class Subscription:
    """One client's wish to be told of the changes of one source."""

    __slots__ = ("_head", "_shape", "circuit", "count", "id", "kind", "mask", "sid", "source")

    def __init__(self, circuit: Outlet, source: Source, request: Any) -> None:
        self.circuit = circuit
        self.source = source
        self.sid = request.sid
        self.kind = int(request.header.data_type)
        self.count = request.data_count
        self.mask = request.mask
        self.id = request.subscriptionid
        self._shape = (-1, -1)
        self._head = b""

    def deliver(self) -> None:
        """Send the present value, or note that it is due."""
        self.circuit.event(self)

    def message(self) -> tuple[bytes, bytes]:
        """Return header and padded payload of an event with the present value."""
        data, count, status = payload_or_failure(self.source, self.kind, self.count)
        if (len(data), count) != self._shape:
            self._shape = (len(data), count)
            self._head = _header(EVENT, -(-len(data) // 8) * 8, self.kind, count, status, self.id)
        return self._head, data.ljust(-(-len(data) // 8) * 8, b"\0")


def payload_or_failure(source: Source, kind: int, count: int) -> tuple[bytes, int, int]:
    """Return the encoded value, the number of elements and the CA status; nothing where it has no meaning."""
    try:
        return *source.encoded(kind, count), NORMAL
    except dbr.ConversionError:
        return b"", 0, GET_FAILED


def _header(command: int, size: int, kind: int, count: int, parameter1: int, parameter2: int) -> bytes:
    if size < 0xFFFF and count < 0xFFFF:
        return struct.pack(">HHHHII", command, size, kind, count, parameter1, parameter2)
    return struct.pack(">HHHHIIII", command, 0xFFFF, kind, 0, parameter1, parameter2, size, count)
