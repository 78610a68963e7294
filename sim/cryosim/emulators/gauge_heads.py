"""Gauge heads as their controllers see them: what a Pirani and a cold cathode make of a pressure.

Ranges: bias-flow-vacuum.md 4.1, unverified.  That a discharge takes time to strike, longer in a good vacuum, is
how cold cathodes are; the times are ours.
"""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass

from cryosim.emulators.ports import VacuumPort

MBAR = 100.0  # Pa
STRIKE_TIME = 1.0  # s, of a discharge at 1e-6 mbar and above; ten times that for each two decades below
DAMAGE = 0.1  # mbar, above which high voltage sputters the cathode


class Condition(enum.Enum):
    """What a head gives."""

    GOOD = "good"
    UNDER = "under range"
    OVER = "over range"
    BROKEN = "broken"
    OFF = "off"
    ABSENT = "absent"


@dataclass(frozen=True)
class Kind:
    """A kind of head."""

    low: float  # mbar
    high: float  # mbar
    switched: bool = False  # has high voltage


PIRANI = Kind(8e-4, 1000.0)
COLD_CATHODE = Kind(2e-9, 1e-2, switched=True)


class Head:
    """One gauge on its socket.

    Parameters
    ----------
    kind : Kind
    port : VacuumPort
        Where it sits.
    on : bool
        Whether its high voltage is on at first.
    """

    def __init__(self, kind: Kind, port: VacuumPort, *, on: bool = False) -> None:
        self.kind, self.port = kind, port
        self.on = on or not kind.switched
        self.sputtered = 0.0  # s, high voltage at a pressure that it does not stand
        self._lit = math.inf if self.on else 0.0  # s, since the high voltage came

    def switch(self, on: bool) -> None:
        """Put the high voltage on or off, where there is any."""
        if self.kind.switched and on is not self.on:
            self.on, self._lit = on, 0.0

    def advance(self, dt: float) -> None:
        """Let ``dt`` seconds pass."""
        if not self.kind.switched or not self.on:
            return
        self._lit += dt
        if DAMAGE * MBAR < self.port.read() < math.inf:
            self.sputtered += dt

    def read(self) -> tuple[Condition, float]:
        """Return the condition and the pressure shown, [mbar]; the end of the range outside of it."""
        mbar = self.port.read() / MBAR
        if math.isinf(mbar):
            return Condition.ABSENT, 0.0
        if mbar <= 0.0:
            return Condition.BROKEN, 0.0
        if not self.on:
            return Condition.OFF, 0.0
        if mbar < self.kind.low or not self._struck(mbar):
            return Condition.UNDER, self.kind.low
        if mbar > self.kind.high:
            return Condition.OVER, self.kind.high
        return Condition.GOOD, mbar

    def _struck(self, mbar: float) -> bool:
        """Say whether the discharge burns; without it the head reads next to nothing."""
        return not self.kind.switched or self._lit >= STRIKE_TIME * max(1.0, math.sqrt(1e-6 / mbar))
