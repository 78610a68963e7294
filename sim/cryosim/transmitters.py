"""Between a quantity of the plant and an instrument: transmitters on their wires, and the probe of a level meter."""

from __future__ import annotations

import math
from collections.abc import Callable

from cryoioc.station_rig import Signal
from cryosim.wiring import Wiring

UNIT = {"V": 1.0, "mA": 1e-3}  # V or A
SATURATED = (-0.0125, 1.03125)  # share of the span: 3.8 and 20.5 mA of a loop, NAMUR NE 43
SHORTED = 0.030  # A in a loop whose wires touch


class Transmitter:
    """A transmitter on its wires: implements ``SignalPort``.

    Parameters
    ----------
    quantity : callable
        What it measures, in any unit.
    low, high : float
        The quantity at the ends of the signal, in the same unit.
    signal : Signal
        What it sends.
    """

    def __init__(self, quantity: Callable[[], float], low: float, high: float, signal: Signal) -> None:
        self.quantity, self.low, self.high, self.signal = quantity, low, high, signal
        self.wiring = Wiring.OK

    def read(self) -> float:
        """Return the voltage, [V], or the current, [A], at the input."""
        loop = self.signal.unit == "mA"
        if self.wiring is not Wiring.OK:
            return SHORTED if loop and self.wiring is Wiring.SHORT else 0.0
        share = (self.quantity() - self.low) / (self.high - self.low)
        share = min(SATURATED[1], max(SATURATED[0], share))
        return (self.signal.low + share * (self.signal.high - self.signal.low)) * UNIT[self.signal.unit]


class LevelProbe:
    """A superconducting wire in the dewar, on its leads: implements ``LevelPort``.

    Parameters
    ----------
    level : callable
        Share of its active length that is in liquid, 0 to 1.
    """

    def __init__(self, level: Callable[[], float]) -> None:
        self.level = level
        self.wiring = Wiring.OK

    def read(self) -> float:
        """Return the share as it looks from the leads: a short looks as if all were superconducting."""
        if self.wiring is Wiring.OPEN:
            return math.inf
        return 1.0 if self.wiring is Wiring.SHORT else self.level()
