"""The insulating vacuum: one pressure out of a Pirani and a cold cathode, and the high voltage of the latter.

Limits and blending: bias-flow-vacuum.md 4.2.  Nothing here ever switches a cold cathode on by itself.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from cryoioc.devices import gauges
from cryoioc.pvs import alerts
from cryoioc.pvs.about import About
from cryoioc.pvs.cold_cathode import ColdCathode
from cryoioc.pvs.desk import Desk, Group
from cryoioc.pvs.device import Device
from cryoioc.pvs.vacuum_gauge import VacuumGauge
from cryoioc.records import Record
from cryoioc.station_vacuum import Vacuum

COLD_ALONE, PIRANI_ALONE = 5e-4, 2e-3  # mbar, below and above which one of them counts alone


def combined(pirani: float | None, cold: float | None) -> float | None:
    """Return one pressure out of two, [mbar]; None where neither is known.

    A cold cathode goes out at high pressure and then reads next to nothing: the Pirani overrules it there.

    >>> combined(8e-4, 1e-6), combined(900.0, 1e-9), combined(8e-4, None)
    (1e-06, 900.0, 0.0008)
    >>> round(combined(1.2e-3, 1e-3), 6)
    0.001095
    """
    if cold is None or pirani is None:
        return pirani if cold is None else cold
    if max(pirani, cold) > PIRANI_ALONE:
        return pirani
    if cold < COLD_ALONE:
        return cold
    share = math.log(cold / COLD_ALONE) / math.log(PIRANI_ALONE / COLD_ALONE)
    return math.exp((1.0 - share) * math.log(cold) + share * math.log(pirani))


STATUS = ("Cold cathode", "Pirani", "Both", "At most", "At least", "No reading")
BOUNDS = {gauges.UNDER: "At most", gauges.OVER: "At least"}


def taken_from(mbar: float | None, pirani: float | None, pirani_state: str, cold: float | None) -> str:
    """Return in a word of ``STATUS`` what a combined pressure, [mbar], is; the others as for :func:`combined`.

    >>> taken_from(8e-4, 8e-4, gauges.UNDER, None), taken_from(1e-6, 8e-4, gauges.UNDER, 1e-6)
    ('At most', 'Cold cathode')
    >>> taken_from(1.1e-3, 1.2e-3, gauges.OK, 1e-3), taken_from(None, None, gauges.OFF, None)
    ('Both', 'No reading')
    """
    if mbar is None:
        return "No reading"
    if mbar == pirani:
        return BOUNDS.get(pirani_state, "Pirani")
    return "Cold cathode" if mbar == cold else "Both"


class VacuumGroup(Group):
    """``VAC``, ``VAC:PIRANI``, ``VAC:CC`` and their companions; what the station file names of them."""

    def __init__(self, desk: Desk, spec: Vacuum, devices: Mapping[str, Device]) -> None:
        assert spec.pirani is not None
        device = devices[spec.pirani.instrument]
        super().__init__(desk, "VAC", needs=device.name)
        self.pressure = self.declare(
            Record(name="VAC", kind="ai", unit="mbar", precision=9, doc="Insulating vacuum, for nitrogen",
                   high_alarm=spec.high_alarm, hihi=spec.hihi_alarm),
            about=About(alert=alerts.VACUUM))  # fmt: skip
        self.status = self.declare(
            Record(name="VAC:STATUS", kind="mbbi", states=STATUS, doc="Whose pressure it is, or a bound")
        )
        bounds = {gauges.UNDER: spec.pirani_low, gauges.OVER: spec.pirani_high}
        self.pirani = VacuumGauge(self, "PIRANI", spec.pirani, device, bounds=bounds,
                                  calm=(gauges.UNDER, gauges.OVER), changed=self._changed)  # fmt: skip
        self.cold: ColdCathode | None = None
        if spec.cold_cathode is not None:
            self.cold = ColdCathode(self, spec, devices[spec.cold_cathode.instrument], self.pirani, self._changed)
        behind = {device.name: device} | ({self.cold.device.name: self.cold.device} if self.cold is not None else {})
        self.devices = tuple(behind.values())

    def _changed(self) -> None:
        cold = self.cold.gauge.mbar if self.cold is not None else None
        mbar = combined(self.pirani.mbar, cold)
        self.status.post(taken_from(mbar, self.pirani.mbar, self.pirani.state, cold))
        if mbar is None:
            self.pressure.invalidate("READ")
        else:
            self.pressure.post(mbar)
        if self.cold is not None:
            self.cold.judge()

    def tick(self) -> None:
        """Judge whether the cold cathode may stay on; called about once a second."""
        if self.cold is not None:
            self.cold.judge()
