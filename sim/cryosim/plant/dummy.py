"""A simple thermal load: heat capacities in a stream of cold helium, a leak, and resistive heaters.

Not a model of a cryostat, but of its order of magnitude (physics.md 6.2): at 8.8 SLPM a vaporizer
needs about 0.6 W to stay at 13 K, and with the heater off it drifts to about 5 K over minutes.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from cryosim.emulators.ports import FlowSample, HeaterPort
from cryosim.plant.amplifier import Amplifier

BOILING = 4.23  # K, helium at 1 atm
LATENT = 23.0e3  # J/kg, liquid to vapour a little above boiling; physics.md 1
CP = 5193.2  # J/kg/K, helium gas; physics.md 1
ROOM = 294.0  # K
GOOD_VACUUM = 1e-4  # Pa, 1e-6 mbar
AMBIENT_PRESSURE = 101325.0  # Pa
DEWAR_LEVEL = 0.8
DEWAR_GAUGE = 8618.0  # Pa above the atmosphere: 1.25 psi, of the acceptance sheet
FILM = 0.3  # K, width over which the latent heat comes into play: keeps the enthalpy continuous


@dataclass(frozen=True)
class Mount:
    """One heat capacity in the stream."""

    name: str  # thermometer that reads it
    capacity: float  # J/K
    exchange: float  # share of the enthalpy difference that is exchanged with the stream, 0..1
    leak: float  # W/K to room temperature


def vaporizer(name: str) -> Mount:
    """Return the mount that the helium meets first."""
    return Mount(name, capacity=20.0, exchange=0.55, leak=0.0012)


def sample(name: str) -> Mount:
    """Return a mount further down the stream."""
    return Mount(name, capacity=30.0, exchange=0.8, leak=0.0002)


def enthalpy(kelvin: float) -> float:
    """Return the specific enthalpy of helium above the boiling liquid at 1 atm, [J/kg]."""
    above = kelvin - BOILING
    if above <= 0.0:
        return 0.0
    return LATENT * (1.0 - math.exp(-above / FILM)) + CP * above


class ResistiveHeater:
    """A resistor on a mount: implements ``HeaterPort``."""

    def __init__(self, ohm: float) -> None:
        self.resistance = ohm
        self.power = 0.0  # W

    def ohm(self) -> float:
        """Return the resistance, [ohm]."""
        return self.resistance

    def drive(self, amperes: float) -> None:
        """Let a current flow until the next call, [A]."""
        self.power = amperes * amperes * self.resistance

    def apply(self, volts: float) -> None:
        """Apply a voltage until the next call, [V]."""
        self.power = volts * volts / self.resistance


class DummyPlant:
    """Mounts one behind the other in a stream of helium.

    Parameters
    ----------
    mounts : sequence of Mount
        In the order in which the gas meets them.
    temperatures : mapping
        Initial temperature by mount, [K]; room temperature where it is not given.
    heaters : mapping
        By loop: the mount it heats and its resistance, [ohm].
    mass_flow : float
        Helium, [kg/s].

    Attributes
    ----------
    amplifiers : dict of Amplifier
        At the temperature of a mount each, which they do not heat; none until they are put in.
    """

    def __init__(
        self,
        mounts: tuple[Mount, ...],
        *,
        temperatures: Mapping[str, float],
        heaters: Mapping[str, tuple[str, float]],
        mass_flow: float,
    ) -> None:
        self.mounts = mounts
        self.mass_flow = mass_flow
        self.amplifiers: Mapping[str, Amplifier] = {}
        self._kelvin = {m.name: temperatures.get(m.name, ROOM) for m in mounts}
        self._heaters = {loop: ResistiveHeater(ohm) for loop, (_, ohm) in heaters.items()}
        self._on: dict[str, list[ResistiveHeater]] = {m.name: [] for m in mounts}
        for loop, (mount, _) in heaters.items():
            self._on[mount].append(self._heaters[loop])

    def temperature(self, name: str) -> float:
        """Return the temperature of a mount, [K]."""
        return self._kelvin[name]

    def heater(self, name: str) -> HeaterPort:
        """Return the heater of a loop."""
        return self._heaters[name]

    def flow(self) -> FlowSample:
        """Return the gas at the meter: at room temperature and ambient pressure."""
        return FlowSample(mass_flow=self.mass_flow, pressure=AMBIENT_PRESSURE, temperature=ROOM, gas="He")

    def dewar_level(self) -> float:
        """Return how full the dewar is; it does not empty."""
        return DEWAR_LEVEL

    def dewar_pressure(self) -> float:
        """Return the absolute pressure in the dewar, [Pa]; it is held."""
        return AMBIENT_PRESSURE + DEWAR_GAUGE

    def tube_pressure(self) -> float:
        """Return the absolute pressure in the sample tube, [Pa]: that of the room, to which it is open."""
        return AMBIENT_PRESSURE

    def vacuum_pressure(self) -> float:
        """Return the absolute pressure in the insulating vacuum, [Pa]; it is good and stays so."""
        return GOOD_VACUUM

    def advance(self, dt: float) -> None:
        """Let ``dt`` seconds pass, explicitly: meant for steps of 0.1 s."""
        stream = 0.0  # J/kg, what the gas carries when it reaches the mount
        for mount in self.mounts:
            kelvin = self._kelvin[mount.name]
            taken = mount.exchange * (enthalpy(kelvin) - stream)
            heating = sum(heater.power for heater in self._on[mount.name])
            net = heating + mount.leak * (ROOM - kelvin) - self.mass_flow * taken
            self._kelvin[mount.name] = max(1.0, kelvin + dt * net / mount.capacity)
            stream += taken
        for amplifier in self.amplifiers.values():
            amplifier.advance(dt)
