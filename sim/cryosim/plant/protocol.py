"""What a world may ask of a cryostat."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

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


@runtime_checkable
class Rig(Protocol):
    """A cryostat fed from a storage dewar, and its sample tube."""

    def dewar_level(self) -> float:
        """Return how full the storage dewar is, 0 to 1."""

    def dewar_pressure(self) -> float:
        """Return the absolute pressure in the storage dewar, [Pa]."""

    def tube_pressure(self) -> float:
        """Return the absolute pressure in the sample tube, [Pa]."""
