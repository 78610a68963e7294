"""The Channel Access server of an IOC: names, ports, life and death."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from dataclasses import replace

from cryoioc.clock import Clock
from cryoioc.records import dbr, processing, puts
from cryoioc.records.channel import Channel
from cryoioc.records.circuit import Circuit
from cryoioc.records.directory import Connection
from cryoioc.records.field import Field
from cryoioc.records.guard import EVERYTHING, Grant, Guard, NoAccess, Origin
from cryoioc.records.names import Names
from cryoioc.records.outlet import Laggards
from cryoioc.records.pin import check_caproto
from cryoioc.records.ports import ServerError, bound
from cryoioc.records.puts import Hooks, Report
from cryoioc.records.search import SearchResponder, send_beacons
from cryoioc.records.source import LongText, Source

log = logging.getLogger(__name__)

NO_ACCESS = "no write access"


class Server:
    """Serves channels and their fields.

    Parameters
    ----------
    channels : iterable of Channel
        What is served, each under ``prefix`` and the name of its record.
    prefix : str
        Put before every name.
    interfaces : sequence of str
        Addresses to listen on; broadcast searches are only heard on ``0.0.0.0``.
    port : int
        TCP and UDP port, the same on all interfaces.
    aliases : mapping
        Extra name -> real name, both without prefix.
    clock : Clock, optional
        By which a client's patience with its own socket is measured, and beacons are spaced.
    guard : Guard, optional
        Decides who may read and put what; everybody everything without one.

    Attributes
    ----------
    laggards : Laggards
        Counts the clients that did not keep up.
    hooks : Hooks
        Who is told of puts, before their completion is sent.

    Raises
    ------
    ValueError
        For a name that is taken, too long, or an alias of nothing.
    """

    def __init__(
        self,
        channels: Iterable[Channel],
        *,
        prefix: str,
        interfaces: Sequence[str] = ("127.0.0.1",),
        port: int = 5064,
        aliases: Mapping[str, str] | None = None,
        clock: Clock | None = None,
        guard: Guard | None = None,
    ) -> None:
        self.interfaces = tuple(interfaces)
        self.port = port
        self.clock = clock or Clock()
        self.laggards = Laggards()
        self.hooks = Hooks()
        self._guard = guard
        self._names = Names(channels, prefix, aliases or {})
        self._circuits: set[Connection] = set()
        self._puts: set[asyncio.Task[None]] = set()
        self._listening: list[asyncio.Server | asyncio.DatagramTransport] = []
        self._ended: asyncio.Future[None]
        self._over = False
        for channel in self._names.channels.values():
            channel.on_regroup = self.review
        if guard is not None:
            guard.attach(self.find, self.review)

    @property
    def refused(self) -> Callable[[Channel, str], None] | None:
        """Told of each refused put, channel and reason, before its completion is sent."""
        return self.hooks.refused

    @refused.setter
    def refused(self, hook: Callable[[Channel, str], None] | None) -> None:
        self.hooks.refused = hook

    @property
    def clients(self) -> int:
        """Number of connected clients.

        Raises
        ------
        ServerError
            When the server has ended: an IOC that goes on without it must not go on unnoticed.
        """
        if self._over:
            raise ServerError("Channel Access server has ended")
        return len(self._circuits)

    @property
    def connections(self) -> int:
        """Number of channels the clients have connected."""
        return sum(len(circuit.sources) for circuit in self._circuits)

    # Life

    async def start(self) -> None:
        """Listen on every interface.

        Raises
        ------
        ServerError
            When a port is taken, with the interface and the port.
        """
        unknown = check_caproto()
        if unknown is not None:
            log.warning("%s", unknown)
        loop = asyncio.get_running_loop()
        self._ended, self._over = loop.create_future(), False
        try:
            for interface in self.interfaces:
                tcp = bound(interface, self.port, socket.SOCK_STREAM)
                self._listening.append(await loop.create_server(lambda: Circuit(self), sock=tcp, backlog=128))
                udp = bound(interface, self.port, socket.SOCK_DGRAM)
                transport, _ = await loop.create_datagram_endpoint(
                    lambda: SearchResponder(self._has, self.port, self._ended), sock=udp
                )
                self._listening.append(transport)
        except ServerError:
            await self.close()
            raise
        log.info("serving %d names on %s port %d", len(self._names.channels), ", ".join(self.interfaces), self.port)

    async def run(self) -> None:
        """Serve until cancelled; start first if that was not done.

        Raises
        ------
        ServerError
            When serving ends by itself.
        """
        if not self._listening:
            await self.start()
        beacons = asyncio.create_task(send_beacons(self.interfaces, self.port, self.clock))
        try:
            await asyncio.wait({beacons, self._ended}, return_when=asyncio.FIRST_COMPLETED)
            cause = self._ended.exception() if self._ended.done() else beacons.exception()
            raise ServerError(f"Channel Access server ended by itself: {cause!r}") from cause
        finally:
            beacons.cancel()
            await self.close()

    async def close(self) -> None:
        """Stop listening, stop the puts that are under way, close the clients' connections."""
        self._over = True
        for listener in self._listening:
            listener.close()
        self._listening.clear()
        for channel in self._names.channels.values():
            for timer in list(channel.timers):
                processing.cancel(channel, timer)
        for task in self._puts:
            task.cancel()
        await asyncio.gather(*self._puts, return_exceptions=True)
        for circuit in list(self._circuits):
            circuit.close()

    # What connections ask for

    def _has(self, name: str) -> bool:
        return self.find(name) is not None

    def find(self, name: str) -> Source | None:
        """Return the record or field of a name, ``$`` at its end for a string as characters."""
        return self._names.find(name)

    def joined(self, circuit: Connection) -> None:
        """Count a connection."""
        self._circuits.add(circuit)

    def left(self, circuit: Connection) -> None:
        """Forget a connection."""
        self._circuits.discard(circuit)

    def grant(self, source: Source, origin: Origin) -> Grant:
        """Return what a client may do with a source."""
        return EVERYTHING if self._guard is None else self._guard.grant(source, origin)

    def review(self, owner: Channel | None) -> None:
        """Tell every client what it may do now, with one record or with all."""
        for circuit in list(self._circuits):
            circuit.review(owner)

    def refuse(self, source: Source, origin: Origin, reason: str) -> None:
        """Report a put that is refused unread."""
        self.hooks.refuse(source.owner, origin, reason)

    def spawn(self, put: Coroutine[None, None, None]) -> asyncio.Task[None]:
        """Carry out a put in a task of the server's: it goes on when its client leaves."""
        task = asyncio.get_running_loop().create_task(put)
        self._puts.add(task)
        task.add_done_callback(self._puts.discard)
        return task

    async def put(self, source: Source, kind: int, elements: dbr.Elements, origin: Origin) -> None:
        """Carry out a put of a record, a field or an acknowledgement, and return when it is done.

        Raises
        ------
        CryoError
            When it was refused.
        """
        rest = self.begin_put(source, kind, elements, origin)
        if rest is not None:
            await rest

    def begin_put(
        self, source: Source, kind: int, elements: dbr.Elements, origin: Origin
    ) -> Coroutine[None, None, None] | None:
        """Carry out a put as far as nothing need be waited for; return what is to be awaited, None when it is done.

        Raises
        ------
        CryoError
            When it was refused.
        """
        grant, hooks = self.grant(source, origin), self.hooks
        if not grant.logged:
            hooks = replace(hooks, reported=None)
        if not grant.write:
            hooks.report(_denied(source, elements, origin))
            raise NoAccess(NO_ACCESS)
        target = source.source if isinstance(source, LongText) else source
        if kind in (dbr.PUT_ACKS, dbr.PUT_ACKT):
            puts.acknowledge(source.owner, kind, elements, origin, hooks)
        elif isinstance(target, Field):
            return puts.put_field(target, elements, origin, hooks)
        else:
            return puts.begin(target.owner, elements, origin, hooks)
        return None


def _denied(source: Source, elements: dbr.Elements, origin: Origin) -> Report:
    field = source.name.removeprefix(source.owner.name)
    return Report(source.owner.full_name + field, origin, None, puts.plain(elements), NO_ACCESS)
