"""From a trip to a heater that is off: send, verify, repeat, escalate.  One enforcer per switch."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Protocol

from cryoioc.clock import Clock
from cryoioc.errors import CryoError

TRIES = 3  # until everything of the station is put off
PAUSE = 0.3  # s between two tries, also while the instrument is away; a further demand ends it
REPORTS = ("None", "Switching off", "Confirmed", "Escalated", "Not confirmed")


class Switch(Protocol):
    """What can be put off together, by ``names``."""

    name: str
    names: frozenset[str]
    last_resort: str  # what everything off means, when it does not obey; empty: that would not help

    def refuse(self, why: str) -> None:
        """Refuse puts that wait for it."""

    async def off(self, names: frozenset[str], why: str) -> None:
        """Put ``names`` off, before all that waits; CryoError unless the instrument then says that they are."""

    async def fallen(self, names: frozenset[str]) -> None:
        """Return when the outputs have fallen; CryoError when they do not."""


class Enforcer:
    """Keeps at it until what must be off is off.

    Parameters
    ----------
    switch : Switch
    clock : Clock
        Of the line.
    escalate : callable
        Puts off everything of the station; CryoError when that is not confirmed.
    report : callable
        Told one of `REPORTS` and a sentence.
    """

    def __init__(self, switch: Switch, clock: Clock, escalate: Callable[[], Awaitable[None]],
                 report: Callable[[str, str], None]) -> None:  # fmt: skip
        self.switch, self._clock, self._escalate, self._report = switch, clock, escalate, report
        self.wanted: set[str] = set()  # must be put off, and are not confirmed yet
        self._why = ""
        self._wake = asyncio.Event()

    def demand(self, names: Iterable[str], why: str) -> None:
        """Ask that ``names`` go off; returns at once."""
        self.wanted |= set(names)
        self._why = why
        self._wake.set()

    async def run(self) -> None:
        """Serve demands until cancelled."""
        tries, escalated = 0, False
        while True:
            if not self.wanted:
                tries, escalated = 0, False
                await self._wake.wait()
            self._wake.clear()
            if not self.wanted:
                continue
            problem = await self._try()
            if not problem:
                continue
            tries += 1
            self._report("Not confirmed", f"{self.switch.name}: {problem}")
            if tries >= TRIES and self.switch.last_resort and not escalated:
                escalated = True
                await self._all_off()
            await self._pause()

    async def _try(self) -> str:
        """Put off what is wanted; return what went wrong."""
        names = frozenset(self.wanted)
        self._report("Switching off", self._why)
        try:
            await self.switch.off(names, self._why)
            if not await self._fallen(names):
                return ""
        except CryoError as error:
            return str(error)
        self.wanted -= names
        self._report("Confirmed", f"{', '.join(sorted(names))} off: {self._why}")
        return ""

    async def _fallen(self, names: frozenset[str]) -> bool:
        """Return whether outputs have fallen; False as soon as more is to be put off, which does not wait for that."""
        if self.wanted <= names:
            self._wake.clear()  # what was demanded while they were being put off is off
        falling = asyncio.ensure_future(self.switch.fallen(names))
        waking = asyncio.ensure_future(self._wake.wait())
        try:
            await asyncio.wait({falling, waking}, return_when=asyncio.FIRST_COMPLETED)
            if falling.done():
                falling.result()
            return falling.done()
        finally:
            falling.cancel()
            waking.cancel()

    async def _all_off(self) -> None:
        try:
            await self._escalate()
        except CryoError as error:
            self._report("Not confirmed", f"all off: {error}")
        else:
            self._report("Escalated", f"{self.switch.last_resort}: {self.switch.name} did not obey {self._why}")

    async def _pause(self) -> None:
        try:
            async with self._clock.timeout(PAUSE):
                await self._wake.wait()
        except TimeoutError:
            return
