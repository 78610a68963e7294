"""Quantities that another IOC serves, ``source = "ca:PV"``: read, never written.

A PV is as fresh as its connection: while it is connected and not INVALID there, the last value counts as of now.
Otherwise, and while the thread that watches does not go on, it is INVALID here with LINK, and keeps the last value.
Another unit than expected is no value.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from cryoioc.clock import Clock
from cryoioc.pvs.signal_input import Measured
from cryoioc.records.client import Address
from cryoioc.records.monitor import Heard, Monitors

HANGING = 5.0  # s of real time without a beat of the thread that watches


class Elsewhere:
    """One quantity.

    Parameters
    ----------
    quantity : Measured
        What it keeps true.
    unit : str
        In which the other IOC must serve it; empty for a state.
    """

    def __init__(self, quantity: Measured, unit: str) -> None:
        self.quantity, self.unit = quantity, unit
        self._value: float | None = None

    def take(self, heard: Heard) -> None:
        """Take what was heard."""
        self._value = None
        if heard.value is None:
            self.quantity.lose("No reading", "LINK")
        elif heard.unit != self.unit:
            self.quantity.lose("Wrong setting", "CALC")
        else:
            self._value = heard.value
            self.tick()

    def tick(self, *, watched: bool = True) -> None:
        """Let the value count as of now while it is known and somebody watches; called about once a second."""
        if self._value is None:
            return
        if watched:
            self.quantity.take(self._value, self.quantity.clock.now())
        else:
            self.quantity.lose("No reading", "LINK")


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
        self._quantities: dict[str, list[Elsewhere]] = {}
        self._monitors: Monitors | None = None
        self._beats, self._beaten = 0, 0.0  # of the thread, and when they were last other, [s]

    def add(self, name: str, quantity: Measured, unit: str) -> None:
        """Keep a quantity true by a PV."""
        self._quantities.setdefault(name, []).append(Elsewhere(quantity, unit))
        quantity.lose("No reading", "LINK")

    def start(self) -> None:
        """Begin to watch, on a thread; what it hears is taken on the loop that runs now."""
        if not self._quantities:
            return
        loop = asyncio.get_running_loop()

        def tell(name: str, heard: Heard) -> None:
            loop.call_soon_threadsafe(self.take, name, heard)

        self._monitors = Monitors(tuple(self._quantities), self.addresses, tell)
        self._monitors.start()
        self._beaten = self.clock.now()

    def stop(self) -> None:
        """End watching."""
        if self._monitors is not None:
            self._monitors.stop()
            self._monitors = None

    def take(self, name: str, heard: Heard) -> None:
        """Take what was heard of a PV."""
        for quantity in self._quantities[name]:
            quantity.take(heard)

    def tick(self) -> None:
        """Keep ages true; called about once a second."""
        watched = self._watched()
        for quantities in self._quantities.values():
            for quantity in quantities:
                quantity.tick(watched=watched)

    def _watched(self) -> bool:
        """Say whether the thread that watches goes on; while it does not, nobody would hear of a change."""
        if self._monitors is None:
            return True
        now = self.clock.now()
        if self._monitors.beats != self._beats:
            self._beats, self._beaten = self._monitors.beats, now
        return now - self._beaten < HANGING * self.clock.speed
