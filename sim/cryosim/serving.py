"""Lines behind real doors: TCP on the loopback interface, and pseudo-terminals.

Nothing here knows an instrument.  The in-memory door for the virtual clock is
``cryoioc.link.transport.memory_pair`` with ``Line.serve`` on one end.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import struct
import tty
from collections.abc import AsyncIterator, Callable
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

    conversations: set[asyncio.Task[None]] = set()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # A task of our own: of one that asyncio makes here, Python 3.11 reports the cancellation as an error.
        conversation = asyncio.ensure_future(line.serve(StreamTransport(reader, writer)))
        conversations.add(conversation)
        conversation.add_done_callback(conversations.discard)

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
        for conversation in conversations:
            conversation.cancel()
        await asyncio.gather(*conversations, return_exceptions=True)


class PtyTransport:
    """The instrument's end of a pseudo-terminal as a ``Transport``.

    Parameters
    ----------
    first_use : callable
        Called once, when a client has sent its first bytes.
    """

    def __init__(self, first_use: Callable[[], None]) -> None:
        self._first_use: Callable[[], None] | None = first_use
        # The slave is not opened here: only so is a client's close seen as a hang-up.
        self._fd = os.open("/dev/ptmx", os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        fcntl.ioctl(self._fd, TIOCSPTLCK, struct.pack("i", 0))
        number = struct.unpack("i", fcntl.ioctl(self._fd, TIOCGPTN, struct.pack("i", 0)))[0]
        self.path = Path(f"/dev/pts/{number}")
        tty.setraw(self._fd)  # acts on the slave: no echo to a client that sets nothing itself
        self._closed = False
        self._ready = asyncio.Event()

    def write(self, data: bytes) -> None:
        """Pass bytes on; what a client does not fetch is lost, as in a serial port."""
        if self._closed:
            return
        with contextlib.suppress(BlockingIOError):
            os.write(self._fd, data)

    async def read(self) -> bytes:
        """Return the next bytes, ``b""`` when the client has closed the terminal."""
        if self._closed:
            return b""
        loop = asyncio.get_running_loop()
        self._ready.clear()
        loop.add_reader(self._fd, self._ready.set)
        try:
            await self._ready.wait()
        finally:
            if not self._closed:
                loop.remove_reader(self._fd)
        return b"" if self._closed else self._fetch()

    def close(self) -> None:
        """Hang up; a pending read ends."""
        if not self._closed:
            self._closed = True
            asyncio.get_running_loop().remove_reader(self._fd)
            os.close(self._fd)
            self._ready.set()

    def _fetch(self) -> bytes:
        try:
            data = os.read(self._fd, CHUNK)
        except OSError:  # EIO: the last client has closed it
            return b""
        if self._first_use is not None:
            self._first_use()
            self._first_use = None
        return data


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


class PtyDoor:
    """One pseudo-terminal after the other in front of a line.

    Linux refuses 7O1 on a pseudo-terminal that has been opened before, so each is for one client: the
    link leads to a fresh one as soon as the present one is in use, and a client that closes and opens
    again at once never meets its old one.
    """

    def __init__(self, line: Line, path: Path) -> None:
        self._line = line
        self._link = DeviceLink(path)
        self._prepare()

    def _prepare(self) -> None:
        self._waiting = PtyTransport(self._prepare)
        self._link.point(self._waiting.path)

    async def run(self) -> None:
        """Serve clients until cancelled."""
        while True:
            terminal = self._waiting
            await self._line.serve(terminal)
            if not self._line.accepting.is_set():
                self._link.remove()  # an unplugged instrument has no device file
                self._waiting.close()
                await self._line.accepting.wait()
                self._prepare()
            elif self._waiting is terminal:  # closed before it was used
                self._prepare()

    def close(self) -> None:
        """Take the link and the terminal behind it away."""
        self._link.remove()
        self._waiting.close()


@asynccontextmanager
async def pty(line: Line, path: Path) -> AsyncIterator[asyncio.Task[None]]:
    """Serve a line on pseudo-terminals while the context lasts; the link ``path`` leads to the one to open.

    Gives the task that does it, which ends only by failing.

    Raises
    ------
    ServingError
        When ``path`` cannot be used.
    """
    door = PtyDoor(line, path)
    serving = asyncio.create_task(door.run())
    try:
        yield serving
    finally:
        serving.cancel()
        await asyncio.wait([serving])
        door.close()
