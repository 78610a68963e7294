"""Cables between an IOC and its instruments that say anything but the truth, while they are told to."""

from __future__ import annotations

import contextlib
import random
import socket
import threading
from urllib.parse import urlsplit

CHUNK = 4096


class BadCable:
    """A TCP connection to an instrument, at a port of its own.

    Parameters
    ----------
    url : str
        ``socket://`` address of the instrument.
    seed : int

    Attributes
    ----------
    spoiling : threading.Event
        While set, answers are changed, cut, doubled, replaced by noise, kept back, or the connection ends.
    spoilt : int
        Answers that were not passed on as they came.
    heard : bytearray
        All that was said to the instrument.
    """

    def __init__(self, url: str, seed: int) -> None:
        parts = urlsplit(url)
        self._far = (parts.hostname, parts.port)
        self._random = random.Random(seed)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"socket://127.0.0.1:{self._listening.getsockname()[1]}"
        self.spoiling = threading.Event()
        self.spoilt = 0
        self.heard = bytearray()
        self._open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """End it."""
        self._listening.close()
        for sock in self._open:
            sock.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listening.accept()
                far = socket.create_connection(self._far)
            except OSError:
                return
            self._open += [near, far]
            threading.Thread(target=_pass, args=(near, far, self._hear), daemon=True).start()
            threading.Thread(target=_pass, args=(far, near, self._spoil), daemon=True).start()

    def _hear(self, data: bytes) -> bytes:
        self.heard += data
        return data

    def _spoil(self, data: bytes) -> bytes:
        """Return what arrives of an answer; ConnectionError when the line breaks."""
        if not self.spoiling.is_set() or self._random.random() < 0.3:
            return data
        self.spoilt += 1
        return spoilt(data, self._random)


def spoilt(data: bytes, rng: random.Random) -> bytes:
    """Return an answer as no instrument gives it; ConnectionError when the line breaks."""
    which = rng.randrange(8)
    if which == 0:
        return rng.randbytes(rng.randrange(1, 600))
    if which == 1:
        return data[: rng.randrange(len(data))]
    if which == 2:
        return data + data
    if which == 3:
        return b""
    if which == 4:
        return rng.randbytes(rng.randrange(1, 20)) + data
    if which == 5:
        return b"\r\n" * rng.randrange(1, 50)
    if which == 6 and rng.random() < 0.1:
        raise ConnectionError("the line breaks")
    changed = bytearray(data)
    for _ in range(rng.randrange(1, 4)):
        changed[rng.randrange(len(changed))] = rng.randrange(256)
    return bytes(changed)


def _pass(source: socket.socket, sink: socket.socket, change) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(CHUNK):
            sink.sendall(change(data))
    for sock in (source, sink):
        with contextlib.suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)
        sock.close()
