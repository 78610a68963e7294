"""Queries that are not the other half of a setting (6.3)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from cryosim.emulators.lakeshore.arguments import Parameters, one_of, only
from cryosim.emulators.lakeshore.common_commands import COMMON_QUERIES, bare
from cryosim.emulators.lakeshore.curves import POINTS
from cryosim.emulators.lakeshore.numbers import Places, signed
from cryosim.emulators.lakeshore218.memory import CELSIUS, INPUTS, KELVIN, LINEAR, SENSOR

if TYPE_CHECKING:
    from cryosim.emulators.lakeshore218.state import State

Query = Callable[["State", Parameters], str]

TEMPERATURE = Places(2, 3)
"""0.001 below 100, 0.01 to 1000, 0.1 above (1.2)."""


def text_of(value: float, source: int, state: State) -> str:
    """Write a reading."""
    fine = source == SENSOR and state.options.sensor_text == "five digits"
    return signed(value, Places(1, 4) if fine or source == LINEAR else TEMPERATURE)


def _reading(source: int) -> Query:
    def answer(state: State, parameters: Parameters) -> str:
        asked = one_of(only(parameters, 1)[0], (0, *INPUTS))
        state.status.new_reading = False
        numbers = INPUTS if asked == 0 else (asked,)
        return ",".join(text_of(state.inputs[n].value(source, state.memory), source, state) for n in numbers)

    return answer


def _reading_status(state: State, parameters: Parameters) -> str:
    return f"{state.inputs[one_of(only(parameters, 1)[0], INPUTS)].shown.status:03d}"


def _extremes(state: State, parameters: Parameters) -> str:
    asked = one_of(only(parameters, 1)[0], INPUTS)
    source = state.memory.inputs[asked].extremes_source
    return ",".join(text_of(value, source, state) for value in state.inputs[asked].extremes or (0.0, 0.0))


def _alarm(state: State, parameters: Parameters) -> str:
    alarm = state.inputs[one_of(only(parameters, 1)[0], INPUTS)].alarm
    return f"{alarm.high:d},{alarm.low:d}"


def _analog(state: State, parameters: Parameters) -> str:
    return signed(state.percent(one_of(only(parameters, 1)[0], (1, 2))), TEMPERATURE)


def _relays(state: State, parameters: Parameters) -> str:
    only(parameters, 0)
    return f"{sum(1 << (n - 1) for n in state.memory.relays if state.relay_on(n)):03d}"


def _curve_header(state: State, parameters: Parameters) -> str:
    curve = state.memory.curves[one_of(only(parameters, 1)[0], state.memory.curves)]
    limit = signed(curve.limit, Places(3, 3)).removeprefix("+")
    return f"{curve.name:<15},{curve.serial:<10},{curve.format},{limit},{curve.coefficient}"


def _curve_point(state: State, parameters: Parameters) -> str:
    slot, index = only(parameters, 2)
    curve = state.memory.curves[one_of(slot, state.memory.curves)]
    places = Places(1, 5) if state.options.curve_point_text == "six digits" else Places(3, 3)
    return ",".join(signed(value, places) for value in curve.points.get(one_of(index, POINTS), (0.0, 0.0)))


def _date(state: State, parameters: Parameters) -> str:
    only(parameters, 0)
    return f"{state.now:%m,%d,%y,%H,%M,%S}"


def _last_record(state: State, parameters: Parameters) -> str:
    only(parameters, 0)
    return f"{len(state.log.records):04d}"


def _record(state: State, parameters: Parameters) -> str:
    which, reading = only(parameters, 2)
    record = state.log.records[one_of(which, range(1, len(state.log.records) + 1)) - 1]
    one = record.readings[one_of(reading, range(1, len(record.readings) + 1)) - 1]
    return f"{record.when:%m/%d/%y,%H:%M:%S},{text_of(one.value, one.source, state)},{one.status:02d},{one.source}"


QUERIES: dict[str, Query] = {
    **COMMON_QUERIES,
    "*STB": bare(lambda state: f"{state.status_byte:03d}"),
    "KRDG": _reading(KELVIN),
    "CRDG": _reading(CELSIUS),
    "SRDG": _reading(SENSOR),
    "LRDG": _reading(LINEAR),
    "RDGST": _reading_status,
    "MNMXRDG": _extremes,
    "ALARMST": _alarm,
    "AOUT": _analog,
    "RELAYST": _relays,
    "CRVHDR": _curve_header,
    "CRVPT": _curve_point,
    "DATETIME": _date,
    "KEYST": bare(lambda state: str(int(state.status.take_key()))),
    "LOG": bare(lambda state: str(int(state.log.on))),
    "LOGNUM": _last_record,
    "LOGVIEW": _record,
}
ONLY_S = frozenset({"AOUT", "RELAYST"})
