"""What an operator does to the cryostat by hand, as settings and commands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import Field
from typing import Any

from cryoioc.records import Put, Record
from cryosim.plant.stvp import Stvp
from cryosim.plant.stvp_hands import FIELDS
from cryosim.pvs.board import Board, described

# What the two positions of a hand are called, where it is not No and Yes.
POSITIONS = {
    "pump": ("Off", "On"),
    "vent": ("Closed", "Open"),
    "cylinder": ("Closed", "Open"),
    "dewar_vent": ("Closed", "Open"),
    "sample_in": ("Out", "In"),
}
DOCS = {"dewar_pressure": "Dewar regulator, above the atmosphere"}  # where DESC has no room for the hand's own
PRECISIONS = {"Pa": 0, "turns": 3}  # digits after the point, by unit


def add_hands(board: Board, plant: Stvp) -> None:
    """Declare a pair for every hand, and what is done in one go."""
    for name, field in FIELDS.items():
        board.setting(_record(name, field), _reader(plant, name), _mover(plant, name))
    board.command("VALVE:EXERCISE", "Open and close the valve to break ice", plant.exercise_valve)
    board.command("DEWAR:REFILL", "Fill the dewar with liquid", plant.refill)
    board.command("REPAIR", "New winding, joints soldered again", plant.repair)


def _record(name: str, field: Field[Any]) -> Record:
    about = field.metadata
    pv, doc = name.upper().replace("_", ":"), DOCS.get(name, described(about["doc"]))
    if "choices" in about:
        return Record(name=pv, kind="mbbo", doc=doc, states=about["choices"])
    if isinstance(field.default, bool):
        return Record(name=pv, kind="bo", doc=doc, states=POSITIONS.get(name, ("No", "Yes")))
    unit, low, high = about["unit"], about["low"], about["high"]
    return Record(
        name=pv, kind="ao", doc=doc, unit=unit, precision=PRECISIONS.get(unit, 3), low=low, high=high
    )


def _reader(plant: Stvp, name: str) -> Callable[[], Any]:
    return lambda: getattr(plant.hands, name)


def _mover(plant: Stvp, name: str) -> Callable[[Put], None]:
    two_positions = isinstance(FIELDS[name].default, bool)

    def move(request: Put) -> None:
        plant.turn(name, bool(request.index) if two_positions else request.value)

    return move
