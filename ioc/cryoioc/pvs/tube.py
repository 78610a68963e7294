"""The sample tube: its pressure."""

from __future__ import annotations

from cryoioc.pvs import alerts
from cryoioc.pvs.desk import Desk, Group
from cryoioc.pvs.rig_sources import Sources
from cryoioc.station_rig import Tube


class TubeGroup(Group):
    """``TUBE:PRESSURE`` and its companions."""

    def __init__(self, desk: Desk, spec: Tube, sources: Sources) -> None:
        super().__init__(desk, "TUBE", needs=sources.instrument(spec.pressure))
        self.devices = sources.behind(spec.pressure)
        self.pressure = None
        if spec.pressure is not None:
            self.pressure = sources.quantity(
                self, "PRESSURE", spec.pressure, alerts.TUBE_PRESSURE, (0.0, 20000.0), unit="mbar", precision=1,
                doc="Sample tube, absolute", adel=0.5)  # fmt: skip

    def tick(self) -> None:
        """Bring the age up to date; called about once a second."""
        if self.pressure is not None:
            self.pressure.tick()
