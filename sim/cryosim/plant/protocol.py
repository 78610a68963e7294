"""What a world may ask of a cryostat."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, runtime_checkable

from cryoioc.errors import CryoError
from cryosim.emulators.ports import FlowSample, HeaterPort
from cryosim.plant.amplifier import Amplifier
from cryosim.plant.faults import PlantFault
from cryosim.plant.loads import HeaterLine
from cryosim.plant.truth import Truth


class BadState(CryoError):
    """There is no such state to begin from, or none that a plant can be in; the message says why."""


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
class Vacuum(Protocol):
    """A cryostat with an insulating vacuum."""

    def vacuum_pressure(self) -> float:
        """Return the absolute pressure in the insulating vacuum, [Pa]."""


@runtime_checkable
class Rig(Protocol):
    """A cryostat fed from a storage dewar, and its sample tube."""

    def dewar_level(self) -> float:
        """Return how full the storage dewar is, 0 to 1."""

    def dewar_pressure(self) -> float:
        """Return the absolute pressure in the storage dewar, [Pa]."""

    def tube_pressure(self) -> float:
        """Return the absolute pressure in the sample tube, [Pa]."""


@dataclass(frozen=True)
class ResidualGas:
    """Partial pressures at a gauge at room temperature, [Pa]."""

    air: float
    helium: float
    water: float

    @property
    def total(self) -> float:
        """Total pressure, [Pa]."""
        return self.air + self.helium + self.water


@runtime_checkable
class Cooled(Protocol):
    """A cryostat on a closed-cycle cooler."""

    def compressor_runs(self) -> bool:
        """Return whether the cooler is driven."""


@runtime_checkable
class Heated(Protocol):
    """A cryostat with heaters for power supplies, by their names in the station file."""

    lines: Mapping[str, HeaterLine]


@runtime_checkable
class Amplified(Protocol):
    """A cryostat with amplifiers, by their names in the station file."""

    amplifiers: Mapping[str, Amplifier]


@runtime_checkable
class TwoWire(Protocol):
    """A cryostat whose diodes have two wires each, joined with those of the readout outside of it."""

    sensor_leads: float  # ohm, both wires


@runtime_checkable
class Playable(Protocol):
    """A cryostat that an operator can lay hands on, and that shows what is true in it."""

    STATES: ClassVar[tuple[str, ...]]
    TRUTHS: ClassVar[tuple[Truth, ...]]
    FAULTS: ClassVar[Mapping[str, PlantFault]]
    state: Any
    parameters: Any
    hands: Any

    def reset(self, name: str) -> None:
        """Begin anew from one of ``STATES``."""

    def turn(self, name: str, value: float | bool | str) -> None:
        """Move one of the hands."""

    def deeds(self) -> Mapping[str, tuple[str, Callable[[], None]]]:
        """Return what is done in one go, with what it is."""

    def alarms(self) -> Mapping[str, Mapping[str, float]]:
        """Return alarm limits by truth, each where something begins to break or to go wrong."""

    def begin_fault(self, name: str, value: float | None = None) -> None:
        """Let a fault begin."""

    def end_fault(self, name: str) -> None:
        """Let a fault be over."""
