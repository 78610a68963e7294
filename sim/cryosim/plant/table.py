"""A table at room temperature with amplifiers on it: a plant without a cryostat, for bias supplies alone."""

from __future__ import annotations

from collections.abc import Sequence

from cryosim.emulators.ports import FlowSample, HeaterPort
from cryosim.plant.amplifier import Amplifier

ROOM = 297.0  # K
AMBIENT_PRESSURE = 101325.0  # Pa


class Table:
    """Implements ``Plant``.

    Parameters
    ----------
    amplifiers : sequence of Amplifier
        What stands on it.
    """

    def __init__(self, amplifiers: Sequence[Amplifier]) -> None:
        self.amplifiers = amplifiers

    def temperature(self, name: str) -> float:
        """Return room temperature, [K]."""
        return ROOM

    def heater(self, name: str) -> HeaterPort:
        """There is none."""
        raise KeyError(name)

    def flow(self) -> FlowSample:
        """Return gas that does not move."""
        return FlowSample(mass_flow=0.0, pressure=AMBIENT_PRESSURE, temperature=ROOM, gas="He")

    def advance(self, dt: float) -> None:
        """Let ``dt`` seconds pass, [s]."""
        for amplifier in self.amplifiers:
            amplifier.advance(dt)
