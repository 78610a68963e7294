"""Commands that are not plain settings (lakeshore-protocol.md 3.1, 4.1, 4.4-4.6)."""

from __future__ import annotations

import math
from collections.abc import Callable

from cryosim.emulators.lakeshore.arguments import Parameters, one_of, only
from cryosim.emulators.lakeshore.autotune import Conditions
from cryosim.emulators.lakeshore.common_commands import BYTE, COMMON_COMMANDS
from cryosim.emulators.lakeshore.curve_commands import Shelf
from cryosim.emulators.lakeshore.curves import LOG_OHM, MILLIVOLT, USER
from cryosim.emulators.lakeshore.effects import setpoint_limit
from cryosim.emulators.lakeshore.grammar import CommandError, ExecutionError
from cryosim.emulators.lakeshore.numbers import parse_real
from cryosim.emulators.lakeshore.state import State

Command = Callable[[State, Parameters], None]
SHELF = Shelf(USER, range(MILLIVOLT, LOG_OHM + 1), 9999.0)


def _operation_enable(state: State, parameters: Parameters) -> None:
    state.status.operation_enable = one_of(only(parameters, 1)[0], BYTE)


def _wait(state: State, parameters: Parameters) -> None:
    """Do nothing: every operation here is finished before the next unit is read."""
    only(parameters, 0)


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


def _autotune(state: State, parameters: Parameters) -> None:
    number, text = only(parameters, 2)
    output = state.output(number)
    mode = one_of(text, range(3))
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
    SHELF.header(state.memory.curves, parameters, exponent=state.options.exponent_accepted)


def _curve_point(state: State, parameters: Parameters) -> None:
    # The 350 manual's example ends in a stray fifth field, ",N" (4.5).
    stray = len(parameters) == 5 and (parameters[4] or "").upper() == "N"
    used = parameters[:4] if stray else parameters
    SHELF.point(state.memory.curves, used, exponent=state.options.exponent_accepted)


def _curve_delete(state: State, parameters: Parameters) -> None:
    SHELF.delete(state.memory.curves, parameters)


def _softcal(state: State, parameters: Parameters) -> None:
    SHELF.softcal(state.memory.curves, parameters, exponent=state.options.exponent_accepted)


COMMANDS: dict[str, Command] = {
    **COMMON_COMMANDS,
    "*WAI": _wait,
    "OPSTE": _operation_enable,
    "SETP": _setpoint,
    "MNMXRST": _extremes_reset,
    "ATUNE": _autotune,
    "CRVHDR": _curve_header,
    "CRVPT": _curve_point,
    "CRVDEL": _curve_delete,
    "SCAL": _softcal,
}
