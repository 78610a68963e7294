"""Residual gas: how it conducts, and how pumps, leaks and cold surfaces change it."""

from __future__ import annotations

import math

from cryosim.physics.validity import OutOfRange

CONTINUUM = 9.0  # W/m2/K, of gas in gaps of centimetres at any pressure; physics.md 1
AIR, HELIUM = 1.2, 2.1  # W/m2/K/Pa, free-molecular; physics.md 1


def gas_conductance(air: float, helium: float) -> float:
    r"""Return the heat conducted through residual gas per area and temperature difference.

    .. math:: \frac{G}{A} = \frac{g}{1 + g/9}, \qquad g = 1.2\,p_\mathrm{air} + 2.1\,p_\mathrm{He}

    Parameters
    ----------
    air : float
        Partial pressure of air and water at a gauge at room temperature, [Pa]
    helium : float
        Partial pressure of helium at the same gauge, [Pa]

    Returns
    -------
    conductance : float
        Conductance per area, [W/m2/K]

    Raises
    ------
    OutOfRange
        For a negative pressure.

    Notes
    -----
    Source: free-molecular conduction after R. F. Barron, Cryogenic Systems, with accommodation in the
    constants, and its continuum limit; physics.md 1.

    Examples
    --------
    >>> round(gas_conductance(0.0, 1e-3), 5), round(gas_conductance(101325.0, 0.0), 2)
    (0.0021, 9.0)
    """
    if air < 0.0 or helium < 0.0:
        raise OutOfRange(f"residual gas: pressures {air:g} and {helium:g} Pa must not be negative")
    g = AIR * air + HELIUM * helium
    return g / (1.0 + g / CONTINUUM)


def pressure_after(pressure: float, load: float, speed: float, volume: float, time: float) -> float:
    r"""Return a partial pressure after some time of constant load and pumping speed.

    .. math:: p' = \frac{q}{S} + \left(p - \frac{q}{S}\right) e^{-S t / V}

    Parameters
    ----------
    pressure : float
        At the beginning, [Pa]
    load : float
        Leaks and outgassing, [Pa m3/s]
    speed : float
        Pumping speed, cold surfaces included, [m3/s]
    volume : float
        Volume, [m3]
    time : float
        Time, [s]

    Returns
    -------
    pressure : float
        At the end, [Pa]

    Raises
    ------
    OutOfRange
        For a negative speed or time, or a volume that is not above 0.

    Notes
    -----
    Source: the balance ``V dp/dt = q - S p``, exact.

    Examples
    --------
    >>> pressure_after(1.0, 0.0, 0.0, 5e-3, 60.0), round(pressure_after(1.0, 1e-6, 5e-3, 5e-3, 60.0), 7)
    (1.0, 0.0002)
    """
    if speed < 0.0 or time < 0.0 or volume <= 0.0:
        raise OutOfRange("vacuum: speed and time must not be negative, the volume must be above 0")
    if speed * time < 1e-9 * volume:
        return pressure + load * time / volume
    end = load / speed
    return end + (pressure - end) * math.exp(-speed * time / volume)


def outgassing_time(temperature: float) -> float:
    r"""Return the time constant with which water leaves the walls of an unbaked vessel.

    .. math:: \tau = 7\,\mathrm{h}\,
        \exp\left[4500\,\mathrm{K}\left(\frac{1}{T} - \frac{1}{295\,\mathrm{K}}\right)\right]

    Parameters
    ----------
    temperature : float
        Temperature of the walls, [K]

    Returns
    -------
    time : float
        Time constant, [s]

    Raises
    ------
    OutOfRange
        For a temperature that is not above 0.

    Notes
    -----
    Source: physics.md 3.7 (7 h at 295 K, activation temperature 4500 K).

    Examples
    --------
    >>> outgassing_time(295.0), round(outgassing_time(325.0) / 3600.0, 2)
    (25200.0, 1.71)
    """
    if temperature <= 0.0:
        raise OutOfRange(f"temperature {temperature:g} K must be above 0")
    return 7.0 * 3600.0 * math.exp(min(600.0, 4500.0 * (1.0 / temperature - 1.0 / 295.0)))
