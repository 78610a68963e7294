"""One client's connection: what it asks for, answered.

Everything but a put that needs an instrument is answered at once, in the order it came.  Answers and events
leave in the order they were made: what was posted before a put completes arrives before its completion.
"""

from __future__ import annotations

import asyncio
import fcntl
import logging
import socket
import sys
import termios
from collections.abc import Callable, Coroutine
from typing import ClassVar, cast

from cryoioc.errors import CryoError
from cryoioc.records import dbr, messages
from cryoioc.records.channel import Channel
from cryoioc.records.directory import Directory
from cryoioc.records.guard import NoAccess, Origin
from cryoioc.records.messages import ProtocolError, Request
from cryoioc.records.outlet import Outlet
from cryoioc.records.rights import Rights
from cryoioc.records.source import Source
from cryoioc.records.subscription import Subscription, payload_or_failure

log = logging.getLogger(__name__)

MAX_PUTS = 500  # puts of one client under way, beyond which its next request waits
SEND_BUFFER = 2**18  # bytes the kernel may hold for a client, so that it is soon known when one takes nothing
MAX_TURN = 500  # requests of one client answered in one turn of the loop, then it is the others' turn


class Circuit(asyncio.Protocol):
    """Server side of one virtual circuit."""

    def __init__(self, server: Directory) -> None:
        self.server = server
        self.origin = Origin()
        self.sources: dict[int, Source] = {}  # by server id
        self.subscriptions: dict[int, Subscription] = {}
        self.outlet: Outlet
        self._transport: asyncio.Transport
        self._cids: dict[int, int] = {}  # server id -> client id
        self._rights = Rights(server.grant)
        self._last_sid = 0
        self._rest = b""  # received and not answered yet
        self._answering = False  # a turn of the loop was asked for, to go on
        self._puts = 0  # under way
        self._open = True

    # asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take over an accepted connection."""
        self._transport = cast(asyncio.Transport, transport)
        sock = transport.get_extra_info("socket")
        # Without it an event that follows a completion waits for the client's delayed acknowledgement, 40 ms.
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        peer, own = (transport.get_extra_info(name) for name in ("peername", "sockname"))
        self.origin = Origin.of(peer, own)
        self.outlet = Outlet(self._transport, self.server.clock, lambda: untaken(sock), self.server.laggards)
        self.server.joined(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the client; puts under way go on, the instrument may already have them."""
        self._open = False
        for subscription in self.subscriptions.values():
            subscription.source.unsubscribe(subscription)
        self.subscriptions.clear()
        self.outlet.close()
        self.server.left(self)

    def data_received(self, data: bytes) -> None:
        """Answer what came."""
        self._rest = self._rest + data if self._rest else data
        if not self._answering:
            self._answer()

    def pause_writing(self) -> None:
        """Take note that the client does not keep up."""
        self.outlet.blocked()

    def resume_writing(self) -> None:
        """Send what has become due, and read again."""
        self.outlet.unblocked()
        self._go_on()

    # Requests

    def _answer(self) -> None:
        """Answer what has come, one after another.

        Behind a put that is not done at once the rest waits for one turn of the loop, so that a handler
        which only posts is done before the next request is read.
        """
        self._answering = False
        data, start, answered = self._rest, 0, 0
        self.outlet.gather()
        try:
            while self._open and not self._answering and self._puts < MAX_PUTS and not self.outlet.full:
                taken = messages.take(data, start)
                if taken is None:
                    break
                request, start = taken
                answer = self._ANSWERS.get(request.command)
                if answer is None:
                    raise ProtocolError(f"command {request.command}")
                answer(self, request)
                answered += 1
                if answered == MAX_TURN:
                    self._answer_later()
        except (ProtocolError, LookupError) as error:
            self._give_up(str(error))
        self._rest = data[start:]
        self.outlet.flush()
        if self._answering or self._puts >= MAX_PUTS or self.outlet.full:
            self._transport.pause_reading()
        else:
            self._transport.resume_reading()

    def _answer_later(self) -> None:
        self._answering = True
        asyncio.get_running_loop().call_soon(self._answer)

    def _go_on(self) -> None:
        if self._open and not self._answering:
            self._answer()

    def _version(self, request: Request) -> None:
        self.outlet.send(messages.version())

    def _echo(self, request: Request) -> None:
        self.outlet.send(messages.echo())

    def _names(self, request: Request) -> None:
        """Take note of the names a client claims for its host and its user, before its first channel as in base."""
        if self._last_sid:
            return
        name = messages.text(request.payload)
        is_user = request.command == messages.CLIENT_NAME
        self.origin = self.origin._replace(user=name) if is_user else self.origin._replace(host=name)

    def _switch_events(self, request: Request) -> None:
        self.outlet.silence(request.command == messages.EVENTS_OFF)

    def _nothing(self, request: Request) -> None:
        """READ_SYNC of old clients has no answer."""

    def _search(self, request: Request) -> None:
        if self.server.find(messages.text(request.payload)) is not None:
            self.outlet.send(messages.found(self.server.port, request.first))
        elif request.kind == messages.REPLY_IF_UNKNOWN:
            self.outlet.send(messages.not_found(request.first))

    # Channels

    def _create_channel(self, request: Request) -> None:
        source, cid = self.server.find(messages.text(request.payload)), request.first
        if source is None:
            self.outlet.send(messages.not_created(cid))
            return
        self._last_sid = sid = self._last_sid + 1
        self.sources[sid] = source
        self._cids[sid] = cid
        rights = self._rights.begin(sid, source, self.origin)
        self.outlet.send(messages.created(source.kind, source.capacity, cid, sid, rights))

    def review(self, owner: Channel | None) -> None:
        """Tell the client what it may do now with a record, or with all, where that is not what it was told."""
        for sid, rights, reading in self._rights.changes(self.sources, owner, self.origin):
            self.outlet.send(messages.access_rights(self._cids[sid], rights))
            for subscription in [s for s in self.subscriptions.values() if reading and s.sid == sid]:
                subscription.readable = self._rights.readable(sid)
                subscription.deliver()

    def _clear_channel(self, request: Request) -> None:
        sid = request.first
        del self.sources[sid], self._cids[sid]
        self._rights.forget(sid)
        for subscription in [s for s in self.subscriptions.values() if s.sid == sid]:
            self._forget(subscription)
        self.outlet.send(messages.cleared(sid, request.second))

    def _read(self, request: Request) -> None:
        command, kind, count, sid, number, _ = request
        if not self._rights.readable(sid):
            self._not_readable(request)
            return
        data, count, status = payload_or_failure(self.sources[sid], _readable(kind), count)
        if command == messages.READ:
            status = self._cids[sid]
        self.outlet.send(messages.header(command, len(data), kind, count, status, number), data)

    def _not_readable(self, request: Request) -> None:
        command, kind, count, sid, number, _ = request
        if command == messages.READ_NOTIFY:
            self.outlet.send(messages.header(command, 0, kind, 0, messages.NO_READ_ACCESS, number))
        else:
            asked = messages.header(command, 0, kind, count, sid, number)
            self.outlet.send(messages.failed(asked, self._cids[sid], messages.NO_READ_ACCESS, "no read access"))

    def _subscribe(self, request: Request) -> None:
        _, kind, count, sid, number, payload = request
        if number in self.subscriptions:
            self._forget(self.subscriptions[number])
        source, mask = self.sources[sid], messages.event_mask(payload)
        subscription = Subscription(self.outlet, source, sid, _readable(kind), count, mask, number)
        subscription.readable = self._rights.readable(sid)
        self.subscriptions[number] = subscription
        source.subscribe(subscription)
        subscription.deliver()

    def _unsubscribe(self, request: Request) -> None:
        subscription = self.subscriptions[request.second]
        self._forget(subscription)
        cid = self._cids[subscription.sid]
        self.outlet.send(messages.cancelled(subscription.kind, subscription.count, cid, subscription.id))

    def _forget(self, subscription: Subscription) -> None:
        subscription.source.unsubscribe(subscription)
        self.subscriptions.pop(subscription.id, None)
        self.outlet.forget(subscription)

    # Puts

    def _put(self, request: Request) -> None:
        source, origin = self.sources[request.first], self.origin
        try:
            elements = dbr.decode(request.kind, request.elements, request.payload)
            rest = self.server.begin_put(source, request.kind, elements, origin)
        except dbr.ConversionError as error:
            self.server.refuse(source, origin, str(error))
            self._complete(request, messages.PUT_FAILED, str(error))
        except CryoError as error:
            self._complete(request, _put_status(source, error), str(error))
        else:
            if rest is None:
                self._complete(request, messages.NORMAL, "")
                return
            self._puts += 1
            self.server.spawn(self._finish(source, request, rest)).add_done_callback(self._put_ended)
            self._answer_later()

    async def _finish(self, source: Source, request: Request, rest: Coroutine[None, None, None]) -> None:
        """Wait for a put and tell the client, unless it has closed the channel or itself meanwhile."""
        status, reason = messages.NORMAL, ""
        try:
            await rest
        except CryoError as error:
            status, reason = _put_status(source, error), str(error)
        if self._open and request.first in self.sources:
            self._complete(request, status, reason)

    def _complete(self, request: Request, status: int, reason: str) -> None:
        command, kind, count, sid, number, payload = request
        if command == messages.WRITE_NOTIFY:
            self.outlet.send(messages.written(kind, count, status, number))
        elif status != messages.NORMAL:
            header = messages.header(command, len(payload), kind, count, sid, number)
            self.outlet.send(messages.failed(header, self._cids[sid], status, reason))

    def _put_ended(self, task: asyncio.Task[None]) -> None:
        self._puts -= 1
        self._go_on()

    _ANSWERS: ClassVar[dict[int, Callable[[Circuit, Request], None]]] = {
        messages.VERSION: _version,
        messages.ECHO: _echo,
        messages.HOST_NAME: _names,
        messages.CLIENT_NAME: _names,
        messages.EVENTS_OFF: _switch_events,
        messages.EVENTS_ON: _switch_events,
        messages.READ_SYNC: _nothing,
        messages.SEARCH: _search,
        messages.CREATE_CHANNEL: _create_channel,
        messages.CLEAR_CHANNEL: _clear_channel,
        messages.READ: _read,
        messages.READ_NOTIFY: _read,
        messages.EVENT_ADD: _subscribe,
        messages.EVENT_CANCEL: _unsubscribe,
        messages.WRITE: _put,
        messages.WRITE_NOTIFY: _put,
    }

    # End

    def _give_up(self, why: str) -> None:
        """Close the connection of a client that breaks the protocol."""
        log.warning("%s: connection closed: %s", self.origin.peer, why)
        self.outlet.flush()
        self.outlet.close()
        self._open = False
        self._transport.abort()

    def close(self) -> None:
        """Send what is waiting and close the connection."""
        self.outlet.flush()
        if self.outlet.waiting:
            self._transport.abort()  # it would wait for a client that does not read
        else:
            self._transport.close()


def untaken(sock: socket.socket) -> int:
    """Return the bytes a TCP socket holds because the other side has not acknowledged them (tcp(7), SIOCOUTQ)."""
    return int.from_bytes(fcntl.ioctl(sock.fileno(), termios.TIOCOUTQ, bytes(4)), sys.byteorder)


def _readable(kind: int) -> int:
    if kind not in dbr.READABLE:
        raise ProtocolError(f"data type {kind}")
    return kind


def _put_status(source: Source, error: CryoError) -> int:
    may = source.accepts_puts and not isinstance(error, NoAccess)
    return messages.PUT_FAILED if may else messages.NO_WRITE_ACCESS
