"""What a world may ask of a cryostat."""

from __future__ import annotations

from typing import Protocol

from cryosim.emulators.ports import FlowSample, HeaterPort


class Plant(Protocol):
    """A cryostat.  Names are those of the station file: thermometers and control loops."""

    def temperature(self, name: str) -> float:
        """Return the temperature where the thermometer ``name`` is mounted, [K]."""

    def heater(self, name: str) -> HeaterPort:
        """Return the heater that the loop ``name`` drives."""

    def flow(self) -> FlowSample:
        """Return the gas as it passes the flow meter."""

    def advance(self, dt: float) -> None:
        """Let ``dt`` seconds pass."""
