"""Messages of Channel Access: taken apart, and the answers a server gives.

Layout after the Channel Access protocol specification and ``caProto.h``; nothing here knows a socket or a record.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

VERSION, EVENT_ADD, EVENT_CANCEL, READ, WRITE = 0, 1, 2, 3, 4
SEARCH, EVENTS_OFF, EVENTS_ON, READ_SYNC, ERROR = 6, 8, 9, 10, 11
CLEAR_CHANNEL, BEACON, NOT_FOUND, READ_NOTIFY, CREATE_CHANNEL, WRITE_NOTIFY = 12, 13, 14, 15, 18, 19
CLIENT_NAME, HOST_NAME, ACCESS_RIGHTS, ECHO, CREATE_FAILED = 20, 21, 22, 23, 26

NORMAL, GET_FAILED, PUT_FAILED, NO_READ_ACCESS, NO_WRITE_ACCESS = 1, 152, 160, 368, 376  # ECA_* (caerr.h)
READABLE, WRITABLE = 1, 2  # access rights
MINOR_VERSION = 13
REPLY_IF_UNKNOWN = 10  # of a search
MAX_MESSAGE = 2**20  # bytes of one message
_LARGE = 0xFFFF  # a size or count that needs the long header

_HEADER = struct.Struct(">HHHHII")
_SIZES = struct.Struct(">II")
_LONG_HEADER = struct.Struct(">HHHHIIII")
_MASK = struct.Struct(">12xH")


class Request(NamedTuple):
    """What a client sent, or a server."""

    command: int
    kind: int  # data type
    elements: int
    first: int  # parameters: the client's number of a channel, or the server's ...
    second: int  # ... and the number of the request or subscription
    payload: bytes


class ProtocolError(ValueError):
    """What came is no message of Channel Access."""


def take(data: bytes | bytearray, start: int) -> tuple[Request, int] | None:
    """Return the message that begins at ``start``, and where the next one does; None while it is incomplete.

    Raises
    ------
    ProtocolError
        For a message longer than any there should be.
    """
    body = start + _HEADER.size
    if len(data) < body:
        return None
    command, size, kind, count, first, second = _HEADER.unpack_from(data, start)
    if size == _LARGE:
        if len(data) < body + _SIZES.size:
            return None
        size, count = _SIZES.unpack_from(data, body)
        body += _SIZES.size
        if size > MAX_MESSAGE:
            raise ProtocolError(f"a message of {size} bytes")
    end = body + size
    if len(data) < end:
        return None
    return Request(command, kind, count, first, second, bytes(data[body:end])), end


def header(command: int, size: int, kind: int, count: int, first: int, second: int) -> bytes:
    """Return the header of a message with ``size`` bytes of padded payload."""
    if size < _LARGE and count < _LARGE:
        return _HEADER.pack(command, size, kind, count, first, second)
    return _LONG_HEADER.pack(command, _LARGE, kind, 0, first, second, size, count)


def padded(data: bytes) -> bytes:
    """Return a payload filled to a multiple of eight bytes."""
    return data + b"\0" * (-len(data) % 8)


def text(payload: bytes) -> str:
    """Return the name in a payload.

    Raises
    ------
    ProtocolError
        When it is no text.
    """
    try:
        return payload.split(b"\0", 1)[0].decode()
    except UnicodeDecodeError as error:
        raise ProtocolError(f"a name of {payload[:20]!r}") from error


def event_mask(payload: bytes) -> int:
    """Return the kinds of change a subscription asks for.

    Raises
    ------
    ProtocolError
        When there are none in the message.
    """
    if len(payload) < _MASK.size:
        raise ProtocolError("a subscription without mask")
    mask: int = _MASK.unpack_from(payload)[0]
    return mask


# Answers.  ``cid`` is the client's number of a channel, ``sid`` the server's.


def version() -> bytes:
    """Answer to VERSION, and begin of every datagram."""
    return header(VERSION, 0, 0, MINOR_VERSION, 0, 0)


def echo() -> bytes:
    """Answer to ECHO."""
    return header(ECHO, 0, 0, 0, 0, 0)


def beacon(port: int, number: int) -> bytes:
    """Announce a server at the address this comes from, the ``number``-th time."""
    return header(BEACON, 0, MINOR_VERSION, port, number & 0xFFFFFFFF, 0)


def found(port: int, cid: int) -> bytes:
    """Answer to SEARCH: here, at the address this comes from."""
    return header(SEARCH, 8, port, 0, 0xFFFFFFFF, cid) + struct.pack(">H6x", MINOR_VERSION)


def not_found(cid: int) -> bytes:
    """Answer to a SEARCH that wants one in any case."""
    return header(NOT_FOUND, 0, REPLY_IF_UNKNOWN, MINOR_VERSION, cid, cid)


def created(kind: int, count: int, cid: int, sid: int, rights: int) -> bytes:
    """Answer to CREATE_CHANNEL."""
    return access_rights(cid, rights) + header(CREATE_CHANNEL, 0, kind, count, cid, sid)


def access_rights(cid: int, rights: int) -> bytes:
    """Tell what a client may do with a channel, when it is made and when that changes."""
    return header(ACCESS_RIGHTS, 0, 0, 0, cid, rights)


def not_created(cid: int) -> bytes:
    """Answer to CREATE_CHANNEL of an unknown name."""
    return header(CREATE_FAILED, 0, 0, 0, cid, 0)


def cleared(sid: int, cid: int) -> bytes:
    """Answer to CLEAR_CHANNEL."""
    return header(CLEAR_CHANNEL, 0, 0, 0, sid, cid)


def cancelled(kind: int, count: int, cid: int, subscription: int) -> bytes:
    """Answer to EVENT_CANCEL."""
    return header(EVENT_ADD, 0, kind, count, cid, subscription)


def written(kind: int, count: int, status: int, ioid: int) -> bytes:
    """Answer to WRITE_NOTIFY."""
    return header(WRITE_NOTIFY, 0, kind, count, status, ioid)


def failed(request: bytes, cid: int, status: int, reason: str) -> bytes:
    """Tell of a request that has no answer of its own, and failed; ``request`` is its header."""
    payload = padded(request + reason.encode(errors="replace") + b"\0")
    return header(ERROR, len(payload), 0, 0, cid, status) + payload
