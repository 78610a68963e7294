"""Commands of a controller: setpoint and its source, loop variable, ramp, valve hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryosim.emulators.alicat.dialect import BadCommandError, Command, number, only, whole
from cryosim.emulators.alicat.information import full_scale
from cryosim.emulators.alicat.tables import LOOP_VARIABLES
from cryosim.emulators.alicat.valve import RAMP_SECONDS

if TYPE_CHECKING:
    from cryosim.emulators.alicat.instrument import Alicat

MODERN = (10, 5)  # firmware with LSS and LSRC
TIME_LABELS = {3: "ms", 4: "s", 5: "m", 6: "h", 7: "d"}
SOURCES = ("S", "A", "U")  # serial, analog, user knob


def _accept(unit: Alicat, text: str) -> None:
    """Take a setpoint; ignored without a word when it does not come from the serial line."""
    value = number(text)
    if not 0.0 <= value <= full_scale(unit, LOOP_VARIABLES[unit.memory.loop_variable]):
        raise BadCommandError
    if unit.memory.source == "S":
        unit.memory.setpoint = unit.memory.setpoint_unit().take(value)


def _legacy_setpoint(unit: Alicat, arguments: list[str]) -> str:
    """``AS 5.0`` and ``AS5.0``: answers with a data frame that shows the new setpoint."""
    only(arguments, 1)
    _accept(unit, arguments[0])
    unit.valve.advance(0.0, unit.memory)
    return unit.frame()


def _setpoint(unit: Alicat, arguments: list[str]) -> str:
    """``ALS`` asks, ``ALS 5.0`` and ``ALS 5.0 7`` set: where it has got to, and what was asked for."""
    only(arguments, 0, 1, 2)
    if arguments:
        _accept(unit, arguments[0])
        unit.valve.advance(0.0, unit.memory)
    memory = unit.memory
    known = memory.setpoint_unit()
    places = unit.options.decimals
    now, wanted = known.show(unit.valve.target), known.show(memory.setpoint)
    return f"{memory.unit_id} {now:+07.{places}f} {wanted:+07.{places}f} {known.code} {known.label}"


def _source(unit: Alicat, arguments: list[str]) -> str:
    only(arguments, 0, 1, 2)
    if arguments:
        wanted = arguments[0].upper()
        if wanted not in SOURCES:
            raise BadCommandError
        unit.memory.source = wanted
    return f"{unit.memory.unit_id} {unit.memory.source}"


def _loop_variable(unit: Alicat, arguments: list[str]) -> str:
    only(arguments, 0, 1)
    if arguments:
        wanted = whole(arguments[0])
        if wanted not in LOOP_VARIABLES:
            raise BadCommandError
        unit.memory.loop_variable = wanted
    return f"{unit.memory.unit_id} {unit.memory.loop_variable}"


def _ramp_rate(unit: Alicat, arguments: list[str]) -> str:
    """``ASR`` asks, ``ASR 25 4`` sets: 25 units per second; 0 switches ramping off."""
    only(arguments, 0, 2)
    memory = unit.memory
    if arguments:
        rate, code = number(arguments[0]), whole(arguments[1])
        if code not in RAMP_SECONDS or rate < 0.0:
            raise BadCommandError
        memory.ramp_rate, memory.ramp_unit = rate, code
    known = memory.setpoint_unit()
    label = f"{known.label}/{TIME_LABELS[memory.ramp_unit]}"
    return f"{memory.unit_id} {memory.ramp_rate:.7f} {known.code} {memory.ramp_unit} {label}"


def _ramp_when(unit: Alicat, arguments: list[str]) -> str:
    """``ALSRC 1 1 0 1``: ramp when going up, down, to zero, at power-up."""
    only(arguments, 0, 4)
    if arguments:
        if not all(argument in ("0", "1") for argument in arguments):
            raise BadCommandError
        up, down, zero, power = map(int, arguments)
        unit.memory.ramp_when = (up, down, zero, power)
    return " ".join((unit.memory.unit_id, *map(str, unit.memory.ramp_when)))


def _hold_closed(unit: Alicat, arguments: list[str]) -> str:
    only(arguments, 0)
    unit.valve.closed, unit.valve.kept = True, False
    return unit.frame()


def _hold(unit: Alicat, arguments: list[str]) -> str:
    only(arguments, 0)
    unit.valve.closed, unit.valve.kept = False, True
    return unit.frame()


def _cancel_hold(unit: Alicat, arguments: list[str]) -> str:
    only(arguments, 0)
    unit.valve.closed = unit.valve.kept = False
    return unit.frame()


CONTROL = (
    Command("S", _legacy_setpoint, controller=True),
    Command("LS", _setpoint, since=(9, 0), controller=True),
    Command("LSS", _source, since=MODERN, controller=True),
    Command("LV", _loop_variable, since=(9, 0), controller=True),
    Command("SR", _ramp_rate, since=(7, 11), controller=True),
    Command("LSRC", _ramp_when, since=MODERN, controller=True),
    Command("HC", _hold_closed, since=(5, 7), controller=True),
    Command("HP", _hold, since=(5, 7), controller=True),
    Command("H", _hold, controller=True),
    Command("C", _cancel_hold, controller=True),
)
