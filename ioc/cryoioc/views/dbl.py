"""The plain list of names, as ``dbl`` of EPICS base prints it: for channel finders and for tests of panels."""

from __future__ import annotations

from cryoioc.pvs.desk import Desk


def as_dbl(desk: Desk, prefix: str) -> str:
    """Return every name one by line, aliases included, records in the order of declaration."""
    return "\n".join(prefix + name for name in (*desk.entries, *desk.aliases))
