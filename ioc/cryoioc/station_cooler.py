"""``[cooler]`` of the station file: from whose capacity map the heat loads of the two stages are read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryoioc.toml_tables import Reader, key

TABLE = "cooler"


@dataclass(frozen=True, kw_only=True)
class Cooler:
    """A two-stage closed-cycle cooler; in steady state it takes from its stages what they are loaded with."""

    first: str = key("thermometer of the first stage")
    second: str = key("thermometer of the second stage")
    map: str = key("its capacity map: a delivered one by name, or a file beside this one", "cti-350")
    mains: float = key("mains of its compressor, Hz", 50.0, low=40.0, high=70.0)
    steady: float = key("change of a stage up to which its state is steady, K/min", 0.02, low=1e-4, high=10.0)


def check_cooler(reader: Reader, parts: Mapping[str, Any]) -> None:
    """Check that both stages have a thermometer each."""
    cooler = parts.get(TABLE)
    if cooler is None:
        return
    for one in ("first", "second"):
        if (name := getattr(cooler, one)) not in parts["thermometers"]:
            reader.complain(f"{TABLE}.{one}", f"no [thermometer.{name}] in this file")
    if cooler.first == cooler.second:
        reader.complain(f"{TABLE}.second", f"{cooler.second} is the first stage's already")
