"""The supervisor that watches the IOC (systemd): told that it serves, that it is alive, and that it ends.

It is told "alive" only while everything is: the second's tick, every link, and the server, which is asked over its own
port.  A process that hangs is then ended and started again.  Without a supervisor nothing of this runs.
"""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Callable, Mapping

from cryoioc.clock import Clock
from cryoioc.ioc import Ioc
from cryoioc.records import Server
from cryoioc.records.probe import ask

log = logging.getLogger(__name__)

TICK_PATIENCE = 10.0  # s without a tick
LINK_PATIENCE = 120.0  # s in which a link neither sends, nor gives up waiting, nor tries to connect
Notify = Callable[[str], None]


def notifier(environment: Mapping[str, str] = os.environ) -> Notify | None:
    """Return what tells the supervisor (``sd_notify(3)``); None if nobody wants to be told."""
    address = environment.get("NOTIFY_SOCKET", "")
    if not address:
        return None
    if address.startswith("@"):
        address = "\0" + address[1:]  # of the abstract name space

    def notify(text: str) -> None:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
            try:
                sock.sendto(text.encode(), address)
            except OSError as error:
                log.warning("supervisor not told %s: %s", text, error.strerror)

    return notify


def interval(environment: Mapping[str, str] = os.environ) -> float:
    """Return how often the supervisor wants to be told, a third of its patience, [s]."""
    microseconds = environment.get("WATCHDOG_USEC", "")
    return float(microseconds) / 1e6 / 3.0 if microseconds.isdecimal() and int(microseconds) else 10.0


class Watchdog:
    """Tells the supervisor that the IOC is alive, while it is.

    Parameters
    ----------
    ioc, server
        What is watched.
    notify : callable
        Tells the supervisor.
    every : float
        Time between two looks, [s].
    clock : Clock, optional
        Real time: a supervisor's patience is not scaled.
    """

    def __init__(self, ioc: Ioc, server: Server, notify: Notify, every: float, clock: Clock | None = None) -> None:
        self._ioc, self._server, self._notify, self._every = ioc, server, notify, every
        self._clock = clock or Clock()
        self._signs: dict[str, tuple[object, float]] = {}  # of a link's life, and when it was last another
        self._told = ""

    async def run(self) -> None:
        """Look until cancelled."""
        self._notify(f"READY=1\nSTATUS=serving {self._ioc.station.prefix}* on port {self._server.port}")
        while True:
            problem = self.hanging() or await self._deaf()
            if not problem:
                self._notify("WATCHDOG=1")
            elif problem != self._told:
                log.critical("the supervisor is not told that this IOC is alive: %s", problem)
                self._notify(f"STATUS={problem}")
            self._told = problem
            await self._clock.sleep(self._every)

    def hanging(self) -> str:
        """Return what hangs inside the IOC; empty if nothing does."""
        now = self._clock.now()
        ticks, since = self._changed("tick", self._ioc.ticks, now)
        if ticks and now - since > TICK_PATIENCE:
            return f"no tick for {now - since:.0f} s"
        for name, device in self._ioc.devices.items():
            told = device.statistics()
            if told is None:
                continue
            _, since = self._changed(name, (told.attempts, told.messages, told.timeouts, told.state), now)
            if now - since > LINK_PATIENCE and device.polls():
                return f"link {name} has done nothing for {now - since:.0f} s"
        return ""

    def _changed(self, name: str, sign: object, now: float) -> tuple[object, float]:
        """Return the sign of life and when it was last another."""
        if name not in self._signs or self._signs[name][0] != sign:
            self._signs[name] = (sign, now)
        return self._signs[name]

    async def _deaf(self) -> str:
        """Return why the server does not answer a client of its own; empty if it does."""
        interface = self._server.interfaces[0]
        try:
            async with self._clock.timeout(max(1.0, self._every)):
                await ask("127.0.0.1" if interface == "0.0.0.0" else interface, self._server.port)
        except (OSError, TimeoutError) as error:
            return f"Channel Access server does not answer: {str(error) or type(error).__name__}"
        return ""
