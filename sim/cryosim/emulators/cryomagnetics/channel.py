"""One channel of an LM-500: its probe, when it is measured, its settings."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from cryosim.emulators.ports import LevelPort

MEASURING, FILLING, ALARM, OPEN = 1, 2, 16, 32  # bits of STAT?
CM_PER_INCH = 2.54


@dataclass
class Settings:
    """What is kept when its power fails; levels in cm."""

    length: float = 80.0
    units: str = "cm"
    mode: str = "S"
    interval: int = 1800  # s
    boost: str = "Off"
    limits: dict[str, float] = field(default_factory=lambda: {"HIGH": 70.0, "LOW": 0.0, "ALARM": 5.0})


class Channel:
    """A channel for helium, or for nothing.

    Parameters
    ----------
    port : LevelPort, optional
        What the probe stands in; without one there is no probe.
    length : float
        Active length of the probe, [cm].
    duration : float
        How long a measurement takes, [s].
    """

    def __init__(self, port: LevelPort | None, length: float, duration: float) -> None:
        self.port, self.duration = port, duration
        self.settings = Settings(length=length)
        self.level = 0.0  # cm, as last measured
        self.open = False  # the last measurement found no probe
        self.filling: float | None = None  # s since a fill was begun; None: none is
        self._left = duration if port is not None else 0.0  # s until the measurement under way ends
        self._until = float(self.settings.interval)  # s until the next sample

    @property
    def measuring(self) -> bool:
        """Whether a measurement is under way."""
        return self._left > 0.0

    def measure(self) -> None:
        """Measure now."""
        self._left, self._until = self.duration, float(self.settings.interval)

    def advance(self, dt: float) -> bool:
        """Let ``dt`` seconds pass; say whether a measurement has ended."""
        if self.filling is not None:
            self.filling += dt
        if self._left <= 0.0:
            self._until -= dt
            if self.port is not None and (self._until <= 0.0 or self.settings.mode == "C"):
                self.measure()
            return False
        self._left = max(0.0, self._left - dt)
        if self._left > 0.0:
            return False
        share = self.port.read() if self.port is not None else math.inf
        self.open = math.isinf(share)
        self.level = 0.0 if self.open else min(1.0, max(0.0, share)) * self.settings.length
        return True

    def status(self) -> int:
        """Return the bits of ``STAT?``."""
        low = self.level <= self.settings.limits["ALARM"] and self.port is not None
        parts = ((self.measuring, MEASURING), (self.filling is not None, FILLING), (low, ALARM), (self.open, OPEN))
        return sum(bit for on, bit in parts if on)

    def shown(self, centimetres: float) -> str:
        """Return a level with its unit."""
        units, length = self.settings.units, self.settings.length
        scale = {"cm": 1.0, "in": 1.0 / CM_PER_INCH, "%": 100.0 / length}[units]
        return f"{centimetres * scale:.1f} {units}"

    def centimetres(self, shown: float) -> float:
        """Return a level given in the units of the channel, [cm]."""
        scale = {"cm": 1.0, "in": CM_PER_INCH, "%": self.settings.length / 100.0}[self.settings.units]
        return shown * scale
