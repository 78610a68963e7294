"""The STVP with its interlocks disabled: what befalls cryostat and lines when nothing holds them up."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from cryoioc.station import Station, load

STVP = Path(__file__).parents[1] / "db" / "stvp.toml"


def unguarded(**sim: Any) -> Station:
    """Return the station, with another beginning of its twin (``[sim]``); none of its ports is to be opened."""
    station = load(STVP)
    interlocks = {name: replace(one, enabled=False) for name, one in station.interlocks.items()}
    return replace(station, state_dir="", interlocks=interlocks, sim=replace(station.sim, **sim))
