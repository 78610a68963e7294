"""Heat loads of the two stages of a cooler, from its capacity map: ``STAGE1:LOAD``, ``STAGE2:LOAD``.

What a stage takes is its load only while its temperature stays: else part of it goes into, or comes out of, its
mass.  So the loads are INVALID until the temperatures have been steady for a while, and ``:STATUS`` says why.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from cryoioc.cooler_map import CoolerMap, StageMap, capacity
from cryoioc.pvs.desk import Group
from cryoioc.pvs.device import Device
from cryoioc.pvs.rate import Rate
from cryoioc.pvs.thermometer import ThermometerGroup
from cryoioc.records import Record
from cryoioc.station_cooler import Cooler

WINDOW = 600.0  # s over which the change is taken, and half of which must have been seen
STATUS = ("OK", "Not steady", "Outside map", "Compressor off", "No reading", "Compressor unknown")


class Stage:
    """One stage: its PVs beside those of its thermometer, and how fast it changes."""

    def __init__(self, thermometer: ThermometerGroup, part: StageMap) -> None:
        self.thermometer, self.part = thermometer, part
        self._rate = Rate(WINDOW)
        self._since: float | None = None  # s, first of the readings without a gap
        pv = partial(Group.pv, thermometer)
        self.load = thermometer.declare(
            Record(name=pv("LOAD"), kind="ai", unit="W", precision=2, doc="Heat load, from the capacity map", adel=0.02)
        )
        self.status = thermometer.declare(
            Record(name=pv("LOAD:STATUS"), kind="mbbi", states=STATUS, doc="What the heat load rests on")
        )
        thermometer.reading.watch(self._good, self._bad)

    def _good(self, kelvin: float) -> None:
        now = self.thermometer.clock.now()
        self._since = now if self._since is None else self._since
        self._rate.add(now, kelvin)

    def _bad(self, status: str) -> None:
        self._since = None
        self._rate.clear()

    def steady(self, most: float) -> bool:
        """Say whether it has changed by no more than ``most``, [K/min], for long enough."""
        slope, now = self._rate.per_minute(), self.thermometer.clock.now()
        seen = self._since is not None and now - self._since >= WINDOW / 2.0
        return seen and slope is not None and abs(slope) <= most


class CoolerLoads:
    """The loads of both stages.

    Parameters
    ----------
    spec : Cooler
    its_map : CoolerMap
    first, second : ThermometerGroup
        Thermometers of the stages.
    running : callable or None
        Whether the compressor runs, None where that is not known; no callable where the station does not tell.
    """

    def __init__(self, spec: Cooler, its_map: CoolerMap, first: ThermometerGroup, second: ThermometerGroup,
                 running: Callable[[], bool | None] | None) -> None:  # fmt: skip
        self.spec, self.running = spec, running
        self.share = spec.mains / its_map.mains
        self.stages = (Stage(first, its_map.first), Stage(second, its_map.second))
        self.devices: tuple[Device, ...] = tuple(dict.fromkeys((first.device, second.device)))

    def tick(self) -> None:
        """Bring the loads up to date; called about once a second."""
        known = [stage.thermometer.reading.kelvin for stage in self.stages]
        for stage, own, other in zip(self.stages, known, reversed(known), strict=True):
            word, watt = self._judge(stage, own, other)
            stage.status.post(word)
            if watt is None:
                stage.load.invalidate("CALC")
            else:
                stage.load.post(watt)

    def _judge(self, stage: Stage, own: float | None, other: float | None) -> tuple[str, float | None]:
        if own is None or other is None:
            return "No reading", None
        runs = self.running() if self.running is not None else True
        if not runs:
            return "Compressor off" if runs is False else "Compressor unknown", None
        if not all(one.steady(self.spec.steady) for one in self.stages):
            return "Not steady", None
        watt = capacity(stage.part, own, other, self.share)
        return ("Outside map", None) if watt is None else ("OK", watt)
