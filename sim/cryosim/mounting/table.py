"""Every model that the twin has, by its name in the station file."""

from __future__ import annotations

from collections.abc import Mapping

from cryosim.mounting import alicat, lakeshore
from cryosim.mounting.rack import Mounting

MOUNTINGS: Mapping[str, Mounting] = {
    "lakeshore335": lakeshore.MOUNTING,
    "lakeshore336": lakeshore.MOUNTING,
    "lakeshore350": lakeshore.MOUNTING,
    "alicat": alicat.MOUNTING,
}
