"""From the gas in the pipe to what a laminar-flow meter shows.

The meter senses the pressure drop over a laminar element, so its volumetric flow is right only for
the viscosity of the gas it has been told; mass flow follows from pressure, temperature and the
reference state of a standard litre.
"""

from __future__ import annotations

from dataclasses import dataclass

from cryosim.emulators.alicat.tables import MOLAR_MASS, Gas
from cryosim.emulators.ports import FlowSample

GAS_CONSTANT = 8.314462618  # J/mol/K
PASCAL_PER_PSI = 6894.757
ZERO_CELSIUS = 273.15  # K


@dataclass(frozen=True)
class Reading:
    """What the meter knows of the gas, in the units it works in."""

    pressure: float  # PSIA
    celsius: float  # degC
    volume_flow: float  # LPM
    mass_flow: float  # SLPM at the reference state


def standard_litres(volume_flow: float, psia: float, celsius: float, reference: tuple[float, float]) -> float:
    """Return the mass flow in standard litres per minute.

    Q_s = Q * (p / p_ref) * (T_ref / T)   (bias-flow-vacuum.md 3.1)

    Parameters
    ----------
    volume_flow : float
        [L/min]
    psia, celsius : float
        State of the gas, [PSIA] and [degC].
    reference : tuple
        State a standard litre refers to, ([degC], [PSIA]).
    """
    reference_celsius, reference_psia = reference
    kelvin_ratio = (reference_celsius + ZERO_CELSIUS) / (celsius + ZERO_CELSIUS)
    return volume_flow * psia / reference_psia * kelvin_ratio


def measure(sample: FlowSample, selected: Gas, flowing: Gas, reference: tuple[float, float]) -> Reading:
    """Return what is shown for a gas in the pipe, before zero and range.

    Parameters
    ----------
    sample : FlowSample
        The gas as it passes.
    selected, flowing : Gas
        What the meter has been told, and what it is.
    reference : tuple
        As in :func:`standard_litres`.
    """
    moles = sample.mass_flow / MOLAR_MASS[sample.gas]
    litres = moles * GAS_CONSTANT * sample.temperature / sample.pressure * 60e3
    shown = litres * flowing.viscosity / selected.viscosity
    psia = sample.pressure / PASCAL_PER_PSI
    celsius = sample.temperature - ZERO_CELSIUS
    return Reading(psia, celsius, shown, standard_litres(shown, psia, celsius, reference))
