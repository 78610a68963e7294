"""A saved state of the STVP: the file, and what it must be before a plant goes on from it."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from cryosim.plant.hands import RefusedHand, turn
from cryosim.plant.protocol import BadState
from cryosim.plant.stvp_hands import FIELDS, Hands
from cryosim.plant.stvp_state import NODES, TABLES, State, Vacuum
from cryosim.plant.stvp_vacuum import PERIOD

FORMAT = 2  # of the file
COLDEST, HOTTEST = 0.5, 1000.0  # K, where the tables of the solids begin and end
ALIKE = 1e-9  # relative, between the temperature saved and that of the enthalpy saved


@dataclass(frozen=True)
class Range:
    """Where a number must lie."""

    low: float = -math.inf
    high: float = math.inf


NOT_NEGATIVE, SHARE = Range(0.0), Range(0.0, 1.0)
PRESSURE = Range(1e-6, 1e7)  # Pa
# What a quantity can be at all; those not named may be any finite number.
RANGES: Mapping[str, Range] = {
    "bobbin": Range(COLDEST, HOTTEST),
    "liquid": NOT_NEGATIVE,
    "gas": Range(1e-12),
    "pressure": PRESSURE,
    "dewar": NOT_NEGATIVE,
    "dewar_pressure": PRESSURE,
    "feed_density": Range(1e-6),
    "blockage": SHARE,
    "air": Range(0.0),
    "helium": NOT_NEGATIVE,
    "water": NOT_NEGATIVE,
    "frozen": NOT_NEGATIVE,
    "getter": NOT_NEGATIVE,
    "wet": NOT_NEGATIVE,
    "leak_air": NOT_NEGATIVE,
    "leak_helium": NOT_NEGATIVE,
    "hose": NOT_NEGATIVE,
    "jacket_conductance": NOT_NEGATIVE,
    "line_conductance": NOT_NEGATIVE,
    "flow": NOT_NEGATIVE,
    "passed": NOT_NEGATIVE,
    "line_specific_volume": Range(1e-6),
    "seconds": NOT_NEGATIVE,
}


@dataclass(frozen=True)
class Saved:
    """What a file holds."""

    state: State
    hands: Hands
    powers: list[float]  # W, of each heater
    ticks: int  # steps since what is looked at once a second
    due: float  # s, not yet gone by in steps


def write(path: Path, saved: Saved) -> None:
    """Write a file."""
    path.write_text(json.dumps({"format": FORMAT, **asdict(saved)}, indent=1), "utf-8")


def read(path: Path, heaters: int, substep: float) -> Saved:
    """Return what :func:`write` has written, of a plant with so many heaters and steps of that length, [s].

    Raises
    ------
    BadState
        When the file cannot be read, is of another format, or holds what no plant can be.
    """
    try:
        data = json.loads(path.read_text("utf-8"))
        if not isinstance(data, dict) or data.get("format") != FORMAT:
            found = data.get("format") if isinstance(data, dict) else None
            raise BadState(f"{path}: not a saved state of format {FORMAT}, found {found!r}")
        powers = [_number("powers", watt, Range(0.0)) for watt in data["powers"]]
        if len(powers) != heaters:
            raise BadState(f"{path}: not a saved state: powers: expected {heaters} numbers")
        ticks = int(_number("ticks", data["ticks"], Range(0.0, PERIOD / substep)))
        due = _number("due", data["due"], Range(-substep, substep))
        return Saved(_state(data["state"]), _hands(data["hands"]), powers, ticks, due)
    except OSError as error:
        raise BadState(f"{path}: cannot be read: {error.strerror}") from error
    except KeyError as error:
        raise BadState(f"{path}: not a saved state: {error.args[0]} is missing") from error
    except (ValueError, TypeError, RecursionError, RefusedHand) as error:
        raise BadState(f"{path}: not a saved state: {error}") from error


def _hands(positions: Any) -> Hands:
    """Return hands in these positions."""
    hands = Hands()
    if not isinstance(positions, dict) or positions.keys() != FIELDS.keys():
        raise ValueError(f"hands: expected {', '.join(FIELDS)}")
    for name, position in positions.items():
        turn(hands, name, position)
    return hands


def _number(name: str, value: Any, within: Range = Range()) -> float:
    """Return a number of a saved state.

    Raises
    ------
    ValueError
        When it is none, not finite, or out of its range.
    """
    if not isinstance(value, float | int) or isinstance(value, bool) or not math.isfinite(value):
        raise ValueError(f"{name}: expected a number, found {value!r}")
    if not within.low <= value <= within.high:
        raise ValueError(f"{name}: {within.low:g} to {within.high:g}, not {value:g}")
    return float(value)


def _state(data: Any) -> State:
    """Return the state that ``dataclasses.asdict`` made into plain data; raises ``ValueError`` as :func:`_number`."""
    values = _members("state", data, State)
    _check_nodes(values)
    return State(**values)


def _members(what: str, data: Any, kind: type[State] | type[Vacuum]) -> dict[str, Any]:
    wanted = {f.name: str(f.type) for f in fields(kind)}
    if not isinstance(data, dict) or data.keys() != wanted.keys():
        found = sorted(set(data) ^ set(wanted)) if isinstance(data, dict) else [type(data).__name__]
        raise ValueError(f"{what}: missing or unknown: {', '.join(map(str, found))}")
    return {name: _member(name, data[name], how) for name, how in wanted.items()}


def _member(name: str, value: Any, how: str) -> Any:
    match how:
        case "float":
            return _number(name, value, RANGES.get(name, Range()))
        case "bool":
            if not isinstance(value, bool):
                raise ValueError(f"{name}: expected true or false, found {value!r}")
            return value
        case "list[float]":
            if not isinstance(value, list) or len(value) != len(NODES):
                raise ValueError(f"{name}: expected {len(NODES)} numbers")
            return [_number(name, one) for one in value]
        case "Vacuum":
            return Vacuum(**_members(name, value, Vacuum))
        case _:  # stuck
            if not isinstance(value, dict):
                raise ValueError(f"{name}: expected temperatures by thermometer")
            return {str(key): _number(f"{name}.{key}", kelvin, Range(1.0, 400.0)) for key, kelvin in value.items()}


def _check_nodes(values: Mapping[str, Any]) -> None:
    """Insist that temperature and heat capacity of each node are those of its enthalpy."""
    for node, name in enumerate(NODES):
        kelvin, heat = TABLES[node].look_up(values["enthalpy"][node])
        _number(f"temperature of {name}", kelvin, Range(COLDEST, HOTTEST))
        saved = (values["kelvin"][node], values["heat"][node])
        if not all(math.isclose(a, b, rel_tol=ALIKE) for a, b in zip(saved, (kelvin, heat), strict=True)):
            raise ValueError(f"{name}: {saved[0]:g} K is not the temperature of its enthalpy, {kelvin:g} K")
