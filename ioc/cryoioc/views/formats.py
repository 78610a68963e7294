"""All forms in which ``cryoioc describe --as`` prints a station."""

from __future__ import annotations

from collections.abc import Callable

from cryoioc.pvs.desk import Desk
from cryoioc.views.alarms import as_alarms
from cryoioc.views.archive import as_archive
from cryoioc.views.db import as_db
from cryoioc.views.dbl import as_dbl
from cryoioc.views.describe import as_json, as_table
from cryoioc.views.reference import as_reference
from cryoioc.views.saveset import as_saveset

FORMATS: dict[str, Callable[[Desk, str], str]] = {
    "table": as_table,
    "json": as_json,
    "db": as_db,
    "dbl": as_dbl,
    "alarms": as_alarms,
    "archive": as_archive,
    "saveset": as_saveset,
    "reference": as_reference,
}
