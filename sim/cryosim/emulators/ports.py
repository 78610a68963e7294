"""What emulated instruments are wired to, and what every one of them offers to the line in front.

The world gives each instrument its ports and calls ``advance`` in steps of 0.1 s; the line calls
``receive``.  Nothing here knows which cryostat is behind or which transport is in front.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol


class SensorPort(Protocol):
    """What a measuring input is wired to."""

    def read(self) -> float:
        """Return the sensor's value in its own units, [ohm] or [V]; ``math.inf`` open, 0.0 short."""
        ...


class HeaterPort(Protocol):
    """What a control output is wired to."""

    def ohm(self) -> float:
        """Return the resistance seen by the output, [ohm]; ``math.inf`` open, 0.0 short."""
        ...

    def drive(self, amperes: float) -> None:
        """Take a current, [A], held until the next call."""
        ...

    def apply(self, volts: float) -> None:
        """Take a voltage, [V], held until the next call (outputs of voltage type)."""
        ...


@dataclass(frozen=True)
class FlowSample:
    """The gas passing a flow meter.

    Parameters
    ----------
    mass_flow : float
        Mass flow, [kg/s].
    pressure : float
        Absolute pressure in the meter, [Pa].
    temperature : float
        Gas temperature in the meter, [K].
    gas : str
        Name of the gas, e.g. ``"He"``.
    """

    mass_flow: float
    pressure: float
    temperature: float
    gas: str


class FlowPort(Protocol):
    """What a flow meter sits in."""

    def read(self) -> FlowSample:
        """Return the gas as it passes now."""
        ...


@dataclass(frozen=True)
class Terminals:
    """What is at the terminals of an output that is on.

    Parameters
    ----------
    volts : float
        Voltage, [V].
    amperes : float
        Current out of the output, [A].
    limited : bool
        Whether the current is held at its limit and the voltage gives way.
    """

    volts: float
    amperes: float
    limited: bool


class LoadPort(Protocol):
    """What one output of a power supply is wired to.

    The output is a voltage source up to its current limit.  Outputs that feed one network act on each other, so
    what several of them do at once is said first, with one call each, and what comes of it read afterwards.
    """

    def apply(self, volts: float, limit: float) -> None:
        """Hold a voltage, [V], while the current is within ``limit`` in either direction, [A]."""
        ...

    def disconnect(self, after: float = math.inf) -> None:
        """Open the output.

        Parameters
        ----------
        after : float
            How long what stood before has lasted, [s].  A protection knows it; between two commands it is longer
            than anything that matters.
        """
        ...

    def read(self) -> Terminals:
        """Return what is at the terminals now; nothing when the output is open."""
        ...


class LevelPort(Protocol):
    """What a level meter's probe stands in."""

    def read(self) -> float:
        """Return the share of the active length that is in liquid, 0 to 1; ``math.inf`` leads open."""
        ...


class SignalPort(Protocol):
    """What an input for voltage or current is wired to."""

    def read(self) -> float:
        """Return the voltage, [V], or the current, [A]; 0.0 with the leads open."""
        ...


class VacuumPort(Protocol):
    """What the socket of a vacuum gauge holds."""

    def read(self) -> float:
        """Return the pressure at the gauge, [Pa]; ``math.inf`` nothing plugged in, 0.0 a gauge that is broken."""
        ...


class Instrument(Protocol):
    """Every emulated instrument; framing and grammar are its own."""

    def receive(self, data: bytes) -> bytes:
        """Take bytes as they arrive, in any split; return the complete replies they caused, or ``b""``."""
        ...

    def advance(self, dt: float) -> None:
        """Let ``dt`` seconds pass, [s]."""
        ...

    def power_cycle(self) -> None:
        """Mains off and on: volatile state and half-received input are lost."""
        ...
