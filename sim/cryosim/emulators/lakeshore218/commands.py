"""Commands that are not plain settings (6.3)."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import TYPE_CHECKING

from cryosim.emulators.lakeshore.arguments import Parameters, one_of, only
from cryosim.emulators.lakeshore.common_commands import COMMON_COMMANDS
from cryosim.emulators.lakeshore.curve_commands import Shelf
from cryosim.emulators.lakeshore.curves import LOG_OHM, VOLT
from cryosim.emulators.lakeshore.grammar import ExecutionError
from cryosim.emulators.lakeshore218.memory import USER

if TYPE_CHECKING:
    from cryosim.emulators.lakeshore218.state import State

Command = Callable[["State", Parameters], None]
SHELF = Shelf(USER, range(VOLT, LOG_OHM + 1), 9999.9)


def _extremes_reset(state: State, parameters: Parameters) -> None:
    only(parameters, 0)
    for channel in state.inputs.values():
        channel.extremes = None


def _curve_header(state: State, parameters: Parameters) -> None:
    SHELF.header(state.memory.curves, parameters, exponent=state.options.exponent_accepted)


def _curve_point(state: State, parameters: Parameters) -> None:
    SHELF.point(state.memory.curves, parameters, exponent=state.options.exponent_accepted)


def _curve_delete(state: State, parameters: Parameters) -> None:
    SHELF.delete(state.memory.curves, parameters)


def _softcal(state: State, parameters: Parameters) -> None:
    SHELF.softcal(state.memory.curves, parameters, exponent=state.options.exponent_accepted)


def _date(state: State, parameters: Parameters) -> None:
    limits = (range(1, 13), range(1, 32), range(100), range(24), range(60), range(60))
    month, day, year, hour, minute, second = (
        one_of(text, allowed) for text, allowed in zip(only(parameters, 6), limits, strict=True)
    )
    century = 1900 if year >= 90 else 2000  # the manual is of 1999
    try:
        state.now = datetime.datetime(century + year, month, day, hour, minute, second, tzinfo=datetime.UTC)
    except ValueError as error:
        raise ExecutionError("no such day") from error


def _log(state: State, parameters: Parameters) -> None:
    state.log.switch(bool(one_of(only(parameters, 1)[0], (0, 1))), state.memory)


COMMANDS: dict[str, Command] = {
    **COMMON_COMMANDS,
    "CRVDEL": _curve_delete,
    "CRVHDR": _curve_header,
    "CRVPT": _curve_point,
    "DATETIME": _date,
    "LOG": _log,
    "MNMXRST": _extremes_reset,
    "SCAL": _softcal,
}
