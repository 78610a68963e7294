"""Queries that are not the other half of a setting (lakeshore-protocol.md 3.1, 4.1, 4.2, 4.4-4.6)."""

from __future__ import annotations

from collections.abc import Callable

from cryosim.emulators.lakeshore.alarms import energised
from cryosim.emulators.lakeshore.arguments import Parameters, one_of, only, whole
from cryosim.emulators.lakeshore.common_commands import COMMON_QUERIES, bare
from cryosim.emulators.lakeshore.curves import POINTS
from cryosim.emulators.lakeshore.inputs import Reading
from cryosim.emulators.lakeshore.memory import CELSIUS, KELVIN, SENSOR
from cryosim.emulators.lakeshore.numbers import SIX_DIGITS, Places, signed
from cryosim.emulators.lakeshore.state import State
from cryosim.emulators.lakeshore.status import NEW_READING

Query = Callable[[State, Parameters], str]


def _reading(units: int) -> Query:
    def answer(state: State, parameters: Parameters) -> str:
        (text,) = only(parameters, 1)
        state.status.condition &= ~NEW_READING
        if text == "0" and (state.face.all_inputs or state.options.all_inputs_335):
            shown = (channel.shown.value(units) for channel in state.inputs.values())
            return ",".join(
                signed(value, SIX_DIGITS) if units == SENSOR else state.short_text(value) for value in shown
            )
        reading: Reading = state.inputs[state.letter(text)].shown
        return state.text_in(reading.value(units), units)

    return answer


def _reading_status(state: State, parameters: Parameters) -> str:
    (text,) = only(parameters, 1)
    return f"{state.inputs[state.letter(text)].control.status:03d}"


def _extremes(state: State, parameters: Parameters) -> str:
    (text,) = only(parameters, 1)
    letter = state.letter(text)
    units = state.memory.inputs[letter].units
    return ",".join(state.text_in(value, units) for value in state.inputs[letter].extremes or (0.0, 0.0))


def _reference_block(state: State, parameters: Parameters) -> str:
    only(parameters, 0)
    return state.short_text(state.options.block_temperature)


def _heater(state: State, parameters: Parameters) -> str:
    (text,) = only(parameters, 1)
    return signed(state.output(text, state.face.current_outputs).percent, Places(3, 1))


def _analog(state: State, parameters: Parameters) -> str:
    (text,) = only(parameters, 1)
    return signed(state.output(text, state.face.voltage_outputs).percent, Places(3, 1))


def _heater_fault(state: State, parameters: Parameters) -> str:
    (text,) = only(parameters, 1)
    return str(state.output(text, state.face.current_outputs).read_fault())


def _setpoint(state: State, parameters: Parameters) -> str:
    (text,) = only(parameters, 1)
    output = state.output(text)
    moving = state.options.setpoint_while_ramping == "moving"
    value = output.settings.setpoint if moving else output.settings.target
    return state.text_in(value, output.setpoint_units)


def _ramping(state: State, parameters: Parameters) -> str:
    (text,) = only(parameters, 1)
    return str(int(state.output(text).ramping))


def _alarm(state: State, parameters: Parameters) -> str:
    (text,) = only(parameters, 1)
    alarm = state.inputs[state.letter(text)].alarm
    return f"{alarm.high:d},{alarm.low:d}"


def _relay(state: State, parameters: Parameters) -> str:
    (text,) = only(parameters, 1)
    relay = state.memory.relays[state.member(whole(text), tuple(state.memory.relays))]
    return str(int(energised(relay.mode, relay.kind, state.inputs[relay.input].alarm)))


def _tune(state: State, parameters: Parameters) -> str:
    only(parameters, 0)
    tune = state.autotune
    return f"{tune.active:d},{tune.output},{tune.error:d},{tune.stage:02d}"


def _curve_header(state: State, parameters: Parameters) -> str:
    (text,) = only(parameters, 1)
    curve = state.memory.curves[one_of(text, state.memory.curves)]
    limit = signed(curve.limit, Places(3, 3))
    return f"{curve.name:<15},{curve.serial:<10},{curve.format},{limit},{curve.coefficient}"


def _curve_point(state: State, parameters: Parameters) -> str:
    slot, index = only(parameters, 2)
    curve = state.memory.curves[one_of(slot, state.memory.curves)]
    return ",".join(signed(value, SIX_DIGITS) for value in curve.points.get(one_of(index, POINTS), (0.0, 0.0)))


def _network(state: State, parameters: Parameters) -> str:
    """Answer NETID?: status, address, mask, gateway, two name servers, hardware address, host, domain."""
    only(parameters, 0)
    panel = state.memory.panel
    fields = (panel.address, panel.mask, panel.gateway, panel.dns_1, panel.dns_2, "00:00:00:00:00:00")
    return ",".join((str(panel.dhcp), *fields, f"{panel.host:<15}", f"{panel.domain:<64}"))


QUERIES: dict[str, Query] = {
    **COMMON_QUERIES,
    "*STB": bare(lambda state: f"{state.status.byte:03d}"),
    "OPST": bare(lambda state: f"{state.status.condition:03d}"),
    "OPSTE": bare(lambda state: f"{state.status.operation_enable:03d}"),
    "OPSTR": bare(lambda state: f"{state.status.take_operation():03d}"),
    "KRDG": _reading(KELVIN),
    "CRDG": _reading(CELSIUS),
    "SRDG": _reading(SENSOR),
    "RDGST": _reading_status,
    "MDAT": _extremes,
    "TEMP": _reference_block,
    "HTR": _heater,
    "AOUT": _analog,
    "HTRST": _heater_fault,
    "SETP": _setpoint,
    "RAMPST": _ramping,
    "ALARMST": _alarm,
    "RELAYST": _relay,
    "TUNEST": _tune,
    "CRVHDR": _curve_header,
    "CRVPT": _curve_point,
    "NETID": _network,
}

ETHERNET_ONLY = frozenset({"NETID"})
ANALOG_OUTPUTS_ONLY = frozenset({"AOUT"})
