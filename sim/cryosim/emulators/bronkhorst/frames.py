"""Frames of hexadecimal digits: ``:`` length, node, data."""

from __future__ import annotations

from dataclasses import dataclass

REQUEST, WRITE, WRITE_ANSWERED, STATUS = 4, 2, 1, 0
CHAINED = 0x80
TYPES = {0x00: 1, 0x20: 2, 0x40: 4}  # bytes; 0x60 is a text
TEXT = 0x60
ERROR = 4  # of the protocol, as a message of one byte
PROTOCOL_ERROR = 34  # the same as a status; 9.17.027, 3.6


class Bad(Exception):
    """A message that cannot be obeyed: status, and the place of the byte it is about."""

    def __init__(self, status: int, place: int) -> None:
        super().__init__(f"status {status} at byte {place}")
        self.status, self.place = status, place


@dataclass(frozen=True)
class Wanted:
    """One parameter of a request: where it is, and under which number it is to come back."""

    process: int
    parameter: int
    type: int
    length: int  # of a text
    back_process: int  # with its chain bit
    back_parameter: int  # with type and chain bits
    first: bool  # of its process in the message
    place: int


@dataclass(frozen=True)
class Told:
    """One parameter of a write."""

    process: int
    parameter: int
    type: int
    data: bytes
    place: int


class Bytes:
    """The data of a message, read from the front."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def take(self, count: int = 1) -> bytes:
        """Return the next bytes; :class:`Bad` where there are too few."""
        if self.at + count > len(self.data):
            raise Bad(PROTOCOL_ERROR, self.at)
        taken = self.data[self.at : self.at + count]
        self.at += count
        return taken

    def byte(self) -> int:
        """Return the next byte."""
        return self.take()[0]


def encoded(node: int, data: bytes) -> bytes:
    """Return the characters of a message."""
    whole = bytes([len(data) + 1, node]) + data
    return b":" + whole.hex().upper().encode("ascii") + b"\r\n"


def decoded(text: bytes) -> tuple[int, bytes] | None:
    """Return node and data of what stands between ``:`` and the line end; None if it is no message."""
    try:
        whole = bytes.fromhex(text.decode("ascii"))
    except ValueError:
        return None
    if len(whole) < 3 or whole[0] != len(whole) - 1:
        return None
    return whole[1], whole[2:]


def requested(data: bytes) -> list[Wanted]:
    """Return what a request, without its command, asks for."""
    reader, wanted = Bytes(data), list[Wanted]()
    more_processes = True
    while more_processes:
        process = reader.byte()
        more_processes = bool(process & CHAINED)
        more, first = True, True
        while more:
            place = reader.at
            back = reader.byte()
            more = bool(back & CHAINED)
            source, parameter = reader.take(2)
            kind = parameter & TEXT
            if kind != back & TEXT:
                raise Bad(5, place)
            length = reader.byte() if kind == TEXT else 0
            wanted.append(Wanted(source & 0x7F, parameter & 0x1F, kind, length, process, back, first, place))
            first = False
    if reader.at != len(data):
        raise Bad(PROTOCOL_ERROR, reader.at)
    return wanted


def told(data: bytes) -> list[Told]:
    """Return what a write, without its command, sets."""
    reader, found = Bytes(data), list[Told]()
    more_processes = True
    while more_processes:
        process = reader.byte()
        more_processes, more = bool(process & CHAINED), True
        while more:
            place = reader.at
            parameter = reader.byte()
            more = bool(parameter & CHAINED)
            kind = parameter & TEXT
            value = reader.take(TYPES[kind]) if kind != TEXT else _text(reader)
            found.append(Told(process & 0x7F, parameter & 0x1F, kind, value, place))
    if reader.at != len(data):
        raise Bad(PROTOCOL_ERROR, reader.at)
    return found


def _text(reader: Bytes) -> bytes:
    length = reader.byte()
    if length:
        return reader.take(length)
    text = bytearray()
    while byte := reader.byte():
        text.append(byte)
    return bytes(text)
