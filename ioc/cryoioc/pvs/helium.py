"""Helium by volume, by mass and as liquid."""

from __future__ import annotations

ZERO_CELSIUS = 273.15  # K
GAS_DENSITY = 0.17848  # g/L of helium at 0 degC and 101.325 kPa: 4.0026 g/mol over R T / p + B, B = 11.8 mL/mol
LIQUID_DENSITY = 124.7  # g/L at 4.2238 K (physics.md 1)


def rescale(slpm: float, from_celsius: float, to_celsius: float) -> float:
    """Return a flow in SLPM referred to another temperature; the same mass is more litres when warm.

    >>> round(rescale(10.0, 0.0, 21.11), 3)
    10.773
    """
    return slpm * (ZERO_CELSIUS + to_celsius) / (ZERO_CELSIUS + from_celsius)


def mass_flow(slpm: float, celsius: float) -> float:
    """Return the helium mass flow, [mg/s], of a flow in SLPM referred to ``celsius`` and 1 atm.

    >>> round(mass_flow(1.0, 21.11), 3)
    2.761
    """
    return rescale(slpm, celsius, 0.0) * GAS_DENSITY / 60.0 * 1e3


def liquid_flow(milligrams: float) -> float:
    """Return the liquid equivalent of a mass flow in mg/s, [mL/h]."""
    return milligrams * 3600.0 / LIQUID_DENSITY
