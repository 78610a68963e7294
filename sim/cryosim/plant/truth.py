"""What is true in a plant, with unit and meaning: for displays that may know it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Truth:
    """One true quantity; ``read`` gets the plant's state."""

    name: str
    unit: str
    doc: str
    read: Callable[[Any], float]
    flag: bool = False  # 0 or 1: damage
