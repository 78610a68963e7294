"""Commands that only tell: firmware, tables, readings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryosim.emulators.alicat.dialect import BadCommandError, Command, number, only, whole
from cryosim.emulators.alicat.tables import (
    ABSOLUTE_PRESSURE,
    GASES,
    LOOP_VARIABLES,
    MASS_FLOW,
    TEMPERATURE,
    TOTAL_MASS,
    UNITS_OF,
    VALVE_DRIVE,
    VOLUME_FLOW,
)

if TYPE_CHECKING:
    from cryosim.emulators.alicat.instrument import Alicat

NEW_TABLE = (6, 0)  # firmware from which ??D* has statistic codes (captured: 5v12 not, 6v21 yet)
PRESSURE_FULL_SCALE = 160.0  # PSIA
CALIBRATED = "03/02/2025"
ABSENT = "--"


def statistic(unit: Alicat, code: int) -> float | None:
    """Return a statistic in its engineering unit, None when the unit has no such thing."""
    reading = unit.reading()
    values = {
        ABSOLUTE_PRESSURE: reading.pressure,
        TEMPERATURE: reading.celsius,
        VOLUME_FLOW: reading.volume_flow,
        MASS_FLOW: reading.mass_flow,
    }
    if code in values:
        return unit.memory.in_unit(code, values[code])
    if code == TOTAL_MASS and unit.options.totaliser:
        return unit.memory.total
    if unit.options.controller and code == VALVE_DRIVE:
        return unit.valve.drive
    if unit.options.controller and code in LOOP_VARIABLES and code == unit.memory.loop_variable:
        return unit.memory.setpoint_unit().show(unit.valve.target)
    return None


def full_scale(unit: Alicat, code: int) -> float:
    """Return the full scale of a statistic in its engineering unit."""
    inside = {
        ABSOLUTE_PRESSURE: PRESSURE_FULL_SCALE,
        TEMPERATURE: 50.0,
        VOLUME_FLOW: unit.options.full_scale,
        MASS_FLOW: unit.options.full_scale,
    }
    return unit.memory.in_unit(code, inside[code])


def _version(unit: Alicat, arguments: list[str]) -> str:
    only(arguments, 0)
    return f"{unit.memory.unit_id}   {unit.options.firmware} {unit.options.firmware_date}"


def _manufacturer(unit: Alicat, _: list[str]) -> str:
    options = unit.options
    lines = (
        "ALICAT SCIENTIFIC",
        "www.alicat.com",
        "Ph   520-290-6060",
        "info@alicat.com",
        f"Model Number {options.model}",
        f"Serial Number {options.serial}",
        f"Date Manufactured {CALIBRATED}",
        f"Date Calibrated   {CALIBRATED}",
        "Calibrated By     BL",
        f"Software Revision {options.firmware}",
    )
    return "\r".join(f"{unit.memory.unit_id}  M{n:02d} {line}" for n, line in enumerate(lines))


def _gases(unit: Alicat, _: list[str]) -> str:
    known = {**GASES, **unit.memory.mixtures}
    return "\r".join(f"{unit.memory.unit_id} G{code:02d} {known[code].short:>8}" for code in sorted(known))


def _frame_table(unit: Alicat, _: list[str]) -> str:
    rows = _new_rows(unit) if unit.options.version >= NEW_TABLE else _old_rows(unit)
    return "\r".join(f"{unit.memory.unit_id} {row}" for row in rows)


def _new_rows(unit: Alicat) -> list[str]:
    """Return the table with statistic codes, one row per column and per status word."""
    options, memory = unit.options, unit.memory
    signed = "s decimal"
    rows = [("700", "Unit ID", "string", "  1", "")]
    for code, name, places in (
        (ABSOLUTE_PRESSURE, "Abs Press", options.pressure_decimals),
        (TEMPERATURE, "Flow Temp", 2),
        (VOLUME_FLOW, "Volu Flow", options.decimals),
        (MASS_FLOW, "Mass Flow", options.decimals),
    ):
        known = memory.unit(code)
        rows.append((f"{code:03d}", name, signed, f"7/{places}", f" {known.code:03d} 02 {known.label}"))
    if options.controller:
        known = memory.setpoint_unit()
        name = f"{UNIT_NAMES[memory.loop_variable]} Setpt"
        width = f"7/{options.decimals}"
        rows.append((f"{memory.loop_variable:03d}", name, signed, width, f" {known.code:03d} 02 {known.label}"))
    if options.totaliser:
        rows.append((f"{TOTAL_MASS:03d}", "Tot Mass", signed, f"9/{options.decimals}", " 004 02 SL"))
    rows.append(("703", "Gas", "string", "  6", ""))
    rows += [
        ("701" if word == "ADC" else "702", "*Error" if word == "ADC" else "*Status", "string", "  3", f" {word}")
        for word in unit.status_words()
    ]
    head = "D00 ID_ NAME______________________ TYPE_______ WIDTH NOTES___________________"
    return [head] + [
        f"D{n:02d} {code} {name:<26} {kind:<11} {width:>5}{notes}"
        for n, (code, name, kind, width, notes) in enumerate(rows, 1)
    ]


UNIT_NAMES = {34: "Abs Press", 36: "Volu Flow", 37: "Mass Flow"}


def _old_rows(unit: Alicat) -> list[str]:
    """Return the table of 5v and older: no codes, smallest and largest value instead."""
    top = unit.options.full_scale
    rows = [
        ("Unit ID", "char", "A", "Z", "na"),
        ("Pressure", "signed", "+000.00", "+160.00", "PSIA"),
        ("Temperature", "signed", "-010.00", "+050.00", "C"),
        ("Volumetric", "signed", "+0000.0", f"{top:+07.1f}", "LPM"),
        ("Mass", "signed", "+0000.0", f"{top:+07.1f}", "SLPM"),
    ]
    if unit.options.controller:
        rows.append(("SetPoint", "signed", "+0000.0", f"{top:+07.1f}", "SLPM"))
    rows += [("Gas", "string", "Air", "D2", "na"), ("Error", "string", "na", "ADC", "na")]
    rows += [("Status", "string", "na", word, "na") for word in ("LCK", "OVR", "POV", "TOV", "VOV", "MOV")]
    head = " D00 NAME_______ TYPE_____ MinVal_  MaxVal_  UNITS__"
    return [head] + [
        f" D{n:02d} {name:<11} {kind:<9} {low:>7}   {high:>7}  {label:>7}"
        for n, (name, kind, low, high, label) in enumerate(rows, 1)
    ]


def _full_scale(unit: Alicat, arguments: list[str]) -> str:
    only(arguments, 1, 2)
    code = whole(arguments[0])
    if code not in UNITS_OF:
        raise BadCommandError
    known = unit.memory.unit(code)
    value = full_scale(unit, code)
    return f"{unit.memory.unit_id} {value:+07.2f} {known.code} {known.label}"


def _averages(unit: Alicat, arguments: list[str]) -> str:
    """``ADV 500 2 5``: statistics averaged over milliseconds; the answer has no unit id."""
    if len(arguments) < 2 or not 0 < number(arguments[0]) <= 10_000 or len(arguments) > 14:
        raise BadCommandError
    values = [statistic(unit, whole(argument)) for argument in arguments[1:]]
    places = unit.options.decimals
    return " ".join(ABSENT if value is None else f"{value:+07.{places}f}" for value in values)


def _valve_drive(unit: Alicat, arguments: list[str]) -> str:
    """Four columns whatever the number of valves (captured on 10v20)."""
    only(arguments, 0)
    return f"{unit.memory.unit_id} {unit.valve.drive:06.2f} 000.00 000.00 000.00"


INFORMATION = (
    Command("VE", _version),
    Command("??M*", _manufacturer),
    Command("??G*", _gases),
    Command("??D*", _frame_table),
    Command("FPF", _full_scale, since=(6, 0)),
    Command("DV", _averages, since=(6, 0)),
    Command("VD", _valve_drive, since=(8, 18), controller=True),
)
