"""Faults of instruments, lines and leads: ``<INSTRUMENT>:FAULT:<KIND>`` with ``:SP``, and ``:ARG`` for a parameter."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from cryoioc.errors import Refused
from cryoioc.records import Put, Record
from cryosim.emulators.scpi import Supply
from cryosim.faults import KINDS, Forgetful, wrong_parameters
from cryosim.pvs.board import Board
from cryosim.pvs.plant_faults import ACTIVE, STATES
from cryosim.supply_faults import channels, is_stuck
from cryosim.wiring import Wiring
from cryosim.world import Installed

Parameters = Mapping[str, Any]
# Of :ARG, by parameter.
STARTS = {"seconds": "1", "mode": "drop", "line_stays": "0", "channel": "1", "change": "1 volts 0"}
EXPECTED = {float: "a number of 0 or more", int: "a whole number", bool: "0 or 1", str: "a text"}

DOCS = {
    "silence": "Neither hears nor answers",
    "no_reply": "Obeys, and its answers are lost",
    "delay": "Answers come late",
    "garbage": "Answers are garbled",
    "half_line": "Answers end in the middle",
    "extra_line": "A line nobody asked for, before answers",
    "wrong_id": "Another instrument seems to answer",
    "disconnect": "Connection cut until it is put Off",
    "power_cycle": "Mains off until it is put Off",
    "unanswered": "One query is never answered",
    "spacing": "Rule of 50 ms between messages",
    "sensor_open": "Leads of a sensor broken",
    "sensor_short": "Leads of a sensor touch",
    "heater_open": "Leads of a heater broken",
    "heater_short": "Leads of a heater touch",
    "stuck_output": "An output no longer obeys",
    "front_panel": "A hand changes a setting",
}


def _not_negative(text: str) -> float:
    value = float(text)
    if not (math.isfinite(value) and value >= 0.0):
        raise ValueError(text)
    return value


# Text -> parameter, by its type.
READ: Mapping[type, Callable[[str], Any]] = {
    float: _not_negative,
    int: int,
    bool: lambda text: {"0": False, "1": True}[text],
    str: str,
}


def _sensor(state: Wiring) -> Callable[[Installed, Parameters], bool]:
    return lambda unit, p: unit.sensors[p["input"]].wiring is state


def _heater(state: Wiring) -> Callable[[Installed, Parameters], bool]:
    return lambda unit, p: unit.heaters[p["output"]].wiring is state


def _unplugged(unit: Installed) -> bool:
    return not unit.line.accepting.is_set()


def _unanswered(unit: Installed, p: Parameters) -> bool:
    return isinstance(unit.instrument, Forgetful) and p["query"] in unit.instrument.mute


# How a fault shows, whoever caused it; a script of faults may act beside the PVs.
SIGNS: Mapping[str, Callable[[Installed, Parameters], bool]] = {
    "silence": lambda unit, _: unit.line.faults.silence,
    "no_reply": lambda unit, _: unit.line.faults.no_reply,
    "delay": lambda unit, _: unit.line.faults.delay > 0.0,
    "garbage": lambda unit, _: unit.line.faults.garbage,
    "half_line": lambda unit, _: unit.line.faults.half_line,
    "extra_line": lambda unit, _: bool(unit.line.faults.extra_line),
    "wrong_id": lambda unit, _: unit.line.faults.wrong_id is not None,
    "disconnect": lambda unit, _: _unplugged(unit),
    "power_cycle": lambda unit, p: unit.line.faults.silence and (p["line_stays"] or _unplugged(unit)),
    "unanswered": _unanswered,
    "spacing": lambda unit, _: unit.line.spacing is not unit.line.settings.spacing,
    "sensor_open": _sensor(Wiring.OPEN),
    "sensor_short": _sensor(Wiring.SHORT),
    "heater_open": _heater(Wiring.OPEN),
    "heater_short": _heater(Wiring.SHORT),
    "stuck_output": lambda unit, p: is_stuck(unit, p["channel"]),
    "front_panel": lambda unit, _: False,  # over at once
}


def add_instrument_faults(board: Board, installed: Mapping[str, Installed]) -> None:
    """Declare every fault that each instrument can have."""
    for name, unit in installed.items():
        for kind in KINDS:
            if _possible(kind, unit):
                _InstrumentFault(board, name, unit, kind)


def parameter_of(kind: str) -> tuple[str, type] | None:
    """Return name and type of the parameter of a kind; no kind has two."""
    parameters = [*KINDS[kind].required.items(), *KINDS[kind].optional.items()]
    return parameters[0] if parameters else None


def _possible(kind: str, unit: Installed) -> bool:
    """Say whether an instrument has the leads, or the grammar, that a fault is about."""
    needed = KINDS[kind].required
    return (
        ("input" not in needed or bool(unit.sensors))
        and ("output" not in needed or bool(unit.heaters))
        and ("query" not in needed or isinstance(unit.instrument, Forgetful))
        and ("channel" not in needed or channels(unit) > 0)
        and ("change" not in needed or isinstance(unit.instrument, Supply))
    )


def _start(parameter: str, unit: Installed) -> str:
    wired: dict[str, list[Any]] = {"input": list(unit.sensors), "output": list(unit.heaters)}
    if parameter not in wired:
        return STARTS.get(parameter, "")
    return str(min(wired[parameter]))


class _InstrumentFault:
    def __init__(self, board: Board, name: str, unit: Installed, kind: str) -> None:
        self.unit, self.kind = unit, kind
        pv = f"{name}:FAULT:{kind.upper()}"
        self.parameter = parameter_of(kind)
        self.values: Parameters = {}
        board.setting(Record(name=pv, kind="bo", states=STATES, doc=DOCS[kind]), self.present, self.put, ACTIVE)
        if self.parameter is not None:
            start = _start(self.parameter[0], unit)
            self.values = self._read(start)
            argument = Record(name=f"{pv}:ARG", kind="stringout", doc=f"Its parameter: {self.parameter[0]}",
                              writable=True, initial=start)  # fmt: skip
            board.accept(board.declare(argument), self.put_argument)

    def present(self) -> bool:
        return SIGNS[self.kind](self.unit, self.values)

    def put(self, request: Put) -> None:
        """Let it begin, or be over; what is so already is left alone, for mains off and on are two acts."""
        if bool(request.index) == self.present():
            return
        if not request.index:
            KINDS[self.kind].end(self.unit, self.values)
            return
        self._insist(self.values)
        KINDS[self.kind].begin(self.unit, self.values)

    def put_argument(self, request: Put) -> None:
        if self.present():
            raise Refused(f"{self.kind} is on; put it Off first")
        values = self._read(request.value)
        self._insist(values)
        self.values = values
        request.channel.post(request.value)

    def _insist(self, values: Parameters) -> None:
        """Raise ``Refused`` for parameters the kind cannot have."""
        wrong = wrong_parameters({"kind": self.kind, **values}, KINDS[self.kind], self.unit)
        if values.get("query") == "":
            wrong = ["query: expected one, such as KRDG? A"]
        if wrong:
            raise Refused("; ".join(wrong))

    def _read(self, text: str) -> Parameters:
        """Return a text as the parameter."""
        assert self.parameter is not None
        name, wanted = self.parameter
        try:
            return {name: READ[wanted](text)}
        except (KeyError, ValueError) as error:
            raise Refused(f"{name}: expected {EXPECTED[wanted]}, found {text!r}") from error
