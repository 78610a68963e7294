"""What an operator does to the cryostat by hand, as settings and commands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import Field
from typing import Any

from cryoioc.records import Put, Record
from cryosim.plant.hands import fields_of
from cryosim.plant.protocol import Playable
from cryosim.pvs.board import Board, described

PRECISIONS = {"Pa": 0, "turns": 3}  # digits after the point, by unit


def add_hands(board: Board, plant: Playable) -> None:
    """Declare a pair for every hand, and what is done in one go."""
    for name, field in fields_of(plant.hands).items():
        board.setting(_record(name, field), _reader(plant, name), _mover(plant, name, field))
    for name, (doc, act) in plant.deeds().items():
        board.command(name, doc, act)


def _record(name: str, field: Field[Any]) -> Record:
    about = field.metadata
    pv, doc = name.upper().replace("_", ":"), described(about["doc"])
    if "choices" in about:
        return Record(name=pv, kind="mbbo", doc=doc, states=about["choices"])
    if "positions" in about:
        return Record(name=pv, kind="bo", doc=doc, states=about["positions"])
    unit, low, high = about["unit"], about["low"], about["high"]
    return Record(
        name=pv, kind="ao", doc=doc, unit=unit, precision=PRECISIONS.get(unit, 3), low=low, high=high
    )


def _reader(plant: Playable, name: str) -> Callable[[], Any]:
    return lambda: getattr(plant.hands, name)


def _mover(plant: Playable, name: str, field: Field[Any]) -> Callable[[Put], None]:
    two_positions = "positions" in field.metadata

    def move(request: Put) -> None:
        plant.turn(name, bool(request.index) if two_positions else request.value)

    return move
