"""Positions of what is moved by hand, as fields of a dataclass that say what they are and how far they go."""

from __future__ import annotations

import math
from dataclasses import Field, field, fields
from typing import Any

from cryoioc.errors import CryoError

NO_YES = ("No", "Yes")


class RefusedHand(CryoError):
    """No hand can do that; the message says why."""


def measured(default: float, doc: str, unit: str, low: float, high: float) -> Any:
    """Return a field that can be turned between two ends."""
    return field(default=default, metadata={"doc": doc, "unit": unit, "low": low, "high": high})


def switch(default: bool, doc: str, positions: tuple[str, str] = NO_YES) -> Any:
    """Return a field with two positions, by what they are called."""
    return field(default=default, metadata={"doc": doc, "positions": positions})


def choice(default: str, doc: str, choices: tuple[str, ...]) -> Any:
    """Return a field with several positions."""
    return field(default=default, metadata={"doc": doc, "choices": choices})


def fields_of(hands: Any) -> dict[str, Field[Any]]:
    """Return the hands of a plant by name."""
    return {f.name: f for f in fields(hands)}


def turn(hands: Any, name: str, value: float | bool | str) -> None:
    """Move one hand.

    Parameters
    ----------
    hands : dataclass
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
    known = fields_of(hands)
    if name not in known:
        raise RefusedHand(f"{name!r}: the hands are {', '.join(known)}")
    about = known[name].metadata
    if "choices" in about:
        if value not in about["choices"]:
            raise RefusedHand(f"{name}: one of {', '.join(about['choices'])}, not {value!r}")
    elif "positions" in about:
        if value not in (0, 1):
            raise RefusedHand(f"{name}: 0 or 1, not {value!r}")
        value = bool(value)
    else:
        value = _within(name, about, value)
    setattr(hands, name, value)


def _within(name: str, about: Any, value: float | bool | str) -> float:
    low, high, unit = about["low"], about["high"], about["unit"]
    if isinstance(value, bool | str) or not math.isfinite(value):
        raise RefusedHand(f"{name}: a number of {unit}, not {value!r}")
    if not low <= value <= high:
        raise RefusedHand(f"{name}: {low:g} to {high:g} {unit}, not {value:g}")
    return float(value)
