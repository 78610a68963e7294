"""Helium 4 on its saturation line, 1.2 to 5.0 K.

Enthalpies count from the liquid at 4.2238 K (1 atm).
"""

from __future__ import annotations

import math
from bisect import bisect_right

from cryosim.physics.validity import OutOfRange, within

COLDEST, HOTTEST = 1.2, 5.0  # K, ends of the tabulated line
LAMBDA_POINT = 2.1768  # K, where the liquid becomes superfluid (ITS-90)

# ITS-90, table 5: coefficients A_i, B and C below and above the lambda point.
_SUPERFLUID = (1.392408, 0.527153, 0.166756, 0.050988, 0.026514, 0.001975, -0.017976, 0.005409, 0.013259)
_NORMAL = (3.146631, 1.357655, 0.413923, 0.091159, 0.016349, 0.001826, -0.004325, -0.004973, 0.0)
_LAMBDA_PRESSURE = 5041.8  # Pa

# T [K], liquid enthalpy [J/kg], liquid density [kg/m3]; physics.md appendix SAT.
_TABLE = (
    (1.2, -9800.0, 145.5), (1.4, -9700.0, 145.5), (1.5, -9600.0, 145.5), (1.6, -9470.0, 145.5),
    (1.7, -9280.0, 145.5), (1.8, -9040.0, 145.5), (1.9, -8710.0, 145.5), (2.0, -8260.0, 145.5),
    (2.1, -7630.0, 145.5), (2.15, -7210.0, 145.5), (2.1768, -6890.0, 145.5), (2.2, -6786.0, 145.99),
    (2.3, -6497.0, 145.76), (2.4, -6237.0, 145.38), (2.6, -5743.0, 144.29), (2.8, -5239.0, 142.88),
    (3.0, -4699.0, 141.2), (3.2, -4112.0, 139.27), (3.4, -3467.0, 137.09), (3.6, -2758.0, 134.64),
    (3.8, -1973.0, 131.88), (4.0, -1101.0, 128.74), (4.1, -627.0, 127.0), (4.2, -124.0, 125.14),
    (4.2238, 0.0, 124.67), (4.3, 411.0, 123.11), (4.4, 985.0, 120.91), (4.5, 1602.0, 118.49),
    (4.6, 2272.0, 115.8), (4.7, 3007.0, 112.76), (4.8, 3827.0, 109.26), (4.9, 4763.0, 105.08),
    (5.0, 5880.0, 99.84),
)  # fmt: skip
_KELVIN = [row[0] for row in _TABLE]


def saturation_temperature(pressure: float) -> float:
    r"""Return the temperature at which helium 4 boils.

    .. math:: T = \sum_i A_i \left(\frac{\ln p - B}{C}\right)^i

    Parameters
    ----------
    pressure : float
        Vapour pressure, [Pa]

    Returns
    -------
    temperature : float
        Temperature on ITS-90, [K]

    Raises
    ------
    OutOfRange
        Outside 81 Pa to 196.1 kPa (1.2 to 5.0 K).

    Notes
    -----
    Source: ITS-90 (H. Preston-Thomas, Metrologia 27 (1990) 3), table 5; physics.md 1.  The scale begins
    at 1.25 K; down to 1.2 K its polynomial is continued, as the table of physics.md is.

    Examples
    --------
    >>> round(saturation_temperature(101325.0), 3), round(saturation_temperature(3129.7), 3)
    (4.222, 2.0)
    """
    within("vapour pressure", pressure, 81.0, 196.1e3, "Pa")
    return _its90(math.log(pressure))


def _its90(log_pressure: float) -> float:
    if log_pressure < math.log(_LAMBDA_PRESSURE):
        coefficients, centre, scale = _SUPERFLUID, 5.6, 2.9
    else:
        coefficients, centre, scale = _NORMAL, 10.3, 1.9
    x = (log_pressure - centre) / scale
    kelvin = 0.0
    for coefficient in reversed(coefficients):
        kelvin = kelvin * x + coefficient
    return kelvin


def saturation_pressure(temperature: float) -> float:
    r"""Return the vapour pressure of helium 4: the inverse of :func:`saturation_temperature`.

    .. math:: p:\ T_{sat}(p) = T

    Parameters
    ----------
    temperature : float
        Temperature on ITS-90, [K]

    Returns
    -------
    pressure : float
        Vapour pressure, [Pa]

    Raises
    ------
    OutOfRange
        Outside 1.2 to 5.0 K.

    Notes
    -----
    Source: as :func:`saturation_temperature`, by bisection of the logarithm to 1e-12.

    Examples
    --------
    >>> round(saturation_pressure(4.2238) / 1e3, 1), round(saturation_pressure(1.8), 0)
    (101.5, 1638.0)
    """
    within("temperature", temperature, COLDEST, HOTTEST, "K")
    low, high = math.log(70.0), math.log(200e3)
    while high - low > 1e-12:
        middle = 0.5 * (low + high)
        low, high = (middle, high) if _its90(middle) < temperature else (low, middle)
    return math.exp(low)


def liquid_enthalpy(temperature: float) -> float:
    r"""Return the specific enthalpy of saturated liquid helium.

    .. math:: h_l = h_k + \frac{T - T_k}{T_{k+1} - T_k}\,(h_{k+1} - h_k)

    Parameters
    ----------
    temperature : float
        Temperature, [K]

    Returns
    -------
    enthalpy : float
        Enthalpy above the liquid at 4.2238 K, [J/kg]

    Raises
    ------
    OutOfRange
        Outside 1.2 to 5.0 K.

    Notes
    -----
    Source: physics.md 1, table SAT (CoolProp above the lambda point, integral of the heat capacity along
    saturation below), straight lines between its rows.

    Examples
    --------
    >>> liquid_enthalpy(4.2238), liquid_enthalpy(3.0)
    (0.0, -4699.0)
    """
    return _between(temperature, 1)


def liquid_density(temperature: float) -> float:
    r"""Return the density of saturated liquid helium.

    .. math:: \rho_l = \rho_k + \frac{T - T_k}{T_{k+1} - T_k}\,(\rho_{k+1} - \rho_k)

    Parameters
    ----------
    temperature : float
        Temperature, [K]

    Returns
    -------
    density : float
        Density, [kg/m3]

    Raises
    ------
    OutOfRange
        Outside 1.2 to 5.0 K.

    Notes
    -----
    Source: physics.md 1, table SAT, straight lines between its rows.

    Examples
    --------
    >>> liquid_density(4.2238), liquid_density(1.8)
    (124.67, 145.5)
    """
    return _between(temperature, 2)


def _between(temperature: float, column: int) -> float:
    if not COLDEST <= temperature <= HOTTEST:
        raise OutOfRange(f"temperature {temperature:g} K: the saturation line is tabulated from 1.2 to 5 K")
    k = min(bisect_right(_KELVIN, temperature), len(_TABLE) - 1) - 1
    left, right = _TABLE[k], _TABLE[k + 1]
    share = (temperature - left[0]) / (right[0] - left[0])
    return left[column] + share * (right[column] - left[column])
