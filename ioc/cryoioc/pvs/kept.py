"""What survives a restart, as PVs: fields put at run time are kept and restored, and it is told how that goes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from cryoioc.clock import Clock
from cryoioc.errors import Refused
from cryoioc.pvs import alerts
from cryoioc.pvs.about import About
from cryoioc.pvs.desk import LONG, Desk, Group
from cryoioc.pvs.hours import Hours
from cryoioc.pvs.saved import EVERY, Saved, Value
from cryoioc.records import Record
from cryoioc.records.dbr import Elements
from cryoioc.records.field import Field
from cryoioc.records.fields import get_field, rows_of
from cryoioc.records.menus import STATE_SEVERITIES

# Settings of a record.  What would process it, simulate or scan it is none, nor what it is called by.
KEPT = {
    "DESC", "EGU", "PREC", "HOPR", "LOPR", "HIHI", "HIGH", "LOW", "LOLO", "HHSV", "HSV", "LSV", "LLSV", "HYST", "MDEL",
    "ADEL", "DRVH", "DRVL", "DISP", "ASG", "ZSV", "OSV", "COSV", "UNSV", *STATE_SEVERITIES,
}  # fmt: skip
STATES = ("None", "OK", "Dropped", "Set aside", "Failing", "Late")
LATE = "the disk is slow: a kill now loses more than a second"


class Kept:
    """Keeps the fields of a station's records, and shows what has become of the file.

    Parameters
    ----------
    station : Group
        The station's own group.
    """

    def __init__(self, station: Group, desk: Desk, saved: Saved) -> None:
        self._desk, self._saved = desk, saved
        self._declared: dict[str, Value] = {}  # by NAME.FIELD
        self._state = station.declare(
            Record(name="IOC:STATE", kind="mbbi", states=STATES, doc="What survives a restart", initial="None",
                   severities={"Dropped": "MINOR", "Late": "MINOR", "Set aside": "MAJOR", "Failing": "MAJOR"}),
            about=About(alert=alerts.STATE),
        )  # fmt: skip
        self._why = station.declare(
            Record(name="IOC:STATE:WHY", kind="charin", length=LONG, doc="Why IOC:STATE is not OK", initial="")
        )

    def restore(self) -> None:
        """Put every saved field to its record, once all are declared; nothing goes to an instrument."""
        if self._saved.folder is None:
            return  # nothing is kept
        for channel in self._desk.channels.values():
            for name, row in rows_of(channel).items():
                if name in KEPT:
                    declared = Field(channel, name, row)
                    self._declared[declared.name] = declared.value()
        for name, (value, then) in self._saved.fields().items():
            field = self._field(name)
            if field is None or then is None:
                continue  # of a PV the station file does not have now; it may come back
            if self._saved.setting(name, self._declared[name]) is None:
                continue
            try:
                field.write(cast(Elements, (value,)))
            except Refused as error:
                self._saved.drop(name, str(error))

    def _field(self, name: str) -> Field | None:
        record, _, field = name.partition(".")
        channel = self._desk.channels.get(record)
        source = get_field(channel, field) if channel is not None and field in KEPT else None
        return source if isinstance(source, Field) else None

    def note(self, field: Field) -> None:
        """Keep a field that a client has put; one that is again as declared need not be."""
        declared = self._declared.get(field.name)
        if declared is not None:
            value = field.value()
            self._saved.put(field.name, None if value == declared else value, declared)

    def tick(self) -> None:
        """Show what has become of the file; called whenever it is written."""
        saved = self._saved
        if saved.folder is None:
            return
        found = [(state, why) for state, why in (
            ("Failing", saved.failing), ("Set aside", saved.aside), ("Late", LATE if saved.late else ""),
            ("Dropped", "; ".join(saved.dropped)),
        ) if why]  # fmt: skip
        why = "; ".join(why for _, why in found)
        self._state.post(found[0][0] if found else "OK")
        self._why.post(why.encode("ascii", "replace").decode()[: LONG - 1])

    async def run(self, hours: Sequence[Hours]) -> None:
        """Count hours and write everything down, often enough that a kill loses less than a second, until cancelled."""
        clock = Clock()  # the disk's time is real, however fast the station's clock runs
        due = clock.now()
        while True:
            for one in hours:
                one.tick()
            self._saved.flush()
            self.tick()
            due += EVERY
            await clock.sleep_until(due)
