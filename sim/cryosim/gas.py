"""The helium in the pipe of a flow meter."""

from __future__ import annotations

from dataclasses import dataclass

from cryosim.emulators.ports import FlowSample
from cryosim.plant.protocol import Plant

HELIUM = 2077.26  # J/kg/K, specific gas constant: 8.31446 J/mol/K / 4.0026 g/mol
ATMOSPHERE = 101325.0  # Pa, pressure of a standard litre
ZERO_CELSIUS = 273.15  # K


@dataclass(frozen=True)
class GasLine:
    """The pipe a flow meter sits in: a ``FlowPort`` on a plant."""

    plant: Plant

    def read(self) -> FlowSample:
        """Return the gas as it passes now."""
        return self.plant.flow()


def helium_mass_flow(slpm: float, celsius: float) -> float:
    """Return the mass flow of helium, [kg/s].

    Parameters
    ----------
    slpm : float
        Standard litres per minute.
    celsius : float
        What they refer to, [degC], at 1 atm.
    """
    return slpm / 60e3 * ATMOSPHERE / (HELIUM * (celsius + ZERO_CELSIUS))
