"""PVs of other IOCs, read only: found by name, watched, and found again when they were lost.

A thread of its own with an event loop of its own, so that nothing that another IOC sends or does not send holds up
this one.  Each PV has a connection to itself: there are few of them, and one that is silent is not in others' way.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import caproto

from cryoioc.clock import Clock
from cryoioc.errors import CryoError

log = logging.getLogger(__name__)

PORT = 5064  # of Channel Access, where an address names no other
SEARCHES = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0)  # s between two searches; the last one again and again
AGAIN = 1.0  # s after a connection has ended
CONNECT = 5.0  # s for a connection
QUIET = 15.0  # s without a word until the server is asked, and then until it is given up
CHUNK = 65536  # bytes
INVALID = 3  # severity
LOOPBACK = "127.0.0.1"
HELLO = caproto.VersionRequest(0, 13)

Address = tuple[str, int]


@dataclass(frozen=True)
class Heard:
    """What is known of a PV now."""

    value: float | None  # of an enumeration its number; None: not known, or INVALID there
    unit: str = ""
    why: str = ""  # in words, where it is not known


Tell = Callable[[str, Heard], None]


class Lost(CryoError):
    """A PV cannot be watched any more, or not at all; the sentence says why."""


class Monitors:
    """Watches PVs from :meth:`start` to :meth:`stop`.

    Parameters
    ----------
    names : sequence of str
        PVs.
    addresses : sequence of (str, int)
        Where they are searched for.
    tell : callable
        Name and what was heard; called on the thread.
    """

    def __init__(self, names: Sequence[str], addresses: Sequence[Address], tell: Tell) -> None:
        self.names, self.addresses, self.tell = tuple(names), tuple(addresses), tell
        self._thread = threading.Thread(target=lambda: asyncio.run(self._watch()), name="monitors", daemon=True)
        self._ready = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._end: asyncio.Event

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()
        self._ready.wait()

    def stop(self) -> None:
        """Close every connection and end the thread."""
        assert self._loop is not None
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join()

    async def _watch(self) -> None:
        self._loop, self._end = asyncio.get_running_loop(), asyncio.Event()
        self._ready.set()
        tasks = [asyncio.create_task(follow(name, self.addresses, self.tell), name=name) for name in self.names]
        await self._end.wait()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def follow(name: str, addresses: Sequence[Address], tell: Tell) -> None:
    """Watch one PV for ever, through every loss."""
    clock = Clock()
    while True:
        tell(name, Heard(None, why="not found"))
        server = await find(name, addresses, clock)
        try:
            async with asyncio.timeout(CONNECT):
                reader, writer = await asyncio.open_connection(*server)
            try:
                await _Circuit(name, server, writer, tell).listen(reader)
            finally:
                writer.close()
        except (OSError, TimeoutError, Lost, caproto.CaprotoError) as error:
            log.info("%s at %s:%d: %s", name, *server, error or "no answer")
        except Exception:  # noqa: BLE001 - whatever a foreign server sends may not leave its last value standing
            log.exception("%s at %s:%d", name, *server)
        tell(name, Heard(None, why="lost"))
        await clock.sleep(AGAIN)


class _Search(asyncio.DatagramProtocol):
    """Hears where a PV is."""

    def __init__(self) -> None:
        self.found: asyncio.Future[Address] = asyncio.get_running_loop().create_future()

    def datagram_received(self, data: bytes, addr: Any) -> None:
        """Take the first answer."""
        try:
            answers = caproto.Broadcaster(our_role=caproto.CLIENT).recv(data, addr)
        except (caproto.CaprotoError, ValueError) as error:
            log.debug("%s:%d: no answer to a search: %s", *addr[:2], error)
            return
        for answer in answers:
            if isinstance(answer, caproto.SearchResponse) and not self.found.done():
                self.found.set_result(caproto.extract_address(answer))

    def error_received(self, exc: Exception) -> None:
        """Take note that nobody listens there; the search goes on."""
        log.debug("search not delivered: %s", exc)


async def find(name: str, addresses: Sequence[Address], clock: Clock) -> Address:
    """Return where a PV is served, however long that takes."""
    local = LOOPBACK if all(host.startswith("127.") for host, _ in addresses) else "0.0.0.0"  # noqa: S104 - asked for
    transport, search = await asyncio.get_running_loop().create_datagram_endpoint(
        _Search, local_addr=(local, 0), allow_broadcast=True
    )
    request, attempt = bytes(HELLO) + bytes(caproto.SearchRequest(name, 1, 13)), 0
    try:
        while True:
            for address in addresses:
                transport.sendto(request, address)
            pause = SEARCHES[min(attempt, len(SEARCHES) - 1)]
            attempt += 1
            done, _ = await asyncio.wait({search.found}, timeout=pause)
            if done:
                return search.found.result()
    finally:
        transport.close()


class _Circuit:
    """One connection for one PV."""

    def __init__(self, name: str, server: Address, writer: asyncio.StreamWriter, tell: Tell) -> None:
        self._name, self._writer, self._tell = name, writer, tell
        self._circuit = caproto.VirtualCircuit(caproto.CLIENT, server, 0)
        self._channel = caproto.ClientChannel(name, self._circuit)
        self._unit: str | None = None  # before it was read
        self._last: Any = None  # event that came before the unit

    async def listen(self, reader: asyncio.StreamReader) -> None:
        """Hear the PV until the connection ends; raises :class:`Lost`."""
        self._send(HELLO, caproto.HostNameRequest(LOOPBACK), caproto.ClientNameRequest("cryoioc"),
                   self._channel.create())  # fmt: skip
        asked = False
        while True:
            try:
                async with asyncio.timeout(QUIET):
                    data = await reader.read(CHUNK)
            except TimeoutError:
                if asked:
                    raise Lost(f"silent for {2 * QUIET:g} s") from None
                asked = True
                self._send(caproto.EchoRequest())
                continue
            if not data:
                raise Lost("connection closed")
            asked = False
            for message in self._circuit.recv(data)[0]:
                self._circuit.process_command(message)
                self._take(message)

    def _send(self, *requests: Any) -> None:
        self._writer.write(b"".join(map(bytes, self._circuit.send(*requests))))

    def _take(self, message: Any) -> None:
        match message:
            case caproto.CreateChFailResponse() | caproto.ServerDisconnResponse():
                raise Lost("not served any more")
            case caproto.CreateChanResponse():
                self._send(self._channel.read(data_type=caproto.ChannelType.GR_DOUBLE, data_count=1))
                self._send(self._channel.subscribe(data_type=caproto.ChannelType.STS_DOUBLE, data_count=1))
            case caproto.ReadNotifyResponse():
                units = message.metadata.units
                self._unit = units.split(b"\0")[0].decode("latin-1") if isinstance(units, bytes) else str(units)
                if self._last is not None:
                    self._note(self._last)
            case caproto.EventAddResponse():
                self._note(message)
            case caproto.ErrorResponse():
                raise Lost(f"no number: {message.error_message.decode('latin-1', 'replace')}")

    def _note(self, event: Any) -> None:
        self._last = event
        if self._unit is None:
            return
        if int(event.metadata.severity) >= INVALID or not len(event.data):
            self._tell(self._name, Heard(None, self._unit, "INVALID there"))
        else:
            self._tell(self._name, Heard(float(event.data[0]), self._unit))
