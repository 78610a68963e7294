"""What else changes when a setting changes (lakeshore-protocol.md 4.3, 5.4, 5.5, 6.3)."""

from __future__ import annotations

from dataclasses import replace

from cryosim.emulators.lakeshore.curves import FORMATS, Curve
from cryosim.emulators.lakeshore.face import (
    DIODE,
    DISABLED,
    FULL_SCALE,
    NTC,
    PLATINUM,
    THERMOCOUPLE,
    Face,
)
from cryosim.emulators.lakeshore.grammar import ExecutionError
from cryosim.emulators.lakeshore.inputs import in_units, range_count, to_kelvin
from cryosim.emulators.lakeshore.memory import (
    MIRROR,
    MONITOR,
    OFF,
    WARM_UP,
    InputSettings,
    Memory,
    OutputSettings,
)
from cryosim.emulators.lakeshore.options import Options
from cryosim.emulators.lakeshore.outputs import Output


def settle_input(
    old: InputSettings, new: InputSettings, curves: dict[int, Curve], face: Face, options: Options
) -> InputSettings:
    """Return the record an input really takes: inapplicable fields ignored, curve and type made to match.

    Raises
    ------
    ExecutionError
        When the sensor type needs an option card, or the range does not exist for the type.
    """
    card = options.option_serial.strip("#") != ""
    if new.sensor_type > (THERMOCOUPLE if card else NTC):
        raise ExecutionError("no option card")
    changed = new.sensor_type != old.sensor_type
    resistive = new.sensor_type in (PLATINUM, NTC)
    if resistive and new.autorange:
        top = len(FULL_SCALE[PLATINUM]) - 1
        new = replace(new, range=top if changed else old.range)
    elif new.sensor_type in (DISABLED, THERMOCOUPLE):
        new = replace(new, range=0)
    if not resistive:
        new = replace(new, autorange=0)
    if new.sensor_type in (DISABLED, DIODE):
        new = replace(new, compensation=0)
    if new.range >= range_count(new.sensor_type, face.ntc_ranges):
        raise ExecutionError("range")
    if changed:
        new = replace(new, diode_current=0)
    elif new.sensor_type != DIODE:
        new = replace(new, diode_current=old.diode_current)
    assigned = new.curve != old.curve or (changed and options.type_change_clears_curve)
    if assigned and not matches(new, curves):
        new = replace(new, curve=0)
    return new


def matches(settings: InputSettings, curves: dict[int, Curve]) -> bool:
    """Return whether the assigned curve's format fits the sensor type; reserved slots never do."""
    curve = curves.get(settings.curve)
    reserved = curve is None or (settings.curve <= 20 and not curve.name)
    return not reserved and curve is not None and curve.format in FORMATS.get(settings.sensor_type, ())


def setup_changed(old: InputSettings, new: InputSettings, options: Options) -> bool:
    """Return whether the change turns off the loops of the input (5.4)."""
    if (old.sensor_type, old.curve) != (new.sensor_type, new.curve):
        return True
    electrical = [(s.autorange, s.excitation, s.diode_current, s.autorange or s.range) for s in (old, new)]
    return options.trip_on_range_change and electrical[0] != electrical[1]


def extremes_changed(old: InputSettings, new: InputSettings) -> bool:
    """Return whether the change restarts minimum and maximum: any of the input's setup (4.2)."""
    keys = ("sensor_type", "autorange", "compensation", "units", "excitation", "curve", "diode_current")
    return any(getattr(old, key) != getattr(new, key) for key in keys) or (
        not new.autorange and old.range != new.range
    )


def convert_setpoint(
    output: OutputSettings, old: InputSettings, new: InputSettings, curves: dict[int, Curve]
) -> OutputSettings:
    """Return the output with its setpoint in the new preferred units of its input (5.5)."""
    if old.units == new.units:
        return output
    before, after = curves.get(old.curve), curves.get(new.curve)
    setpoint, target = (
        in_units(to_kelvin(value, old.units, before), new.units, after)
        for value in (output.setpoint, output.target)
    )
    return replace(output, setpoint=setpoint, target=target)


def settle_output(
    old: OutputSettings, new: OutputSettings, number: int, face: Face, options: Options
) -> OutputSettings:
    """Return the record an output really takes.

    Raises
    ------
    ExecutionError
        When the output cannot do what is asked: type, mode, range or maximum current.
    """
    output = face.output(number)
    if new.voltage_type and not output.voltage:
        raise ExecutionError("output type")
    if new.voltage_type != old.voltage_type:
        lost = not new.voltage_type and new.mode in (MONITOR, WARM_UP)
        new = replace(new, range=0, mode=OFF if lost else new.mode)
    if new.mode != old.mode and new.mode in (MONITOR, WARM_UP) and not new.voltage_type:
        raise ExecutionError("output mode")
    if new.mode == MIRROR and (new.input not in face.numbers or new.input == number):
        raise ExecutionError("mirrored output")
    if new.range > (1 if new.voltage_type else output.ranges):
        if options.out_of_range == "ignore":
            raise ExecutionError("range")
        new = replace(new, range=1 if new.voltage_type else output.ranges)
    if new.manual < min(0.0, old.manual) and not (new.voltage_type and new.bipolar):
        raise ExecutionError("manual output")
    if _too_much_current(new) and not _too_much_current(old) and options.high_current_50_ohm == "reject":
        raise ExecutionError("maximum current")
    return new


def follow_output(old: OutputSettings, output: Output) -> None:
    """Carry on in the running output after its record has changed."""
    new = output.settings
    if old.ramp_on and not new.ramp_on:
        output.freeze_ramp()
    if new.ramp_on and new.ramp_rate == 0.0:
        output.finish_ramp()
    if new.mode != old.mode:
        output.mode_changed()


def setpoint_limit(output: Output, memory: Memory) -> tuple[float, float]:
    """Return lowest and highest setpoint, in preferred units (5.5)."""
    letter = output.control_input
    if letter is None:
        return 0.0, 9999.0
    settings = memory.inputs[letter]
    curve = memory.curve_of(letter)
    if settings.units not in (1, 2):
        scale = FULL_SCALE[settings.sensor_type][settings.range]
        return (-scale if settings.sensor_type == THERMOCOUPLE else 0.0), scale
    limit = curve.limit if curve else 9999.0
    return in_units(0.0, settings.units, curve), in_units(limit, settings.units, curve)


def _too_much_current(settings: OutputSettings) -> bool:
    """Return whether a maximum above 1 A is chosen for a 50 ohm heater: over 50 V (5.3)."""
    return settings.resistance == 2 and settings.max_current in (3, 4)
