"""Where vacuum gauges sit: on the insulating vacuum, with a plug that can come off."""

from __future__ import annotations

import math
from collections.abc import Callable

from cryosim.wiring import Wiring


class GaugeSocket:
    """A gauge on its flange and its cable: implements ``VacuumPort``.

    Parameters
    ----------
    pressure : callable
        Absolute pressure at the flange, [Pa].
    """

    def __init__(self, pressure: Callable[[], float]) -> None:
        self.pressure = pressure
        self.wiring = Wiring.OK

    def read(self) -> float:
        """Return the pressure; ``math.inf`` with the plug off, 0.0 of a gauge whose filament or cathode is broken."""
        if self.wiring is Wiring.OPEN:
            return math.inf
        return 0.0 if self.wiring is Wiring.SHORT else self.pressure()
