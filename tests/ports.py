"""Ports of one's own on loopback, for tests and benchmarks.

They come from below those that the system hands out to outgoing connections (Linux: 32768 and up), so that no
connection takes one between its choice and its use; each worker of a divided test run has a range of its own, in
which none is given out twice.
"""

from __future__ import annotations

import os
import random
import socket

LOOPBACK = "127.0.0.1"
LOWEST, A_WORKER = 12000, 2500

_worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 8
_mine = list(range(LOWEST + _worker * A_WORKER, LOWEST + (_worker + 1) * A_WORKER))
random.Random(os.getpid()).shuffle(_mine)  # two runs side by side rarely try the same one


def find_free_port() -> int:
    """Return a port that is free for TCP and UDP on loopback, another one each time.

    Raises
    ------
    RuntimeError
        Every port of the range was given out or is taken.
    """
    while _mine:
        port = _mine.pop()
        with socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
            try:
                tcp.bind((LOOPBACK, port))
                udp.bind((LOOPBACK, port))
            except OSError:
                continue
        return port
    raise RuntimeError("no free port")
