"""An amplifier as its biasing sees it: stages, the outputs they hang on, targets, and what it may be given.

SI units throughout.  Where nothing else is said a voltage is one at the connector of the amplifier, to which its
tables refer; what its supplies must be set to for it is :mod:`cryoioc.bias.leads`.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field


class Bias(enum.Enum):
    """What an amplifier is, or is to be, biased for."""

    OFF = "Off"
    WARM = "Warm"
    COLD = "Cold"
    CUSTOM = "Custom"


class Port(enum.Enum):
    """Which of the two wires of a stage."""

    DRAIN = "drain"
    GATE = "gate"


@dataclass(frozen=True)
class Terminal:
    """A wire of a stage, and the output it hangs on."""

    stage: int  # from 1
    port: Port

    def __str__(self) -> str:
        return f"S{self.stage} {self.port.value}"


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What an output is programmed to keep by itself."""

    current: float  # A
    over_voltage: float | None = None  # V; None: it has no such protection, or none is wanted


@dataclass(frozen=True, kw_only=True)
class Output:
    """What is true of the supply's output at the far end of a wire."""

    limits: Limits | None  # None: it keeps none, and cannot protect a transistor
    lead_ohm: float = 0.0
    step: float = 1e-3  # V, between two settings
    origin: float = 0.0  # V, one of its settings
    agrees: float = 5e-3  # V, a setting read back is still the one that was sent
    follows: float = 0.1  # V, between setting and measured voltage of an output in order
    highest: float = 2.0  # V at the supply, to which it may be set whatever the leads drop


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One transistor: its two outputs, and what its gate may be given."""

    drain: Output
    gate: Output
    current_resolution: float  # A, of the drain current as it is read: the dead band of the servo
    pinch_off: float  # V, gate at which the transistor conducts nothing, warm and cold; never 0
    gate_low: float = -5.0  # V
    gate_high: float = 1.0  # V
    leak_warn: float = 50e-6  # A of gate current; bias-flow-vacuum.md 2.1, unverified
    leak_trip: float = 100e-6  # A


@dataclass(frozen=True, kw_only=True)
class Target:
    """What one stage is to have."""

    drain: float  # V
    current: float  # A
    gate: float | None = None  # V: held instead of the current, where the servo is off
    servo: bool = True  # the gate follows the current


@dataclass(frozen=True, kw_only=True)
class Window:
    """Within what a bias is operated: left for half a second at most, then the drains go off."""

    drain: float  # V
    current: float  # A
    above: float = 0.0  # K at which it may be switched on
    below: float = 1000.0  # K


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How fast, how exact and how patient; bias-flow-vacuum.md 2.1."""

    drain_rate: float = 0.1  # V/s
    gate_step: float = 0.05  # V, at most in
    gate_every: float = 0.1  # s
    gain: float = 0.5 / 15e-3  # V/A: half of what the steepest transistor needs
    hold_step: float = 0.01  # V, at most in
    hold_every: float = 1.0  # s, once the current is found
    # A sound transistor conducts less with its gate at pinch-off (0.19 mA warm at -5 V, the lowest a gate may have),
    # one whose gate is open more (0.54 mA at least, cold): bias-flow-vacuum.md 2.3.  Its 2.1 takes 0.2 mA, for gates
    # that may go lower.
    pinched: float = 0.25e-3  # A, most of a stage whose gate is at pinch-off
    off_volts: float = 0.05  # V at the supply: what a drain is down to before it is switched off
    silence: float = 1.0  # s without a reading of an output until the amplifier trips
    obey: float = 0.5  # s until an output that does not obey is called stuck
    search: float = 300.0  # s for all stages until a sequence that does not find its currents is given up
    find: float = 20.0  # s without the current it had until a held stage is given up
    gates_stay: float = 0.5  # s after the drains are off until the gates follow, after a trip
    warming: float = 15.0  # K above the temperature at which the gates were found
    warming_rate: float = 5.0  # K/min
    blind: float = 10.0  # s without a temperature until a cold bias is taken back


@dataclass(frozen=True, kw_only=True)
class Amplifier:
    """An amplifier of any number of stages with one common return."""

    stages: tuple[Stage, ...]
    windows: Mapping[Bias, Window]  # of COLD and WARM
    targets: Mapping[Bias, tuple[Target, ...]]  # of COLD and WARM, one per stage
    return_ohm: float = 0.0  # of the return that all stages share: it lifts the ground of every gate
    pace: Pace = field(default_factory=Pace)

    @property
    def numbers(self) -> range:
        """Numbers of the stages, from 1."""
        return range(1, len(self.stages) + 1)

    def output(self, terminal: Terminal) -> Output:
        """Return the output a wire hangs on."""
        stage = self.stages[terminal.stage - 1]
        return stage.drain if terminal.port is Port.DRAIN else stage.gate

    def terminals(self, *ports: Port) -> tuple[Terminal, ...]:
        """Return all drains, or all gates; without ``ports`` all drains, then all gates."""
        return tuple(Terminal(number, port) for port in ports or Port for number in self.numbers)

    def window(self, basis: Bias | None) -> Window:
        """Return within what a bias is operated; None: within the wider of both."""
        if basis is not None:
            return self.windows[basis]
        both = self.windows.values()
        return Window(drain=max(one.drain for one in both), current=max(one.current for one in both))
