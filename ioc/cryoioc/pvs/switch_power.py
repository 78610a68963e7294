"""Putting an output of a power supply off because an interlock says so, and making sure that it is."""

from __future__ import annotations

import asyncio

from cryoioc.clock import Clock
from cryoioc.errors import DeviceRefused, Refused
from cryoioc.pvs.power_output import PowerGroup

FALL = 3.0  # s for the current to fall: it is read about once a second
LITTLE = 0.02  # of the current limit; an output that is off may show a last digit


class PowerSwitch:
    """One output."""

    def __init__(self, power: PowerGroup) -> None:
        self.power, self.name = power, power.name
        self.names = frozenset({power.name})
        self.last_resort = "all heaters off"
        self._clock = Clock()  # how long an output may take is a matter of the line, not of the station
        self._news = asyncio.Event()
        power.device.watch(power.slot, lambda values: self._news.set())

    def refuse(self, why: str) -> None:
        """Refuse puts that wait for the supply: nobody meant them to come after this."""
        if self.power.device.link is not None:
            self.power.device.link.refuse_puts(Refused(why))

    async def off(self, names: frozenset[str], why: str) -> None:
        """Put it off; :class:`cryoioc.errors.CryoError` unless the supply then says that it is."""
        await self.power.switch_off(f"interlock {why}")

    async def fallen(self, names: frozenset[str]) -> None:
        """Return when no current flows any more; :class:`cryoioc.errors.DeviceRefused` when one goes on."""
        try:
            async with self._clock.timeout(FALL):
                while self._current() > LITTLE * self.power.spec.max_current:
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            raise DeviceRefused(f"output is Off, {1e3 * self._current():.0f} mA still flow") from None

    def _current(self) -> float:
        """Return the last current, [A]; infinite where it is not known."""
        slot = self.power.slot
        known = slot.values is not None and slot.error is None
        return abs(float(slot.values["measured_current"])) if known and slot.values is not None else float("inf")
