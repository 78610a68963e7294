"""Noise temperature and gain of a cryogenic amplifier away from the bias at which it was measured.

The two temperatures of the data sheet are reproduced; how both change with bias is plausible, not measured
(bias-flow-vacuum.md 2.4).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from cryosim.physics.validity import OutOfRange, within

FLOOR = 6.0  # K, below which cooling no longer helps
WEIGHTS = (1.0, 0.1, 0.02)  # of the stages: the first decides
BEST, WORST = 1.0, -25.0  # dB, that one stage can gain or lose
LEAST = 1e-3  # of the best current; less than that makes no further difference
COLDEST, WARMEST = 1.0, 400.0  # K


def mismatch(current: float, drain: float, best_current: float, best_drain: float) -> float:
    r"""Return how far the bias of a stage is from its best one.

    .. math:: m = 0.25 \ln^2(I / I_b) + 0.5\,((V - V_b) / V_b)^2

    Parameters
    ----------
    current : float
        Drain current, [A]
    drain : float
        Drain voltage, [V]
    best_current : float
        Drain current for the lowest noise, [A]
    best_drain : float
        Drain voltage for the lowest noise, [V]

    Returns
    -------
    mismatch : float
        0 at the best bias, [-]

    Raises
    ------
    OutOfRange
        For a best bias that is not above 0.

    Notes
    -----
    Source: bias-flow-vacuum.md 2.4.

    Examples
    --------
    >>> mismatch(4e-3, 0.6, 4e-3, 0.6), round(mismatch(2e-3, 0.6, 4e-3, 0.6), 3)
    (0.0, 0.12)
    """
    if best_current <= 0.0 or best_drain <= 0.0:
        raise OutOfRange(f"best bias {best_current:g} A, {best_drain:g} V: both must be above 0")
    ratio = math.log(max(current / best_current, LEAST))
    offset = (drain - best_drain) / best_drain
    return 0.25 * ratio * ratio + 0.5 * offset * offset


def noise_temperature(kelvin: float, scale: float, exponent: float, mismatches: Sequence[float]) -> float:
    r"""Return the noise temperature of an amplifier.

    .. math:: T_n = A\,(T^2 + T_0^2)^{p/2}\,(1 + \sum_i w_i m_i)

    Parameters
    ----------
    kelvin : float
        Temperature of the amplifier, [K]
    scale : float
        Constant of this amplifier, in kelvin to the power of one minus the exponent, [K]
    exponent : float
        Constant of this amplifier, [-]
    mismatches : sequence of float
        Of each stage, from the first, [-]

    Returns
    -------
    noise : float
        Noise temperature, [K]

    Raises
    ------
    OutOfRange
        Outside 1 to 400 K.

    Notes
    -----
    Source: bias-flow-vacuum.md 2.4.

    Examples
    --------
    >>> [round(noise_temperature(t, 0.23839, 0.99518, (0.0, 0.0, 0.0)), 1) for t in (15.0, 19.0, 297.0)]
    [3.8, 4.7, 68.9]
    """
    within("temperature", kelvin, COLDEST, WARMEST, "K")
    penalty = sum(weight * one for weight, one in zip(WEIGHTS, mismatches, strict=True))
    return float(scale * math.hypot(kelvin, FLOOR) ** exponent * (1.0 + penalty))


def stage_gain_change(transconductance: float, best: float) -> float:
    r"""Return what the bias of a stage adds to the gain.

    .. math:: \Delta G = 10 \lg(g_m / g_{m,b})

    Parameters
    ----------
    transconductance : float
        Of the stage as it is biased, [S]
    best : float
        At its best bias, at the same temperature, [S]

    Returns
    -------
    change : float
        Between -25 and +1 dB, [dB]

    Raises
    ------
    OutOfRange
        For a best transconductance that is not above 0.

    Notes
    -----
    Source: bias-flow-vacuum.md 2.4.

    Examples
    --------
    >>> round(stage_gain_change(7e-3, 14e-3), 2), stage_gain_change(0.0, 14e-3)
    (-3.01, -25.0)
    """
    if best <= 0.0:
        raise OutOfRange(f"best transconductance {best:g} S must be above 0")
    if transconductance <= 0.0:
        return WORST
    return min(BEST, max(WORST, 10.0 * math.log10(transconductance / best)))
