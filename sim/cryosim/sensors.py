"""Temperature -> sensor units through real calibrations, for what an instrument's input is wired to.

The instrument inverts the curve it has been given, which is not necessarily the one used here: that
is how a wrong or truncated curve in the instrument shows.
"""

from __future__ import annotations

import csv
import math
import random
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import resources

from cryosim.interpolation import MonotoneCubic
from cryosim.wiring import Wiring


@dataclass(frozen=True)
class Calibration:
    """Breakpoints of one sensor, both tuples of the same length."""

    name: str
    kelvin: tuple[float, ...]  # K, ascending
    units: tuple[float, ...]  # sensor units as tabulated: V or log10 ohm


def _rows(name: str) -> list[dict[str, str]]:
    text = resources.files("cryoioc.calibrations").joinpath(name).read_text("utf-8")
    return list(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))


def _ascending(name: str, points: list[tuple[float, float]]) -> Calibration:
    points.sort()
    return Calibration(name, tuple(k for k, _ in points), tuple(u for _, u in points))


@cache
def cernox_x138113() -> Calibration:
    """Return the vaporizer's Cernox X138113 (147 points, log10 ohm, report 1064105)."""
    rows = _rows("x138113/breakpoints_340.csv")
    return _ascending("X138113", [(float(r["kelvin"]), float(r["log10_ohm"])) for r in rows])


@cache
def dt670() -> Calibration:
    """Return the standard DT-670 curve (144 points, volt at 10 uA)."""
    rows = [r for r in _rows("dt670/breakpoints.csv") if r["set"] == "table144"]
    return _ascending("DT-670", [(float(r["kelvin"]), float(r["volts"])) for r in rows])


class Sensor(ABC):
    """A sensor on its leads: implements ``SensorPort``.

    Parameters
    ----------
    temperature : callable
        Temperature of what the sensor is mounted on, [K].
    calibration : Calibration
        What the sensor really is.
    noise : float
        Standard deviation of the reading, in the unit of the subclass; 0 switches it off.
    seed : int
        Seed of the noise.
    """

    def __init__(
        self, temperature: Callable[[], float], calibration: Calibration, *, noise: float = 0.0, seed: int = 0
    ) -> None:
        self.temperature = temperature
        self.calibration = calibration
        self.noise = noise
        self.wiring = Wiring.OK
        # Straight on outside the table: a sensor colder or warmer than its calibration is out of range
        # to the instrument, instead of frozen at the end of the table.
        self._units = MonotoneCubic(calibration.kelvin, calibration.units)
        self._random = random.Random(seed)

    def read(self) -> float:
        """Return sensor units; ``math.inf`` for an open circuit and 0.0 for a short."""
        if self.wiring is Wiring.OPEN:
            return math.inf
        if self.wiring is Wiring.SHORT:
            return 0.0
        return self._sense(self._units(self.temperature()), self._disturbance())

    def _disturbance(self) -> float:
        return self._random.gauss(0.0, self.noise) if self.noise else 0.0

    @abstractmethod
    def _sense(self, tabulated: float, disturbance: float) -> float:
        """Return the sensor units of a tabulated value with a disturbance."""


class DiodeSensor(Sensor):
    """Silicon diode, [V]; ``noise`` in V, ``leads`` the resistance in its loop when two wires read it, [ohm]."""

    NOISE = 30e-6  # V, rms, of a readout as usual; physics.md 3.9
    EXCITATION = 10e-6  # A

    def __init__(
        self,
        temperature: Callable[[], float],
        calibration: Calibration | None = None,
        *,
        noise: float = 0.0,
        seed: int = 0,
        leads: float = 0.0,
    ) -> None:
        super().__init__(temperature, calibration or dt670(), noise=noise, seed=seed)
        self._drop = leads * self.EXCITATION

    def _sense(self, tabulated: float, disturbance: float) -> float:
        return max(0.0, tabulated + self._drop + disturbance)


class CernoxSensor(Sensor):
    """Negative-coefficient resistor, [ohm]; ``noise`` as a fraction of the resistance."""

    NOISE = 0.0002  # of the resistance, rms, of a readout as usual; physics.md 3.9

    def __init__(
        self,
        temperature: Callable[[], float],
        calibration: Calibration | None = None,
        *,
        noise: float = 0.0,
        seed: int = 0,
    ) -> None:
        super().__init__(temperature, calibration or cernox_x138113(), noise=noise, seed=seed)

    def _sense(self, tabulated: float, disturbance: float) -> float:
        return float(10.0**tabulated * (1.0 + disturbance))
