"""What surrounds a running IOC: where it keeps its state, and the supervisor that watches it."""

from __future__ import annotations

import os
import time
from pathlib import Path

from cryoioc.putlog import PutLog
from cryoioc.station import Station

PUT_LOG = "puts.jsonl"  # in the state folder
MEGABYTE = 1e6


def state_folder(station: Station) -> Path | None:
    """Return the folder for what survives a restart; None if there is none.

    That of the station file, else the one systemd gives a unit with ``StateDirectory=``.
    """
    if station.state_dir:
        return station.path.parent / station.state_dir
    given = os.environ.get("STATE_DIRECTORY", "").split(":")[0]
    return Path(given) if given else None


def put_log_of(station: Station, folder: Path | None) -> PutLog | None:
    """Return the put log of a station; None if it names none and there is no state folder."""
    ca = station.ca
    if not ca.put_log and folder is None:
        return None
    path = station.path.parent / ca.put_log if ca.put_log or folder is None else folder / PUT_LOG
    return PutLog(path, int(ca.put_log_size * MEGABYTE), ca.put_log_files, time.time)
