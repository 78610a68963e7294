"""The transistors of a cryogenic amplifier: drain current from gate and drain voltage, warm and cold.

Two constants a transistor (its pinch-off cold and warm) reproduce both rows of its data sheet; the shape between
them is chosen to be plausible, not measured (bias-flow-vacuum.md 2.3).
"""

from __future__ import annotations

import math

from cryosim.physics.validity import OutOfRange, within

COLD, WARM = 15.0, 297.0  # K, of the two rows of a data sheet
COLDEST, WARMEST = 1.0, 400.0  # K, where the interpolation is used
SOFTNESS = 0.5  # V, of the turn-on
POWER = 1.5  # of the overdrive
KNEE = 0.35  # V
SLOPE = 0.08  # 1/V, of the output characteristic
SATURATION = 60e-3  # A
GAIN_COLD, GAIN_WARM = 6e-3, 4e-3  # A
ROUNDING = 60.0  # K, below which temperature hardly matters any more


def warmth(kelvin: float) -> float:
    r"""Return how far a transistor is from its cold to its warm row.

    .. math:: h(T) = \frac{\sqrt{T^2 + T_0^2} - \sqrt{T_c^2 + T_0^2}}{\sqrt{T_w^2 + T_0^2} - \sqrt{T_c^2 + T_0^2}}

    Parameters
    ----------
    kelvin : float
        Temperature of the transistor, [K]

    Returns
    -------
    warmth : float
        0 at 15 K, 1 at 297 K, [-]

    Raises
    ------
    OutOfRange
        Outside 1 to 400 K.

    Notes
    -----
    Source: bias-flow-vacuum.md 2.3.

    Examples
    --------
    >>> warmth(15.0), warmth(297.0), round(warmth(77.0), 4)
    (0.0, 1.0, 0.1483)
    """
    within("temperature", kelvin, COLDEST, WARMEST, "K")
    cold = math.hypot(COLD, ROUNDING)
    return (math.hypot(kelvin, ROUNDING) - cold) / (math.hypot(WARM, ROUNDING) - cold)


def pinch_off(kelvin: float, cold: float, warm: float) -> float:
    r"""Return the gate voltage at which a transistor begins to conduct.

    .. math:: V_p = V_{pc} + (V_{pw} - V_{pc})\, h(T)

    Parameters
    ----------
    kelvin : float
        Temperature of the transistor, [K]
    cold : float
        Pinch-off at 15 K, [V]
    warm : float
        Pinch-off at 297 K, [V]

    Returns
    -------
    volts : float
        Pinch-off, at the connector of the amplifier, [V]

    Raises
    ------
    OutOfRange
        Outside 1 to 400 K.

    Notes
    -----
    Source: bias-flow-vacuum.md 2.3.

    Examples
    --------
    >>> round(pinch_off(77.0, -1.267, -3.990), 3)
    -1.671
    """
    return cold + (warm - cold) * warmth(kelvin)


def drain_current(drain: float, gate: float, pinch: float, kelvin: float) -> float:
    r"""Return the drain current of a transistor.

    .. math:: I_d = I_s \tanh(K(T)\, S^{1.5} / I_s)\, D(V_d)

    with :math:`S = \ln(1 + e^{(V_g - V_p)/0.5})` and :math:`D = \tanh(V_d/0.35)\,(1 + 0.08\, V_d)`.

    Parameters
    ----------
    drain : float
        Drain voltage, [V]
    gate : float
        Gate voltage, [V]
    pinch : float
        Pinch-off, [V]
    kelvin : float
        Temperature of the transistor, [K]

    Returns
    -------
    amperes : float
        Drain current; 0 for a drain at or below 0 V, [A]

    Raises
    ------
    OutOfRange
        Outside 1 to 400 K.

    Notes
    -----
    Source: bias-flow-vacuum.md 2.3.

    Examples
    --------
    First stage of YCA-2024, cold and warm row of its data sheet, then the cold bias applied warm:

    >>> round(drain_current(0.6, -1.19, -1.267, 15.0) * 1e3, 2)
    4.0
    >>> round(drain_current(1.0, -3.20, -3.990, 297.0) * 1e3, 2)
    10.0
    >>> round(drain_current(0.6, -1.19, -3.990, 297.0) * 1e3, 1)
    41.8
    """
    return channel_current(gate, pinch, kelvin) * output_characteristic(drain)


def channel_current(gate: float, pinch: float, kelvin: float) -> float:
    r"""Return what the gate lets through: the drain current but for the drain voltage.

    .. math:: I_c = I_s \tanh(K(T)\, S^{1.5} / I_s), \quad S = \ln(1 + e^{(V_g - V_p)/0.5})

    Parameters
    ----------
    gate : float
        Gate voltage, [V]
    pinch : float
        Pinch-off, [V]
    kelvin : float
        Temperature of the transistor, [K]

    Returns
    -------
    amperes : float
        Drain current where the output characteristic is 1, [A]

    Raises
    ------
    OutOfRange
        Outside 1 to 400 K.

    Notes
    -----
    Source: bias-flow-vacuum.md 2.3.

    Examples
    --------
    >>> round(channel_current(-1.19, -1.267, 15.0) * 1e3, 2)
    4.07
    """
    scale = GAIN_COLD + (GAIN_WARM - GAIN_COLD) * warmth(kelvin)
    overdrive = (gate - pinch) / SOFTNESS
    soft = max(overdrive, 0.0) + math.log1p(math.exp(-abs(overdrive)))
    return SATURATION * math.tanh(scale * math.pow(soft, POWER) / SATURATION)


def gate_voltage(drain: float, amperes: float, pinch: float, kelvin: float) -> float:
    r"""Return the gate voltage that gives a drain current: the inverse of :func:`drain_current`.

    .. math:: V_g = V_p + 0.5\,(y + \ln(1 - e^{-y})), \quad y = (I_s \operatorname{artanh}(I_d / (I_s D)) / K)^{2/3}

    Parameters
    ----------
    drain : float
        Drain voltage, [V]
    amperes : float
        Drain current, [A]
    pinch : float
        Pinch-off, [V]
    kelvin : float
        Temperature of the transistor, [K]

    Returns
    -------
    volts : float
        Gate voltage, [V]

    Raises
    ------
    OutOfRange
        Outside 1 to 400 K, and for a current that no gate voltage gives at this drain voltage.

    Notes
    -----
    Source: bias-flow-vacuum.md 2.3.

    Examples
    --------
    >>> round(gate_voltage(1.2, 4e-3, 0.184, 15.0), 2)
    0.21
    """
    scale = GAIN_COLD + (GAIN_WARM - GAIN_COLD) * warmth(kelvin)
    most = SATURATION * output_characteristic(drain)
    if not 0.0 < amperes < most:
        raise OutOfRange(f"drain current {amperes:g} A: at {drain:g} V it lies between 0 and {most:g} A")
    soft = math.pow(SATURATION * math.atanh(amperes / most) / scale, 1.0 / POWER)
    return pinch + SOFTNESS * (soft + math.log(-math.expm1(-soft)))


def transconductance(drain: float, gate: float, pinch: float, kelvin: float) -> float:
    r"""Return how much the drain current follows the gate.

    .. math:: g_m = \partial I_d / \partial V_g

    Parameters
    ----------
    drain : float
        Drain voltage, [V]
    gate : float
        Gate voltage, [V]
    pinch : float
        Pinch-off, [V]
    kelvin : float
        Temperature of the transistor, [K]

    Returns
    -------
    siemens : float
        Transconductance, [S]

    Raises
    ------
    OutOfRange
        Outside 1 to 400 K.

    Notes
    -----
    Source: derivative of the law of bias-flow-vacuum.md 2.3.

    Examples
    --------
    >>> round(transconductance(1.0, -3.20, -3.990, 297.0) * 1e3)
    14
    """
    step = 1e-4
    above = drain_current(drain, gate + step, pinch, kelvin)
    return (above - drain_current(drain, gate - step, pinch, kelvin)) / (2.0 * step)


def output_characteristic(drain: float) -> float:
    r"""Return how the drain current follows the drain voltage.

    .. math:: D = \tanh(V_d/0.35)\,(1 + 0.08\, V_d)

    Parameters
    ----------
    drain : float
        Drain voltage, [V]

    Returns
    -------
    share : float
        0 for a drain at or below 0 V, to a little above 1, [-]

    Raises
    ------
    OutOfRange
        Never: it holds for any voltage.

    Notes
    -----
    Source: bias-flow-vacuum.md 2.3.

    Examples
    --------
    >>> round(output_characteristic(0.6), 3), output_characteristic(-1.0)
    (0.982, 0.0)
    """
    return math.tanh(drain / KNEE) * (1.0 + SLOPE * drain) if drain > 0.0 else 0.0
