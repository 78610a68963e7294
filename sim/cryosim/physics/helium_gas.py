"""Helium gas: ideal, with the first two terms of its deviation in the enthalpy.

Enthalpies count from the liquid at 4.2238 K, as everywhere in this package.
"""

from __future__ import annotations

from bisect import bisect_right

from cryosim.physics.helium_saturation import liquid_enthalpy
from cryosim.physics.validity import within

CP = 5193.16  # J/kg/K, heat capacity at constant pressure of the ideal gas: 5/2 R
GAS_CONSTANT = 2077.26  # J/kg/K
ZERO = 5044.3  # J/kg, ideal-gas enthalpy continued to 0 K
ATMOSPHERE = 101325.0  # Pa
COLDEST, HOTTEST = 1.2, 700.0  # K
DENSEST = 160e3  # Pa

# T [K], coefficients of p and p^2 (p in atm) of the deviation from ZERO + CP T, [J/kg]: least squares
# over 0.02 to 1.35 atm (or up to saturation) of CoolProp's equation of state of Ortiz-Vega et al.; the
# rows below 2.2 K continue them, where p is below 0.05 atm.
DEVIATION = (
    (1.2, -13e3, -30e3), (1.7, -10.8e3, -20e3), (2.2, -9075.0, -11591.0), (2.5, -7973.0, -7713.0),
    (3.0, -6523.0, -4673.0), (3.5, -5384.0, -3237.0), (4.0, -4424.0, -2475.0), (4.3, -3882.0, -2204.0),
    (4.6, -3453.0, -1888.0), (5.0, -3481.0, -1010.0), (5.5, -3233.0, -577.0), (6.0, -2962.0, -366.0),
    (7.0, -2492.0, -173.0), (8.0, -2127.0, -90.0), (9.0, -1842.0, -50.0), (10.0, -1613.0, -28.0),
    (12.0, -1270.0, -8.0), (15.0, -926.0, 2.0), (20.0, -583.0, 4.0), (25.0, -375.0, 3.0),
    (30.0, -237.0, 3.0), (40.0, -63.0, 1.0), (60.0, 109.0, 0.0), (80.0, 193.0, 0.0),
    (120.0, 270.0, -1.0), (200.0, 319.0, -1.0), (300.0, 332.0, 0.0), (700.0, 315.0, 0.0),
)  # fmt: skip
_KELVIN = [row[0] for row in DEVIATION]


def gas_enthalpy(temperature: float, pressure: float) -> float:
    r"""Return the specific enthalpy of helium gas.

    .. math:: h = h_0 + c_p T + \varphi(T)\,\frac{p}{p_0} + \psi(T)\left(\frac{p}{p_0}\right)^2

    Parameters
    ----------
    temperature : float
        Temperature, [K]
    pressure : float
        Absolute pressure, [Pa]

    Returns
    -------
    enthalpy : float
        Enthalpy above the liquid at 4.2238 K, [J/kg]

    Raises
    ------
    OutOfRange
        Outside 1.2 to 700 K or 0 to 160 kPa.

    Notes
    -----
    Source: least squares to CoolProp; within 0.3 J/g of it wherever the gas is stable, 0.03 J/g from
    6 K up.  Colder than boiling, the gas is continued.

    Examples
    --------
    >>> round(gas_enthalpy(300.0, 101325.0)), round(gas_enthalpy(5.0, 101325.0), -1)
    (1563324, 26520.0)
    """
    within("temperature", temperature, COLDEST, HOTTEST, "K")
    within("pressure", pressure, 0.0, DENSEST, "Pa")
    first, second = deviation(temperature)
    atm = pressure / ATMOSPHERE
    return ZERO + CP * temperature + (first + second * atm) * atm


def deviation(temperature: float) -> tuple[float, float]:
    r"""Return the coefficients of the first and second power of the pressure in the enthalpy.

    .. math:: \varphi = \varphi_k + \frac{T - T_k}{T_{k+1} - T_k}\,(\varphi_{k+1} - \varphi_k)

    Parameters
    ----------
    temperature : float
        Temperature, [K]

    Returns
    -------
    first : float
        Of the pressure in atmospheres, [J/kg]
    second : float
        Of its square, [J/kg]

    Raises
    ------
    OutOfRange
        Outside 1.2 to 700 K.

    Notes
    -----
    Source: as :func:`gas_enthalpy`; straight lines between the rows.

    Examples
    --------
    >>> deviation(10.0)
    (-1613.0, -28.0)
    """
    within("temperature", temperature, COLDEST, HOTTEST, "K")
    k = min(bisect_right(_KELVIN, temperature), len(DEVIATION) - 1) - 1
    (t0, a0, b0), (t1, a1, b1) = DEVIATION[k], DEVIATION[k + 1]
    share = (temperature - t0) / (t1 - t0)
    return a0 + share * (a1 - a0), b0 + share * (b1 - b0)


def latent_heat(temperature: float, pressure: float) -> float:
    r"""Return the heat that turns saturated liquid into the gas above it.

    .. math:: L = h_g(T, p) - h_l(T)

    Parameters
    ----------
    temperature : float
        Temperature of the saturated liquid, [K]
    pressure : float
        Its vapour pressure, [Pa]

    Returns
    -------
    latent : float
        Difference of the two enthalpies, [J/kg]

    Raises
    ------
    OutOfRange
        Outside 1.2 to 5.0 K or 0 to 160 kPa.

    Notes
    -----
    Difference of :func:`gas_enthalpy` and :func:`~cryosim.physics.helium_saturation.liquid_enthalpy`, so
    that evaporation conserves energy; within 1.5 % of table SAT of physics.md from 1.2 to 4.6 K.

    Examples
    --------
    >>> round(latent_heat(4.2221, 101325.0) / 1e3, 1), round(latent_heat(1.8, 1638.0) / 1e3, 1)
    (20.7, 23.3)
    """
    return gas_enthalpy(temperature, pressure) - liquid_enthalpy(temperature)


def gas_density(temperature: float, pressure: float) -> float:
    r"""Return the density of helium as an ideal gas.

    .. math:: \rho = \frac{p}{R T}

    Parameters
    ----------
    temperature : float
        Temperature, [K]
    pressure : float
        Absolute pressure, [Pa]

    Returns
    -------
    density : float
        Density, [kg/m3]

    Raises
    ------
    OutOfRange
        Outside 1.2 to 700 K or 0 to 160 kPa.

    Notes
    -----
    Source: ideal gas; saturated vapour at 1 atm is 30 % denser in truth, warmer than 10 K it is 3 %.

    Examples
    --------
    >>> round(gas_density(294.26, 101325.0), 5)  # the standard litre of flow meters, 70 degF
    0.16577
    """
    within("temperature", temperature, COLDEST, HOTTEST, "K")
    within("pressure", pressure, 0.0, DENSEST, "Pa")
    return pressure / (GAS_CONSTANT * temperature)
