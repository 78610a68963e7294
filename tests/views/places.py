"""Where the station file and the files generated from it are."""

from __future__ import annotations

from pathlib import Path

HERE = Path(__file__).parent
DB = HERE.parents[1] / "db"
STATION = DB / "stvp.toml"
PREFIX = "STVP:"
COMMITTED = {
    "db": "stvp.db",
    "dbl": "stvp.dbl",
    "alarms": "stvp.alarms.xml",
    "archive": "stvp.archive",
    "saveset": "stvp.saveset.csv",
}
