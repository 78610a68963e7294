"""Channel Access from the client's side: one connection of TCP to one server, for everything that is asked of it.

Who uses it finds the server first: ``monitor`` by a search, a drill by knowing the port it has given to its own.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from typing import Any

import caproto

from cryoioc.clock import Clock
from cryoioc.errors import CryoError, Refused
from cryoioc.records import messages

CONNECT = 5.0  # s for a connection
PATIENCE = 60.0  # s for an answer, of a put the completion; only ever reached when something is broken
SILENCE = 30.0  # s without a word until the server is given up, where nobody needs to know sooner
ASK, PARTS = 1.0, 4  # s without a word until it is asked for one, and that part of its silence at most
CHUNK = 65536  # bytes
INVALID = 3  # severity
HELLO, ECHO = caproto.VersionRequest(0, 13), caproto.EchoRequest()

Address = tuple[str, int]
Take = Callable[[Any], None]


class Lost(CryoError):
    """There is no connection any more, or no answer; the sentence says why."""


class Client:
    """A connection to a server, from :meth:`connect` to :meth:`close`.

    Parameters
    ----------
    server : (str, int)
    silence : float
        Time without a word until the server is given up, [s]; it is asked for one several times before.
    alive : callable, optional
        Called when the server has answered that it is there: what it said last still counts.
    """

    def __init__(self, server: Address, silence: float = SILENCE, alive: Callable[[], None] | None = None) -> None:
        self.server, self.silence = server, silence
        self._alive, self._clock = alive, Clock()
        self._circuit = caproto.VirtualCircuit(caproto.CLIENT, server, 0)
        self._rest = bytearray()  # of a message that is not whole yet
        self._channels: dict[str, caproto.ClientChannel] = {}
        self._subscriptions: dict[int, Take] = {}
        self._awaited: dict[tuple[type, int], asyncio.Future[Any]] = {}
        self._writer: asyncio.StreamWriter
        self._listening: asyncio.Task[None] | None = None

    async def connect(self) -> None:
        """Connect.

        Raises
        ------
        Lost
            When nobody listens.
        """
        try:
            async with asyncio.timeout(CONNECT):
                reader, self._writer = await asyncio.open_connection(*self.server)
        except OSError as error:  # a timeout too, which says nothing
            raise Lost(f"{self}: {error.strerror or 'no answer'}") from error
        self._listening = asyncio.create_task(self._listen(reader))
        self._send(HELLO, caproto.HostNameRequest(socket.gethostname()), caproto.ClientNameRequest("cryoioc"))

    async def close(self) -> None:
        """Close the connection, if there is one."""
        if self._listening is not None:
            self._listening.cancel()
            await asyncio.gather(self._listening, return_exceptions=True)
            self._writer.close()

    async def read(self, name: str, kind: caproto.ChannelType) -> Any:
        """Return a PV's first element with the metadata of a kind.

        Raises
        ------
        Lost
        """
        channel = await self._channel(name)
        request = channel.read(data_type=kind, data_count=1)
        return await self._answered(caproto.ReadNotifyResponse, request.ioid, request)

    async def subscribe(self, name: str, kind: caproto.ChannelType | None, take: Take) -> None:
        """Have the first element of a PV taken at every event, the first one as soon as it comes.

        Parameters
        ----------
        kind : ChannelType or None
            None: value and alarm as they are, of an enumeration the word.

        Raises
        ------
        Lost
        """
        channel = await self._channel(name)
        if kind is None:
            words = channel.native_data_type is caproto.ChannelType.ENUM
            native = caproto.ChannelType.STRING if words else channel.native_data_type
            kind = caproto.field_types["status"][native]
        request = channel.subscribe(data_type=kind, data_count=1)
        self._subscriptions[request.subscriptionid] = take
        self._send(request)

    async def put(self, name: str, value: float | str) -> None:
        """Put and wait for the completion.

        Raises
        ------
        Refused
        Lost
        """
        channel = await self._channel(name)
        kind = caproto.ChannelType.STRING if isinstance(value, str) else caproto.ChannelType.DOUBLE
        data: Any = (value,)
        if isinstance(value, str) and channel.native_data_type is caproto.ChannelType.CHAR:
            kind, data = caproto.ChannelType.CHAR, value.encode("ascii")
        request = channel.write(data, data_type=kind, notify=True)
        done = await self._answered(caproto.WriteNotifyResponse, request.ioid, request)
        if done.status.success != 1:
            raise Refused(f"{name}: {done.status.name}")

    async def until(self, awaited: Awaitable[Any], what: str) -> Any:
        """Return what something brings; raise :class:`Lost` if the connection ends before, or patience does."""
        assert self._listening is not None
        task = asyncio.ensure_future(awaited)
        try:
            await asyncio.wait({task, self._listening}, timeout=PATIENCE, return_when=asyncio.FIRST_COMPLETED)
            if task.done():
                return task.result()
            if self._listening.done():
                self._listening.result()
            raise Lost(f"{self}: {what}: nothing for {PATIENCE:g} s")
        finally:
            task.cancel()

    async def ended(self) -> None:
        """Wait for the end of the connection, and raise it as :class:`Lost`."""
        assert self._listening is not None
        await self._listening

    def __str__(self) -> str:
        host, port = self.server
        return f"{host}:{port}"

    async def _channel(self, name: str) -> caproto.ClientChannel:
        channel = self._channels.get(name)
        if channel is None:
            channel = self._channels[name] = caproto.ClientChannel(name, self._circuit)
            await self._answered(caproto.CreateChanResponse, channel.cid, channel.create())
        return channel

    async def _answered(self, kind: type, number: int, request: Any) -> Any:
        """Send a request and return what answers it."""
        future = self._awaited[kind, number] = asyncio.get_running_loop().create_future()
        self._send(request)
        try:
            return await self.until(future, f"{type(request).__name__}")
        finally:
            del self._awaited[kind, number]

    def _send(self, *requests: Any) -> None:
        self._writer.write(b"".join(map(bytes, self._circuit.send(*requests))))

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        """Take what the server says until the connection ends, which is raised."""
        try:
            while data := await self._whole(reader):
                for message in self._circuit.recv(data)[0]:
                    self._process(message)
                    self._take(message)
        except (caproto.CaprotoError, ValueError, LookupError) as error:
            # ValueError: less behind a header than it promises. LookupError: a number that was never given.
            raise Lost(f"{self}: no Channel Access: {error}") from error
        except OSError as error:
            raise Lost(f"{self}: {error}") from error
        raise Lost(f"{self}: connection closed")

    def _process(self, message: Any) -> None:
        try:
            self._circuit.process_command(message)
        except AttributeError as error:  # caproto's way to say so: the message lacks what such an answer has
            raise Lost(f"{self}: no Channel Access: {type(message).__name__} that nobody asked for") from error

    async def _whole(self, reader: asyncio.StreamReader) -> bytes:
        """Return the next message, once it is whole, and ask for one; nothing at the end of the connection.

        A server that goes on sending one message for ever is silent, too: what it said last is not true for ever.
        """
        given_up = self._clock.now() + self.silence
        while (left := given_up - self._clock.now()) > 0.0:
            try:
                async with self._clock.timeout(min(left, ASK, self.silence / PARTS)):
                    while (taken := messages.take(self._rest, 0)) is None:
                        data = await reader.read(CHUNK)
                        if not data:
                            return b""
                        self._rest += data
            except TimeoutError:
                self._writer.write(bytes(ECHO))
                continue
            message, end = taken
            if message.command in (messages.EVENT_ADD, messages.READ_NOTIFY) and message.elements > 1:
                raise Lost(f"{self}: {message.elements} elements where one was asked for")
            whole = bytes(self._rest[:end])
            del self._rest[:end]
            return whole
        raise Lost(f"{self}: silent for {self.silence:g} s")

    def _take(self, message: Any) -> None:
        match message:
            case caproto.EventAddResponse() | caproto.ReadNotifyResponse() if message.status.success != 1:
                # Reading is not allowed, or not any more: what comes with it are zeros.
                raise Lost(f"{self}: no reading: {message.status.name}")
            case caproto.EventAddResponse():
                take = self._subscriptions.get(message.subscriptionid)
                if take is None:
                    raise Lost(f"{self}: news that nobody has asked for")
                take(message)
            case caproto.EchoResponse():
                if self._alive is not None:
                    self._alive()
            case caproto.CreateChanResponse():
                self._resolve(message, message.cid)
            case caproto.ReadNotifyResponse() | caproto.WriteNotifyResponse():
                self._resolve(message, message.ioid)
            case caproto.CreateChFailResponse() | caproto.ServerDisconnResponse():
                raise Lost(f"{self}: a name is not served, or not any more")
            case caproto.ErrorResponse():
                raise Lost(f"{self}: {message.error_message.decode('latin-1', 'replace')}")

    def _resolve(self, message: Any, number: int) -> None:
        future = self._awaited.get((type(message), number))
        if future is not None and not future.done():
            future.set_result(message)
