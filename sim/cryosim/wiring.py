"""Leads between an instrument and what it measures or heats: they can break or touch."""

from __future__ import annotations

import enum
import math
from typing import Protocol

from cryosim.emulators.ports import HeaterPort


class Wiring(enum.Enum):
    """State of a pair of leads."""

    OK = "ok"
    OPEN = "open"
    SHORT = "short"


class Leads(Protocol):
    """Whatever has leads that a fault can open or short."""

    wiring: Wiring


class HeaterLeads:
    """The leads of a heater: a ``HeaterPort`` in front of another one."""

    def __init__(self, heater: HeaterPort) -> None:
        self._heater = heater
        self._wiring = Wiring.OK

    @property
    def wiring(self) -> Wiring:
        """State of the leads; broken or touching leads carry no power to the heater at once."""
        return self._wiring

    @wiring.setter
    def wiring(self, state: Wiring) -> None:
        self._wiring = state
        if state is not Wiring.OK:
            self._heater.drive(0.0)

    def ohm(self) -> float:
        """Return the load as the output sees it, [ohm]."""
        if self._wiring is Wiring.OPEN:
            return math.inf
        if self._wiring is Wiring.SHORT:
            return 0.0
        return self._heater.ohm()

    def drive(self, amperes: float) -> None:
        """Let a current flow until the next call, [A]."""
        self._heater.drive(amperes if self._wiring is Wiring.OK else 0.0)

    def apply(self, volts: float) -> None:
        """Apply a voltage until the next call, [V]."""
        self._heater.apply(volts if self._wiring is Wiring.OK else 0.0)
