"""The helium functions as look-ups on uniform grids: what a plant evaluates in every step.

Same laws and numbers as :mod:`helium_saturation` and :mod:`helium_gas`.  Outside the tables the ends
hold, by name: below 81 Pa the liquid counts as being at 1.2 K, and gas is evaluated at 1.2 K at least.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from cryosim.physics.helium_gas import ATMOSPHERE, COLDEST, CP, ZERO, deviation
from cryosim.physics.helium_saturation import liquid_enthalpy, saturation_temperature

LIQUID_HEAT = 4500.0  # J/kg/K, heat capacity of liquid colder than boiling; slope of table SAT near 4 K
_LOW, _HIGH = 82.0, 195e3  # Pa, ends of the saturation table
_CELLS = 400
_FINE_END, _FINE, _COARSE = 40.0, 0.1, 4.0  # K: cells of 0.1 K to 40 K, of 4 K to 680 K


class Saturation(NamedTuple):
    """Helium boiling at one pressure."""

    pressure: float  # Pa
    kelvin: float  # K
    liquid: float  # J/kg, enthalpy of the liquid
    vapour: float  # J/kg, enthalpy of the gas above it
    slope: float  # J/kg/Pa, of the liquid's enthalpy along the saturation line


def _saturation_rows() -> tuple[list[float], list[float]]:
    step = (math.log(_HIGH) - math.log(_LOW)) / _CELLS
    kelvin = [saturation_temperature(math.exp(math.log(_LOW) + k * step)) for k in range(_CELLS + 1)]
    return kelvin, [liquid_enthalpy(t) for t in kelvin]


_LOG_LOW = math.log(_LOW)
_PER_LOG = _CELLS / (math.log(_HIGH) - _LOG_LOW)
_BOILING, _LIQUID = _saturation_rows()
_FINE_CELLS = round(_FINE_END / _FINE)
_GRID = [k * _FINE for k in range(_FINE_CELLS)] + [_FINE_END + k * _COARSE for k in range(161)]
_PAIRS = [deviation(max(COLDEST, t)) for t in _GRID]
_FIRST = [first for first, _ in _PAIRS]
_SECOND = [second for _, second in _PAIRS]


def saturation(pressure: float) -> Saturation:
    r"""Return everything about boiling at one pressure.

    .. math:: T_s = T_k + (x - k)(T_{k+1} - T_k), \quad x = \ln(p / p_0) / \Delta

    Parameters
    ----------
    pressure : float
        Pressure; beyond 82 Pa to 195 kPa the ends hold, [Pa]

    Returns
    -------
    saturation : Saturation
        Temperatures, [K], and enthalpies, [J/kg]

    Notes
    -----
    Straight lines in ln p, cells of 2 %: within 0.1 mK of :func:`saturation_temperature`.

    Examples
    --------
    >>> boiling = saturation(101325.0)
    >>> round(boiling.kelvin, 3), round(boiling.vapour / 1e3, 1)
    (4.222, 20.7)
    """
    p = min(max(pressure, _LOW), _HIGH)
    x = (math.log(p) - _LOG_LOW) * _PER_LOG
    k = min(int(x), _CELLS - 1)
    share = x - k
    t0, h0 = _BOILING[k], _LIQUID[k]
    kelvin = t0 + share * (_BOILING[k + 1] - t0)
    rise = _LIQUID[k + 1] - h0
    return Saturation(pressure, kelvin, h0 + share * rise, gas(kelvin, p / ATMOSPHERE), rise * _PER_LOG / p)


def gas(temperature: float, atmospheres: float) -> float:
    r"""Return the enthalpy of helium gas, as :func:`gas_enthalpy`.

    .. math:: h = h_0 + c_p T + \varphi(T)\,\frac{p}{p_0} + \psi(T)\left(\frac{p}{p_0}\right)^2

    Parameters
    ----------
    temperature : float
        Temperature; outside 1.2 to 680 K the deviation at the ends holds, [K]
    atmospheres : float
        Absolute pressure, [atm]

    Returns
    -------
    enthalpy : float
        Enthalpy above the liquid at 4.2238 K, [J/kg]

    Examples
    --------
    >>> from cryosim.physics.helium_gas import gas_enthalpy
    >>> round(gas(13.0, 1.0) - gas_enthalpy(13.0, 101325.0), 3)
    0.0
    """
    if temperature < _FINE_END:
        x = temperature * 10.0
        k = int(x)
    else:
        x = (temperature - _FINE_END) * 0.25 + _FINE_CELLS
        k = min(int(x), _FINE_CELLS + 159)
    near = _FIRST[k] + _SECOND[k] * atmospheres
    far = _FIRST[k + 1] + _SECOND[k + 1] * atmospheres
    return ZERO + CP * temperature + (near + (x - k) * (far - near)) * atmospheres


def enthalpy(temperature: float, boiling: Saturation) -> float:
    r"""Return the enthalpy of helium in equilibrium at a temperature and the pressure of ``boiling``.

    .. math:: h = h_g(T, p) \ (T > T_s), \quad h_l - c_l (T_s - T) \ (T \le T_s)

    Parameters
    ----------
    temperature : float
        Temperature, [K]
    boiling : Saturation
        The saturation state at the pressure, [-]

    Returns
    -------
    enthalpy : float
        Of the liquid up to boiling, of the gas above, [J/kg]

    Examples
    --------
    >>> boiling = saturation(101325.0)
    >>> enthalpy(4.0, boiling) < 0.0 < enthalpy(4.3, boiling)
    True
    """
    if temperature > boiling.kelvin:
        return gas(temperature, boiling.pressure / ATMOSPHERE)
    return boiling.liquid - LIQUID_HEAT * (boiling.kelvin - temperature)


def temperature(enthalpy: float, boiling: Saturation) -> float:
    r"""Return the temperature of helium of an enthalpy: the inverse of :func:`enthalpy`.

    .. math:: T:\ h(T, p) = h

    Parameters
    ----------
    enthalpy : float
        Enthalpy above the liquid at 4.2238 K, [J/kg]
    boiling : Saturation
        The saturation state at the pressure, [-]

    Returns
    -------
    temperature : float
        Temperature; that of boiling for a mixture, [K]

    Notes
    -----
    Exact: the table is linear within a cell, and the cell is found in one to three attempts;
    beyond 680 K the last cell goes on.

    Examples
    --------
    >>> boiling = saturation(101325.0)
    >>> round(temperature(gas(13.0, 1.0), boiling), 3), temperature(1e3, boiling) == boiling.kelvin
    (13.0, True)
    """
    if enthalpy <= boiling.vapour:
        if enthalpy >= boiling.liquid:
            return boiling.kelvin
        return max(COLDEST, boiling.kelvin - (boiling.liquid - enthalpy) / LIQUID_HEAT)
    atmospheres = boiling.pressure / ATMOSPHERE
    kelvin = boiling.kelvin + (enthalpy - boiling.vapour) / CP
    for _ in range(8):
        if kelvin < _FINE_END:
            k = int(kelvin * 10.0)
            left, width = k * _FINE, _FINE
        else:
            k = min(int((kelvin - _FINE_END) * 0.25), 159)
            left, width, k = _FINE_END + k * _COARSE, _COARSE, k + _FINE_CELLS
        near = _FIRST[k] + _SECOND[k] * atmospheres
        far = _FIRST[k + 1] + _SECOND[k + 1] * atmospheres
        kelvin = left + (enthalpy - ZERO - CP * left - near * atmospheres) / (CP + (far - near) * atmospheres / width)
        if left - 1e-9 <= kelvin <= left + width + 1e-9:
            break
    return kelvin if kelvin > boiling.kelvin else boiling.kelvin
