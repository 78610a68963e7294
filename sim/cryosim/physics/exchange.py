"""Heat between a wall and a stream that runs past it, boiling or not."""

from __future__ import annotations

import math

from cryosim.physics.validity import OutOfRange

FILM = 1.2  # K, superheat at which half of the wetting is lost; physics.md 3.2


def stream_conductance(mass_flow: float, enthalpy_rise: float, excess: float, conductance: float) -> float:
    r"""Return the heat a stream takes from a wall, divided by their temperature difference at the inlet.

    .. math:: g = \frac{q}{\Delta T}, \qquad
        q = \dot m\,\Delta h \left[1 - \exp\left(-\frac{U\!A\,\Delta T}{\dot m\,\Delta h}\right)\right]

    Parameters
    ----------
    mass_flow : float
        Mass flow of the stream, [kg/s]
    enthalpy_rise : float
        Enthalpy the stream would gain if it left at the wall's temperature, [J/kg]
    excess : float
        Wall temperature minus inlet temperature, of the same sign, [K]
    conductance : float
        Product of heat transfer coefficient and area, [W/K]

    Returns
    -------
    heat : float
        Secant conductance, between 0 and ``conductance``, [W/K]

    Raises
    ------
    OutOfRange
        When enthalpy rise and temperature difference have opposite signs.

    Notes
    -----
    Source: effectiveness of a heat exchanger with one stream, with the mean heat capacity
    ``enthalpy_rise / excess`` (physics.md 3.2).  A boiling stream has a nearly infinite one.

    Examples
    --------
    >>> round(stream_conductance(2.43e-5, 5193.0 * 10.0, 10.0, 0.4), 4)
    0.1209
    >>> round(stream_conductance(2.43e-5, 20.0e3, 0.01, 0.4), 4)
    0.3984
    """
    if -1e-9 < excess < 1e-9:
        return conductance
    capacity = mass_flow * enthalpy_rise / excess
    if capacity <= 0.0:
        if capacity == 0.0:
            return 0.0
        raise OutOfRange(f"stream: enthalpy rise {enthalpy_rise:g} J/kg against {excess:g} K")
    return -capacity * math.expm1(-conductance / capacity)


def wetting(superheat: float) -> float:
    r"""Return how far a wall is still wetted by boiling liquid.

    .. math:: f = \frac{1}{1 + (\Delta T / 1.2\,\mathrm{K})^2}

    Parameters
    ----------
    superheat : float
        Wall temperature minus boiling temperature, [K]

    Returns
    -------
    share : float
        1 for a wall at boiling, falling to 0 as a film of vapour forms, [-]

    Raises
    ------
    OutOfRange
        For a number that is none.

    Notes
    -----
    Source: physics.md 3.2; stands for the transition from nucleate to film boiling.

    Examples
    --------
    >>> wetting(0.0), wetting(1.2), round(wetting(12.0), 4)
    (1.0, 0.5, 0.0099)
    """
    if superheat != superheat:
        raise OutOfRange("superheat is not a number")
    x = superheat / FILM
    return 1.0 / (1.0 + x * x)
