"""Commands that are not plain settings (lakeshore-protocol.md 3.1, 4.1, 4.4-4.6)."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

from cryosim.emulators.lakeshore.alarms import AlarmState
from cryosim.emulators.lakeshore.autotune import Conditions
from cryosim.emulators.lakeshore.curves import POINTS, USER, Curve
from cryosim.emulators.lakeshore.effects import setpoint_limit
from cryosim.emulators.lakeshore.grammar import CommandError, ExecutionError
from cryosim.emulators.lakeshore.numbers import parse_real
from cryosim.emulators.lakeshore.queries import only, whole
from cryosim.emulators.lakeshore.softcal import softcal_curve
from cryosim.emulators.lakeshore.state import Parameters, State
from cryosim.emulators.lakeshore.status import OPERATION_COMPLETE

Command = Callable[[State, Parameters], None]


def _mask(text: str | None) -> int:
    value = whole(text)
    if not 0 <= value <= 255:
        raise ExecutionError(text)
    return value


def _event_enable(state: State, parameters: Parameters) -> None:
    state.status.event_enable = _mask(only(parameters, 1)[0])


def _request_enable(state: State, parameters: Parameters) -> None:
    state.status.request_enable = _mask(only(parameters, 1)[0])


def _operation_enable(state: State, parameters: Parameters) -> None:
    state.status.operation_enable = _mask(only(parameters, 1)[0])


def _operation_complete(state: State, parameters: Parameters) -> None:
    only(parameters, 0)
    state.status.event |= OPERATION_COMPLETE


def _wait(state: State, parameters: Parameters) -> None:
    """Do nothing: every operation here is finished before the next unit is read."""
    only(parameters, 0)


def _clear(state: State, parameters: Parameters) -> None:
    only(parameters, 0)
    state.status.clear()


def _reset(state: State, parameters: Parameters) -> None:
    """Go back to the settings of power-up; registers and their enables stay."""
    only(parameters, 0)
    state.power_up()


def _factory(state: State, parameters: Parameters) -> None:
    if whole(only(parameters, 1)[0]) != 99:
        raise ExecutionError("DFLT demands 99")
    state.factory_reset()


def _setpoint(state: State, parameters: Parameters) -> None:
    number, text = only(parameters, 2)
    output = state.output(number)
    if text is None:
        raise CommandError("SETP")
    decimals = state.options.setpoint_decimals
    if decimals is not None and len(text.partition(".")[2]) > decimals:
        raise CommandError(text)
    value = parse_real(text, state.options.exponent_accepted)
    lowest, highest = setpoint_limit(output, state.memory)
    if value > highest and state.options.setpoint_above_limit == "clamp":
        value = highest
    if value < lowest and state.options.out_of_range == "clamp":
        value = lowest
    if not lowest <= value <= highest:
        raise ExecutionError(text)
    output.begin_setpoint(value)


def _extremes_reset(state: State, parameters: Parameters) -> None:
    only(parameters, 0)
    for channel in state.inputs.values():
        channel.reset_extremes()


def _alarm_reset(state: State, parameters: Parameters) -> None:
    only(parameters, 0)
    for channel in state.inputs.values():
        channel.alarm = AlarmState()


def _autotune(state: State, parameters: Parameters) -> None:
    number, text = only(parameters, 2)
    output = state.output(number)
    mode = whole(text)
    if not 0 <= mode <= 2:
        raise ExecutionError(text)
    letter = output.control_input
    if letter is None:
        state.autotune.start(output, mode, Conditions(False, math.inf))
        return
    reading = state.inputs[letter].control
    curve = state.memory.curve_of(letter)
    distance = math.inf if curve is None or not reading.usable else abs(
        output.setpoint_kelvin() - reading.kelvin
    )
    state.autotune.start(output, mode, Conditions(curve is not None, distance))


def _curve_header(state: State, parameters: Parameters) -> None:
    slot, name, serial, fmt, limit, coefficient = only(parameters, 6)
    number = _user_slot(slot)
    old = state.memory.curves[number]
    new = replace(
        old,
        name=old.name if name is None else name[:15],
        serial=old.serial if serial is None else serial[:10],
        format=old.format if fmt is None else whole(fmt),
        limit=old.limit if limit is None else parse_real(limit, state.options.exponent_accepted),
        coefficient=old.coefficient if coefficient is None else whole(coefficient),
    )
    if not (1 <= new.format <= 4 and 0.0 <= new.limit <= 9999.0 and new.coefficient in (1, 2)):
        raise ExecutionError("CRVHDR")
    state.memory.curves[number] = new.with_coefficient()


def _curve_point(state: State, parameters: Parameters) -> None:
    # The 350 manual's example ends in a stray fifth field, ",N" (4.5).
    stray = len(parameters) == 5 and (parameters[4] or "").upper() == "N"
    slot, index, units, kelvin = only(parameters[:4] if stray else parameters, 4)
    number = _user_slot(slot)
    if whole(index) not in POINTS:
        raise ExecutionError(index)
    if units is None or kelvin is None:
        raise CommandError("CRVPT")
    exponent = state.options.exponent_accepted
    point = parse_real(units, exponent), parse_real(kelvin, exponent)
    state.memory.curves[number] = state.memory.curves[number].with_point(whole(index), *point)


def _curve_delete(state: State, parameters: Parameters) -> None:
    state.memory.curves[_user_slot(only(parameters, 1)[0])] = Curve()


def _softcal(state: State, parameters: Parameters) -> None:
    standard, destination, serial, *rest = only(parameters, 9)
    values = [0.0 if text is None else parse_real(text, state.options.exponent_accepted) for text in rest]
    points = list(zip(values[0::2], values[1::2], strict=True))
    number = _user_slot(destination)
    source = state.memory.curves.get(whole(standard), Curve())
    state.memory.curves[number] = softcal_curve(whole(standard), source, serial or "", points)


def _user_slot(text: str | None) -> int:
    number = whole(text)
    if number not in USER:
        raise ExecutionError(text)
    return number


COMMANDS: dict[str, Command] = {
    "*CLS": _clear,
    "*ESE": _event_enable,
    "*OPC": _operation_complete,
    "*RST": _reset,
    "*SRE": _request_enable,
    "*WAI": _wait,
    "OPSTE": _operation_enable,
    "DFLT": _factory,
    "SETP": _setpoint,
    "MNMXRST": _extremes_reset,
    "ALMRST": _alarm_reset,
    "ATUNE": _autotune,
    "CRVHDR": _curve_header,
    "CRVPT": _curve_point,
    "CRVDEL": _curve_delete,
    "SCAL": _softcal,
}
