"""What to archive and how: method, period, and the deadband the IOC itself applies.

A reading is archived by MONITOR: the IOC sends each value beyond ADEL, and the period is the shortest time between
two of them.  A setting is sent when it changes.  What moves all the time but is only looked at in hours is sampled
(SCAN).  Wishes (``X:SP``) are left out, their truth ``X`` is archived; so are commands and long texts.
"""

from __future__ import annotations

from dataclasses import dataclass

from cryoioc.pvs.desk import Desk, Entry
from cryoioc.records.declaration import LONG_STRINGS

SLOW = 1.0  # s, between two changes of what is not polled fast
HEADER = """\
# Generated from the declarations of the PVs: cryoioc describe STATION.toml --as archive
#
# PV, method, period in s; after a #: deadband of archive monitors (ADEL), which the IOC applies.
# MONITOR: each change beyond the deadband; in the long run not more than one in a period.  SCAN: one in a period.
"""


@dataclass(frozen=True)
class Sampling:
    """How one PV is archived."""

    method: str  # MONITOR or SCAN
    period: float  # s


def sampling(desk: Desk, entry: Entry) -> Sampling | None:
    """Return how a PV is archived; None if it is not."""
    record, sampled = entry.record, entry.about.sampled
    if record.accepts_puts or record.kind in LONG_STRINGS or sampled == 0:
        return None
    if sampled is not None:
        return Sampling("SCAN", sampled)
    setting = f"{record.name}:SP" in desk.entries
    return Sampling("MONITOR", SLOW if setting or not entry.every else min(entry.every, SLOW))


def as_archive(desk: Desk, prefix: str) -> str:
    """Return the archive list as text."""
    lines = [HEADER]
    for name, entry in desk.entries.items():
        how = sampling(desk, entry)
        if how is not None:
            line = f"{prefix}{name} {how.method} {how.period:g}"
            adel = f"  # ADEL {entry.record.adel:g} {entry.record.unit}" if entry.record.adel else ""
            lines.append(line + adel)
    return "\n".join(lines)
