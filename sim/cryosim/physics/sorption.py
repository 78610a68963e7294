"""Nitrogen on zeolite: the trap that holds the vacuum of a cold cryostat, and lets go when it warms."""

from __future__ import annotations

import math

from cryosim.physics.validity import OutOfRange

PRESSURE = 6e8  # Pa, of the isotherm; physics.md 7
HEAT = 2100.0  # K, heat of adsorption over the gas constant; physics.md 7


def half_pressure(kelvin: float) -> float:
    r"""Return the pressure at which zeolite is half full of nitrogen.

    .. math:: p_{1/2} = 6 \cdot 10^8\,\mathrm{Pa}\; e^{-2100\,\mathrm{K}/T}

    Parameters
    ----------
    kelvin : float
        Temperature of the zeolite, [K]

    Returns
    -------
    pressure : float
        Pressure, [Pa]

    Raises
    ------
    OutOfRange
        For a temperature that is not above 0.

    Notes
    -----
    Source: Langmuir isotherm with the constants of physics.md 7 (general knowledge).

    Examples
    --------
    >>> [f"{half_pressure(t):.1e}" for t in (40.0, 90.0, 295.0)]
    ['9.5e-15', '4.4e-02', '4.9e+05']
    """
    if not kelvin > 0.0:
        raise OutOfRange(f"zeolite at {kelvin:g} K: must be above 0")
    return PRESSURE * math.exp(-HEAT / kelvin)


def equilibrium_pressure(coverage: float, kelvin: float) -> float:
    r"""Return the pressure of nitrogen over zeolite.

    .. math:: p_\mathrm{eq} = p_{1/2}(T)\,\frac{\theta}{1 - \theta}

    Parameters
    ----------
    coverage : float
        Share of the capacity that is taken, [-]
    kelvin : float
        Temperature of the zeolite, [K]

    Returns
    -------
    pressure : float
        Pressure at which it neither takes nor gives, [Pa]

    Raises
    ------
    OutOfRange
        For a coverage outside 0 to below 1, or a temperature that is not above 0.

    Notes
    -----
    Source: I. Langmuir; constants of physics.md 7.

    Examples
    --------
    >>> round(equilibrium_pressure(0.1, 90.0), 4)
    0.0049
    """
    if not 0.0 <= coverage < 1.0:
        raise OutOfRange(f"coverage {coverage:g}: 0 to below 1")
    return half_pressure(kelvin) * coverage / (1.0 - coverage)


def loading_after(loading: float, supplied: float, capacity: float, stiffness: float) -> tuple[float, float]:
    r"""Return how much zeolite holds after a step at constant pressure, and how that depends on the pressure.

    .. math:: n' + a\,\frac{n'}{N - n'} = n + b, \qquad a = S\,\Delta t\,p_{1/2}, \quad b = S\,\Delta t\,p'

    Parameters
    ----------
    loading : float
        Gas held before, [Pa m3]
    supplied : float
        What would come without anything going back, ``b``, [Pa m3]
    capacity : float
        What it can hold, ``N``, [Pa m3]
    stiffness : float
        What goes back from a half-full one, ``a``, [Pa m3]

    Returns
    -------
    loading : float
        Gas held after the step, [Pa m3]
    slope : float
        Derivative of it by what is supplied, [-]

    Raises
    ------
    OutOfRange
        For anything negative or a capacity that is not above 0.

    Notes
    -----
    Source: implicit Euler of ``dn/dt = S (p - p_eq)`` with the isotherm of Langmuir, a quadratic equation.

    Examples
    --------
    >>> loading_after(10.0, 1.0, 100.0, 0.0)
    (11.0, 1.0)
    >>> [round(x, 4) for x in loading_after(10.0, 1.0, 100.0, 1e6)]
    [0.0011, 0.0001]
    """
    if not (loading >= 0.0 and supplied >= 0.0 and stiffness >= 0.0 and capacity > 0.0):
        raise OutOfRange("zeolite: loading, supply and stiffness must not be negative, the capacity above 0")
    arrives = loading + supplied
    total = capacity + stiffness + arrives
    root = math.sqrt(max(0.0, total * total - 4.0 * arrives * capacity))
    after = 2.0 * arrives * capacity / (total + root)
    room = capacity - after
    return after, room * room / (room * room + stiffness * capacity) if room > 0.0 else 0.0
