"""Who opens the port of an instrument: ``run`` does, ``demo``, ``check`` and ``describe`` never do."""

from __future__ import annotations

import ctypes
import os
import select
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

TIMEOUT = 30.0  # s, only ever reached by a failing test
IN_OPEN = 0x20  # inotify(7)
PORTS = """
[instrument.TC1]
port = "{terminal}"
[instrument.FM1]
port = "socket://127.0.0.1:{port}"
"""


class Terminal:
    """A pseudo-terminal, and the kernel's word on whether anybody has opened it (inotify)."""

    def __init__(self) -> None:
        self._instrument, slave = os.openpty()
        self.path = os.ttyname(slave)
        os.close(slave)
        libc = ctypes.CDLL(None, use_errno=True)
        self._watch = libc.inotify_init1(os.O_NONBLOCK)
        assert libc.inotify_add_watch(self._watch, self.path.encode(), IN_OPEN) >= 0, os.strerror(ctypes.get_errno())

    def opened(self, timeout: float) -> bool:
        """Say whether somebody has opened it, waiting for that if need be."""
        return bool(select.select([self._watch], [], [], timeout)[0])

    def close(self) -> None:
        os.close(self._watch)
        os.close(self._instrument)


class Listener:
    """A TCP port somebody might connect to."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]

    def opened(self, timeout: float) -> bool:
        """Say whether somebody has connected, waiting for that if need be."""
        return bool(select.select([self._socket], [], [], timeout)[0])

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def watched(station: Path) -> Iterator[tuple[Terminal, Listener]]:
    """The station with ports that really exist, and who watches them."""
    terminal, listener = Terminal(), Listener()
    station.write_text(station.read_text() + PORTS.format(terminal=terminal.path, port=listener.port))
    yield terminal, listener
    terminal.close()
    listener.close()


def test_run_opens_them(watched, start):
    """Otherwise the other tests would show nothing."""
    service = start("run")
    assert all(port.opened(TIMEOUT) for port in watched)
    assert service.end() == 0


def test_demo_opens_none(watched, start):
    service = start("demo", "--for", "3")
    service.wait_for_hints()
    assert service.wait() == 0
    assert "OK" in service.printed
    assert not any(port.opened(0.0) for port in watched)


@pytest.mark.parametrize("command", ["check", "describe"])
def test_reports_open_none(watched, station, cryoioc, command):
    assert cryoioc(command, station).status == 0
    assert not any(port.opened(0.0) for port in watched)
