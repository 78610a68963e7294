"""The capacity map of a two-stage cooler: what each stage takes at the temperatures of both.

In steady state that is the heat load of the stage, which nobody can measure otherwise.  Maps are data:
``calibrations/coolers/``, or a file of the same form beside the station file.
"""

from __future__ import annotations

import itertools
import math
import tomllib
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from cryoioc.errors import StationError

STAGES = ("first", "second")
NUMBERS = ("at", "coupling", "until")  # of a stage


@dataclass(frozen=True, kw_only=True)
class StageMap:
    """One stage: temperature, [K], to capacity, [W], and how the other stage changes it."""

    kelvin: tuple[float, ...]
    watt: tuple[float, ...]
    at: float  # K of the other stage at which it is stated
    coupling: float  # 1/K
    until: float  # K of the other stage beyond which it changes no more


@dataclass(frozen=True, kw_only=True)
class CoolerMap:
    """Both stages, and the mains frequency at which they are stated, [Hz]."""

    model: str
    mains: float
    first: StageMap
    second: StageMap


def capacity(stage: StageMap, own: float, other: float, share: float) -> float | None:
    """Return what a stage takes, [W]; None outside its map.

    Parameters
    ----------
    stage : StageMap
        One of the two stages.
    own, other : float
        Temperatures of this stage and of the other one, [K].
    share : float
        Mains frequency over that of the map, [-].

    Examples
    --------
    >>> cti = load_map("cti-350", Path())
    >>> capacity(cti.first, 90.0, 19.0, 1.0), capacity(cti.second, 19.0, 90.0, 1.0)
    (19.0, 4.0)
    >>> round(capacity(cti.second, 20.0, 90.0, 60.0 / 50.0), 2), capacity(cti.second, 10.0, 90.0, 1.0)
    (5.28, None)

    Notes
    -----
    Source: physics.md 7.
    """
    if not stage.kelvin[0] <= own <= stage.kelvin[-1]:
        return None
    k = min(bisect_right(stage.kelvin, own), len(stage.kelvin) - 1)
    (t0, t1), (q0, q1) = stage.kelvin[k - 1 : k + 1], stage.watt[k - 1 : k + 1]
    alone = q0 + (q1 - q0) * (own - t0) / (t1 - t0)
    return share * alone * max(0.0, 1.0 + stage.coupling * (min(other, stage.until) - stage.at))


def load_map(name: str, folder: Path) -> CoolerMap:
    """Return a delivered map by its name, or that of a ``.toml`` file in ``folder``.

    Raises
    ------
    StationError
        There is no such map, or something in it is wrong.
    """
    file: Traversable = folder / name
    if not name.endswith(".toml"):
        delivered = resources.files("cryoioc.calibrations").joinpath("coolers")
        file = delivered.joinpath(f"{name}.toml")
        if not file.is_file():
            known = ", ".join(sorted(one.name.removesuffix(".toml") for one in delivered.iterdir()))
            raise StationError([f"no cooler {name!r} was delivered; there are {known}"])
    try:
        raw = tomllib.loads(file.read_text("utf-8"))
    except OSError as error:
        raise StationError([f"{file}: cannot be read: {error.strerror}"]) from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise StationError([f"{file}: not TOML: {error}"]) from error
    lines = [f"{file}: {line}" for line in _mistakes(raw)]
    if lines:
        raise StationError(lines)
    first, second = (_stage(raw[name]) for name in STAGES)
    return CoolerMap(model=str(raw["model"]), mains=float(raw["mains"]), first=first, second=second)


def _stage(raw: Mapping[str, Any]) -> StageMap:
    numbers = {name: float(raw[name]) for name in NUMBERS}
    return StageMap(kelvin=tuple(map(float, raw["kelvin"])), watt=tuple(map(float, raw["watt"])), **numbers)


def _mistakes(raw: Mapping[str, Any]) -> list[str]:
    found = [] if isinstance(raw.get("model"), str) else ["model: expected text"]
    if not _number(raw.get("mains")) or raw["mains"] <= 0.0:
        found.append("mains: expected a frequency in Hz")
    for name in STAGES:
        table = raw.get(name)
        if not isinstance(table, dict):
            found.append(f"{name}: expected a table")
            continue
        found += [f"{name}.{one}: expected a number" for one in NUMBERS if not _number(table.get(one))]
        kelvin, watt = _numbers(table.get("kelvin")), _numbers(table.get("watt"))
        if len(kelvin) < 2 or any(a >= b for a, b in itertools.pairwise(kelvin)):
            found.append(f"{name}.kelvin: expected rising temperatures, two at least")
        elif len(watt) != len(kelvin):
            found.append(f"{name}.watt: expected as many numbers as temperatures, {len(kelvin)}")
    return found


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _numbers(values: object) -> list[float]:
    return values if isinstance(values, list) and all(map(_number, values)) else []
