"""Months of clean running through the interlocks' own code, fed with the readings of a healthy cryostat."""

from __future__ import annotations

import math
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from cryoioc.clock import Clock
from cryoioc.ioc import Ioc
from cryoioc.rehearsal.clean_life import DAY, Instant, Life
from cryoioc.safety.condition import Heard
from cryoioc.safety.engine import Engine
from cryoioc.safety.heat_balance import Balance, Body, Interval, step
from cryoioc.safety.interlock import State
from cryoioc.station import Station
from cryoioc.station_interlock import Interlock
from cryosim.plant.stvp_parameters import SLPM

MONTH = 30.0 * DAY  # s
SLOPE = 10  # s over which a rate is taken, as the IOC does
FAR = 304.0  # K; the station's floor of a rate
HEALTHY = {"LOOP1:SENSOR": "VAP", "LOOP2:SENSOR": "SAMPLE", "LOOP1:HEATER:STATUS": "OK", "LOOP2:HEATER:STATUS": "OK"}


@dataclass
class Clean:
    """What has tripped though nothing was wrong."""

    seconds: float = 0.0
    readings: int = 0
    trips: Counter[str] = field(default_factory=Counter)  # interlock and scene -> times
    scenes: Counter[str] = field(default_factory=Counter)  # s

    def __add__(self, other: Clean) -> Clean:
        return Clean(self.seconds + other.seconds, self.readings + other.readings, self.trips + other.trips,
                     self.scenes + other.scenes)  # fmt: skip


def run(station: Station, seconds: float, seed: int) -> Clean:
    """Let a station's interlocks see ``seconds`` of clean running; return what has tripped."""
    return watch(Ioc(station, Clock()).interlocks.engine, station, Life(seed), seconds)


def watch(engine: Engine, station: Station, life: Life, seconds: float) -> Clean:
    """Feed an engine with a life; what trips is counted, and judged anew."""
    clean = Clean()
    specs = [station.interlocks[name] for name in engine.rules]
    readings = _Readings(life, station)
    for instant in life.instants(seconds):
        clean.seconds += 1.0
        clean.scenes[instant.scene] += 1
        readings.take(instant)
        tripped = []
        for spec in specs:
            for heard in readings.heard(spec):
                clean.readings += 1
                tripped += engine.hear(spec.name, heard, instant.time)
        for loop in station.loops:
            tripped += engine.switched(loop, instant.heating, instant.time)
        for name in tripped:
            clean.trips[f"{name} ({instant.scene})"] += 1
            engine.states[name] = State(limit=engine.rules[name].limit)
            engine.order.clear()
    return clean


class _Readings:
    """An instant in the words of the interlocks' inputs."""

    def __init__(self, life: Life, station: Station) -> None:
        self._life = life
        self._heated = {
            name: Body(spec.copper, spec.gas_leaves or math.inf).light_and_heavy()
            for name, spec in station.heated.items()
        }
        self._balances: dict[str, tuple[Balance, ...]] = {}
        self._numbers: dict[str, float] = {}
        self._vaporizer: deque[float] = deque(maxlen=SLOPE + 1)
        self._instant: Instant | None = None

    def take(self, instant: Instant) -> None:
        """Read everything once."""
        scattered = self._life.scattered
        vaporizer = scattered(instant.vaporizer, 0.002, 1e-4)
        self._vaporizer.append(vaporizer)
        slope = 60.0 / SLOPE * (vaporizer - self._vaporizer[0]) if len(self._vaporizer) > SLOPE else 0.0
        self._instant = instant
        self._numbers = {
            "VAP:TEMP": vaporizer, "SAMPLE:TEMP": scattered(instant.sample, 0.005, 1e-4),
            "VAP:RATE": slope if vaporizer >= FAR else 0.0, "FLOW": max(0.0, scattered(instant.flow, 0.02, 0.005)),
            "DEWAR:LEVEL": instant.level, "DEWAR:PRESSURE": instant.dewar, "TUBE:PRESSURE": instant.tube,
        }  # fmt: skip
        self._balance(instant)

    def _balance(self, instant: Instant) -> None:
        """Bring the balances of heat up to date, the vaporizer's first."""
        carried, beside = (0.0, 0.0), 0.0
        numbers = self._numbers
        for name, thermometer, watt in zip(("LOOP1", "LOOP2"), ("VAP", "SAMPLE"), instant.watts, strict=True):
            kelvin = numbers[f"{thermometer}:TEMP"]
            before = self._balances.get(name, (Balance(kelvin), Balance(kelvin)))
            flow = SLPM * numbers["FLOW"]
            light, heavy = (
                step(body, balance, kelvin, Interval(1.0, watt, flow, instant.heating, joule, beside))
                for body, balance, joule in zip(self._heated[name], before, carried, strict=True)
            )
            carried, beside = (light.passed - before[0].passed, heavy.passed - before[1].passed), kelvin
            self._balances[name] = (light, heavy)
            numbers[f"{name}:UNANSWERED"] = min(light.left, heavy.left)

    def heard(self, spec: Interlock) -> Iterator[Heard]:
        """Yield what an interlock hears now, if it hears anything."""
        instant = self._instant
        assert instant is not None
        when = instant.time - instant.late
        unplugged = spec.input.startswith("SAMPLE:") and not instant.sample_plugged
        if spec.input in HEALTHY:
            yield Heard(HEALTHY[spec.input], when)
        elif spec.input.endswith(":STATUS"):
            yield Heard("Over range" if unplugged else "OK", when)
        elif unplugged:
            yield Heard(self._numbers[spec.input], -math.inf, danger="Over range" if spec.above is not None else "")
        elif spec.input in self._numbers:
            yield Heard(self._numbers[spec.input], when)
