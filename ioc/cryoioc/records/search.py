"""Searches and beacons over UDP."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from collections.abc import Callable, Iterator
from typing import Any, cast

import caproto as ca

from cryoioc.clock import Clock
from cryoioc.records import messages

log = logging.getLogger(__name__)

SHORTEST_BEACON_PERIOD = 0.02  # s, doubling up to EPICS_CAS_BEACON_PERIOD (CA protocol specification)


class SearchResponder(asyncio.DatagramProtocol):
    """Answers who asks for a name of ours."""

    def __init__(self, has: Callable[[str], bool], port: int, ended: asyncio.Future[None]) -> None:
        self._has = has
        self._port = port
        self._ended = ended
        self._transport: asyncio.DatagramTransport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take over the socket."""
        self._transport = cast(asyncio.DatagramTransport, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell the server that nobody can find it any more."""
        if exc is not None and not self._ended.done():
            self._ended.set_exception(exc)

    def datagram_received(self, data: bytes, addr: Any) -> None:
        """Answer the searches of one datagram."""
        try:
            answers = [
                messages.found(self._port, request.first)
                for request in _messages(data)
                if request.command == messages.SEARCH and self._has(messages.text(request.payload))
            ]
        except messages.ProtocolError as error:
            log.debug("%s:%d: not a Channel Access datagram: %s", *addr, error)
            return
        if answers:
            self._transport.sendto(messages.version() + b"".join(answers), addr)

    def error_received(self, exc: Exception) -> None:
        """Take note of a client that has gone before it was answered."""
        log.debug("search answer not delivered: %s", exc)


def _messages(datagram: bytes) -> Iterator[messages.Request]:
    start = 0
    while (taken := messages.take(datagram, start)) is not None:
        request, start = taken
        yield request


async def send_beacons(interfaces: tuple[str, ...], port: int, clock: Clock) -> None:
    """Announce the server until cancelled, so that waiting clients search at once.

    A server on loopback alone announces itself there alone.  Nobody needs to listen.
    """
    period, longest = SHORTEST_BEACON_PERIOD, float(ca.get_environment_variables()["EPICS_CAS_BEACON_PERIOD"])
    count = 0
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        sock.setblocking(False)
        while True:
            for address in beacon_addresses(interfaces):
                try:
                    sock.sendto(messages.beacon(port, count), address)
                except OSError as error:
                    log.debug("beacon to %s:%d: %s", *address, error)
            count += 1
            await clock.sleep(period)
            period = min(2 * period, longest)


def beacon_addresses(interfaces: tuple[str, ...]) -> list[tuple[str, int]]:
    """Return where beacons go."""
    if all(interface.startswith("127.") for interface in interfaces):
        return [("127.0.0.1", int(os.environ.get("EPICS_CA_REPEATER_PORT", ca.EPICS_CA2_PORT)))]
    return cast(list[tuple[str, int]], ca.get_beacon_address_list())
