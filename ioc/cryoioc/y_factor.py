"""The Y-factor method: noise temperature of a receiver from its powers with a hot and a cold load in front.

Seed 001, section 4: absorber at room temperature, then the same in liquid nitrogen; the receiver must be linear
between both powers.  And the noise that is injected for calibration through a step attenuator, of which the higher
steps are reckoned from the last that was measured.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

DECIBEL = "dBm"
UNITS = ("W", "mW", "uW", "nW", DECIBEL)  # of the powers, both the same


def y_factor(hot: float, cold: float, unit: str) -> float:
    """Return the ratio of two powers, [-].

    Parameters
    ----------
    hot, cold : float
        Powers with the hot and with the cold load, in ``unit``; positive if it is not dBm.
    unit : str
        One of ``UNITS``.

    Examples
    --------
    >>> y_factor(3.6, 1.0, "mW"), round(y_factor(-10.0, -15.563, "dBm"), 3)
    (3.6, 3.6)
    """
    return 10.0 ** ((hot - cold) / 10.0) if unit == DECIBEL else hot / cold


def mean_power(powers: Sequence[float], unit: str) -> float:
    """Return the mean of some powers in their unit; of dBm the mean power, not the mean of the decibels.

    Parameters
    ----------
    powers : sequence of float
        One at least, in ``unit``.
    unit : str
        One of ``UNITS``.

    Examples
    --------
    >>> mean_power([1.0, 3.0], "mW"), round(mean_power([0.0, 10.0], "dBm"), 3)
    (2.0, 7.404)
    """
    if unit != DECIBEL:
        return math.fsum(powers) / len(powers)
    return 10.0 * math.log10(math.fsum(10.0 ** (power / 10.0) for power in powers) / len(powers))


def receiver_temperature(y: float, hot: float, cold: float) -> float:
    r"""Return the noise temperature of the receiver, [K].

    .. math:: T_R = \frac{T_H - Y T_C}{Y - 1}

    Parameters
    ----------
    y : float
        Ratio of the powers, above 1, [-].
    hot, cold : float
        Temperatures of the loads, [K].

    Examples
    --------
    Loads of 295 K and 77 K, and a receiver of 7 K as band B1, RHCP, of the report has it:

    >>> round(receiver_temperature(302.0 / 84.0, 295.0, 77.0), 9)
    7.0

    Notes
    -----
    Source: seed 001, section 4.
    """
    return (hot - y * cold) / (y - 1.0)


@dataclass(frozen=True, kw_only=True)
class Errors:
    """Standard uncertainties of what goes into a noise temperature, independent of each other."""

    hot: float  # K
    cold: float  # K
    power: float  # of each of both powers, relative to it


def receiver_error(y: float, hot: float, cold: float, errors: Errors) -> float:
    r"""Return the standard uncertainty of :func:`receiver_temperature`, [K].

    .. math:: \sigma^2 = \frac{\sigma_H^2 + Y^2 \sigma_C^2}{(Y-1)^2}
        + \left[\frac{T_H - T_C}{(Y-1)^2}\right]^2 2 Y^2 \sigma_P^2

    Examples
    --------
    >>> loads = Errors(hot=1.0, cold=0.0, power=0.0)
    >>> round(receiver_error(3.6, 295.0, 77.0, loads), 4)  # 1/(Y - 1)
    0.3846
    >>> round(receiver_error(3.6, 295.0, 77.0, Errors(hot=0.5, cold=0.5, power=0.002)), 3)
    0.79

    Notes
    -----
    Source: the partial derivatives of the formula, to first order.
    """
    of_ratio = math.sqrt(2.0) * y * errors.power * (hot - cold) / (y - 1.0) ** 2
    return math.hypot(errors.hot / (y - 1.0), y * errors.cold / (y - 1.0), of_ratio)


@dataclass(frozen=True)
class Injected:
    """Noise injected at one step of the attenuator."""

    decibel: float
    kelvin: float
    measured: bool


def injected_table(measured: Mapping[float, float], steps: Iterable[float]) -> tuple[Injected, ...]:
    """Return the injected noise at every step of the attenuator.

    What was measured stays as it is.  A step beyond the last measured one is that one attenuated further; a step
    before it that nobody has measured is not in the table.

    Parameters
    ----------
    measured : mapping
        Attenuation, [dB], to injected noise, [K]; at least one.
    steps : iterable of float
        Attenuations, [dB].

    Examples
    --------
    >>> [round(one.kelvin, 1) for one in injected_table({0.0: 41.0, 3.0: 21.0, 6.0: 11.0}, (0, 3, 6, 9, 12))]
    [41.0, 21.0, 11.0, 5.5, 2.8]

    Notes
    -----
    Source: seed 001, section 4.
    """
    last = max(measured)
    known = [Injected(step, measured[step], measured=True) for step in steps if step in measured]
    beyond = [step for step in steps if step > last]
    return (*known, *(Injected(step, attenuated(measured[last], step - last), measured=False) for step in beyond))


def attenuated(kelvin: float, decibel: float) -> float:
    """Return a noise temperature behind an attenuation, [K]; the attenuator's own noise counts with the receiver.

    >>> round(attenuated(41.0, 3.0), 2)
    20.55
    """
    return float(kelvin * 10.0 ** (-decibel / 10.0))
