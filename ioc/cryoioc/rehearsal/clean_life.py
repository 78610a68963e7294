"""The life of a healthy cryostat as its instruments would tell it: scenes drawn from a seed, second by second.

Only what interlocks look at; nothing here is wrong, so nothing may trip.  Rates, ranges and flows are those of the
acceptance sheet and of physics.md 3.11; readings come late as polls do, and scatter as instruments do.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass

from cryoioc.safety.heat_balance import copper_heat, copper_kelvin, helium_heat
from cryosim.plant.stvp_parameters import AS_RECORDED, SLPM

DAY = 86400.0  # s
ROOM = 294.0  # K
FASTEST = 20.0  # K/min, of the vaporizer at full power below its setpoint limit
HIGHEST, LOWEST = 300.0, 4.5  # K, setpoints
REFILL_AT = 12.0  # %, when somebody refills the dewar
LOSS = 80.0 / (6.0 * 3600.0)  # %/s of the dewar at 10 SLPM: it is empty after some hours
SHARE = 0.98  # of the heat that the helium could take, that it does take
GAS_LEAVES = 150.0  # K, at most, from the vaporizer (physics.md 6.2)
WARMED = 0.5  # of the changes of the sample are made warm
BUSY = 12.0  # SLPM, at most, that keep air out of an open tube
SCENES = ("operate", "operate", "operate", "sample change", "superfluid")


@dataclass(slots=True)
class Instant:
    """What the instruments would say now."""

    time: float  # s
    scene: str
    vaporizer: float  # K
    sample: float  # K
    flow: float  # SLPM
    heating: bool
    watts: tuple[float, float] = (0.0, 0.0)  # of vaporizer and sample
    sample_plugged: bool = True
    level: float = 90.0  # %
    dewar: float = 90.0  # mbar above the atmosphere
    tube: float = 1030.0  # mbar
    late: float = 0.0  # s, age of the last good readings


class Life:
    """Scene after scene.

    Parameters
    ----------
    seed : int
    """

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(f"clean {seed}")
        self._now = Instant(0.0, "warm", ROOM, ROOM, 0.0, heating=False)

    def instants(self, seconds: float) -> Iterator[Instant]:
        """Yield every second of it; the same object each time."""
        scenes = self._scenes()
        while self._now.time < seconds:
            next(scenes)
            self._now.time += 1.0
            self._now.late = self._lateness()
            yield self._now

    def scattered(self, true: float, absolute: float, relative: float) -> float:
        """Return a reading of a true value."""
        return true + self._chance.gauss(0.0, absolute + relative * abs(true))

    def _lateness(self) -> float:
        """Return how old readings are: a poll, now and then a repeated one."""
        return self._chance.uniform(0.0, 0.2) if self._chance.random() > 1e-3 else self._chance.uniform(0.2, 0.9)

    def _scenes(self) -> Iterator[None]:
        yield from self._stand(self._chance.uniform(600.0, 7200.0))
        yield from self._cool(10.0)
        while True:
            if self._now.level < REFILL_AT:
                yield from self._refill()
            scene = self._chance.choice(SCENES)
            if scene == "operate":
                yield from self._operate(self._chance.uniform(LOWEST, HIGHEST))
            elif scene == "sample change":
                yield from self._change_sample()
            else:
                yield from self._superfluid()

    def _begin(self, scene: str, flow: float, *, heating: bool) -> None:
        self._now.scene, self._now.flow, self._now.heating = scene, flow, heating
        self._now.watts = (0.0, 0.0)

    def _tick(self, flow: float) -> None:
        """Let a second pass: flow as the valve and the pressure in the dewar make it, level falling with it."""
        now, chance = self._now, self._chance
        now.flow += 0.2 * (flow * (1.0 + 0.1 * math.sin(now.time / 300.0)) - now.flow)
        now.dewar = 90.0 + 20.0 * math.sin(now.time / 1000.0) + chance.gauss(0.0, 1.0)
        now.level = max(5.5, now.level - LOSS * now.flow / 10.0)

    def _stand(self, seconds: float) -> Iterator[None]:
        self._begin("warm", 0.0, heating=False)
        for _ in range(int(seconds)):
            yield

    def _cool(self, kelvin: float) -> Iterator[None]:
        """Cool down with heaters off."""
        now = self._now
        self._begin("cooldown", 15.0, heating=False)
        while now.vaporizer > kelvin * 1.1:
            now.vaporizer += (kelvin - now.vaporizer) / 240.0
            now.sample += (kelvin + 2.0 - now.sample) / 400.0
            self._tick(15.0)
            yield

    def _operate(self, target: float) -> Iterator[None]:
        """Go to a temperature, with overshoot, and stay there."""
        now, chance = self._now, self._chance
        self._begin("operate", chance.uniform(2.5, 12.0), heating=True)
        flow, rate = now.flow, chance.uniform(0.5, FASTEST) / 60.0
        overshoot = min(1.5, 0.02 * target)
        while abs(now.vaporizer - target) > rate:
            aim = now.vaporizer + math.copysign(rate, target - now.vaporizer)
            self._heat(aim, now.sample + (now.vaporizer - now.sample) / 200.0)
            self._tick(flow)
            yield
        for second in range(int(chance.uniform(600.0, 4.0 * 3600.0))):
            aim = target + overshoot * math.exp(-second / 60.0) * math.sin(second / 25.0)
            self._heat(aim, now.sample + (target - now.sample) / 200.0)
            self._tick(flow)
            yield
            if now.level < REFILL_AT:
                yield from self._refill()
                now.heating = True

    def _heat(self, vaporizer: float, sample: float) -> None:
        """Bring vaporizer and sample to temperatures in a second, no colder than the helium can; note the powers."""
        now, flow = self._now, SHARE * SLPM * self._now.flow
        taken = flow * helium_heat(min(now.vaporizer, GAS_LEAVES))
        rest = max(0.0, flow * helium_heat(max(now.vaporizer, now.sample)) - taken)
        now.vaporizer, first = _step(AS_RECORDED.vaporizer_mass, now.vaporizer, vaporizer, taken)
        now.sample, second = _step(AS_RECORDED.sample_mass, now.sample, sample, rest)
        now.watts = (first, second)

    def _refill(self) -> Iterator[None]:
        """Fill the dewar, heaters off."""
        now = self._now
        self._begin("refill", now.flow, heating=False)
        while now.level < 95.0:
            self._tick(4.0)
            now.level += 0.1
            yield

    def _change_sample(self) -> Iterator[None]:
        """Warm up or not, unplug the sample's sensor, put another one in, cool down; if cold, in control at once."""
        warm = self._chance.random() < WARMED
        if warm:
            yield from self._operate(ROOM)
        now = self._now
        self._begin("sample change", now.flow, heating=False)  # the heater first, then the valve
        seconds = int(self._chance.uniform(600.0, 3600.0))
        for second in range(seconds):
            self._tick(0.0 if warm else BUSY)
            now.sample_plugged = not 0.1 * seconds < second < 0.9 * seconds
            yield
        now.sample = ROOM
        yield from self._cool(20.0) if warm else self._operate(self._chance.uniform(LOWEST, 50.0))

    def _superfluid(self) -> Iterator[None]:
        """Fill the tube with liquid and pump on it."""
        yield from self._cool(4.4)
        now, chance = self._now, self._chance
        self._begin("superfluid", 8.0, heating=False)
        for _ in range(int(chance.uniform(600.0, 5400.0))):
            now.vaporizer += (1.75 - now.vaporizer) / 120.0
            now.sample += (1.75 - now.sample) / 120.0
            now.tube += (14.0 - now.tube) / 60.0
            self._tick(8.0)
            yield
        now.tube = 1030.0


def _step(mass: float, kelvin: float, aim: float, taken: float) -> tuple[float, float]:
    """Return what a body of copper, [kg], gets to in a second, the helium taking ``taken``, and the power, [W]."""
    heat = copper_heat(kelvin)
    watt = max(0.0, taken + mass * (copper_heat(aim) - heat))
    return copper_kelvin(heat + (watt - taken) / mass), watt
