"""What a Channel Access server may answer to a ``ca:`` input, and what none should: from a seed."""

from __future__ import annotations

import random
import struct
from collections.abc import Iterator

from .ca_talk import CREATE, ECHO, EVENT_ADD, READ_NOTIFY, SEARCH, VERSION, message

ACCESS, CREATE_FAILED, DISCONNECTED, ERROR = 22, 26, 27, 11
STS_DOUBLE, GR_DOUBLE = 13, 27  # what a ``ca:`` input asks for
NORMAL = 1  # ECA_NORMAL
VALUES = (0.0, 4.2, -1.0, 1e308, 5e-324, float("nan"), float("inf"), -float("inf"))
SEVERITIES = (0, 0, 0, 1, 2, 3, 4, 77, 0x7FFF, 0x8000, 0xFFFF)
UNITS = (b"K", b"", b"mbar", b"\xff" * 8, b"\0" * 8, b"12345678", "°C".encode())
NUMBERS = (0, 1, 2, 3, 8, 100, 65534, 65535, 2**24, 2**32 - 1)


def requests(data: bytearray) -> Iterator[tuple[int, int, int, int, int]]:
    """Take whole requests away from ``data``: command, data type, number of elements, first and second number."""
    while len(data) >= 16:
        command, size, kind, count, first, second = struct.unpack_from(">HHHHII", data)
        if len(data) < 16 + size:
            return
        del data[: 16 + size]
        yield command, kind, count, first, second


def honest(command: int, kind: int, first: int, second: int, value: float = 4.2) -> bytes:
    """Return what a server of one PV in kelvin answers to a request; nothing where nothing is due."""
    if command == VERSION:
        return message(VERSION, count=13)
    if command == ECHO:
        return message(ECHO)
    if command == CREATE:
        return message(ACCESS, first=first, second=3) + message(CREATE, kind=6, count=1, first=first, second=1)
    if command == READ_NOTIFY:
        return message(READ_NOTIFY, graphic(0, b"K", value), GR_DOUBLE, 1, NORMAL, second)
    if command == EVENT_ADD:
        return message(EVENT_ADD, status(0, value), STS_DOUBLE, 1, NORMAL, second)
    return b""


def status(severity: int, value: float) -> bytes:
    """Return a DBR_STS_DOUBLE (db_access.h)."""
    return struct.pack(">HHxxxxd", 0, severity, value)


def graphic(severity: int, unit: bytes, value: float) -> bytes:
    """Return a DBR_GR_DOUBLE."""
    return struct.pack(">HHhxx8s6dd", 0, severity, 3, unit, *(0.0,) * 6, value)


class Answers:
    """One server's answers.

    Parameters
    ----------
    random : Random
    truth : float
        Share of the answers that are honest: behind each further one stands more of the client.
    """

    def __init__(self, random_: random.Random, truth: float) -> None:
        self.random, self.truth = random_, truth
        self.subscriptions: list[int] = []

    def answer(self, command: int, kind: int, first: int, second: int) -> bytes:
        """Return what is said to a request."""
        if command == EVENT_ADD:
            self.subscriptions.append(second)
        good = honest(command, kind, first, second, self.random.choice(VALUES))
        return good if self.random.random() < self.truth else self.spoil(good or self.unasked())

    def unasked(self) -> bytes:
        """Return an event, as a server sends them by itself, or something in its place."""
        choose = self.random.choice
        number = choose(self.subscriptions) if self.subscriptions else 0
        which = self.random.randrange(9)
        if which < 4:
            return message(EVENT_ADD, status(choose(SEVERITIES), choose(VALUES)), STS_DOUBLE, 1, NORMAL, number)
        if which == 4:
            return message(EVENT_ADD, self.noise(), self.random.randrange(40), choose(NUMBERS), NORMAL, number)
        if which == 5:
            return message(READ_NOTIFY, graphic(choose(SEVERITIES), choose(UNITS), 1.0), choose((GR_DOUBLE, 0, 6, 99)),
                           choose(NUMBERS), choose((NORMAL, 0, 48)), self.random.randrange(3))  # fmt: skip
        if which == 6:
            return message(choose((ERROR, DISCONNECTED, CREATE_FAILED, ACCESS, CREATE, ECHO, VERSION)), self.noise(),
                           choose(NUMBERS) % 65536, choose(NUMBERS), choose(NUMBERS), choose(NUMBERS))  # fmt: skip
        if which == 7:
            return struct.pack(">HHHHIIII", EVENT_ADD, 0xFFFF, STS_DOUBLE, 0, NORMAL, number, choose(NUMBERS), 1)
        return self.noise()

    def spoil(self, data: bytes) -> bytes:
        """Return a message as no server sends it."""
        which = self.random.randrange(5)
        if which == 0:
            return self.unasked()
        if which == 1:
            return data[: self.random.randrange(len(data) + 1)]
        if which == 2:
            return data + data
        changed = bytearray(data or b"\0")
        for _ in range(self.random.randrange(1, 6)):
            changed[self.random.randrange(len(changed))] = self.random.randrange(256)
        return bytes(changed)

    def noise(self) -> bytes:
        """Return anything."""
        return self.random.randbytes(self.random.randrange(120))

    def datagram(self) -> bytes:
        """Return what may come where an answer to a search is waited for."""
        where = self.random.choice((0xFFFFFFFF, self.random.getrandbits(32)))
        port, number = self.random.randrange(65536), self.random.randrange(3)
        found = message(SEARCH, struct.pack(">H", 13), port, 0, where, number)
        return self.random.choice((found, message(VERSION, count=13) + found, self.spoil(found), self.noise()))
