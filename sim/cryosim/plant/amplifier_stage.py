"""One stage of an amplifier: its two wires, what is at its transistor, and what it has gone through."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from cryosim.emulators.ports import Terminals
from cryosim.wiring import Wiring

EXACT = 1e-12  # A


@dataclass(frozen=True)
class Transistor:
    """One transistor, by its two constants."""

    cold: float  # V, pinch-off at 15 K
    warm: float  # V, pinch-off at 297 K


@dataclass(frozen=True)
class OperatingPoint:
    """What is at a transistor, at the connector of the amplifier."""

    drain: float = 0.0  # V
    current: float = 0.0  # A
    gate: float = 0.0  # V


class Lead:
    """The wire of a drain or a gate: implements ``LoadPort``.

    Parameters
    ----------
    settle : callable
        Lets the network settle.
    disturb : callable
        Told before something changes, with how long what stood has lasted, [s].
    """

    def __init__(self, settle: Callable[[], None], disturb: Callable[[float], None]) -> None:
        self._settle = settle
        self._disturb = disturb
        self._wiring = Wiring.OK
        self.drive: tuple[float, float] | None = None  # V, A
        self.terminals = Terminals(0.0, 0.0, limited=False)

    @property
    def wiring(self) -> Wiring:
        """State of the wire: whole, broken, or touching the shield."""
        return self._wiring

    @wiring.setter
    def wiring(self, state: Wiring) -> None:
        self._disturb(math.inf)
        self._wiring = state

    def apply(self, volts: float, limit: float) -> None:
        """Hold a voltage, [V], up to a current, [A]."""
        if self.drive != (volts, limit):
            self._disturb(math.inf)
            self.drive = (volts, limit)

    def disconnect(self, after: float = math.inf) -> None:
        """Open the output; what stood has lasted so long, [s]."""
        if self.drive is not None:
            self._disturb(after)
            self.drive = None

    def read(self) -> Terminals:
        """Return what is at the terminals of the supply."""
        self._settle()
        return self.terminals


class Stage:
    """One transistor with its wires.

    Attributes
    ----------
    point : OperatingPoint
        What is at the transistor.
    leak : float
        How many times more its gate takes than a sound one.
    burnt, why : bool, str
        Whether it is lost, and what it died of.
    highest, most, longest : float
        Highest drain voltage, [V], highest current, [A], and longest time above the current it stands, [s], so far.
    """

    def __init__(self, transistor: Transistor, settle: Callable[[], None], disturb: Callable[[float], None]) -> None:
        self.transistor = transistor
        self.drain = Lead(settle, disturb)
        self.gate = Lead(settle, disturb)
        self.point = OperatingPoint()
        self.pinch = transistor.warm
        self.leak = 1.0
        self.overload = 0.0  # s
        self.burnt = False
        self.why = ""
        self.highest = self.most = self.longest = 0.0

    def burn(self, why: str) -> None:
        """Lose the transistor, for good."""
        if not self.burnt:
            self.burnt, self.why = True, why

    def note(self) -> None:
        """Remember the extremes."""
        self.highest = max(self.highest, abs(self.point.drain))
        self.most = max(self.most, self.point.current)

    def report_gate(self, volts: float, path: float, ground: float) -> None:
        """Write down what is at the gate, [V], through its path to ground, [ohm]."""
        self.point = OperatingPoint(self.point.drain, self.point.current, volts)
        self.gate.terminals = Terminals(0.0, 0.0, limited=False)
        if self.gate.drive is None:
            return
        wanted, limit = self.gate.drive
        if self.gate.wiring is Wiring.OPEN:
            self.gate.terminals = Terminals(wanted, 0.0, limited=False)
        elif self.gate.wiring is Wiring.SHORT:
            self.gate.terminals = Terminals(0.0, math.copysign(limit, wanted), limited=True)
        else:
            amperes = volts * self.leak / path
            self.gate.terminals = Terminals(volts + ground, amperes, limited=abs(amperes) > limit - EXACT)

    def report_drain(self, volts: float, amperes: float, terminal: float, supplied: float | None = None) -> None:
        """Write down what is at the drain, [V] and [A], and at the terminals of its supply."""
        self.point = OperatingPoint(volts, amperes, self.point.gate)
        out = amperes if supplied is None else supplied
        limited = self.drain.drive is not None and out >= self.drain.drive[1] > 0.0
        self.drain.terminals = Terminals(terminal, out, limited)
