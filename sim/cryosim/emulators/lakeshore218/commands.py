"""Commands that are not plain settings (6.3)."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from cryosim.emulators.lakeshore.alarms import AlarmState
from cryosim.emulators.lakeshore.curves import LOG_OHM, POINTS, VOLT, Curve
from cryosim.emulators.lakeshore.grammar import CommandError, ExecutionError
from cryosim.emulators.lakeshore.numbers import parse_real
from cryosim.emulators.lakeshore.softcal import softcal_curve
from cryosim.emulators.lakeshore218.memory import USER
from cryosim.emulators.lakeshore218.queries import Parameters, number, only
from cryosim.emulators.lakeshore218.status import OPERATION_COMPLETE

if TYPE_CHECKING:
    from cryosim.emulators.lakeshore218.state import State

Command = Callable[["State", Parameters], None]
BYTE = range(256)


def _event_enable(state: State, parameters: Parameters) -> None:
    state.status.event_enable = number(only(parameters, 1)[0], BYTE)


def _request_enable(state: State, parameters: Parameters) -> None:
    state.status.request_enable = number(only(parameters, 1)[0], BYTE)


def _operation_complete(state: State, parameters: Parameters) -> None:
    only(parameters, 0)
    state.status.event |= OPERATION_COMPLETE


def _clear(state: State, parameters: Parameters) -> None:
    only(parameters, 0)
    state.status.clear()


def _reset(state: State, parameters: Parameters) -> None:
    only(parameters, 0)
    state.power_up()


def _factory(state: State, parameters: Parameters) -> None:
    number(only(parameters, 1)[0], (99,))
    state.factory_reset()


def _alarm_reset(state: State, parameters: Parameters) -> None:
    only(parameters, 0)
    for channel in state.inputs.values():
        channel.alarm = AlarmState()


def _extremes_reset(state: State, parameters: Parameters) -> None:
    only(parameters, 0)
    for channel in state.inputs.values():
        channel.extremes = None


def _curve_header(state: State, parameters: Parameters) -> None:
    slot, name, serial, form, limit, coefficient = only(parameters, 6)
    key = number(slot, USER)
    old = state.memory.curves[key]
    new = replace(
        old,
        name=old.name if name is None else name[:15],
        serial=old.serial if serial is None else serial[:10],
        format=old.format if form is None else number(form, range(VOLT, LOG_OHM + 1)),
        limit=old.limit if limit is None else parse_real(limit, state.options.exponent_accepted),
        coefficient=old.coefficient if coefficient is None else number(coefficient, (1, 2)),
    )
    if not 0.0 <= new.limit <= 9999.9:
        raise ExecutionError(limit)
    state.memory.curves[key] = new.with_coefficient()


def _curve_point(state: State, parameters: Parameters) -> None:
    slot, index, units, kelvin = only(parameters, 4)
    key, place = number(slot, USER), number(index, POINTS)
    if units is None or kelvin is None:
        raise CommandError("CRVPT")
    exponent = state.options.exponent_accepted
    point = parse_real(units, exponent), parse_real(kelvin, exponent)
    state.memory.curves[key] = state.memory.curves[key].with_point(place, *point)


def _curve_delete(state: State, parameters: Parameters) -> None:
    state.memory.curves[number(only(parameters, 1)[0], USER)] = Curve()


def _softcal(state: State, parameters: Parameters) -> None:
    standard, destination, serial, *rest = only(parameters, 9)
    key, source = number(destination, USER), number(standard, (1, 6, 7))
    values = [0.0 if text is None else parse_real(text, state.options.exponent_accepted) for text in rest]
    points = list(zip(values[0::2], values[1::2], strict=True))
    state.memory.curves[key] = softcal_curve(source, state.memory.curves[source], serial or "", points)


def _date(state: State, parameters: Parameters) -> None:
    limits = (range(1, 13), range(1, 32), range(100), range(24), range(60), range(60))
    month, day, year, hour, minute, second = (
        number(text, allowed) for text, allowed in zip(only(parameters, 6), limits, strict=True)
    )
    century = 1900 if year >= 90 else 2000  # the manual is of 1999
    try:
        state.now = datetime.datetime(century + year, month, day, hour, minute, second, tzinfo=datetime.UTC)
    except ValueError as error:
        raise ExecutionError("no such day") from error


def _log(state: State, parameters: Parameters) -> None:
    state.log.switch(bool(number(only(parameters, 1)[0], (0, 1))), state.memory)


COMMANDS: dict[str, Command] = {
    "*CLS": _clear,
    "*ESE": _event_enable,
    "*OPC": _operation_complete,
    "*RST": _reset,
    "*SRE": _request_enable,
    "ALMRST": _alarm_reset,
    "CRVDEL": _curve_delete,
    "CRVHDR": _curve_header,
    "CRVPT": _curve_point,
    "DATETIME": _date,
    "DFLT": _factory,
    "LOG": _log,
    "MNMXRST": _extremes_reset,
    "SCAL": _softcal,
}
