"""Bytes out, bytes in: the one seam between the link and whatever carries its bytes.

:func:`open_port` opens a real port through pyserial, whatever the address says; :func:`memory_pair`
makes a line without any port, which also works where time is virtual.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import queue
import socket
import termios
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, Protocol

import serial

from cryoioc.errors import LinkDown

log = logging.getLogger(__name__)

PTY_MAJORS = range(136, 144)  # device numbers of Unix98 pseudo-terminals on Linux
READ_TIMEOUT = 0.1  # s, how long a closed port without cancel_read may keep its thread
# s, a port that takes nothing for so long is dead.  Generous, for pyserial counts from the beginning of a write,
# also the time in which a busy machine did not let the thread run though every byte was taken at once.
WRITE_TIMEOUT = 2.0
BURST = 4096  # bytes handed over at once
KEEPALIVE = (10, 5, 3)  # s idle, s between probes, probes: a dead peer is known after 25 s


class Transport(Protocol):
    """A line to somewhere, in bytes."""

    def write(self, data: bytes) -> None:
        """Queue bytes to be sent; never block.  LinkDown when the line is known to be closed."""

    async def read(self) -> bytes:
        """Return the next bytes as they come; ``b""`` when the far end has closed."""

    def close(self) -> None:
        """Give the line back; a pending read ends.  Harmless when done twice."""


@dataclass(frozen=True, kw_only=True)
class PortSettings:
    """How a serial port is set up; what a network socket does not need is ignored there."""

    baud: int  # bit/s; 0: no line rate to reckon with
    bytesize: Literal[7, 8] = 8
    parity: Literal["O", "N", "E"] = "N"
    stopbits: Literal[1, 2] = 1

    @property
    def character_time(self) -> float:
        """How long one character takes on the line, [s]; 0 without a line rate."""
        bits = 1 + self.bytesize + (self.parity != "N") + self.stopbits
        return bits / self.baud if self.baud else 0.0


def settings_for(url: str, settings: PortSettings) -> PortSettings:
    """Return what of ``settings`` holds for ``url``: a network socket has no line rate."""
    return replace(settings, baud=0) if url.lower().startswith("socket://") else settings


class _Inbox:
    """Bytes that have arrived, and whether more can come."""

    def __init__(self) -> None:
        self._data = bytearray()
        self._end: LinkDown | None = None
        self._closed = False
        self._changed = asyncio.Event()

    def put(self, data: bytes) -> None:
        self._data += data
        self._changed.set()

    def finish(self, error: LinkDown | None = None) -> None:
        """Nothing comes any more; readers get ``error``, or ``b""`` without one."""
        if not self._closed:
            self._closed, self._end = True, error
            self._changed.set()

    async def get(self) -> bytes:
        while not self._data and not self._closed:
            self._changed.clear()
            await self._changed.wait()
        if self._data:
            data = bytes(self._data)
            self._data.clear()
            return data
        if self._end is not None:
            raise self._end
        return b""


class _MemoryEnd:
    """One end of a line in memory."""

    def __init__(self, mine: _Inbox, theirs: _Inbox) -> None:
        self._mine, self._theirs = mine, theirs
        self._closed = False

    def write(self, data: bytes) -> None:
        if self._closed:
            raise LinkDown("this end of the line is closed")
        self._theirs.put(data)

    async def read(self) -> bytes:
        return await self._mine.get()

    def close(self) -> None:
        self._closed = True
        self._mine.finish()
        self._theirs.finish()


def memory_pair() -> tuple[Transport, Transport]:
    """Return the two ends of a line in memory: what one writes the other reads, at once."""
    here, there = _Inbox(), _Inbox()
    return _MemoryEnd(here, there), _MemoryEnd(there, here)


async def open_port(url: str, settings: PortSettings) -> Transport:
    """Open a port through pyserial.

    Parameters
    ----------
    url : str
        A device such as ``/dev/serial/by-id/...``, ``socket://host:port`` or ``rfc2217://host:port``.
    settings : PortSettings
        Line settings of a serial port.

    Raises
    ------
    LinkDown
        The port cannot be opened; the reason is in the text.
    """
    loop = asyncio.get_running_loop()
    opened: asyncio.Future[None] = loop.create_future()
    port = _Port(url, settings, loop, opened)
    try:
        await opened
    except BaseException:  # whatever ends the waiting, cancellation too: no thread is left behind
        port.close()
        raise
    return port


class _Port:
    """A pyserial port with a thread that opens it, reads it and closes it, and a thread that writes.

    pyserial blocks in all four (it even sleeps in ``close``), and a port that takes nothing must
    not hold up the loop, which serves the other instruments.
    """

    def __init__(
        self, url: str, settings: PortSettings, loop: asyncio.AbstractEventLoop, opened: asyncio.Future[None]
    ) -> None:
        self._url, self._settings = url, settings
        self._loop, self._opened = loop, opened
        self._inbox = _Inbox()
        self._serial: serial.SerialBase | None = None
        self._ended = False
        self._lock = threading.Lock()  # over _serial and _ended
        self._outgoing: queue.SimpleQueue[bytes] = queue.SimpleQueue()  # b"" ends the writing thread
        threading.Thread(target=self._live, name=f"port {url}").start()

    def write(self, data: bytes) -> None:
        with self._lock:
            if self._ended or self._serial is None:
                raise LinkDown(f"{self._url}: closed")
        if data:
            self._outgoing.put(data)

    async def read(self) -> bytes:
        return await self._inbox.get()

    def close(self) -> None:
        self._inbox.finish()
        self._end_reading()

    def _end_reading(self) -> None:
        with self._lock:
            self._ended = True
            if self._serial is not None and hasattr(self._serial, "cancel_read"):
                self._serial.cancel_read()

    def _live(self) -> None:
        """Run the thread: open, read until closed or broken, close."""
        try:
            port = _open(self._url, self._settings)
        except (OSError, ValueError, termios.error) as error:
            self._tell(self._refused, LinkDown(f"{self._url}: {error}"))
            return
        with self._lock:
            self._serial = port
        writer = threading.Thread(target=self._send, args=(port,), name=f"to port {self._url}")
        writer.start()
        self._tell(self._accepted)
        end: LinkDown | None = None
        try:
            while not self._ended:
                self._read_burst(port)
        except OSError as error:
            end = LinkDown(f"{self._url}: {error}")
        with self._lock:
            self._ended, self._serial = True, None
        self._outgoing.put(b"")
        writer.join(WRITE_TIMEOUT)  # closing a port that is being written to is nothing pyserial provides for
        port.close()
        self._tell(self._inbox.finish, end)

    def _send(self, port: serial.SerialBase) -> None:
        """Run the writing thread, until the port is closed or takes nothing."""
        try:
            while data := self._outgoing.get():
                port.write(data)
        except OSError as error:
            self._end_reading()
            self._tell(self._inbox.finish, LinkDown(f"{self._url}: {error}"))

    def _read_burst(self, port: serial.SerialBase) -> None:
        """Wait for a byte and hand it on with those right behind it, also when the line breaks there."""
        burst = bytearray()
        try:
            burst += port.read(1)
            while len(burst) < BURST and (waiting := port.in_waiting):
                burst += port.read(waiting)
        finally:
            if burst:
                self._tell(self._inbox.put, bytes(burst))

    def _tell(self, what: Callable[..., None], *arguments: object) -> None:
        # The loop may be gone when a port outlives it by a moment; then nobody is left to be told.
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(what, *arguments)

    def _accepted(self) -> None:
        if not self._opened.done():
            self._opened.set_result(None)

    def _refused(self, error: LinkDown) -> None:
        if not self._opened.done():
            self._opened.set_exception(error)


def _open(url: str, settings: PortSettings) -> serial.SerialBase:
    """Open the port in the calling thread; OSError, ValueError or termios.error when it fails."""
    if _is_pty(url) and (settings.bytesize, settings.parity) != (8, "N"):
        # A pty has no parity: the kernel drops the request once and then refuses it for ever.
        wanted = f"{settings.bytesize}{settings.parity}{settings.stopbits}"
        log.info("%s is a pseudo-terminal: opened 8N1 instead of %s", url, wanted)
        settings = replace(settings, bytesize=8, parity="N")
    network = "://" in url
    port = serial.serial_for_url(
        url,
        baudrate=settings.baud or 9600,
        bytesize=settings.bytesize,
        parity=settings.parity,
        stopbits=settings.stopbits,
        timeout=READ_TIMEOUT,
        write_timeout=None if url.lower().startswith("rfc2217://") else WRITE_TIMEOUT,
        exclusive=None if network else True,
    )
    if url.lower().startswith("socket://"):
        _tune(port.fileno())
    return port


def _is_pty(url: str) -> bool:
    try:
        return os.major(Path(url).stat().st_rdev) in PTY_MAJORS
    except OSError:
        return False


def _tune(descriptor: int) -> None:
    """Make a TCP socket notice a dead peer and send small messages at once."""
    idle, interval, probes = KEEPALIVE
    with socket.socket(fileno=os.dup(descriptor)) as shared:  # options belong to the connection
        shared.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        shared.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        shared.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, idle)
        shared.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, interval)
        shared.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, probes)
