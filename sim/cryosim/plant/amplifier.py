"""A cryogenic amplifier behind its leads: what is at each transistor, and whether it survives.

Every drain and every gate has its own wire, and all of them share one return (seed 001, section 2.1), whose drop lifts
the amplifier's ground.  Gates that nobody drives fall to 0 V, which for these transistors is far into conduction.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

from scipy.optimize import brentq

from cryosim.physics.fet import channel_current, output_characteristic, pinch_off
from cryosim.plant.amplifier_stage import Stage, Transistor
from cryosim.wiring import Wiring

DRAIN_MAX = 2.0  # V, at once; bias-flow-vacuum.md 2.1 with half a volt to the 2.5 V of the JPL module
CURRENT_MAX = 15e-3  # A, for longer than
OVERLOAD = 1e-3  # s
BURNT = 100.0  # ohm, of a channel that no gate controls any more; ours
GATE_PATH = 1e6  # ohm, of the gate network to ground; bias-flow-vacuum.md 2.3, ours
DRIFT = -5e-3  # V, of the pinch-off with the time under bias; bias-flow-vacuum.md 2.3, ours
DRIFT_TIME = 600.0  # s
EXACT = 1e-10  # A
SAME_KELVIN = 1e-3  # K, and
SAME_VOLTS = 1e-6  # V, within which a solution stays: 0.1 uA of drain current

# Pinch-off cold and warm of every stage, bias-flow-vacuum.md 2.3.
TRANSISTORS: Mapping[str, tuple[Transistor, ...]] = {
    "YCA-2024 1103": (Transistor(-1.267, -3.990), Transistor(0.721, -0.769), Transistor(0.184, -0.749)),
    "YCA-2031 0204": (Transistor(-1.277, -3.560), Transistor(0.575, -0.609), Transistor(0.350, -0.599)),
}


@dataclass(frozen=True)
class Cabling:
    """Resistance between the supplies and the connector of the amplifier."""

    drain: float = 15.5  # ohm, 1.5 m of 36 AWG phosphor bronze; physics.md 7
    ground: float = 15.5  # ohm, one wire for all stages
    drift: float = DRIFT  # V


class Amplifier:
    """Three stages, one ground.

    Parameters
    ----------
    serial : str
        Which one, as in ``TRANSISTORS``.
    kelvin : callable
        Temperature it is at, [K].
    cabling : Cabling
        What lies between it and its supplies.

    Attributes
    ----------
    stages : tuple of Stage
        The ports ``drain`` and ``gate`` of each, and what is at its transistor.
    """

    def __init__(self, serial: str, kelvin: Callable[[], float], cabling: Cabling | None = None) -> None:
        self.serial = serial
        self.cabling = cabling or Cabling()
        self._kelvin = kelvin
        self._under_bias = 0.0  # s
        self._settled = True
        self._solved_at = (kelvin(), 0.0)  # K, V
        self.stages = tuple(Stage(transistor, self.settle, self.disturb) for transistor in TRANSISTORS[serial])

    @property
    def burnt(self) -> bool:
        """Whether any transistor is lost."""
        return any(stage.burnt for stage in self.stages)

    def power(self) -> float:
        """Return what the transistors dissipate, [W]."""
        self.settle()
        return sum(stage.point.drain * stage.point.current for stage in self.stages)

    def repair(self) -> None:
        """Put a sound transistor in place of every lost one."""
        for stage in self.stages:
            stage.burnt, stage.why, stage.overload = False, "", 0.0
        self._settled = False

    def advance(self, dt: float) -> None:
        """Let ``dt`` seconds pass, [s]."""
        self.settle()
        self._stress(dt)
        biased = any(stage.drain.drive is not None for stage in self.stages)
        self._under_bias = self._under_bias + dt if biased else 0.0
        if self._moved():
            self._settled = False
        self.settle()

    def disturb(self, lasted: float) -> None:
        """Take note that a supply is about to change something; what stood has lasted so long, [s]."""
        if self._settled:
            self._stress(lasted)
        self._settled = False

    def settle(self) -> None:
        """Find what is at the transistors now, and what does not survive it at all."""
        if self._settled:
            return
        self._settled = True
        kelvin, drift = self._solved_at = self._kelvin(), self._drift()
        for stage in self.stages:
            stage.pinch = pinch_off(kelvin, stage.transistor.cold, stage.transistor.warm) + drift
        self._find(kelvin)
        for stage in self.stages:
            stage.note()
            if abs(stage.point.drain) > DRAIN_MAX:
                self._burn(stage, f"drain at {stage.point.drain:.2f} V")

    def _stress(self, seconds: float) -> None:
        """Let what stands now last so long."""
        for stage in self.stages:
            stage.overload = stage.overload + seconds if stage.point.current > CURRENT_MAX else 0.0
            stage.longest = max(stage.longest, stage.overload)
            if stage.overload > OVERLOAD:
                self._burn(stage, f"drain current {stage.point.current * 1e3:.1f} mA")

    def _burn(self, stage: Stage, why: str) -> None:
        if not stage.burnt:
            stage.burn(why)
            self._settled = False  # it conducts differently from now on

    def _drift(self) -> float:
        return self.cabling.drift * -math.expm1(-self._under_bias / DRIFT_TIME)

    def _moved(self) -> bool:
        """Say whether temperature or drift have gone far enough to look again."""
        kelvin, drift = self._solved_at
        return abs(self._kelvin() - kelvin) > SAME_KELVIN or abs(self._drift() - drift) > SAME_VOLTS

    def _find(self, kelvin: float) -> None:
        """Solve the network: the more current all stages draw, the higher their ground, the less they draw."""

        @cache  # both ends are looked at before ``brentq`` does so again
        def drawn(total: float) -> float:
            ground = total * self.cabling.ground
            return sum(self._current(stage, ground, kelvin) for stage in self.stages)

        most = drawn(0.0)
        total = _root(lambda amperes: drawn(amperes) - amperes, most)
        ground = total * self.cabling.ground
        for stage in self.stages:
            amperes = self._current(stage, ground, kelvin)
            self._report(stage, ground, amperes, kelvin)

    def _current(self, stage: Stage, ground: float, kelvin: float) -> float:
        """Return the drain current of one stage for a voltage of its ground, [A]."""
        if stage.drain.drive is None or stage.drain.wiring is not Wiring.OK:
            return 0.0
        volts, limit = stage.drain.drive
        conducted, wire = _channel(stage, _gate(stage, ground), kelvin), self.cabling.drain
        return _root(lambda amperes: conducted(volts - amperes * wire - ground) - amperes, limit)

    def _report(self, stage: Stage, ground: float, amperes: float, kelvin: float) -> None:
        """Write down what is at a transistor and at the terminals of its two supplies."""
        gate = _gate(stage, ground)
        stage.report_gate(gate, GATE_PATH, ground)
        if stage.drain.drive is None or stage.drain.wiring is Wiring.OPEN:
            stage.report_drain(0.0, 0.0, stage.drain.drive[0] if stage.drain.drive else 0.0)
            return
        volts, limit = stage.drain.drive
        if stage.drain.wiring is Wiring.SHORT:
            reached = max(-limit * self.cabling.drain, min(limit * self.cabling.drain, volts))
            stage.report_drain(0.0, 0.0, reached, reached / self.cabling.drain if self.cabling.drain else limit)
            return
        drop = amperes * self.cabling.drain + ground
        if amperes < limit:
            stage.report_drain(volts - drop, amperes, volts)
            return
        conducted = _channel(stage, gate, kelvin)
        drain = _root(lambda u: limit - conducted(u), volts - drop)
        stage.report_drain(drain, amperes, drain + drop)


def _gate(stage: Stage, ground: float) -> float:
    """Return the voltage of a gate against the ground of the amplifier, [V]."""
    if stage.gate.drive is None or stage.gate.wiring is not Wiring.OK:
        return 0.0
    volts, limit = stage.gate.drive
    most = limit * GATE_PATH / stage.leak
    return max(-most, min(most, volts - ground))


def _channel(stage: Stage, gate: float, kelvin: float) -> Callable[[float], float]:
    """Return what a channel conducts, [A], of its drain voltage, [V]: the gate stays while that is looked for."""
    if stage.burnt:
        return lambda drain: max(drain, 0.0) / BURNT
    most = channel_current(gate, stage.pinch, kelvin)
    return lambda drain: most * output_characteristic(drain)


def _root(function: Callable[[float], float], high: float) -> float:
    """Return where a function that falls from 0 or more crosses zero, between 0 and ``high``."""
    if high <= 0.0 or function(high) >= 0.0:
        return max(high, 0.0)
    return float(brentq(function, 0.0, high, xtol=EXACT)) if function(0.0) > 0.0 else 0.0
