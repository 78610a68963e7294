"""Resistors on the outputs of power supplies: on the bench, and as heaters behind leads and a thermostat."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
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
    """Heater resistors in parallel, each behind a thermostat of its own, all behind one pair of leads; physics.md 7."""

    heater: float = 100.0  # ohm, each
    leads: float = 31.0  # ohm, both ways


class Thermostat:
    """A switch that opens when it is warm, and closes again only when it is clearly colder.

    Parameters
    ----------
    kelvin : callable
        Temperature where it is mounted, [K].
    opens, closes : float
        Its two temperatures, [K]; 40 degC, of which the parts stray by 3 K (seed 001, section 2.4).
    """

    def __init__(self, kelvin: Callable[[], float], opens: float = 313.15, closes: float = 303.15) -> None:
        self.opens, self.closes = opens, closes
        self._kelvin = kelvin
        self._closed = True

    @property
    def closed(self) -> bool:
        """Whether it conducts; between its two temperatures it stays as it is."""
        kelvin = self._kelvin()
        if kelvin <= self.closes:
            self._closed = True
        elif kelvin >= self.opens:
            self._closed = False
        return self._closed


class HeaterLine(Resistor):
    """Heaters of the receiver as their supply sees them: implements ``LoadPort``.

    Parameters
    ----------
    thermostats : sequence of Thermostat
        One in front of each heater.
    circuit : HeaterCircuit
        What is in the line.
    """

    def __init__(self, thermostats: Sequence[Thermostat], circuit: HeaterCircuit | None = None) -> None:
        super().__init__(0.0)
        self.thermostats = thermostats
        self.circuit = circuit or HeaterCircuit()

    def resistance(self) -> float:
        """Return what the output sees, [ohm]."""
        closed = sum(thermostat.closed for thermostat in self.thermostats)
        return self.circuit.heater / closed + self.circuit.leads if closed else math.inf

    def powers(self) -> tuple[float, ...]:
        """Return what each heater gives to what it is mounted on, [W]; the leads take their share outside of it."""
        volts = self.monitor()
        watt = volts * volts / self.circuit.heater
        return tuple(watt if thermostat.closed else 0.0 for thermostat in self.thermostats)

    def power(self) -> float:
        """Return what all heaters give, [W]."""
        return sum(self.powers())

    def monitor(self) -> float:
        """Return the voltage behind the thermostats, where the monitor wire is, [V]; 0 when all are open.

        Seed 001 has one monitor wire for two thermostats and does not say behind which of them: taken as joined.
        """
        seen = self.read()
        return seen.volts - seen.amperes * self.circuit.leads if seen.amperes else 0.0
