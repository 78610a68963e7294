"""One client's connection: caproto keeps the protocol's state, this answers.

Everything but a put is answered at once, in the order it came.  Answers and events leave in the order they
were made, in one write per turn of the event loop: what was posted before a put completes arrives before its
completion.  A client that does not read is sent only the newest values once ``BACKLOG`` is waiting for it.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections import deque
from collections.abc import Coroutine
from typing import Any, Protocol, cast

import caproto as ca

from cryoioc.errors import CryoError
from cryoioc.records import dbr
from cryoioc.records.puts import Origin
from cryoioc.records.source import Source
from cryoioc.records.subscription import NORMAL, Subscription, payload_or_failure

log = logging.getLogger(__name__)

BACKLOG = 2 * 2**20  # bytes waiting for a client that does not read, beyond which it gets newest values only
MAX_PUTS = 500  # puts of one client under way, beyond which its next request waits
MAX_MESSAGE = 2**20  # bytes of one message from a client
PUT_FAILED, NO_WRITE_ACCESS = 160, 376  # ECA_* (caerr.h)
READING = (ca.ReadNotifyRequest, ca.ReadRequest, ca.EventAddRequest)
READABLE = frozenset(ca.ChannelType) - {ca.ChannelType.PUT_ACKT, ca.ChannelType.PUT_ACKS}


class Directory(Protocol):
    """What a connection needs of its server."""

    port: int

    def find(self, name: str) -> Source | None:
        """Return what a name stands for."""

    def joined(self, circuit: Circuit) -> None:
        """Count a connection."""

    def left(self, circuit: Circuit) -> None:
        """Forget a connection."""

    def spawn(self, put: Coroutine[None, None, None]) -> asyncio.Task[None]:
        """Carry out a put in a task that outlives the connection."""

    async def put(self, source: Source, kind: int, elements: dbr.Elements, origin: Origin) -> None:
        """Carry out a put."""

    def refuse(self, source: Source, origin: Origin, reason: str) -> None:
        """Report a put that is refused unread."""


class Circuit(asyncio.Protocol):
    """Server side of one virtual circuit."""

    def __init__(self, server: Directory) -> None:
        self.server = server
        self.user = self.host = self.peer = ""
        self.sources: dict[int, Source] = {}  # by server id
        self.subscriptions: dict[int, Subscription] = {}
        self._transport: asyncio.Transport
        self._protocol: Any
        self._requests: deque[Any] = deque()
        self._answering = False
        self._puts = 0  # under way
        self._out: list[bytes] = []
        self._open = True
        self._choked = False  # the socket takes no more for now
        self._events_off = False  # the client asked for silence
        self._due: dict[Subscription, None] = {}  # newest value to be sent when it listens again

    # asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take over an accepted connection."""
        self._transport = cast(asyncio.Transport, transport)
        sock = transport.get_extra_info("socket")
        # Without it an event that follows a completion waits for the client's delayed acknowledgement, 40 ms.
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        address = transport.get_extra_info("peername")
        self.peer = "{}:{}".format(*address)
        self._protocol = ca.VirtualCircuit(ca.SERVER, address, None)
        self._protocol.our_address = transport.get_extra_info("sockname")
        self.server.joined(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the client; puts under way go on, the instrument may already have them."""
        self._open = False
        for subscription in self.subscriptions.values():
            subscription.source.unsubscribe(subscription)
        self.subscriptions.clear()
        self._due.clear()
        self._out.clear()
        self._requests.clear()
        self.server.left(self)

    def data_received(self, data: bytes) -> None:
        """Parse what came and answer it."""
        try:
            requests, missing = self._protocol.recv(data)
        except (ca.CaprotoError, ValueError, LookupError) as error:
            self._give_up(error)
            return
        if missing > MAX_MESSAGE:
            self._give_up(f"a message of {missing} bytes")
            return
        self._requests.extend(requests)
        if not self._answering:
            self._answer_requests()

    def pause_writing(self) -> None:
        """Stop reading from a client that does not read."""
        self._choked = True
        self._transport.pause_reading()

    def resume_writing(self) -> None:
        """Send what has become due, and read again."""
        self._choked = False
        self._send_due()
        self._transport.resume_reading()
        if not self._answering:
            self._answer_requests()

    # Answers

    def _answer_requests(self) -> None:
        """Answer what has come, one after another.

        After a put the rest waits for one turn of the loop, so that a put which needs no instrument is
        done before the next request is read.
        """
        self._answering = False
        while self._requests and self._open and not self._choked and self._puts < MAX_PUTS:
            request = self._requests.popleft()
            try:
                self._protocol.process_command(request)
            except (ca.CaprotoError, KeyError) as error:
                self._give_up(error)
                return
            if request is not ca.DISCONNECTED and self._answer(request):
                self._answering = True
                asyncio.get_running_loop().call_soon(self._answer_requests)
                return

    def _answer(self, request: Any) -> bool:
        """Answer one request; say whether a put was begun."""
        if isinstance(request, READING) and request.header.data_type not in READABLE:
            self._give_up(f"data type {request.header.data_type}")
        elif isinstance(request, ca.ReadNotifyRequest | ca.ReadRequest):
            self._read(request)
        elif isinstance(request, ca.WriteNotifyRequest | ca.WriteRequest):
            self._begin_put(request)
            return True
        elif isinstance(request, ca.EventAddRequest):
            self._subscribe(request)
        elif isinstance(request, ca.EventCancelRequest):
            self._unsubscribe(request)
        elif isinstance(request, ca.CreateChanRequest):
            self._create_channel(request)
        elif isinstance(request, ca.ClearChannelRequest):
            self._clear_channel(request)
        else:
            self._answer_circuit(request)
        return False

    def _answer_circuit(self, request: Any) -> None:
        if isinstance(request, ca.VersionRequest):
            self._respond(ca.VersionResponse(ca.DEFAULT_PROTOCOL_VERSION))
        elif isinstance(request, ca.EchoRequest):
            self._respond(ca.EchoResponse())
        elif isinstance(request, ca.HostNameRequest):
            self.host = request.name
        elif isinstance(request, ca.ClientNameRequest):
            self.user = request.name
        elif isinstance(request, ca.EventsOffRequest):
            self._events_off = True
        elif isinstance(request, ca.EventsOnRequest):
            self._events_off = False
            self._send_due()
        elif isinstance(request, ca.SearchRequest):
            if self.server.find(request.name) is not None:
                self._respond(ca.SearchResponse(self.server.port, None, request.cid, ca.DEFAULT_PROTOCOL_VERSION))
            elif request.reply == ca.DO_REPLY:
                self._respond(ca.NotFoundResponse(version=ca.DEFAULT_PROTOCOL_VERSION, cid=request.cid))

    def _create_channel(self, request: Any) -> None:
        source = self.server.find(request.name)
        if source is None:
            self._respond(ca.CreateChFailResponse(cid=request.cid))
            return
        rights = ca.AccessRights.READ | (ca.AccessRights.WRITE if source.accepts_puts else 0)
        sid = self._protocol.new_channel_id()
        self.sources[sid] = source
        self._respond(
            ca.AccessRightsResponse(cid=request.cid, access_rights=rights),
            ca.CreateChanResponse(data_type=source.kind, data_count=source.capacity, cid=request.cid, sid=sid),
        )

    def _clear_channel(self, request: Any) -> None:
        del self.sources[request.sid]
        for subscription in [s for s in self.subscriptions.values() if s.sid == request.sid]:
            self._forget(subscription)
        self._respond(ca.ClearChannelResponse(request.sid, request.cid))

    def _read(self, request: Any) -> None:
        kind = int(request.header.data_type)
        data, count, status = payload_or_failure(self.sources[request.sid], kind, request.data_count)
        answer = ca.ReadNotifyResponse if isinstance(request, ca.ReadNotifyRequest) else ca.ReadResponse
        self._respond(answer(data, kind, count, status, request.ioid))

    # Subscriptions

    def _subscribe(self, request: Any) -> None:
        source = self.sources[request.sid]
        if request.subscriptionid in self.subscriptions:
            self._forget(self.subscriptions[request.subscriptionid])
        subscription = Subscription(self, source, request)
        self.subscriptions[subscription.id] = subscription
        source.subscribe(subscription)
        subscription.deliver()

    def _unsubscribe(self, request: Any) -> None:
        subscription = self.subscriptions[request.subscriptionid]
        self._forget(subscription)
        self._respond(ca.EventCancelResponse(subscription.kind, request.sid, subscription.id, subscription.count))

    def _forget(self, subscription: Subscription) -> None:
        subscription.source.unsubscribe(subscription)
        self.subscriptions.pop(subscription.id, None)
        self._due.pop(subscription, None)

    def event(self, subscription: Subscription) -> None:
        """Send the present value of a subscription, or remember to do so when the client listens again."""
        full = self._choked and self._transport.get_write_buffer_size() > BACKLOG
        if self._events_off or full or subscription in self._due:
            self._due[subscription] = None
        else:
            self._send(*subscription.message())

    def _send_due(self) -> None:
        due, self._due = self._due, {}
        for subscription in due:
            self._send(*subscription.message())

    # Puts

    def _begin_put(self, request: Any) -> None:
        self._puts += 1
        task = self.server.spawn(self._put(self.sources[request.sid], request))
        task.add_done_callback(self._put_ended)

    async def _put(self, source: Source, request: Any) -> None:
        origin = Origin(self.user, self.host, self.peer)
        kind = request.header.data_type
        try:
            elements = dbr.decode(kind, request.data_count, _payload(request))
            await self.server.put(source, kind, elements, origin)
        except dbr.ConversionError as error:
            self.server.refuse(source, origin, str(error))
            self._complete(request, PUT_FAILED, str(error))
        except CryoError as error:
            self._complete(request, PUT_FAILED if source.accepts_puts else NO_WRITE_ACCESS, str(error))
        else:
            self._complete(request, NORMAL, "")

    def _complete(self, request: Any, status: int, reason: str) -> None:
        """Tell the client, unless it has closed the channel or itself meanwhile."""
        if not self._open or request.sid not in self.sources:
            return
        if isinstance(request, ca.WriteNotifyRequest):
            self._respond(ca.WriteNotifyResponse(request.data_type, request.data_count, status, request.ioid))
        elif status != NORMAL:
            cid = self._protocol.channels_sid[request.sid].cid
            self._respond(ca.ErrorResponse(request, cid, status=status, error_message=reason))

    def _put_ended(self, task: asyncio.Task[None]) -> None:
        self._puts -= 1
        if not self._answering:
            self._answer_requests()

    # Sending

    def _respond(self, *responses: Any) -> None:
        self._send(*map(bytes, self._protocol.send(*responses)))

    def _send(self, *parts: bytes) -> None:
        if not self._out:
            asyncio.get_running_loop().call_soon(self._flush)
        self._out.extend(parts)

    def _flush(self) -> None:
        if self._open and self._out:
            self._transport.write(b"".join(self._out))
        self._out.clear()

    def _give_up(self, why: object) -> None:
        """Close the connection of a client that breaks the protocol."""
        log.warning("%s: connection closed: %s", self.peer, str(why).split("\n", 1)[0])
        self._flush()
        self._open = False
        self._transport.abort()

    def close(self) -> None:
        """Send what is waiting and close the connection."""
        self._flush()
        if self._choked:
            self._transport.abort()  # it would wait for a client that does not read
        else:
            self._transport.close()


def _payload(request: Any) -> bytes:
    return b"".join(bytes(part) for part in request.buffers)
