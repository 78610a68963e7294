"""Channel Access over one connection of TCP: what is watched is always known, a put ends when it is done."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from typing import Any

import caproto

from cryoioc.errors import CryoError, Refused

LOOPBACK = "127.0.0.1"
PATIENCE = 60.0  # s, only ever reached when something is broken
CHUNK = 65536  # bytes
INVALID = 3  # severity
ENUMS = (caproto.ChannelType.ENUM,)


class Gone(CryoError):
    """The server has closed the connection, or never answered."""


class Client:
    """A client of one server on loopback.

    Parameters
    ----------
    prefix : str
        Before every name.
    port : int
        Of the server.

    Attributes
    ----------
    values : dict
        Of what is watched, by name; of an enumeration the word.
    valid : set of str
        Names of those that are not INVALID.
    """

    def __init__(self, prefix: str, port: int) -> None:
        self.prefix, self.port = prefix, port
        self.values: dict[str, Any] = {}
        self.valid: set[str] = set()
        self._circuit = caproto.VirtualCircuit(caproto.CLIENT, (LOOPBACK, port), 0)
        self._channels: dict[str, caproto.ClientChannel] = {}
        self._watched: dict[int, str] = {}  # subscription -> name
        self._awaited: dict[tuple[type, int], asyncio.Future[Any]] = {}
        self._changed = asyncio.Event()
        self._writer: asyncio.StreamWriter | None = None
        self._listening: asyncio.Task[None] | None = None

    async def connect(self) -> None:
        """Connect; ``OSError`` when nobody listens."""
        reader, self._writer = await asyncio.open_connection(LOOPBACK, self.port)
        self._listening = asyncio.create_task(self._listen(reader))
        self._send(caproto.VersionRequest(0, 13), caproto.HostNameRequest(LOOPBACK),
                   caproto.ClientNameRequest("cryoioc"))  # fmt: skip

    async def close(self) -> None:
        """Close the connection."""
        if self._listening is not None:
            self._listening.cancel()
            await asyncio.wait({self._listening})
        if self._writer is not None:
            self._writer.close()

    async def watch(self, *names: str) -> None:
        """Have values from now on; return when the first ones are there."""
        for name in names:
            channel = await self._channel(name)
            kind = caproto.ChannelType.STRING if channel.native_data_type in ENUMS else channel.native_data_type
            request = channel.subscribe(data_type=caproto.field_types["status"][kind])
            self._watched[request.subscriptionid] = name
            self._send(request)
        await self.until(lambda: all(name in self.values for name in names))

    async def until(self, condition: Callable[[], bool]) -> None:
        """Return when a condition on the values holds.

        Raises
        ------
        Gone
        """
        while not condition():
            self._changed.clear()
            if self._listening is None or self._listening.done():
                raise Gone(f"{self.prefix} at port {self.port}: the connection has ended")
            try:
                async with asyncio.timeout(PATIENCE):
                    await self._changed.wait()
            except TimeoutError:
                raise Gone(f"{self.prefix} at port {self.port}: nothing for {PATIENCE:g} s") from None

    async def put(self, name: str, value: float | str) -> None:
        """Put and wait for the completion.

        Raises
        ------
        Refused
        Gone
        """
        channel = await self._channel(name)
        kind = caproto.ChannelType.STRING if isinstance(value, str) else caproto.ChannelType.DOUBLE
        data: Any = (value,)
        if isinstance(value, str) and channel.native_data_type is caproto.ChannelType.CHAR:
            kind, data = caproto.ChannelType.CHAR, value.encode("ascii")
        request = channel.write(data, data_type=kind, notify=True)
        done = await self._answered(caproto.WriteNotifyResponse, request.ioid, request)
        if done.status.success != 1:
            raise Refused(f"{self.prefix}{name}: {done.status.name}")

    async def _channel(self, name: str) -> caproto.ClientChannel:
        channel = self._channels.get(name)
        if channel is None:
            channel = self._channels[name] = caproto.ClientChannel(self.prefix + name, self._circuit)
            await self._answered(caproto.CreateChanResponse, channel.cid, channel.create())
        return channel

    async def _answered(self, kind: type, number: int, request: Any) -> Any:
        """Send a request and return what answers it."""
        future = self._awaited[kind, number] = asyncio.get_running_loop().create_future()
        self._send(request)
        try:
            async with asyncio.timeout(PATIENCE):
                return await future
        except TimeoutError:
            raise Gone(f"{self.prefix} at port {self.port}: no answer to {request}") from None
        finally:
            self._awaited.pop((kind, number), None)

    def _send(self, *requests: Any) -> None:
        assert self._writer is not None
        self._writer.write(b"".join(map(bytes, self._circuit.send(*requests))))

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        try:
            while data := await reader.read(CHUNK):
                for message in self._circuit.recv(data)[0]:
                    self._circuit.process_command(message)
                    self._take(message)
        except ConnectionError:
            pass  # killed: the same as closed
        finally:
            self._changed.set()
            for future in self._awaited.values():
                if not future.done():
                    future.set_exception(Gone(f"{self.prefix} at port {self.port}: the connection has ended"))

    def _take(self, message: Any) -> None:
        match message:
            case caproto.EventAddResponse():
                self._note(self._watched[message.subscriptionid], message)
            case caproto.CreateChanResponse() | caproto.CreateChFailResponse():
                self._resolve(caproto.CreateChanResponse, message.cid, message)
            case caproto.WriteNotifyResponse():
                self._resolve(caproto.WriteNotifyResponse, message.ioid, message)

    def _note(self, name: str, event: Any) -> None:
        value = event.data[0] if len(event.data) else b""
        self.values[name] = value.decode("ascii", "replace") if isinstance(value, bytes) else float(value)
        if int(event.metadata.severity) < INVALID:
            self.valid.add(name)
        else:
            self.valid.discard(name)
        self._changed.set()

    def _resolve(self, kind: type, number: int, message: Any) -> None:
        future = self._awaited.get((kind, number))
        if future is None or future.done():
            return
        if isinstance(message, caproto.CreateChFailResponse):
            future.set_exception(Gone(f"{self.prefix}: a name is not served"))
        else:
            future.set_result(message)


def free_port() -> int:
    """Return a port of the loopback interface that a server can have: free for TCP and UDP."""
    while True:
        with socket.socket() as stream, socket.socket(type=socket.SOCK_DGRAM) as datagram:
            stream.bind((LOOPBACK, 0))
            port: int = stream.getsockname()[1]
            try:
                datagram.bind((LOOPBACK, port))
            except OSError:
                continue
            return port
