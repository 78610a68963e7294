"""The settings that may be saved and restored, as a configuration that Phoebus' save & restore imports.

A configuration has exactly the columns PV, READBACK, READ_ONLY (``CSVImporter.java`` takes at most five for one; the
eleven columns with values are those of a snapshot, which only a running station can give).
"""

from __future__ import annotations

from cryoioc.pvs.desk import Desk, Entry

HEADER = """\
# SaveSet name:
# {name}
# Description:
# Settings of {name} that may be restored: no heater ranges, manual outputs, autotune, relay modes or commands.
# Generated from the declarations of the PVs: cryoioc describe STATION.toml --as saveset
PV,READBACK,READ_ONLY"""


def restorable(entry: Entry) -> bool:
    """Say whether a PV is a wish that may be restored."""
    return entry.record.writable and not entry.record.command and entry.about.restorable


def as_saveset(desk: Desk, prefix: str) -> str:
    """Return the configuration as CSV text."""
    lines = [HEADER.format(name=prefix.rstrip(":"))]
    for name, entry in desk.entries.items():
        if restorable(entry):
            lines.append(f"{prefix}{name},{prefix}{desk.aliases[f'{name}:RBV']},0")
    return "\n".join(lines)
