"""Quantities that another IOC serves, ``"ca:PV"``: read, never written.

A PV is as fresh as the last word of its server: while that answers, and it is not INVALID there, its last value counts.
Otherwise it is INVALID here with LINK, and keeps the last value.  Another unit than expected is no value.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Sequence
from typing import Any, Protocol

from cryoioc.clock import Clock
from cryoioc.records.client import SILENCE, Address
from cryoioc.records.monitor import Heard, Monitors, Wanted


class Kept(Protocol):
    """What another IOC keeps true: a ``Measured``, or what takes words."""

    clock: Clock

    def take(self, value: Any, when: float) -> None:
        """Take a value that was known to be so at clock time ``when``, [s]."""

    def lose(self, word: str, status: str) -> None:
        """Hear in a word, and as a status of EPICS, that there is no value now."""


class Elsewhere:
    """One quantity.

    Parameters
    ----------
    quantity : Kept
        What it keeps true.
    unit : str or None
        In which the other IOC must serve it; empty for a state, None: in any.
    shown : str
        PV of this station that shows it, or what is made of it.
    """

    def __init__(self, quantity: Kept, unit: str | None, shown: str) -> None:
        self.quantity, self.unit, self.shown = quantity, unit, shown

    def take(self, heard: Heard) -> None:
        """Take what was heard just now."""
        if heard.value is None:
            self.quantity.lose("No reading", "LINK")
        elif self.unit not in (None, heard.unit):
            self.quantity.lose("Wrong setting", "CALC")
        else:
            self.quantity.take(heard.value, self.quantity.clock.now())


class _Watched:
    """One PV of another IOC, and the quantities it keeps true."""

    def __init__(self) -> None:
        self.quantities: list[Elsewhere] = []
        self.until = math.inf  # s, when it counts no longer unless something is heard

    def take(self, heard: Heard) -> None:
        for quantity in self.quantities:
            quantity.take(heard)


class OtherIocs:
    """All quantities of a station that other IOCs serve.

    Parameters
    ----------
    clock : Clock
    addresses : sequence of (str, int)
        Where their PVs are searched for.
    """

    def __init__(self, clock: Clock, addresses: Sequence[Address]) -> None:
        self.clock, self.addresses = clock, tuple(addresses)
        self._watched: dict[tuple[str, bool], _Watched] = {}  # by PV, and whether it is asked for in words
        self._silences: dict[str, float] = {}  # s of real time, by PV
        self._monitors: Monitors | None = None

    def add(self, name: str, quantity: Kept, unit: str | None, shown: str, *, words: bool = False) -> None:
        """Keep a quantity true by a PV; the rest is as for :class:`Elsewhere`, and whether it is words."""
        self._watched.setdefault((name, words), _Watched()).quantities.append(Elsewhere(quantity, unit, shown))

    def hurry(self, shown: str, silence: float) -> None:
        """Give up the server behind a PV of this station after this time without a word, [s] of real time."""
        for (name, _), watched in self._watched.items():
            if any(one.shown == shown for one in watched.quantities):
                self._silences[name] = min(silence, self.silence(name))

    def silence(self, name: str) -> float:
        """Return after which time without a word the server of a PV is given up, [s] of real time."""
        return self._silences.get(name, SILENCE)

    @property
    def wanted(self) -> tuple[Wanted, ...]:
        """What is watched, and how."""
        return tuple(Wanted(name, words, self.silence(name)) for name, words in self._watched)

    def start(self) -> None:
        """Begin to watch, on a thread; what it hears is taken on the loop that runs now."""
        if not self._watched:
            return
        loop = asyncio.get_running_loop()

        def tell(wanted: Wanted, heard: Heard) -> None:
            loop.call_soon_threadsafe(self.take, wanted, heard)

        self._monitors = Monitors(self.wanted, self.addresses, tell)
        self._monitors.start()

    def stop(self) -> None:
        """End watching."""
        if self._monitors is not None:
            self._monitors.stop()
            self._monitors = None

    def take(self, wanted: Wanted, heard: Heard) -> None:
        """Take what was heard of a PV."""
        watched = self._watched[wanted.name, wanted.words]
        watched.until = math.inf if heard.value is None else self.clock.now() + wanted.silence * self.clock.speed
        watched.take(heard)

    def tick(self) -> None:
        """Let go of what nothing was heard of, not even that it is lost: who watches hangs; about once a second."""
        now = self.clock.now()
        for watched in self._watched.values():
            if now >= watched.until:
                watched.until = math.inf
                watched.take(Heard(None, why="nobody watches"))
