"""The arithmetic of a control loop, free of state (lakeshore-protocol.md 5.3, 6.1, 6.3, 6.4)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from cryosim.emulators.lakeshore.memory import ZoneSettings

PERIOD = 0.1
"""Time between two updates of readings and loops, [s] (2.6)."""

Scale = Literal["current", "power"]


@dataclass(frozen=True)
class Gains:
    """P, I and D as set: P in percent per kelvin, I = 1000 s / integral time, D in percent."""

    p: float
    i: float
    d: float


def pid_step(
    error: float, before: float | None, integral: float, gains: Gains, lowest: float = 0.0
) -> tuple[float, float]:
    """Make one step of the PID equation (6.1).

    ``P (e + I/1000 s * integral of e dt + Td de/dt)`` with ``Td = D/100 * 250 s / I``.

    Parameters
    ----------
    error, before : float
        Setpoint minus reading, now and one period ago (None: no derivative yet), [K].
    integral : float
        The integral term so far, [%].
    gains : Gains
    lowest : float
        -100 for a bipolar output, [%].

    Returns
    -------
    total, integral : float
        Sum of the three terms, not limited, and the integral term limited to the output's span, [%].
    """
    if gains.i == 0.0:
        return gains.p * error, 0.0
    integral += gains.p * gains.i / 1000.0 * error * PERIOD
    integral = min(100.0, max(lowest, integral))
    derivative_time = gains.d / 100.0 * 250.0 / gains.i
    slope = 0.0 if before is None else (error - before) / PERIOD
    return gains.p * error + integral + gains.p * derivative_time * slope, integral


def convert_percent(percent: float, source: Scale, target: Scale) -> float:
    """Convert a percentage of full-scale current to one of full-scale power, or back [M350 4.5.1.3].

    >>> convert_percent(50.0, "current", "power"), convert_percent(25.0, "power", "current")
    (25.0, 50.0)
    """
    if source == target:
        return percent
    return percent * percent / 100.0 if target == "power" else 10.0 * math.sqrt(percent)


def ramp_step(setpoint: float, target: float, rate: float) -> float:
    """Return the setpoint one period later; it ends exactly on ``target``.  Rate in [K/min]."""
    step = rate / 60.0 * PERIOD
    left = target - setpoint
    # The small allowance keeps rounding from adding a period to a ramp.
    if abs(left) <= step * (1.0 + 1e-6):
        return target
    return setpoint + math.copysign(step, left)


def zone_of(kelvin: float, zones: Sequence[ZoneSettings], owner: Literal["lower", "upper"]) -> int | None:
    """Return the index of the zone a setpoint is in, or None above the last one in use.

    Parameters
    ----------
    kelvin : float
        Setpoint, [K].
    zones : sequence of ZoneSettings
        In order; an upper bound of 0 marks one as unused.
    owner : str
        Which zone has the bound itself: the "lower" or the "upper" one.
    """
    for index, zone in enumerate(zones):
        if zone.upper > 0.0 and (kelvin < zone.upper or (kelvin == zone.upper and owner == "lower")):
            return index
    return None
