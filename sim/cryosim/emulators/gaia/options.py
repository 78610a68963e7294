"""What no source settles of a GAIA board, as switches and scales (bias-flow-vacuum.md 1.3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

COUNTS = 1023  # highest of both DACs


@dataclass(frozen=True)
class Options:
    """One board as it was built and set up."""

    firmware: str = "GAIA Simulator Rev. 1.0.0 / 2022.02.08.1"
    name: str = "GAIASIMBOARD"
    command_id: bool = True
    """A token behind every command that comes back in its answer | none, as an older client sends."""
    drain_per_count: float = 2.5 / COUNTS  # V; the reference's own proposal
    drain_offset: float = 0.0  # V
    gate_per_count: float = 6.0 / COUNTS  # V; the reference's own proposal
    gate_offset: float = -5.0  # V
    drain_limit: float = 50e-3  # A, that a drain output gives at most; from the JPL module
    gate_limit: float = 0.5e-3  # A; from the JPL module
    readback: Literal["volts", "counts"] = "volts"
    """GETVD and GETVG: volts at the output | the DAC counts, as the public simulator answers."""
    volt_decimals: int = 3
    current_decimals: int = 2  # of GETID, in mA
    volt_noise: float = 0.5e-3  # V, rms
    current_noise: float = 5e-6  # A, rms
    enable: Literal["both", "drain"] = "both"
    """ENABLE and DISABLE switch drain and gate | the drain alone; the gate is held whenever there is power."""
    power_on: Literal["zero", "stored"] = "zero"
    """Counts after mains off and on: 0, which is 0 V and -5 V | those of configuration 1.  Nothing is enabled."""
    error_as_bytes: bool = False
    """The text of an error in hexadecimal: bare | as ``b'...'``, as the public simulator prints it."""
