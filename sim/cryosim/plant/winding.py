"""A heater as a temperature controller drives it: a winding of wire that can burn open."""

from __future__ import annotations

import math


class Winding:
    """A heater of the plant: implements ``HeaterPort``."""

    def __init__(self, ohm: float) -> None:
        self.nominal = ohm  # ohm
        self.burnt = False
        self.power = 0.0  # W

    def ohm(self) -> float:
        """Return the resistance, [ohm]; infinite once burnt open."""
        return math.inf if self.burnt else self.nominal

    def drive(self, amperes: float) -> None:
        """Let a current flow until the next call, [A]."""
        self.power = 0.0 if self.burnt else amperes * amperes * self.nominal

    def apply(self, volts: float) -> None:
        """Apply a voltage until the next call, [V]."""
        self.power = 0.0 if self.burnt else volts * volts / self.nominal

    def burn(self) -> None:
        """Break for good."""
        self.burnt, self.power = True, 0.0
