"""Lines behind real doors: TCP on the loopback interface, and pseudo-terminals.

Nothing here knows an instrument.  The in-memory door for the virtual clock is
``cryoioc.link.transport.memory_pair`` with ``Line.serve`` on one end.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import struct
import tty
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from cryoioc.errors import CryoError
from cryosim.emulators.line import Line

LOOPBACK = "127.0.0.1"
CHUNK = 4096  # bytes per read
TIOCSPTLCK = 0x40045431  # Linux ioctl: unlock a pseudo-terminal; not in Python's termios
TIOCGPTN = 0x80045430  # Linux ioctl: its number


class ServingError(CryoError):
    """A door cannot be opened: port taken, path not ours, host unknown."""


class StreamTransport:
    """A TCP connection as a ``Transport``."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    def write(self, data: bytes) -> None:
        """Queue bytes; they are lost when the connection is closing."""
        if not self._writer.is_closing():
            self._writer.write(data)

    async def read(self) -> bytes:
        """Return the next bytes, ``b""`` when the client has gone."""
        try:
            return await self._reader.read(CHUNK)
        except ConnectionError:
            return b""

    def close(self) -> None:
        """Close the connection."""
        self._writer.close()


@asynccontextmanager
async def tcp(line: Line, port: int = 0, host: str = LOOPBACK) -> AsyncIterator[int]:
    """Serve a line on TCP while the context lasts; give the port (a free one for 0).

    Raises
    ------
    ServingError
        When the port is taken or the host cannot be bound.
    """

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await line.serve(StreamTransport(reader, writer))

    try:
        server = await asyncio.start_server(accept, host, port)
    except OSError as error:
        raise ServingError(f"cannot listen on {host}:{port}: {os.strerror(error.errno or 0)}") from error
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        line.disconnect()
        await server.wait_closed()


class PtyTransport:
    """The instrument's end of a pseudo-terminal as a ``Transport``."""

    def __init__(self) -> None:
        # The slave is not opened here: only so is a client's close seen as a hang-up.
        self._fd = os.open("/dev/ptmx", os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        fcntl.ioctl(self._fd, TIOCSPTLCK, struct.pack("i", 0))
        number = struct.unpack("i", fcntl.ioctl(self._fd, TIOCGPTN, struct.pack("i", 0)))[0]
        self.path = Path(f"/dev/pts/{number}")
        tty.setraw(self._fd)  # acts on the slave: no echo to a client that sets nothing itself
        self._closed = False

    def write(self, data: bytes) -> None:
        """Pass bytes on; what a client does not fetch is lost, as in a serial port."""
        if self._closed:
            return
        try:
            os.write(self._fd, data)
        except BlockingIOError:
            return

    async def read(self) -> bytes:
        """Return the next bytes, ``b""`` when the client has closed the terminal."""
        if self._closed:
            return b""
        await self._readable()
        try:
            return os.read(self._fd, CHUNK)
        except OSError:  # EIO: the last client has closed it
            return b""

    async def _readable(self) -> None:
        loop = asyncio.get_running_loop()
        ready = asyncio.Event()
        loop.add_reader(self._fd, ready.set)
        try:
            await ready.wait()
        finally:
            loop.remove_reader(self._fd)

    def close(self) -> None:
        """Hang up."""
        if not self._closed:
            self._closed = True
            os.close(self._fd)


class DeviceLink:
    """A symbolic link that stands for the device file of a serial port.

    Raises
    ------
    ServingError
        When ``path`` is something else than a symbolic link, or cannot be written.
    """

    def __init__(self, path: Path) -> None:
        if path.exists() and not path.is_symlink():
            raise ServingError(f"{path} exists and is not a symbolic link; choose another name")
        self._path = path
        self._fresh = path.with_name(f".{path.name}.{os.getpid()}")

    def point(self, target: Path) -> None:
        """Let the link point at ``target``; whoever opens it gets the old or the new one."""
        try:
            self._fresh.unlink(missing_ok=True)
            self._fresh.symlink_to(target)
            self._fresh.replace(self._path)
        except OSError as error:
            raise ServingError(f"cannot write {self._path}: {error.strerror}") from error

    def remove(self) -> None:
        """Take the link away."""
        self._path.unlink(missing_ok=True)


@asynccontextmanager
async def pty(line: Line, path: Path) -> AsyncIterator[asyncio.Task[None]]:
    """Serve a line on pseudo-terminals while the context lasts; the link ``path`` leads to the one to open.

    After each hang-up there is a new one: Linux refuses 7O1 on a pseudo-terminal that has been
    opened before, so an unmodified client could not come back to the old one.  Gives the task that
    does it, which ends only by failing.

    Raises
    ------
    ServingError
        When ``path`` cannot be used.
    """
    link = DeviceLink(path)
    terminal = PtyTransport()
    link.point(terminal.path)
    serving = asyncio.create_task(_reopen(line, link, terminal))
    try:
        yield serving
    finally:
        serving.cancel()
        await asyncio.wait([serving])
        link.remove()


async def _reopen(line: Line, link: DeviceLink, terminal: PtyTransport) -> None:
    """Serve one terminal after the other."""
    while True:
        await line.serve(terminal)
        if not line.accepting.is_set():
            link.remove()  # an unplugged instrument has no device file
            await line.accepting.wait()
        terminal = PtyTransport()
        link.point(terminal.path)
