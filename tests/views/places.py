"""Where the station files and the files generated from them are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
DB = HERE.parents[1] / "db"
SUFFIXES = {"db": "db", "dbl": "dbl", "alarms": "alarms.xml", "archive": "archive", "saveset": "saveset.csv"}


@dataclass(frozen=True)
class Place:
    """One station: its file, and what is generated from it."""

    name: str

    @property
    def station(self) -> Path:
        """The station file."""
        return DB / f"{self.name}.toml"

    @property
    def prefix(self) -> str:
        """What all its PVs begin with."""
        return f"{self.name.upper()}:"

    def committed(self, form: str) -> Path:
        """The committed file of a format."""
        return DB / self.name / f"{self.name}.{SUFFIXES[form]}"
