"""What a two-stage Gifford-McMahon cooler takes from its stages."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from cryosim.physics.validity import OutOfRange, within

COLDEST, WARMEST = 1.0, 1000.0  # K
MAINS = 50.0  # Hz, at which the maps are stated
# Temperature [K] -> capacity [W] of a CTI-350: through the operating point of seed 001, else general knowledge of
# such coolers; physics.md 7, which says why the catalogue's "5 W at 12 K" cannot be meant.
FIRST = (
    (30.0, 0.0), (50.0, 9.5), (77.0, 16.7), (90.0, 19.0), (120.0, 23.0), (160.0, 27.5), (220.0, 33.0), (300.0, 38.0),
)  # fmt: skip
SECOND = (
    (11.0, 0.0), (14.0, 1.6), (19.0, 4.0), (20.0, 4.4), (30.0, 7.5), (50.0, 11.5), (77.0, 15.0), (150.0, 21.0),
    (300.0, 28.0),
)  # fmt: skip
FIRST_AT, SECOND_AT = 90.0, 19.0  # K, of the other stage at which each map is stated
FIRST_BY_SECOND, SECOND_BY_FIRST = 6e-4, -1.2e-3  # 1/K
COUPLED_TO = 60.0  # K of the second stage, above which it no longer changes the first one's capacity


def first_stage_capacity(first: float, second: float, frequency: float, condition: float) -> float:
    r"""Return the heat that the first stage takes.

    .. math:: Q_1 = \eta\,\frac{f}{50\,\mathrm{Hz}}\,Q_{1,50}(T_1)\,
        \left[1 + 0.0006\,(\min(T_2, 60\,\mathrm{K}) - 19\,\mathrm{K})\right]

    Parameters
    ----------
    first : float
        Temperature of the first stage, [K]
    second : float
        Temperature of the second stage, [K]
    frequency : float
        Frequency of the mains, [Hz]
    condition : float
        Share of the capacity that is left; 1 for a cooler in order, [-]

    Returns
    -------
    capacity : float
        Heat taken, never negative, [W]

    Raises
    ------
    OutOfRange
        Outside 1 to 1000 K, or for a negative frequency or condition.

    Notes
    -----
    Source: physics.md 7.  Between the points straight lines, beyond the last the last value.

    Examples
    --------
    >>> first_stage_capacity(90.0, 19.0, 50.0, 1.0), round(first_stage_capacity(77.0, 19.0, 60.0, 1.0), 1)
    (19.0, 20.0)
    """
    _check(first, second, frequency, condition)
    coupling = 1.0 + FIRST_BY_SECOND * (min(second, COUPLED_TO) - SECOND_AT)
    return condition * frequency / MAINS * _on(FIRST, first) * coupling


def second_stage_capacity(first: float, second: float, frequency: float, condition: float) -> float:
    r"""Return the heat that the second stage takes.

    .. math:: Q_2 = \eta\,\frac{f}{50\,\mathrm{Hz}}\,Q_{2,50}(T_2)\,\left[1 - 0.0012\,(T_1 - 90\,\mathrm{K})\right]

    Parameters
    ----------
    first : float
        Temperature of the first stage, [K]
    second : float
        Temperature of the second stage, [K]
    frequency : float
        Frequency of the mains, [Hz]
    condition : float
        Share of the capacity that is left; 1 for a cooler in order, [-]

    Returns
    -------
    capacity : float
        Heat taken, never negative, [W]

    Raises
    ------
    OutOfRange
        Outside 1 to 1000 K, or for a negative frequency or condition.

    Notes
    -----
    Source: physics.md 7.  Between the points straight lines, beyond the last the last value.

    Examples
    --------
    >>> second_stage_capacity(90.0, 19.0, 50.0, 1.0), round(second_stage_capacity(90.0, 20.0, 60.0, 1.0), 1)
    (4.0, 5.3)
    """
    _check(first, second, frequency, condition)
    coupling = max(0.0, 1.0 + SECOND_BY_FIRST * (first - FIRST_AT))
    return condition * frequency / MAINS * _on(SECOND, second) * coupling


def _check(first: float, second: float, frequency: float, condition: float) -> None:
    within("first stage", first, COLDEST, WARMEST, "K")
    within("second stage", second, COLDEST, WARMEST, "K")
    if not (frequency >= 0.0 and condition >= 0.0):
        raise OutOfRange(f"cooler: frequency {frequency:g} Hz and condition {condition:g} must not be negative")


def _on(points: Sequence[tuple[float, float]], kelvin: float) -> float:
    if kelvin <= points[0][0]:
        return points[0][1]
    if kelvin >= points[-1][0]:
        return points[-1][1]
    k = bisect_right(points, (kelvin, float("inf")))
    (t0, q0), (t1, q1) = points[k - 1], points[k]
    return q0 + (q1 - q0) * (kelvin - t0) / (t1 - t0)
