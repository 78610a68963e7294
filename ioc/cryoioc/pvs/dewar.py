"""The storage dewar: level and its age, pressure, and how long the helium lasts."""

from __future__ import annotations

from typing import Any

from cryoioc.pvs import alerts
from cryoioc.pvs.about import About
from cryoioc.pvs.desk import Desk, Group
from cryoioc.pvs.flow import FlowGroup
from cryoioc.pvs.hold import LevelFall, fall_from_flow, hours_left
from cryoioc.pvs.level_meter import LEVEL_METERS, LevelMeter
from cryoioc.pvs.rig_sources import Sources
from cryoioc.records import Record
from cryoioc.station_rig import Dewar, Quantity

BY = ("Not known", "Flow", "Level fall")


class DewarGroup(Group):
    """``DEWAR:LEVEL``, ``:PRESSURE``, ``:HOLD`` and their companions; what the station file names of them."""

    def __init__(self, desk: Desk, spec: Dewar, sources: Sources, flow: FlowGroup | None) -> None:
        super().__init__(desk, "DEWAR", needs=sources.instrument(spec.level or spec.pressure))
        self.spec, self.flow = spec, flow
        self.devices = sources.behind(spec.level, spec.pressure)
        self.fall = LevelFall()
        self.meter: LevelMeter | None = None
        self.level = self._level(spec.level, sources) if spec.level is not None else None
        self.pressure = None
        if spec.pressure is not None:
            self.pressure = sources.quantity(
                self, "PRESSURE", spec.pressure, alerts.DEWAR_PRESSURE, (-1013.0, 20000.0), unit="mbar", precision=1,
                doc="Dewar, above the atmosphere", adel=0.5)  # fmt: skip
        if self.level is not None:
            self._declare_hold()

    def _level(self, spec: Quantity, sources: Sources) -> Any:
        quantity = sources.declare(self, "LEVEL", spec, alerts.DEWAR_LEVEL, unit="%", precision=1,
                                   doc="Helium in the dewar", adel=0.05)  # fmt: skip
        kind = LEVEL_METERS.get(sources.model(spec))
        if kind is None:
            sources.connect(quantity, spec, (0.0, 100.0))
            return quantity
        interval = self.declare(
            Record(name="DEWAR:LEVEL:INTERVAL", kind="ai", unit="min", precision=2, doc="Between two samples"),
            instrument=spec.source,
        )
        self.meter = kind(quantity, interval, sources.devices[spec.source], spec)
        self.meter.on_measured = self.fall.add
        self.command("LEVEL:MEASURE", "Measure now; boils some helium", self.meter.measure, instrument=spec.source)
        return quantity

    def _declare_hold(self) -> None:
        about = About(alert=alerts.DEWAR_HOLD, sampled=60.0)
        low = self.spec.hold_alarm
        self.hold = self.declare(
            Record(name="DEWAR:HOLD", kind="ai", unit="h", precision=1, doc="Until the dewar is empty", low_alarm=low),
            about=about,
        )
        self.hold_by = self.declare(
            Record(name="DEWAR:HOLD:BY", kind="mbbi", states=BY, doc="What HOLD is reckoned from")
        )

    def tick(self) -> None:
        """Bring ages and the time it lasts up to date; called about once a second."""
        for quantity in filter(None, (self.level, self.pressure)):
            quantity.tick()
        if self.level is not None:
            self._reckon()

    def _reckon(self) -> None:
        """Take the shorter of what level and flow say: who plans by it must not run dry."""
        assert self.level is not None
        falls = {"Level fall": self.fall.per_hour(), "Flow": self._flow_fall()}
        known = {by: fall for by, fall in falls.items() if fall is not None}
        if self.level.value is None or not known:
            self.hold.invalidate("CALC")
            self.hold_by.post("Not known")
            return
        by = max(known, key=lambda one: known[one])
        self.hold.post(hours_left(self.level.value, self.spec.empty, known[by]))
        self.hold_by.post(by)

    def _flow_fall(self) -> float | None:
        if self.flow is None or not self.spec.litres or not self.flow.liquid.valid:
            return None
        return fall_from_flow(float(self.flow.liquid.value), self.spec.loss, self.spec.litres)
