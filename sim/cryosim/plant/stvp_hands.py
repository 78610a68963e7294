"""What an operator's hands have set, and how far each of them can be turned."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields
from typing import Any

from cryoioc.errors import CryoError
from cryosim.plant.stvp_parameters import PSI

PUMPS = ("none", "turbo", "mechanical")  # on a vacuum space
CRYOGENS = ("He", "N2")


class RefusedHand(CryoError):
    """No hand can do that; the message says why."""


def _hand(default: Any, doc: str, unit: str = "", low: float = 0.0, high: float = 1.0) -> Any:
    return field(default=default, metadata={"doc": doc, "unit": unit, "low": low, "high": high})


def _choice(default: str, doc: str, choices: tuple[str, ...]) -> Any:
    return field(default=default, metadata={"doc": doc, "unit": "", "choices": choices})


@dataclass(slots=True)
class Hands:
    """Positions of everything that is moved by hand; :func:`turn` moves one."""

    valve: float = _hand(0.0, "needle valve, turns from closed (clockwise opens)", "turns", 0.0, 4.0)
    pump: bool = _hand(False, "pump on the sample tube")
    vent: bool = _hand(True, "sample tube open to the atmosphere")
    dewar_pressure: float = _hand(1.25 * PSI, "regulator on the dewar, above the atmosphere", "Pa", 0.0, 4.5 * PSI)
    cylinder: bool = _hand(True, "gas cylinder open to the dewar")
    dewar_vent: bool = _hand(False, "dewar open to the atmosphere")
    sample_in: bool = _hand(True, "sample positioner inserted")
    jacket_pump: str = _choice("none", "pump on the jacket's vacuum", PUMPS)
    line_pump: str = _choice("none", "pump on the transfer line's vacuum", PUMPS)
    cryogen: str = _choice("He", "liquid in the dewar", CRYOGENS)


FIELDS = {f.name: f for f in fields(Hands)}


def turn(hands: Hands, name: str, value: float | bool | str) -> None:
    """Move one hand.

    Parameters
    ----------
    hands : Hands
        What is moved.
    name : str
        Which of its fields.
    value : float, bool or str
        Where to, in the unit of the field.

    Raises
    ------
    RefusedHand
        When there is no such hand, or it cannot get there.
    """
    if name not in FIELDS:
        raise RefusedHand(f"{name!r}: the hands are {', '.join(FIELDS)}")
    about = FIELDS[name].metadata
    if "choices" in about:
        if value not in about["choices"]:
            raise RefusedHand(f"{name}: one of {', '.join(about['choices'])}, not {value!r}")
    elif isinstance(FIELDS[name].default, bool):
        if value not in (0, 1):
            raise RefusedHand(f"{name}: 0 or 1, not {value!r}")
        value = bool(value)
    else:
        value = _within(name, value)
    setattr(hands, name, value)


def _within(name: str, value: float | bool | str) -> float:
    about = FIELDS[name].metadata
    low, high, unit = about["low"], about["high"], about["unit"]
    if isinstance(value, bool | str) or not math.isfinite(value):
        raise RefusedHand(f"{name}: a number of {unit}, not {value!r}")
    if not low <= value <= high:
        raise RefusedHand(f"{name}: {low:g} to {high:g} {unit}, not {value:g}")
    return float(value)
