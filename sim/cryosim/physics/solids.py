"""Heat capacity of what a cryostat is built of, and its integral."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass

from cryosim.physics.validity import OutOfRange, within

COLDEST, HOTTEST = 0.5, 1000.0  # K
_FIT_FROM, _FIT_TO = 4.0, 300.0  # K, range of the polynomials

# Coefficients of log10 c over powers of log10 T, c in J/kg/K: NIST cryogenic materials (E. D. Marquardt,
# J. P. Le, R. Radebaugh, 11th International Cryocooler Conference, 2000); physics.md 1.
_FITS = {
    "copper": (-1.91844, -0.15973, 8.61013, -18.996, 21.9661, -12.7328, 3.54322, -0.3797),
    "stainless": (22.0061, -127.5528, 303.647, -381.0098, 274.0328, -112.9212, 24.7593, -2.239153),
    "aluminium": (46.6467, -314.292, 866.662, -1298.3, 1162.27, -637.795, 210.351, -38.3094, 2.96344),
}
# Electronic heat capacity, J/kg/K2: what dominates below 4 K.  Handbook values of the pure metals, and
# of 304 stainless steel.
_ELECTRONIC = {"copper": 0.0109, "stainless": 0.46, "aluminium": 0.050}


def specific_heat(material: str, temperature: float) -> float:
    r"""Return the heat capacity of a solid.

    .. math:: \log_{10} c = \sum_i a_i (\log_{10} T)^i

    Parameters
    ----------
    material : str
        ``copper`` (OFHC), ``stainless`` (304) or ``aluminium`` (6061), [-]
    temperature : float
        Temperature, [K]

    Returns
    -------
    heat : float
        Heat capacity, [J/kg/K]

    Raises
    ------
    OutOfRange
        Outside 0.5 to 1000 K.

    Notes
    -----
    Source: NIST, 4 to 300 K; physics.md 1.  Below, an electronic and a lattice term that meet it at 4 K;
    above, the straight line that leaves it at 300 K.

    Examples
    --------
    >>> [round(specific_heat("copper", t), 2) for t in (4.2, 13.0, 145.0)]
    [0.11, 1.88, 319.43]
    """
    within("temperature", temperature, COLDEST, HOTTEST, "K")
    if temperature < _FIT_FROM:
        at_join = _fit(material, _FIT_FROM)
        electronic = min(_ELECTRONIC[material], at_join / _FIT_FROM)
        lattice = (at_join - electronic * _FIT_FROM) / _FIT_FROM**3
        return electronic * temperature + lattice * temperature**3
    if temperature > _FIT_TO:
        end = _fit(material, _FIT_TO)
        return end + (end - _fit(material, _FIT_TO - 10.0)) / 10.0 * (temperature - _FIT_TO)
    return _fit(material, temperature)


def _fit(material: str, temperature: float) -> float:
    x = math.log10(temperature)
    total = 0.0
    for coefficient in reversed(_FITS[material]):
        total = total * x + coefficient
    return float(10.0**total)


@dataclass(frozen=True)
class EnthalpyTable:
    """Enthalpy of a solid and its inverse, straight lines between points 1 % apart."""

    kelvin: list[float]  # K
    enthalpy: list[float]  # J/kg above 0 K
    heat: list[float]  # J/kg/K, slope of each cell

    def at(self, temperature: float) -> float:
        """Return the enthalpy at a temperature, [J/kg]; beyond the ends the end slopes go on."""
        k = min(max(bisect_right(self.kelvin, temperature) - 1, 0), len(self.heat) - 1)
        return self.enthalpy[k] + self.heat[k] * (temperature - self.kelvin[k])

    def look_up(self, enthalpy: float) -> tuple[float, float]:
        """Return temperature, [K], and heat capacity, [J/kg/K], at an enthalpy, [J/kg]."""
        k = min(max(bisect_right(self.enthalpy, enthalpy) - 1, 0), len(self.heat) - 1)
        heat = self.heat[k]
        return self.kelvin[k] + (enthalpy - self.enthalpy[k]) / heat, heat


def enthalpy_table(material: str) -> EnthalpyTable:
    r"""Integrate the heat capacity of a solid.

    .. math:: h(T) = \int_0^T c\,dT'

    Parameters
    ----------
    material : str
        As for :func:`specific_heat`, [-]

    Returns
    -------
    table : EnthalpyTable
        From 0.5 to 1000 K, [J/kg]

    Raises
    ------
    OutOfRange
        For a material without coefficients.

    Notes
    -----
    Source: Simpson's rule over each cell.

    Examples
    --------
    >>> copper = enthalpy_table("copper")
    >>> round(copper.at(300.0) / 1e3), [round(x, 2) for x in copper.look_up(copper.at(13.0))]
    (80, [13.0, 1.9])
    """
    if material not in _FITS:
        raise OutOfRange(f"material {material!r}: heat capacities are tabulated of {', '.join(_FITS)}")
    cells = math.ceil(math.log(HOTTEST / COLDEST) / 0.01)
    kelvin = [COLDEST * (HOTTEST / COLDEST) ** (k / cells) for k in range(cells)] + [HOTTEST]
    total = specific_heat(material, COLDEST) * COLDEST / 2.0
    enthalpy, heat = [total], []
    for t0, t1 in zip(kelvin, kelvin[1:], strict=False):
        ends = specific_heat(material, t0) + specific_heat(material, t1)
        mean = (ends + 4.0 * specific_heat(material, 0.5 * (t0 + t1))) / 6.0
        total += mean * (t1 - t0)
        enthalpy.append(total)
        heat.append(mean)
    return EnthalpyTable(kelvin, enthalpy, heat)


def mixed_table(kilograms: Mapping[str, float]) -> EnthalpyTable:
    r"""Return the enthalpy of a part made of several solids.

    .. math:: h(T) = \frac{\sum_i m_i h_i(T)}{\sum_i m_i}

    Parameters
    ----------
    kilograms : mapping
        Mass by material as for :func:`specific_heat`, [kg]

    Returns
    -------
    table : EnthalpyTable
        Of one kilogram of the mixture, [J/kg]

    Raises
    ------
    OutOfRange
        For a material without coefficients, or masses that do not add up to more than 0.

    Notes
    -----
    Source: sum over the tables of :func:`enthalpy_table`.

    Examples
    --------
    >>> half = mixed_table({"copper": 1.0, "aluminium": 1.0})
    >>> round(half.at(300.0) / 1e3)
    129
    """
    total = sum(kilograms.values())
    if not total > 0.0 or min(kilograms.values()) < 0.0:
        raise OutOfRange(f"masses {dict(kilograms)} kg: must not be negative, their sum above 0")
    parts = [(enthalpy_table(material), mass / total) for material, mass in kilograms.items()]
    return EnthalpyTable(
        parts[0][0].kelvin,
        [sum(share * h for h, share in zip(row, (s for _, s in parts), strict=True))
         for row in zip(*(table.enthalpy for table, _ in parts), strict=True)],
        [sum(share * c for c, share in zip(row, (s for _, s in parts), strict=True))
         for row in zip(*(table.heat for table, _ in parts), strict=True)],
    )  # fmt: skip
