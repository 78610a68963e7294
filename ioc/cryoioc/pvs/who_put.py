"""Who may put and who did: PVs of the access rules and of the put log."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from cryoioc.access.guard import AccessGuard
from cryoioc.access.rules import Rules
from cryoioc.errors import Refused, StationError
from cryoioc.putlog import PutLog, sentence
from cryoioc.pvs import alerts
from cryoioc.pvs.about import About
from cryoioc.pvs.desk import LONG, Group
from cryoioc.records import Record, Report

HEALTH = About(sampled=60.0)


class WhoPut:
    """PVs about puts, below ``IOC:``.

    Parameters
    ----------
    station : Group
        The station's own group.
    guard : AccessGuard
        Whose rules ``IOC:READACF`` replaces.
    read : callable
        Returns the rules of the station's access file as it is now; it may wait for a name server.
    log : PutLog, optional
        Where puts are written down.
    """

    def __init__(
        self, station: Group, guard: AccessGuard, read: Callable[[], Rules], log: PutLog | None = None
    ) -> None:
        self.log = log
        self._guard, self._read = guard, read
        self._last = station.declare(
            Record(name="IOC:PUT_LAST", kind="charin", length=LONG, doc="Last put of a client", initial="")
        )
        counts = (("CNT", "Puts of clients"), ("REF_CNT", "Puts refused"), ("LOST_CNT", "Puts not written to the log"))
        self._count, self._refused, self._lost = (
            station.declare(Record(name=f"IOC:PUT_{name}", kind="longin", doc=doc, initial=0), about=HEALTH)
            for name, doc in counts
        )
        self._log_state = station.declare(
            Record(name="IOC:PUT_LOG", kind="mbbi", states=("None", "OK", "Failing"), severities={"Failing": "MAJOR"},
                   doc="Put log", initial="None"),
            about=About(alert=alerts.PUT_LOG),
        )  # fmt: skip
        station.command("IOC:READACF", "Read the access file again", self._reread)

    async def _reread(self) -> None:
        """Apply the access file as it is now; one with a mistake changes nothing."""
        try:
            rules = await asyncio.to_thread(self._read)
        except StationError as error:
            raise Refused(error.lines[0]) from error
        self._guard.replace(rules)

    def note(self, report: Report) -> None:
        """Count a put, show it and write it down."""
        self._last.post(sentence(report).encode("ascii", "replace").decode()[: LONG - 1], force=True)
        self._count.post(int(self._count.value) + 1)
        if report.refusal is not None:
            self._refused.post(int(self._refused.value) + 1)
        if self.log is not None:
            self.log.note(report)

    def tick(self) -> None:
        """Show what has become of the log; called about once a second."""
        if self.log is None:
            return
        if self.log.failing:
            self._log_state.post("Failing", status="STATE", severity="MAJOR", message=self.log.failing[:39])
        else:
            self._log_state.post("OK")
        self._lost.post(self.log.lost)
