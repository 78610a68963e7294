"""``[heated.NAME]`` of the station file: what the heater of a loop warms, for the balance of its heat."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryoioc.toml_tables import Reader, key


@dataclass(frozen=True, kw_only=True)
class Heated:
    """What the heater of the loop of this name warms; its heat must show in its thermometer or in the helium."""

    name: str
    thermometer: str = key("the thermometer on it")
    copper: float = key("its mass as copper, kg, known to 20 %", low=1e-3, high=100.0)
    gas_leaves: float = key("highest temperature at which the helium leaves it, K; 0: as warm as it is", 0.0, low=0.0,
                            high=500.0)  # fmt: skip
    behind: str = key("loop whose heated body the helium has passed before; empty: none", "")


def check_heated(reader: Reader, parts: Mapping[str, Any]) -> None:
    """Check that loops and thermometers exist, and what stands behind what."""
    tables = parts["heated"]
    for name, spec in tables.items():
        where = f"heated.{name}"
        if name not in parts["loops"]:
            reader.complain(where, f"no [loop.{name}] in this file")
        if spec is None:
            continue
        if spec.thermometer not in parts["thermometers"]:
            reader.complain(f"{where}.thermometer", f"no [thermometer.{spec.thermometer}] in this file")
        if spec.behind and (spec.behind not in tables or spec.behind == name):
            reader.complain(f"{where}.behind", f"expected another [heated.NAME] of this file, found {spec.behind!r}")
        elif spec.behind and getattr(tables[spec.behind], "behind", ""):
            reader.complain(f"{where}.behind", f"{spec.behind} is itself behind another one, expected two in a row")
