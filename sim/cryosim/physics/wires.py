"""Heat and current through thin wires of phosphor bronze."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate, pairwise

from cryosim.physics.validity import OutOfRange, within

COLDEST, WARMEST = 4.0, 1000.0  # K; above the last point the conductivity stays
OHM_PER_METRE = 10.3  # of 36 AWG, hardly dependent on temperature; physics.md 7
AREA_36_AWG = 1.267e-8  # m2, diameter 0.127 mm; seed 001, section 2.2.2
# Temperature [K] -> conductivity [W/m/K]; physics.md 1, general knowledge.
CONDUCTIVITY = ((4.0, 1.6), (10.0, 4.6), (20.0, 10.0), (80.0, 25.0), (150.0, 34.0), (300.0, 48.0))
_KELVIN = [t for t, _ in CONDUCTIVITY]
_INTEGRAL = list(accumulate([0.0, *(0.5 * (k0 + k1) * (t1 - t0) for (t0, k0), (t1, k1) in pairwise(CONDUCTIVITY))]))


def conductivity_integral(cold: float, warm: float) -> float:
    r"""Return the integral of the conductivity of phosphor bronze.

    .. math:: \Theta = \int_{T_c}^{T_w} k(T)\,dT

    Parameters
    ----------
    cold : float
        Temperature of one end, [K]
    warm : float
        Temperature of the other end, [K]

    Returns
    -------
    integral : float
        Times area over length it is the heat from the warm end to the cold one, [W/m]

    Raises
    ------
    OutOfRange
        Outside 4 to 1000 K.

    Notes
    -----
    Source: physics.md 1; straight lines between its points.

    Examples
    --------
    >>> round(conductivity_integral(90.0, 295.0) / 1e3, 1), round(conductivity_integral(19.0, 90.0) / 1e3, 1)
    (7.7, 1.3)
    """
    within("wire", cold, COLDEST, WARMEST, "K")
    within("wire", warm, COLDEST, WARMEST, "K")
    return _from_coldest(warm) - _from_coldest(cold)


def _from_coldest(kelvin: float) -> float:
    k = min(bisect_right(_KELVIN, kelvin), len(_KELVIN)) - 1
    t0, k0 = CONDUCTIVITY[k]
    if k + 1 == len(_KELVIN):
        return _INTEGRAL[k] + k0 * (kelvin - t0)
    t1, k1 = CONDUCTIVITY[k + 1]
    slope = (k1 - k0) / (t1 - t0)
    above = kelvin - t0
    return _INTEGRAL[k] + above * (k0 + 0.5 * slope * above)


def wire_resistance(length: float) -> float:
    r"""Return the resistance of a 36 AWG wire of phosphor bronze.

    .. math:: R = 10.3\,\Omega/\mathrm{m} \cdot l

    Parameters
    ----------
    length : float
        Length, [m]

    Returns
    -------
    resistance : float
        At any temperature of a cryostat, [ohm]

    Raises
    ------
    OutOfRange
        For a negative length.

    Notes
    -----
    Source: physics.md 7 (general knowledge).

    Examples
    --------
    >>> round(wire_resistance(1.5), 2)
    15.45
    """
    if not length >= 0.0:
        raise OutOfRange(f"wire of {length:g} m: must not be negative")
    return OHM_PER_METRE * length
