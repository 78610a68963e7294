"""What a station serves, as its declarations say: for the tests of the PV contract."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from cryoioc.clock import Clock
from cryoioc.ioc import Ioc
from cryoioc.pvs.desk import Desk
from cryoioc.station import Station, load
from cryoioc.views import describe

from .laboratory import STVP

KEYS = {
    "pv", "record", "unit", "precision", "writable", "enum", "low", "high", "doc", "instrument", "query", "set",
}  # fmt: skip


@dataclass(frozen=True)
class Served:
    """One station."""

    path: Path

    @cached_property
    def station(self) -> Station:
        """What its file says."""
        return load(self.path)

    @cached_property
    def desk(self) -> Desk:
        """Its declarations; nothing may be posted there."""
        return self.fresh()

    @cached_property
    def rows(self) -> dict[str, dict[str, Any]]:
        """Rows of ``cryoioc describe --as json`` by name without prefix."""
        prefix = self.station.prefix
        return {row["pv"].removeprefix(prefix): row for row in describe.rows(self.desk, prefix)}

    def fresh(self) -> Desk:
        """Return declarations of its own, to post to."""
        return Ioc(self.station, Clock()).desk


STVP_SERVED = Served(STVP)
CRX_SERVED = Served(STVP.with_name("crx.toml"))
BOTH = {"stvp": STVP_SERVED, "crx": CRX_SERVED}
