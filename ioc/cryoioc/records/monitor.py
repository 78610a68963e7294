"""PVs of other IOCs, read only: found by name, watched, and found again when they were lost.

What a PV was last counts for as long as its server goes on answering: each answer is told, and silence is noticed.

A thread of its own with an event loop of its own, so that nothing that another IOC sends or does not send holds up
this one.  Each PV has a connection to itself: there are few of them, and one that is silent is not in others' way.
"""

from __future__ import annotations

import asyncio
import logging
import math
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import caproto

from cryoioc.clock import Clock
from cryoioc.records.client import HELLO, INVALID, SILENCE, Address, Client, Lost
from cryoioc.records.ports import LOOPBACK

T = TypeVar("T")

log = logging.getLogger(__name__)

PORT = 5064  # of Channel Access, where an address names no other
SEARCHES = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0)  # s between two searches; the last one again and again
AGAIN = 1.0  # s after a connection has ended
GRAPHIC, NUMBER, TEXT = caproto.ChannelType.GR_DOUBLE, caproto.ChannelType.STS_DOUBLE, caproto.ChannelType.STS_STRING


@dataclass(frozen=True)
class Wanted:
    """A PV, and how it is watched."""

    name: str
    words: bool = False  # as text, an enumeration by its state; else as a number
    silence: float = SILENCE  # s without a word until its server is given up


@dataclass(frozen=True)
class Heard:
    """What is known of a PV now."""

    value: float | str | None  # None: not known, or INVALID there
    unit: str = ""
    why: str = ""  # in words, where it is not known


Tell = Callable[[Wanted, Heard], None]
UNKNOWN_THERE = Heard(None, why="INVALID there")


class Monitors:
    """Watches PVs from :meth:`start` to :meth:`stop`.

    Parameters
    ----------
    wanted : sequence of Wanted
        PVs.
    addresses : sequence of (str, int)
        Where they are searched for.
    tell : callable
        PV and what was heard, at each change and at each answer of its server; called on the thread.
    """

    def __init__(self, wanted: Sequence[Wanted], addresses: Sequence[Address], tell: Tell) -> None:
        self.wanted, self.addresses, self.tell = tuple(wanted), tuple(addresses), tell
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
        tasks = [asyncio.create_task(follow(one, self.addresses, self.tell), name=one.name) for one in self.wanted]
        await self._end.wait()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def follow(wanted: Wanted, addresses: Sequence[Address], tell: Tell) -> None:
    """Watch one PV for ever, through every loss."""
    clock, name = Clock(), wanted.name
    while True:
        tell(wanted, Heard(None, why="not found"))
        server = await find(name, addresses, clock)
        try:
            await listen(wanted, server, tell)
        except Lost as error:
            log.info("%s: %s", name, error)
        except Exception:  # noqa: BLE001 - whatever a foreign server sends may not leave its last value standing
            log.exception("%s: %s:%d", name, *server)
        tell(wanted, Heard(None, why="lost"))
        await clock.sleep(AGAIN)


async def listen(wanted: Wanted, server: Address, tell: Tell) -> None:
    """Watch a PV of a server until the connection ends, which is raised."""
    last: Heard | None = None

    def hear(heard: Heard) -> None:
        nonlocal last
        last = heard
        tell(wanted, heard)

    def hear_again() -> None:
        if last is not None:
            tell(wanted, last)

    client = Client(server, wanted.silence, hear_again)
    try:
        await client.connect()
        unit = "" if wanted.words else _understood(_unit, await client.read(wanted.name, GRAPHIC))
        told = asyncio.Event()

        def take(event: Any) -> None:
            hear(replace(_understood(_text if wanted.words else _number, event), unit=unit))
            told.set()

        await client.subscribe(wanted.name, TEXT if wanted.words else NUMBER, take)
        await client.until(told.wait(), f"the first value of {wanted.name}")
        await client.ended()
    finally:
        await client.close()


def _unit(answer: Any) -> str:
    units = answer.metadata.units
    return units.split(b"\0")[0].decode("latin-1") if isinstance(units, bytes) else str(units)


def _known(event: Any) -> bool:
    """Say whether a value counts: not with a severity that EPICS does not know either."""
    return int(event.metadata.severity) in range(INVALID)


def _number(event: Any) -> Heard:
    value = float(event.data[0])
    if not _known(event):
        return UNKNOWN_THERE
    return Heard(value) if math.isfinite(value) else Heard(None, why=f"{value} there")


def _text(event: Any) -> Heard:
    text = event.data[0].decode("latin-1")
    return Heard(text) if _known(event) else UNKNOWN_THERE


def _understood(read: Callable[[Any], T], message: Any) -> T:
    """Return what is read of a message; raise :class:`Lost` if it is another kind, or says what there is not."""
    try:
        return read(message)
    except (ValueError, LookupError, AttributeError) as error:
        raise Lost(f"not understood: {error}") from error


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
