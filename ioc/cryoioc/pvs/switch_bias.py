"""Taking the bias of an amplifier away because an interlock says so: gates to pinch-off, drains down, all off."""

from __future__ import annotations

from cryoioc.bias import PinchOff, Trip
from cryoioc.clock import Clock
from cryoioc.errors import DeviceRefused
from cryoioc.pvs.amplifier import AmplifierGroup

WALK = 40.0  # s for gates and drains to get to nothing: -5 V by 50 mV in 0.1 s, 2 V by 0.1 V/s
DROP = 3.0  # s for drains that are switched off


class BiasSwitch:
    """One amplifier: walked down, and where that does not end, dropped."""

    def __init__(self, amplifier: AmplifierGroup) -> None:
        self.amplifier, self.name = amplifier, amplifier.name
        self.names = frozenset({amplifier.name, amplifier.cold_name})
        self.last_resort = ""
        self._clock = Clock()  # of the lines

    def refuse(self, why: str) -> None:
        """Do nothing: a put asks the biasing, and nothing of it waits for a line."""

    async def off(self, names: frozenset[str], why: str) -> None:
        """Walk it down; drop it if that does not end; :class:`cryoioc.errors.DeviceRefused` when it is on even then."""
        self.amplifier.ask(PinchOff(why))
        if await self._ends(WALK):
            return
        self.amplifier.ask(Trip(why))
        if not await self._ends(DROP):
            raise DeviceRefused("not confirmed off")

    async def fallen(self, names: frozenset[str]) -> None:
        """Return at once: it is off only when every drain and gate was read so."""

    async def _ends(self, seconds: float) -> bool:
        try:
            async with self._clock.timeout(seconds):
                await self.amplifier.comes_off()
        except TimeoutError:
            return False
        return True
