"""What is true behind the instruments, for displays that may know it: ``TRUE:...``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from cryoioc.records import Record
from cryosim.plant.protocol import Plant
from cryosim.plant.stvp import Stvp
from cryosim.plant.stvp_parameters import LIQUID_DENSITY, Parameters
from cryosim.plant.stvp_truth import TRUTHS, Truth
from cryosim.pvs.board import Board, described

FLAGS = ("WINDING:OPEN", "JOINTS:FAILED", "OVERHEATED")  # 0 or 1: damage
DOCS = {"BLOCKAGE": "Share of the valve closed by ice"}  # where DESC has no room for the quantity's own
PRECISIONS = {"K": 4, "mg/s": 3, "Pa": 4, "mL": 2, "L": 3, "": 4}
ICE_STAYS = 0.6  # share of the valve that exercising it does not free any more: ``Stvp.exercise_valve``


def add_truths(board: Board, plant: Stvp) -> None:
    """Declare every true quantity of the STVP."""
    alarms = _alarms(plant.parameters)
    for truth in TRUTHS:
        if truth.name in FLAGS:
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


def _alarms(p: Parameters) -> Mapping[str, Mapping[str, float]]:
    """Return alarm limits, each where something begins to break or to go wrong."""
    return {
        "VAPORIZER": {"high_alarm": p.warning, "hihi": p.joints_fail},
        "WINDING": {"high_alarm": p.warning, "hihi": p.winding_burns},
        "PRESSURE": {"hihi": p.relief_opens},
        "DEWAR": {"lolo": p.dewar_heel / LIQUID_DENSITY * 1e3},
        "JACKET": {"high_alarm": 0.1, "hihi": 10.0},  # Pa: conduction begins to show, and is complete; physics.md 3.7
        "LINE": {"high_alarm": 0.1, "hihi": 10.0},
        "BLOCKAGE": {"high_alarm": 0.05, "hihi": ICE_STAYS},
        "AIR": {"high_alarm": 1e-3},
    }


def _number(name: str, unit: str, doc: str, alarms: Mapping[str, float]) -> Record:
    limits: dict[str, Any] = dict(alarms)
    desc, digits = DOCS.get(name, described(doc)), PRECISIONS.get(unit, 3)
    return Record(name=f"TRUE:{name}", kind="ai", unit=unit, precision=digits, doc=desc, **limits)


def _value(plant: Stvp, truth: Truth) -> Callable[[], float]:
    return lambda: truth.read(plant.state)


def _flag(plant: Stvp, truth: Truth) -> Callable[[], int]:
    return lambda: int(truth.read(plant.state))


def _temperature(plant: Plant, name: str) -> Callable[[], float]:
    return lambda: plant.temperature(name)
