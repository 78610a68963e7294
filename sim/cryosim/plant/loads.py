"""Resistors on the outputs of power supplies: on the bench, and as heaters behind leads and a thermostat."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from cryosim.emulators.ports import Terminals

OFF = Terminals(0.0, 0.0, limited=False)


class Resistor:
    """A resistor on an output: implements ``LoadPort``.

    Parameters
    ----------
    ohm : float
        Resistance; ``math.inf`` is an open output, 0 a short one, [ohm].
    """

    def __init__(self, ohm: float) -> None:
        self.ohm = ohm
        self._drive: tuple[float, float] | None = None

    def apply(self, volts: float, limit: float) -> None:
        """Hold a voltage, [V], up to a current, [A]."""
        self._drive = (volts, limit)

    def disconnect(self, after: float = math.inf) -> None:
        """Open the output."""
        self._drive = None

    def read(self) -> Terminals:
        """Return what is at the terminals."""
        if self._drive is None:
            return OFF
        volts, limit = self._drive
        ohm = self.resistance()
        if abs(volts) <= limit * ohm:
            return Terminals(volts, volts / ohm, limited=False)
        amperes = math.copysign(limit, volts)
        return Terminals(amperes * ohm, amperes, limited=True)

    def resistance(self) -> float:
        """Return what the output sees, [ohm]."""
        return self.ohm


@dataclass(frozen=True)
class HeaterCircuit:
    """Heater resistors in parallel behind one pair of leads and a thermostat, physics.md 7."""

    heater: float = 50.0  # ohm, two of 100 in parallel
    leads: float = 31.0  # ohm, both ways
    opens: float = 313.15  # K, 40 degC; the part's own spread is 3 K
    closes: float = 303.15  # K


class HeaterLine(Resistor):
    """A heater of the receiver as its supply sees it: implements ``LoadPort``.

    Parameters
    ----------
    kelvin : callable
        Temperature where the thermostat is mounted, [K].
    circuit : HeaterCircuit
        What is in the line.
    """

    def __init__(self, kelvin: Callable[[], float], circuit: HeaterCircuit | None = None) -> None:
        super().__init__(0.0)
        self.circuit = circuit or HeaterCircuit()
        self._kelvin = kelvin
        self._closed = True

    @property
    def closed(self) -> bool:
        """Whether the thermostat conducts; between its two temperatures it stays as it is."""
        kelvin = self._kelvin()
        if kelvin >= self.circuit.opens:
            self._closed = False
        elif kelvin <= self.circuit.closes:
            self._closed = True
        return self._closed

    def resistance(self) -> float:
        """Return what the output sees, [ohm]."""
        return self.circuit.heater + self.circuit.leads if self.closed else math.inf

    def power(self) -> float:
        """Return what the heater itself gives to the stage, [W]; the leads take their share outside of it."""
        return self.read().amperes ** 2 * self.circuit.heater

    def monitor(self) -> float:
        """Return the voltage behind the thermostat, where the monitor wire is, [V]."""
        return self.read().amperes * self.circuit.heater
