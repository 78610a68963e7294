"""Commands that set up a meter: gas, units, reference state, zero, display, totaliser, registers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryosim.emulators.alicat.dialect import BadCommandError, Command, number, only, whole
from cryosim.emulators.alicat.tables import (
    DEFAULT_UNITS,
    GASES,
    LOOP_VARIABLES,
    MIXTURES,
    PRESSURE_UNITS,
    TEMPERATURE_UNITS,
    UNITS_OF,
    Gas,
)

if TYPE_CHECKING:
    from cryosim.emulators.alicat.instrument import Alicat

MODERN = (10, 5)  # firmware with GS, DCU, DCFRT, DCFRP, NCS
GAS_REGISTER, LOOP_REGISTER = 46, 122
GAS_BITS = 0x1FF  # of the gas register
ATMOSPHERE = 14.696  # PSIA, what an absolute-pressure tare sets to
NAME_LENGTH = 6  # characters of a mixture's name that are kept


def _known(unit: Alicat, code: int) -> Gas:
    gas = unit.memory.mixtures.get(code) or GASES.get(code)
    if gas is None:
        raise BadCommandError
    return gas


def _gas_by_code(unit: Alicat, arguments: list[str]) -> str:
    """``AG 7``: answers with a data frame."""
    only(arguments, 1)
    unit.memory.gas = _known(unit, whole(arguments[0])).code
    return unit.frame()


def _gas(unit: Alicat, arguments: list[str]) -> str:
    """``AGS``, ``AGS 7``, ``AGS He``, a last 1 for "keep at power-up"."""
    only(arguments, 0, 1, 2)
    if arguments:
        wanted = arguments[0]
        codes = [gas.code for gas in GASES.values() if gas.short.upper() == wanted.upper()]
        unit.memory.gas = codes[0] if codes else _known(unit, whole(wanted)).code
    gas = unit.gas()
    return f"{unit.memory.unit_id} {gas.code} {gas.short} {gas.long}"


def _mix(unit: Alicat, arguments: list[str]) -> str:
    """``AGM name number percent gas percent gas ...``: a mixture in a user slot (0: the next free one)."""
    if len(arguments) < 4 or len(arguments) % 2:
        raise BadCommandError
    name, slot = arguments[0][:NAME_LENGTH], whole(arguments[1])
    if slot == 0:
        slot = next((n for n in MIXTURES if n not in unit.memory.mixtures), 0)
    shares = [(number(p), _known(unit, whole(g))) for p, g in zip(arguments[2::2], arguments[3::2], strict=True)]
    if slot not in MIXTURES or abs(sum(percent for percent, _ in shares) - 100.0) > 0.01:
        raise BadCommandError
    viscosity = sum(percent / 100.0 * gas.viscosity for percent, gas in shares)
    unit.memory.mixtures[slot] = Gas(slot, name, name, viscosity)
    listed = " ".join(f"{percent:.2f}% {gas.short}" for percent, gas in shares)
    return f"{unit.memory.unit_id} {slot} {listed}"


def _delete_mix(unit: Alicat, arguments: list[str]) -> str:
    only(arguments, 1)
    slot = whole(arguments[0])
    if slot not in unit.memory.mixtures:
        raise BadCommandError
    del unit.memory.mixtures[slot]
    if unit.memory.gas == slot:
        unit.memory.gas = 0
    return f"{unit.memory.unit_id} {slot}"


def _unit_of(unit: Alicat, arguments: list[str]) -> str:
    """``ADCU 5`` asks, ``ADCU 5 7`` sets the engineering unit of a statistic."""
    only(arguments, 1, 2, 3)
    code = whole(arguments[0])
    if code not in DEFAULT_UNITS:
        raise BadCommandError
    if len(arguments) > 1:
        wanted = whole(arguments[1]) or DEFAULT_UNITS[code]
        if wanted not in UNITS_OF[code]:
            raise BadCommandError
        unit.memory.units[code] = wanted
    known = unit.memory.unit(code)
    return f"{unit.memory.unit_id} {known.code} {known.label}"


def _reference_temperature(unit: Alicat, arguments: list[str]) -> str:
    """``ADCFRT S`` asks, ``ADCFRT S 2 25.0`` sets; S standard, N normal litres."""
    kind, value = _reference(arguments)
    celsius, psia = unit.memory.reference[kind]
    if value is not None:
        if arguments[1] not in ("0", "2") or not -273.0 < value < 200.0:
            raise BadCommandError
        celsius = value
        unit.memory.reference[kind] = (celsius, psia)
    return f"{unit.memory.unit_id} {celsius:+.3f} 2 {TEMPERATURE_UNITS[2].label}"


def _reference_pressure(unit: Alicat, arguments: list[str]) -> str:
    """``ADCFRP S`` asks, ``ADCFRP S 10 14.696`` sets."""
    kind, value = _reference(arguments)
    celsius, psia = unit.memory.reference[kind]
    if value is not None:
        if arguments[1] not in ("0", "10") or not 1.0 < value < 100.0:
            raise BadCommandError
        psia = value
        unit.memory.reference[kind] = (celsius, psia)
    return f"{unit.memory.unit_id} {psia:+.3f} 10 {PRESSURE_UNITS[10].label}"


def _reference(arguments: list[str]) -> tuple[str, float | None]:
    only(arguments, 1, 3)
    kind = arguments[0].upper()
    if kind not in ("S", "N"):
        raise BadCommandError
    return kind, number(arguments[2]) if len(arguments) == 3 else None


def _stream_interval(unit: Alicat, arguments: list[str]) -> str:
    only(arguments, 0, 1)
    if arguments:
        # 0 means "as fast as the line allows" (primer); taken as the old fixed 50 ms.
        unit.memory.stream_interval = max(whole(arguments[0]), 1) / 1e3 if arguments[0] != "0" else 0.05
    return f"{unit.memory.unit_id} {unit.memory.stream_interval * 1e3:.0f}"


def _tare_flow(unit: Alicat, arguments: list[str]) -> str:
    """``AT``: what flows now reads zero; ``AT n`` resets totaliser n instead."""
    only(arguments, 0, 1)
    if arguments:
        whole(arguments[0])
        unit.memory.total = 0.0
    else:
        unit.memory.flow_zero = unit.raw_volume_flow()
    return unit.frame()


def _tare_volume(unit: Alicat, arguments: list[str]) -> str:
    only(arguments, 0)
    unit.memory.flow_zero = unit.raw_volume_flow()
    return unit.frame()


def _tare_absolute(unit: Alicat, arguments: list[str]) -> str:
    only(arguments, 0)
    unit.memory.pressure_zero += unit.reading().pressure - ATMOSPHERE
    return unit.frame()


def _tare_gauge(unit: Alicat, arguments: list[str]) -> str:
    """No gauge sensor in a flow meter: accepted without effect; ``ATP n`` resets a peak."""
    only(arguments, 0, 1)
    return unit.frame()


def _lock(unit: Alicat, _: list[str]) -> str:
    unit.memory.locked = True
    return unit.frame()


def _unlock(unit: Alicat, _: list[str]) -> str:
    unit.memory.locked = False
    return unit.frame()


def _batch(unit: Alicat, arguments: list[str]) -> str:
    """``A$$TB 1`` asks, ``A$$TB 1 20 4`` sets a totaliser batch."""
    only(arguments, 1, 2, 3)
    batch = whole(arguments[0])
    if batch not in unit.memory.batches:
        raise BadCommandError
    if len(arguments) > 1:
        unit.memory.batches[batch] = number(arguments[1])
    return f"{unit.memory.unit_id} {batch} {unit.memory.batches[batch]:+08.2f} 4 SL"


def _read_register(unit: Alicat, arguments: list[str]) -> str:
    only(arguments, 1)
    register = whole(arguments[0])
    if register == GAS_REGISTER:
        value = unit.memory.gas
    elif register == LOOP_REGISTER and unit.options.controller:
        value = unit.memory.loop_variable
    elif register in unit.memory.registers:
        value = unit.memory.registers[register]
    else:
        raise BadCommandError
    return f"{unit.memory.unit_id}   {register:03d} = {value}"


def _write_register(unit: Alicat, arguments: list[str]) -> str:
    only(arguments, 2)
    register, value = whole(arguments[0]), whole(arguments[1])
    if register == GAS_REGISTER:
        unit.memory.gas = _known(unit, value & GAS_BITS).code
    elif register == LOOP_REGISTER and unit.options.controller and value in LOOP_VARIABLES:
        unit.memory.loop_variable = value
    elif register in unit.memory.registers:
        unit.memory.registers[register] = value
    else:
        raise BadCommandError
    return _read_register(unit, arguments[:1])


SETUP = (
    Command("G", _gas_by_code),
    Command("GS", _gas, since=MODERN),
    Command("GM", _mix, since=(5, 0)),
    Command("GD", _delete_mix, since=(5, 0)),
    Command("DCU", _unit_of, since=MODERN),
    Command("DCFRT", _reference_temperature, since=MODERN),
    Command("DCFRP", _reference_pressure, since=MODERN),
    Command("NCS", _stream_interval, since=MODERN),
    Command("T", _tare_flow),
    Command("V", _tare_volume),
    Command("TP", _tare_gauge),
    Command("PC", _tare_absolute),
    Command("L", _lock),
    Command("U", _unlock),
    Command("TB", _batch, since=(10, 0)),
    Command("R", _read_register),
    Command("W", _write_register),
)
