"""Noise temperature and gain of an amplifier as it is biased: an estimate from its bias table, not a measurement.

Both rows of a table are reproduced; what happens between them, and away from the best bias, is a model that is
plausible and not measured (bias-flow-vacuum.md 2.3 and 2.4).  Volts, amperes and kelvin throughout.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from cryoioc.bias_table import BiasTable, Row

# bias-flow-vacuum.md 2.3
ROUNDING = 60.0  # K, below which temperature hardly matters to a transistor
KNEE = 0.35  # V
SLOPE = 0.08  # 1/V
SATURATION = 60e-3  # A
SOFTNESS = 0.5  # V
POWER = 1.5  # of the overdrive
SCALE_COLD, SCALE_WARM = 6e-3, 4e-3  # A
# bias-flow-vacuum.md 2.4
FLOOR = 6.0  # K, below which cooling no longer helps
WEIGHTS = (1.0, 0.1, 0.02)  # of the stages in the noise: the first decides
BEST, WORST = 1.0, -25.0  # dB, that one stage can gain or lose
LEAST = 1e-3  # of the best current: less makes no further difference


@dataclass(frozen=True)
class Estimate:
    """What an amplifier does."""

    noise: float  # K
    gain: float  # dB


def warmth(kelvin: float, cold: float, warm: float) -> float:
    """Return how far a temperature is from that of the cold row to that of the warm one.

    >>> warmth(15.0, 15.0, 297.0), warmth(297.0, 15.0, 297.0), round(warmth(77.0, 15.0, 297.0), 4)
    (0.0, 1.0, 0.1483)
    """
    low = math.hypot(cold, ROUNDING)
    return (math.hypot(kelvin, ROUNDING) - low) / (math.hypot(warm, ROUNDING) - low)


def transconductance(drain: float, current: float, share: float) -> float:
    """Return how much the drain current follows the gate, [S], without knowing the gate voltage.

    Parameters
    ----------
    drain : float
        Drain voltage, [V].
    current : float
        Drain current, [A].
    share : float
        See :func:`warmth`.

    Examples
    --------
    >>> round(transconductance(1.0, 10e-3, 1.0) * 1e3)
    14
    """
    output = math.tanh(drain / KNEE) * (1.0 + SLOPE * drain) if drain > 0.0 else 0.0
    most = SATURATION * output
    if not 0.0 < current < most:
        return 0.0
    scale = SCALE_COLD + (SCALE_WARM - SCALE_COLD) * share
    soft = math.pow(SATURATION * math.atanh(current / most) / scale, 1.0 / POWER)
    slope = scale * POWER * math.pow(soft, POWER - 1.0) * -math.expm1(-soft) / SOFTNESS
    return output * slope * (1.0 - (current / most) ** 2)


def estimate(table: BiasTable, kelvin: float, bias: Sequence[tuple[float, float]]) -> Estimate | None:
    """Return noise temperature and gain; None for a table with one row, or outside 1 to 400 K.

    Parameters
    ----------
    table : BiasTable
    kelvin : float
        Temperature of the amplifier, [K].
    bias : sequence of (float, float)
        Drain voltage, [V], and drain current, [A], of each stage.

    Examples
    --------
    >>> row = dict(drain=(0.6,), current=(4e-3,), gate=(-1.19,))
    >>> cold = Row(temperature=15.0, noise=3.8, gain=36.3, **row)
    >>> table = BiasTable("X", "", (cold, Row(temperature=297.0, noise=68.9, gain=34.8, **row)))
    >>> found = estimate(table, 19.0, [(0.6, 4e-3)])
    >>> round(found.noise, 2), round(found.gain, 1)
    (4.68, 36.3)
    """
    cold, warm = table.rows[0], table.rows[-1]
    if cold is warm or not 1.0 <= kelvin <= 400.0:
        return None
    share = warmth(kelvin, cold.temperature, warm.temperature)
    best = _between(cold, warm, share)
    exponent = math.log(warm.noise / cold.noise) / math.log(
        math.hypot(warm.temperature, FLOOR) / math.hypot(cold.temperature, FLOOR)
    )
    noise = cold.noise * (math.hypot(kelvin, FLOOR) / math.hypot(cold.temperature, FLOOR)) ** exponent
    gain = cold.gain + (warm.gain - cold.gain) * share
    weights = (*WEIGHTS, *(0.0,) * len(best))
    penalty = sum(w * _mismatch(*now, *at) for w, now, at in zip(weights, bias, best, strict=False))
    gain += sum(_change(transconductance(*now, share), transconductance(*at, share))
                for now, at in zip(bias, best, strict=True))  # fmt: skip
    return Estimate(noise * (1.0 + penalty), gain)


def _between(cold: Row, warm: Row, share: float) -> list[tuple[float, float]]:
    """Return the best bias of each stage at a temperature between the rows."""
    return [
        (c.drain + (w.drain - c.drain) * share, c.current + (w.current - c.current) * share)
        for c, w in zip(cold.stages, warm.stages, strict=True)
    ]


def _mismatch(drain: float, current: float, best_drain: float, best_current: float) -> float:
    """Return how far the bias of a stage is from its best one."""
    ratio = math.log(max(current / best_current, LEAST))
    return 0.25 * ratio * ratio + 0.5 * ((drain - best_drain) / best_drain) ** 2


def _change(now: float, best: float) -> float:
    """Return what the bias of a stage adds to the gain, [dB]."""
    return min(BEST, max(WORST, 10.0 * math.log10(now / best))) if now > 0.0 and best > 0.0 else WORST
