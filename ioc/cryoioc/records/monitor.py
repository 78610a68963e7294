"""PVs of other IOCs, read only: found by name, watched, and found again when they were lost.

A thread of its own with an event loop of its own, so that nothing that another IOC sends or does not send holds up
this one.  Each PV has a connection to itself: there are few of them, and one that is silent is not in others' way.
"""

from __future__ import annotations

import asyncio
import logging
import math
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import caproto

from cryoioc.clock import Clock
from cryoioc.records.client import HELLO, INVALID, Address, Client, Lost
from cryoioc.records.ports import LOOPBACK

T = TypeVar("T")

log = logging.getLogger(__name__)

PORT = 5064  # of Channel Access, where an address names no other
SEARCHES = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0)  # s between two searches; the last one again and again
BEAT = 1.0  # s
AGAIN = 1.0  # s after a connection has ended


@dataclass(frozen=True)
class Heard:
    """What is known of a PV now."""

    value: float | None  # of an enumeration its number; None: not known, or INVALID there
    unit: str = ""
    why: str = ""  # in words, where it is not known


Tell = Callable[[str, Heard], None]


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

    Attributes
    ----------
    beats : int
        Counts up once a second, while the thread goes on.
    """

    def __init__(self, names: Sequence[str], addresses: Sequence[Address], tell: Tell) -> None:
        self.names, self.addresses, self.tell = tuple(names), tuple(addresses), tell
        self._thread = threading.Thread(target=lambda: asyncio.run(self._watch()), name="monitors", daemon=True)
        self._ready = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._end: asyncio.Event
        self.beats = 0

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
        tasks.append(asyncio.create_task(self._beat()))
        await self._end.wait()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _beat(self) -> None:
        clock = Clock()
        while True:
            self.beats += 1
            await clock.sleep(BEAT)


async def follow(name: str, addresses: Sequence[Address], tell: Tell) -> None:
    """Watch one PV for ever, through every loss."""
    clock = Clock()
    while True:
        tell(name, Heard(None, why="not found"))
        client = Client(await find(name, addresses, clock))
        try:
            await _listen(client, name, tell)
        except Lost as error:
            log.info("%s: %s", name, error)
        except Exception:  # noqa: BLE001 - whatever a foreign server sends may not leave its last value standing
            log.exception("%s: %s", name, client)
        finally:
            await client.close()
        tell(name, Heard(None, why="lost"))
        await clock.sleep(AGAIN)


async def _listen(client: Client, name: str, tell: Tell) -> None:
    """Watch until the connection ends, which is raised."""
    await client.connect()
    unit = _understood(_unit, await client.read(name, caproto.ChannelType.GR_DOUBLE))
    told = asyncio.Event()

    def take(event: Any) -> None:
        severity, value = _understood(_value, event)
        if severity not in range(INVALID):  # nor one that EPICS does not know
            tell(name, Heard(None, unit, "INVALID there"))
        elif not math.isfinite(value):
            tell(name, Heard(None, unit, f"{value} there"))
        else:
            tell(name, Heard(value, unit))
        told.set()

    await client.subscribe(name, caproto.ChannelType.STS_DOUBLE, take)
    await client.until(told.wait(), f"the first value of {name}")
    await client.ended()


def _unit(answer: Any) -> str:
    units = answer.metadata.units
    return units.split(b"\0")[0].decode("latin-1") if isinstance(units, bytes) else str(units)


def _value(event: Any) -> tuple[int, float]:
    return int(event.metadata.severity), float(event.data[0])


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
