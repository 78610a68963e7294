"""What is true behind the instruments, for displays that may know it: ``TRUE:...``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from cryoioc.records import Record
from cryosim.plant.protocol import Plant, Playable
from cryosim.plant.truth import Truth
from cryosim.pvs.board import Board, described

PRECISIONS = {"K": 4, "mg/s": 3, "Pa": 4, "mbar": 10, "mL": 2, "L": 3, "": 4}


def add_truths(board: Board, plant: Playable) -> None:
    """Declare every true quantity of a plant."""
    alarms = plant.alarms()
    for truth in plant.TRUTHS:
        if truth.flag:
            flag = Record(
                name=f"TRUE:{truth.name}", kind="bi", states=("No", "Yes"), severities={"Yes": "MAJOR"},
                doc=described(truth.doc),
            )  # fmt: skip
            board.reading(flag, _flag(plant, truth))
        else:
            record = _number(truth.name, truth.unit, truth.doc, alarms.get(truth.name, {}))
            board.reading(record, _value(plant, truth))


def add_temperatures(board: Board, plant: Plant, thermometers: Mapping[str, object]) -> None:
    """Declare what any plant has: the temperature at each thermometer, and the flow."""
    for name in thermometers:
        board.reading(_number(name, "K", f"true temperature, {name}", {}), _temperature(plant, name))
    flow = _number("FLOW", "mg/s", "helium through the flow meter", {})
    board.reading(flow, lambda: plant.flow().mass_flow * 1e6)


def _number(name: str, unit: str, doc: str, alarms: Mapping[str, float]) -> Record:
    limits: dict[str, Any] = dict(alarms)
    digits = PRECISIONS.get(unit, 3)
    return Record(name=f"TRUE:{name}", kind="ai", unit=unit, precision=digits, doc=described(doc), **limits)


def _value(plant: Playable, truth: Truth) -> Callable[[], float]:
    return lambda: truth.read(plant.state)


def _flag(plant: Playable, truth: Truth) -> Callable[[], int]:
    return lambda: int(truth.read(plant.state))


def _temperature(plant: Plant, name: str) -> Callable[[], float]:
    return lambda: plant.temperature(name)
