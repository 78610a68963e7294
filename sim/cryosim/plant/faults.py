"""What can go wrong with a cryostat itself, as rows: how it begins and ends, and how it shows."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from cryoioc.errors import CryoError


class UnknownFault(CryoError):
    """The plant has no such fault, or not with that parameter."""


@dataclass(frozen=True)
class PlantFault:
    """One fault of a plant; ``begin``, ``end`` and ``present`` get its state and its parameters."""

    begin: Callable[[Any, Any, float], None]
    end: Callable[[Any, Any], None]
    doc: str
    signature: str  # what an operator sees of it
    present: Callable[[Any, Any], bool]  # whether its sign is there, whoever caused it
    unit: str = ""  # of its parameter; empty: it takes none
    low: float = 0.0
    high: float = 1.0
    default: float = 1.0
    cure: str = ""  # where it does not end by itself

    def size(self, name: str, value: float | None) -> float:
        """Return the parameter that is meant.

        Raises
        ------
        UnknownFault
            When it is out of range.
        """
        value = self.default if value is None else value
        if self.unit and not (math.isfinite(value) and self.low <= value <= self.high):
            raise UnknownFault(f"{name}: {self.low:g} to {self.high:g} {self.unit}, not {value:g}")
        return value


def find(faults: Mapping[str, PlantFault], name: str) -> PlantFault:
    """Return a fault by name.

    Raises
    ------
    UnknownFault
        When there is none.
    """
    if name not in faults:
        raise UnknownFault(f"{name!r}: the faults of the plant are {', '.join(faults)}")
    return faults[name]


def begin(
    faults: Mapping[str, PlantFault], name: str, state: object, parameters: object, value: float | None = None
) -> None:
    """Let a fault begin; raises ``UnknownFault`` when there is none of that name, or its size is out of range."""
    fault = find(faults, name)
    fault.begin(state, parameters, fault.size(name, value))


def end(faults: Mapping[str, PlantFault], name: str, state: object, parameters: object) -> None:
    """Let a fault be over; raises ``UnknownFault`` when there is none of that name."""
    find(faults, name).end(state, parameters)
