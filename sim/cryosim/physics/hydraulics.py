"""Helium through a needle valve and a long line: quadratic pressure drops in series."""

from __future__ import annotations

import math

from cryosim.physics.validity import OutOfRange, within


def needle_valve_area(turns: float, blockage: float, coefficient: float, exponent: float) -> float:
    r"""Return the effective area of a needle valve.

    .. math:: A = k\, n^{\nu} (1 - b)

    Parameters
    ----------
    turns : float
        Turns from closed, [-]
    blockage : float
        Share that is blocked by ice, [-]
    coefficient : float
        Area at one turn, contraction and friction included, [m2]
    exponent : float
        Shape of the needle, [-]

    Returns
    -------
    area : float
        Effective area, [m2]

    Raises
    ------
    OutOfRange
        For negative turns or a blockage outside 0 to 1.

    Notes
    -----
    Source: physics.md 3.1; a power law is the usual description of a conical needle.

    Examples
    --------
    >>> round(needle_valve_area(3.0, 0.0, 5.2e-8, 1.4) * 1e6, 3), needle_valve_area(1.0, 1.0, 5.2e-8, 1.4)
    (0.242, 0.0)
    """
    if turns < 0.0 or not 0.0 <= blockage <= 1.0:
        raise OutOfRange(f"needle valve: turns {turns:g} must be 0 or more, blockage {blockage:g} within 0 to 1")
    return coefficient * float(turns**exponent) * (1.0 - blockage)


def series_mass_flow(
    pressure_drop: float, valve_area: float, valve_density: float, line_area: float, line_density: float
) -> float:
    r"""Return the mass flow through a valve and a line in series.

    .. math:: \dot m = \sqrt{\frac{\Delta p}{1/(A_v^2 \rho_v) + 1/(A_l^2 \rho_l)}}

    Parameters
    ----------
    pressure_drop : float
        Pressure before the valve minus that behind the line, [Pa]
    valve_area : float
        Effective area of the valve, [m2]
    valve_density : float
        Density of what reaches the valve, [kg/m3]
    line_area : float
        Effective area of the line, [m2]
    line_density : float
        Mean density in the line, [kg/m3]

    Returns
    -------
    mass_flow : float
        Mass flow; 0 through a closed valve or against the pressure, [kg/s]

    Raises
    ------
    OutOfRange
        For densities or a line area that are not above 0.

    Notes
    -----
    Source: physics.md 3.1; turbulent flow, each part a fixed number of velocity heads.

    Examples
    --------
    >>> round(series_mass_flow(8.6e3, 5.3e-8, 124.7, 3.4e-7, 11.0) * 1e6)
    49
    """
    if valve_density <= 0.0 or line_density <= 0.0 or line_area <= 0.0:
        raise OutOfRange("flow: densities and the area of the line must be above 0")
    valve = valve_area * valve_area * valve_density
    if pressure_drop <= 0.0 or valve_area <= 0.0 or valve == 0.0:
        return 0.0
    resistance = 1.0 / valve + 1.0 / (line_area * line_area * line_density)
    return math.sqrt(pressure_drop / resistance)


def mixture_volume(quality: float, vapour_density: float, liquid_density: float) -> float:
    r"""Return the specific volume of liquid and vapour that flow at one velocity.

    .. math:: v = \frac{x}{\rho_g} + \frac{1 - x}{\rho_l}

    Parameters
    ----------
    quality : float
        Mass share of the vapour, [-]
    vapour_density : float
        Density of the vapour, [kg/m3]
    liquid_density : float
        Density of the liquid, [kg/m3]

    Returns
    -------
    volume : float
        Specific volume, [m3/kg]

    Raises
    ------
    OutOfRange
        For a quality outside 0 to 1.

    Notes
    -----
    Source: homogeneous two-phase flow, physics.md 3.1.

    Examples
    --------
    >>> round(mixture_volume(0.5, 11.6, 124.7), 4)
    0.0471
    """
    within("quality", quality, 0.0, 1.0, "")
    return quality / vapour_density + (1.0 - quality) / liquid_density
