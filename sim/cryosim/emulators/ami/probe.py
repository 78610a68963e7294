"""A superconducting helium probe and when it is powered: it boils helium while it measures."""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass

from cryosim.emulators.ports import LevelPort

CURRENT = 75.0  # mA, through the probe while it measures
SUPPLY = 24.0  # V
OHM_PER_CM = 4.55  # ohm/cm of the part that is warm


class Mode(enum.Enum):
    """When it is measured."""

    SAMPLE = "sample"  # now and then
    HOLD = "hold"  # not at all
    CONTINUOUS = "continuous"


@dataclass
class Sampling:
    """How often, and for how long."""

    interval: float = 1800.0  # s, between two samples
    duration: float = 4.0  # s, of one measurement; the manual of the 135/136: up to 15 s
    limit: float = 1200.0  # s, of continuous measurement


class Probe:
    """The probe on its leads.

    Parameters
    ----------
    port : LevelPort
        What it stands in.
    length : float
        Active length, [cm].
    sampling : Sampling
    """

    def __init__(self, port: LevelPort, length: float, sampling: Sampling) -> None:
        self.port, self.length, self.sampling = port, length, sampling
        self.mode = Mode.SAMPLE
        self.share = 0.0  # of the active length, as last measured
        self._left = sampling.duration  # s until the measurement under way ends; 0: none is; one at power-up
        self._until = sampling.interval  # s until the next sample
        self._continuous = 0.0  # s it has been measuring all the time

    @property
    def powered(self) -> bool:
        """Whether current is wanted through the probe."""
        return self._left > 0.0 or self.mode is Mode.CONTINUOUS

    def current(self) -> float:
        """Return the current through the probe, [mA]."""
        return CURRENT if self.powered and not math.isinf(self.port.read()) else 0.0

    def voltage(self) -> float:
        """Return the voltage on the probe, [V]."""
        share = self.port.read()
        if not self.powered or math.isinf(share):
            return SUPPLY if self.powered else 0.0
        return CURRENT * 1e-3 * OHM_PER_CM * self.length * (1.0 - share)

    def sample(self) -> None:
        """Measure once now."""
        self.mode = Mode.SAMPLE
        self._left, self._until = self.sampling.duration, self.sampling.interval

    def hold(self) -> None:
        """Stop measuring."""
        self.mode, self._left = Mode.HOLD, 0.0

    def measure_on(self) -> None:
        """Measure all the time, until the limit."""
        self.mode, self._left, self._continuous = Mode.CONTINUOUS, 0.0, 0.0

    def advance(self, dt: float) -> None:
        """Let ``dt`` seconds pass, [s]."""
        if self.mode is Mode.CONTINUOUS:
            self._read()
            self._continuous += dt
            if self._continuous >= self.sampling.limit:
                self.mode, self._until = Mode.SAMPLE, self.sampling.interval
            return
        if self._left > 0.0:
            self._left = max(0.0, self._left - dt)
            if self._left == 0.0:
                self._read()
        elif self.mode is Mode.SAMPLE:
            self._until -= dt
            if self._until <= 0.0:
                self.sample()

    def _read(self) -> None:
        share = self.port.read()
        # The voltage of an open probe is that of a probe all of which is warm.
        self.share = 0.0 if math.isinf(share) else min(1.0, max(0.0, share))
