"""Heat that radiates from a warm surface to a cold one."""

from __future__ import annotations

from cryosim.physics.validity import OutOfRange

STEFAN_BOLTZMANN = 5.670374e-8  # W/m2/K4, CODATA 2018


def radiated_heat(area: float, emissivity: float, warm: float, cold: float) -> float:
    r"""Return the heat radiated to a surface.

    .. math:: Q = \epsilon\,\sigma\,A\,(T_w^4 - T_c^4)

    Parameters
    ----------
    area : float
        Area of the surface, [m2]
    emissivity : float
        Effective emissivity of what lies between, insulation included, [-]
    warm : float
        Temperature around it, [K]
    cold : float
        Temperature of the surface, [K]

    Returns
    -------
    heat : float
        Heat into the surface, negative when it is the warmer one, [W]

    Raises
    ------
    OutOfRange
        For a negative area or temperature, or an emissivity outside 0 to 1.

    Notes
    -----
    Source: Stefan and Boltzmann; effective emissivities as physics.md 7.

    Examples
    --------
    The eight layers around the shield of the receiver:

    >>> round(radiated_heat(0.32, 0.0105, 295.0, 90.0), 2)
    1.43
    """
    _check(area, emissivity, warm, cold)
    return emissivity * STEFAN_BOLTZMANN * area * (warm**4 - cold**4)


def radiative_conductance(area: float, emissivity: float, cold: float) -> float:
    r"""Return by how much the radiated heat falls per kelvin that the cold surface warms.

    .. math:: -\frac{\partial Q}{\partial T_c} = 4\,\epsilon\,\sigma\,A\,T_c^3

    Parameters
    ----------
    area : float
        Area of the surface, [m2]
    emissivity : float
        Effective emissivity of what lies between, [-]
    cold : float
        Temperature of the surface, [K]

    Returns
    -------
    conductance : float
        Slope, [W/K]

    Raises
    ------
    OutOfRange
        As :func:`radiated_heat`.

    Notes
    -----
    Source: derivative of :func:`radiated_heat`.

    Examples
    --------
    >>> round(radiative_conductance(0.32, 1.0, 295.0), 2)
    1.86
    """
    _check(area, emissivity, cold, cold)
    return 4.0 * emissivity * STEFAN_BOLTZMANN * area * cold**3


def _check(area: float, emissivity: float, warm: float, cold: float) -> None:
    if not (area >= 0.0 and 0.0 <= emissivity <= 1.0 and warm >= 0.0 and cold >= 0.0):
        raise OutOfRange(f"radiation: area {area:g} m2, emissivity {emissivity:g}, {warm:g} K, {cold:g} K")
