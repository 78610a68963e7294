"""What a Channel Access client may say, and what nobody should: from a seed, the same every time.

Requests that are well formed may ask for anything, and the server must answer them all on the same connection.
What breaks the protocol comes last on a connection, which the server may then close.
"""

from __future__ import annotations

import random
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field

ECHO, CREATE, CLEAR, READ, READ_NOTIFY, WRITE, WRITE_NOTIFY = 23, 18, 12, 3, 15, 4, 19
EVENT_ADD, EVENT_CANCEL, EVENTS_OFF, EVENTS_ON, SEARCH, VERSION, SYNC, USER, HOST = 1, 2, 8, 9, 6, 0, 10, 20, 21
SUFFIXES = ("", ".VAL", ".DESC", ".DESC$", ".EGU", ".HIHI", ".SEVR", ".PROC", ".RTYP", ".NAME$$", ".ACKS", ".ZNAM", ".")
PUT_ONLY = (35, 36)  # acknowledgements
TYPES = [kind for kind in range(39) if kind not in PUT_ONLY]  # that can be read (db_access.h)
PUT_TYPES = (*range(7), *PUT_ONLY)
COUNTS = (0, 1, 2, 3, 40, 1000, 65535, 65536, 2**24, 2**32 - 1)
NUMBERS = (0.0, 1.0, -1.0, 20.0, 1e308, float("nan"), float("inf"), -float("inf"), 5e-324)


def message(
    command: int, payload: bytes = b"", kind: int = 0, count: int = 0, first: int = 0, second: int = 0
) -> bytes:
    """Return one message, with the long header where one is needed (CA protocol specification)."""
    payload += b"\0" * (-len(payload) % 8)
    if len(payload) < 0xFFFF and count < 0xFFFF:
        return struct.pack(">HHHHII", command, len(payload), kind, count, first, second) + payload
    return struct.pack(">HHHHIIII", command, 0xFFFF, kind, 0, first, second, len(payload), count) + payload


@dataclass
class Talk:
    """One connection's requests.

    Parameters
    ----------
    random : Random
    names : sequence of str
        Names the server has.
    """

    random: random.Random
    names: Sequence[str]
    sids: list[int] = field(default_factory=list)  # channels the server has made
    subscriptions: dict[int, int] = field(default_factory=dict)  # number -> sid

    def create(self, cid: int) -> bytes:
        """Ask for a channel, most of them there."""
        return message(CREATE, self._name(), first=cid, second=13)

    def request(self) -> bytes:
        """Return a request the server has to answer or to obey."""
        choice = self.random.choices((self._read, self._put, self._subscribe, self._other), (40, 20, 20, 20))[0]
        return choice()

    def breaking(self) -> bytes:
        """Return what no client may send."""
        good = bytearray(self.request())
        which = self.random.randrange(6)
        if which == 0:
            return self.random.randbytes(self.random.randrange(1, 400))
        if which == 1:
            return bytes(good[: self.random.randrange(len(good))])
        if which == 2:
            return message(self.random.randrange(28, 65536), self._noise())
        if which == 3:
            return message(READ_NOTIFY, kind=self.random.randrange(65536), count=1, first=self.random.getrandbits(32))
        if which == 4:
            return struct.pack(">HHHHIIII", WRITE, 0xFFFF, 0, 0, 1, 1, self.random.getrandbits(32), 2**32 - 1)
        for _ in range(self.random.randrange(1, 8)):
            good[self.random.randrange(len(good))] = self.random.randrange(256)
        return bytes(good)

    def datagram(self) -> bytes:
        """Return what may come to the UDP port."""
        searches = [
            message(SEARCH, self._name(), kind=5, count=13, first=cid, second=cid)
            for cid in range(self.random.randrange(1, 20))
        ]
        data = bytearray(message(VERSION, count=13) + b"".join(searches))
        if self.random.random() < 0.5:
            for _ in range(self.random.randrange(1, 10)):
                data[self.random.randrange(len(data))] = self.random.randrange(256)
        return self._noise() if self.random.random() < 0.2 else bytes(data)

    def _name(self) -> bytes:
        if self.random.random() < 0.1:
            # Any text: what is no UTF-8 breaks the protocol and is left to `breaking`.
            return bytes(self.random.randrange(128) for _ in range(self.random.randrange(120))) + b"\0"
        name = self.random.choice(self.names) + self.random.choice(SUFFIXES)
        return (name + "$" * (self.random.choice((0, 0, 0, 1, 2, 2000)))).encode() + b"\0"

    def _noise(self) -> bytes:
        return self.random.randbytes(self.random.randrange(300))

    def _sid(self) -> int:
        return self.random.choice(self.sids)

    def _read(self) -> bytes:
        command = self.random.choice((READ, READ_NOTIFY, READ_NOTIFY))
        kind, count = self.random.choice(TYPES), self.random.choice(COUNTS)
        return message(command, kind=kind, count=count, first=self._sid(), second=self.random.getrandbits(32))

    def _put(self) -> bytes:
        command = self.random.choice((WRITE, WRITE_NOTIFY))
        kind, count = self.random.choice(PUT_TYPES), self.random.choice(COUNTS)
        payload = self.random.choice((self._noise, self._number, self._text))()
        return message(command, payload, kind, count, self._sid(), self.random.getrandbits(32))

    def _number(self) -> bytes:
        return struct.pack(">d", self.random.choice(NUMBERS)) * self.random.choice((1, 1, 3))

    def _text(self) -> bytes:
        return self.random.choice(("1", "20.5", "Off", "x" * 60, "ä" * 30, "nan", "0x10", "1e400", "9" * 5000)).encode()

    def _subscribe(self) -> bytes:
        if self.subscriptions and self.random.random() < 0.4:
            number, sid = self.subscriptions.popitem()
            return message(EVENT_CANCEL, kind=6, count=1, first=sid, second=number)
        sid, number = self._sid(), self.random.randrange(50)
        self.subscriptions[number] = sid
        mask = struct.pack(">fffHH", 0.0, 0.0, 0.0, self.random.getrandbits(16), 0)
        kind, count = self.random.choice(TYPES), self.random.choice(COUNTS)
        return message(EVENT_ADD, mask, kind, count, sid, number)

    def _other(self) -> bytes:
        which = self.random.randrange(6)
        if which == 0:
            return message(ECHO)
        if which == 1:
            return message(SEARCH, self._name(), kind=self.random.choice((5, 10)), count=13, first=1, second=1)
        if which == 2:
            return message(self.random.choice((USER, HOST)), self._text() + b"\0")
        if which == 3:
            return message(EVENTS_OFF) + message(EVENTS_ON)
        if which == 4:
            return message(self.random.choice((SYNC, VERSION)), count=13)
        return self.create(self.random.getrandbits(32))
