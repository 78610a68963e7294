r"""How much heat was given that neither the helium took nor the reading shows: does the thermometer tell the truth?

A thermometer that has come loose gives a steady, plausible reading: no limit, rate or status of it is ever wrong.
What is wrong is the balance.  A heater of power :math:`P` on a body of copper in a stream of helium must show as

.. math:: P = \dot m\,\Delta h(T) + m\,\frac{\mathrm{d}h_{Cu}(T)}{\mathrm{d}t}

with more helium heat at most, never with less: gas cannot leave warmer than what warms it.  Heat that is left over
has warmed the body beyond what its thermometer says.

How much copper a body amounts to is known to `KNOWN` only.  One taken for too light seems to be given more than it
shows while it warms, one taken for too heavy while it cools, so that of both balances the smaller counts.
"""

from __future__ import annotations

import bisect
import math
from dataclasses import dataclass, replace

# K -> J/kg, heat of copper from 0 K on: NIST's heat capacity (physics.md 1), integrated; 80 kJ/kg at 300 K.
COPPER = ((1.0, 0.0055), (2.0, 0.022), (4.0, 0.087), (6.0, 0.40), (10.0, 2.37), (15.0, 11.1), (20.0, 36.1),
          (30.0, 194.0), (40.0, 608.0), (60.0, 2537.0), (80.0, 5977.0), (100.0, 10611.0), (150.0, 25336.0),
          (200.0, 42487.0), (250.0, 61025.0), (300.0, 80337.0), (400.0, 119552.0), (500.0, 159316.0))  # fmt: skip
BOILING = 4.22  # K, of helium at 1 atm
VAPOUR = 28e3  # J/kg, to evaporate it and make an ideal gas of it; physics.md 1: 20.6 and, up to 300 K, 6.7 more
GAS = 5193.0  # J/kg/K, heat capacity of the gas; physics.md 1
FORGOTTEN = 1800.0  # s, in which what was left over fades: small errors of meter and masses do not add up for ever
KNOWN = 0.2  # of the mass as copper, more or less: samples and their holders differ

_KELVIN = [math.log(kelvin) for kelvin, _ in COPPER]
_HEAT = [math.log(heat) for _, heat in COPPER]


@dataclass(frozen=True)
class Body:
    """What a heater warms.

    ``copper`` is its mass as copper, [kg]; ``gas_leaves`` the highest temperature at which the helium leaves it, [K].
    """

    copper: float
    gas_leaves: float = math.inf

    def light_and_heavy(self) -> tuple[Body, Body]:
        """Return the body as light and as heavy as it may be."""
        return replace(self, copper=(1.0 - KNOWN) * self.copper), replace(self, copper=(1.0 + KNOWN) * self.copper)


@dataclass(frozen=True)
class Interval:
    """What happened between two readings."""

    seconds: float
    watt: float  # electric power
    flow: float  # kg/s of helium
    heats: bool = True  # its heater is on, at whatever power
    carried: float = 0.0  # J that the helium brought along from another body
    beside: float = 0.0  # K of that body: the gas may leave as warm as it


@dataclass(frozen=True)
class Balance:
    """Where the balance stands."""

    kelvin: float  # the last reading
    left: float = 0.0  # J left over
    passed: float = 0.0  # J that the helium has taken since the beginning, at least


def copper_heat(kelvin: float) -> float:
    """Return the heat of copper from 0 K on, [J/kg].

    >>> round(copper_heat(300.0) / 1e3, 1), round(copper_heat(13.0), 1)
    (80.3, 6.4)
    """
    return math.exp(_between(math.log(max(kelvin, 0.1)), _KELVIN, _HEAT))


def copper_kelvin(heat: float) -> float:
    """Return the temperature of copper that holds a heat, [J/kg], in [K].

    >>> round(copper_kelvin(copper_heat(145.0)), 6)
    145.0
    """
    return math.exp(_between(math.log(max(heat, 1e-6)), _HEAT, _KELVIN))


def _between(x: float, xs: list[float], ys: list[float]) -> float:
    """Interpolate, and go on straight beyond the ends."""
    n = min(max(bisect.bisect_right(xs, x), 1), len(xs) - 1)
    return ys[n - 1] + (ys[n] - ys[n - 1]) * (x - xs[n - 1]) / (xs[n] - xs[n - 1])


def helium_heat(kelvin: float) -> float:
    """Return the heat that liquid at 4.2 K takes until it is gas of a temperature, [J/kg].

    >>> [round(helium_heat(t) / 1e3) for t in (4.0, 145.0, 295.0)]
    [28, 759, 1538]
    """
    return VAPOUR + GAS * max(0.0, kelvin - BOILING)


def step(body: Body, balance: Balance, kelvin: float, interval: Interval) -> Balance:
    """Return the balance at the next reading.

    Parameters
    ----------
    body : Body
    balance : Balance
        At the last reading.
    kelvin : float
        The reading, [K].
    interval : Interval
        What happened since the last one.

    Notes
    -----
    The helium is credited with all it can have taken: it arrives as liquid and leaves as warm as the body then
    is, what is left over included, or as the body beside it, and no warmer than ``gas_leaves``.  Heat that leaks
    in from the room is left away.  Both make ``left`` too small, never too large.  While the heater is off
    nothing is added, whatever the reading does: another curve, another thermometer.
    """
    warm = copper_kelvin(copper_heat(balance.kelvin) + balance.left / body.copper)
    taken = interval.seconds * interval.flow * helium_heat(min(max(warm, interval.beside), body.gas_leaves))
    shown = body.copper * (copper_heat(kelvin) - copper_heat(balance.kelvin))
    given = interval.seconds * interval.watt + interval.carried
    left = max(0.0, balance.left + given - taken - shown)
    if not interval.heats:
        left = min(left, balance.left)
    passed = balance.passed + min(taken, given - shown - (left - balance.left))
    return Balance(kelvin, left * math.exp(-interval.seconds / FORGOTTEN), passed)


def skip(balance: Balance, kelvin: float) -> Balance:
    """Return the balance after a gap of which nothing is known: what was left over stays."""
    return replace(balance, kelvin=kelvin)
