"""How long a change at a supply may go unread: from the poll plan of its line, which ``cryoioc check`` prints."""

from __future__ import annotations

from cryoioc.ioc import Ioc


def one_poll(ioc: Ioc, instrument: str) -> float:
    """Return the longest time between two readings of what is read most often of an instrument, [s]."""
    return min(ioc.plans()[instrument].table(), key=lambda row: row.every).worst
