"""The insulating vacuum where another IOC has its gauges: one pressure, only read, with its age."""

from __future__ import annotations

from cryoioc.pvs import alerts
from cryoioc.pvs.desk import Desk, Group
from cryoioc.pvs.device import Device
from cryoioc.pvs.elsewhere import OtherIocs
from cryoioc.pvs.rig_quantity import RigQuantity
from cryoioc.station_rig import ELSEWHERE
from cryoioc.station_vacuum import Vacuum

MAX_AGE = 1.0  # h; it counts as long as its server answers, which is far less without an answer


class _Pressure(RigQuantity):
    """A pressure; what a controller puts in its place where there is none is not above 0 (bias-flow-vacuum.md 4.1)."""

    def take(self, value: float, when: float, word: str = "OK", severity: str = "NO_ALARM") -> None:
        """Take a pressure, [mbar], that was known at clock time ``when``, [s]."""
        if value > 0.0:
            super().take(value, when, word, severity)
        else:
            self.lose("No reading", "READ")


class VacuumElsewhere(Group):
    """``VAC``, ``VAC:AGE`` and ``VAC:STATUS``."""

    def __init__(self, desk: Desk, spec: Vacuum, others: OtherIocs) -> None:
        super().__init__(desk, "VAC")
        self.devices: tuple[Device, ...] = ()
        self.pressure = _Pressure(
            self, "", max_age=MAX_AGE, alert=alerts.VACUUM_ELSEWHERE, wire={}, unit="mbar", precision=9,
            doc="Insulating vacuum, of another IOC", high_alarm=spec.high_alarm, hihi=spec.hihi_alarm)  # fmt: skip
        self.pressure.lose("No reading", "LINK")
        others.add(spec.source.removeprefix(ELSEWHERE), self.pressure, "mbar", "VAC")

    def tick(self) -> None:
        """Bring the age up to date; called about once a second."""
        self.pressure.tick()
