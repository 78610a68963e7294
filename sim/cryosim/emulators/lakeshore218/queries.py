"""Queries that are not the other half of a setting (6.3)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from cryosim.emulators.lakeshore.curves import POINTS
from cryosim.emulators.lakeshore.grammar import CommandError, ExecutionError
from cryosim.emulators.lakeshore.numbers import Places, parse_whole, signed
from cryosim.emulators.lakeshore218.memory import CELSIUS, INPUTS, KELVIN, LINEAR, SENSOR

if TYPE_CHECKING:
    from cryosim.emulators.lakeshore218.state import State

Parameters = Sequence[str | None]
Query = Callable[["State", Parameters], str]

TEMPERATURE = Places(2, 3)
"""0.001 below 100, 0.01 to 1000, 0.1 above (1.2)."""


def only(parameters: Parameters, count: int) -> list[str | None]:
    """Return exactly ``count`` parameters, None where left out; CommandError when there are more."""
    if len(parameters) > count:
        raise CommandError("too many parameters")
    return [*parameters, *[None] * (count - len(parameters))]


def number(text: str | None, members: Sequence[int]) -> int:
    """Return a whole number that must be one of ``members``; CommandError, ExecutionError."""
    if text is None:
        raise CommandError("number")
    value = parse_whole(text)
    if value not in members:
        raise ExecutionError(text)
    return value


def text_of(value: float, source: int, state: State) -> str:
    """Write a reading."""
    fine = source == SENSOR and state.options.sensor_text == "five digits"
    return signed(value, Places(1, 4) if fine or source == LINEAR else TEMPERATURE)


def _reading(source: int) -> Query:
    def answer(state: State, parameters: Parameters) -> str:
        asked = number(only(parameters, 1)[0], (0, *INPUTS))
        state.status.new_reading = False
        numbers = INPUTS if asked == 0 else (asked,)
        return ",".join(text_of(state.inputs[n].value(source, state.memory), source, state) for n in numbers)

    return answer


def _reading_status(state: State, parameters: Parameters) -> str:
    return f"{state.inputs[number(only(parameters, 1)[0], INPUTS)].shown.status:03d}"


def _extremes(state: State, parameters: Parameters) -> str:
    asked = number(only(parameters, 1)[0], INPUTS)
    source = state.memory.inputs[asked].extremes_source
    return ",".join(text_of(value, source, state) for value in state.inputs[asked].extremes or (0.0, 0.0))


def _alarm(state: State, parameters: Parameters) -> str:
    alarm = state.inputs[number(only(parameters, 1)[0], INPUTS)].alarm
    return f"{alarm.high:d},{alarm.low:d}"


def _analog(state: State, parameters: Parameters) -> str:
    return signed(state.percent(number(only(parameters, 1)[0], (1, 2))), TEMPERATURE)


def _relays(state: State, parameters: Parameters) -> str:
    only(parameters, 0)
    return f"{sum(1 << (n - 1) for n in state.memory.relays if state.relay_on(n)):03d}"


def _curve_header(state: State, parameters: Parameters) -> str:
    curve = state.memory.curves[number(only(parameters, 1)[0], tuple(state.memory.curves))]
    limit = signed(curve.limit, Places(3, 3)).removeprefix("+")
    return f"{curve.name:<15},{curve.serial:<10},{curve.format},{limit},{curve.coefficient}"


def _curve_point(state: State, parameters: Parameters) -> str:
    slot, index = only(parameters, 2)
    curve = state.memory.curves[number(slot, tuple(state.memory.curves))]
    places = Places(1, 5) if state.options.curve_point_text == "six digits" else Places(3, 3)
    return ",".join(signed(value, places) for value in curve.points.get(number(index, POINTS), (0.0, 0.0)))


def _date(state: State, parameters: Parameters) -> str:
    only(parameters, 0)
    return f"{state.now:%m,%d,%y,%H,%M,%S}"


def _last_record(state: State, parameters: Parameters) -> str:
    only(parameters, 0)
    return f"{len(state.log.records):04d}"


def _record(state: State, parameters: Parameters) -> str:
    which, reading = only(parameters, 2)
    record = state.log.records[number(which, range(1, len(state.log.records) + 1)) - 1]
    one = record.readings[number(reading, range(1, len(record.readings) + 1)) - 1]
    return f"{record.when:%m/%d/%y,%H:%M:%S},{text_of(one.value, one.source, state)},{one.status:02d},{one.source}"


def _bare(answer: Callable[[State], str]) -> Query:
    def checked(state: State, parameters: Parameters) -> str:
        only(parameters, 0)
        return answer(state)

    return checked


QUERIES: dict[str, Query] = {
    "*ESE": _bare(lambda state: f"{state.status.event_enable:03d}"),
    "*ESR": _bare(lambda state: f"{state.status.take_event():03d}"),
    "*IDN": _bare(lambda state: state.identity),
    "*OPC": _bare(lambda state: "1"),
    "*SRE": _bare(lambda state: f"{state.status.request_enable:03d}"),
    "*STB": _bare(lambda state: f"{state.status_byte:03d}"),
    "*TST": _bare(lambda state: "0"),
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
    "KEYST": _bare(lambda state: str(int(state.status.take_key()))),
    "LOG": _bare(lambda state: str(int(state.log.on))),
    "LOGNUM": _last_record,
    "LOGVIEW": _record,
}
ONLY_S = frozenset({"AOUT", "RELAYST"})
