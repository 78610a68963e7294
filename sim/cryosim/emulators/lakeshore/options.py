"""What no source settles, as switches.

Every field names both readings; the default is the one the reference prefers, or the one that is
harder on a driver.  Section numbers are those of lakeshore-protocol.md, which also lists these as
bench checks (its section 13).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Options:
    """Readings of the unverified items of lakeshore-protocol.md."""

    # --- messages ------------------------------------------------------------------------------
    bad_unit: Literal["others", "rest", "all"] = "others"
    """2.5: unit of a chain that cannot be answered: the others are answered | nothing from there on
    is done or answered | as "rest", and the replies collected before are lost too."""
    out_of_range: Literal["ignore", "clamp"] = "ignore"
    """2.5: a number outside its limits: value unchanged and EXE | nearest limit stored, no error."""
    setpoint_above_limit: Literal["clamp", "reject"] = "clamp"
    """2.5, 5.5: SETP above the curve's setpoint limit: stored at the limit | unchanged and EXE."""
    no_such_channel: Literal["EXE", "CME"] = "EXE"
    """2.5: an input or output the model does not have: execution error | command error."""
    exponent_accepted: bool = False
    """2.2: ``SETP 1,1.5E+2``: command error | accepted, as on the 340."""
    setpoint_decimals: int | None = None
    """10: decimals accepted in SETP: any number | this many, more is a command error."""
    overlong: Literal["CME", "silent"] = "CME"
    """12: a message over 255 characters does nothing: command error | no error either."""
    all_inputs_335: bool = False
    """4.2: ``KRDG? 0`` on a 335: no such input | all inputs, as on the 336 and 350."""
    emulation_query: Literal["answered", "silent"] = "answered"
    """4.6: ``EMUL?``: both numbers | never answered."""
    lone_mnemonic: Literal["CME", "silent"] = "CME"
    """2.5: a query written without its ``?``: command error | nothing at all."""

    # --- texts ---------------------------------------------------------------------------------
    temperature_text: Literal["three decimals", "six digits"] = "three decimals"
    """2.7: ``+004.215`` | ``+4.21450``."""
    ramp_sign: bool = True
    """2.7: RAMP? rate with its sign ``+010.5`` | without, ``010.5``."""
    tlimit_text: Literal["whole", "point", "decimal"] = "whole"
    """2.7: TLIMIT? ``+0450`` (a 372 is known to) | ``+0450.`` | ``+450.0``."""
    option_serial: str = "#######"
    """2.8: serial of the option card; seven hashes mean none, and sensor type 4 is then refused."""

    # --- inputs --------------------------------------------------------------------------------
    default_sensor_type: int | None = None
    """4.7: sensor type after DFLT 99: the model's own (335 and 336 diode, 350 NTC) | this code."""
    reading_on_fault: Literal["zero", "end"] = "zero"
    """4.2: kelvin shown outside the curve or the sensor range: 0 (one real 350) | the curve's end."""
    disabled_status: Literal[0, 1] = 0
    """5.1: RDGST? of a disabled input: 0 | invalid reading."""
    no_curve_status: Literal[0, 1] = 0
    """4.2: RDGST? of an input without a curve: 0 | invalid reading."""
    type_change_clears_curve: bool = True
    """4.3: a curve that does not match a new sensor type becomes 0, as with INCRV | stays assigned."""
    alarm_on_fault: bool = False
    """6.5: with a bad reading the alarms keep their state | judge the number that is shown."""
    quantised: bool = True
    """5.1: sensor units rounded to the display resolution of the range | full precision."""
    block_temperature: float = 296.15
    """4.2: TEMP?, the thermocouple reference block, [K]."""

    # --- outputs -------------------------------------------------------------------------------
    p_scale: float = 1.0
    """6.1: percent per kelvin of a P of 1; how P is scaled is not documented, simulators take 1."""
    pid_linear_in: Literal["displayed", "current", "power"] = "displayed"
    """5.3: the PID sum is a percentage of what HTRSET displays | of current | of power."""
    high_current_50_ohm: Literal["reject", "limit"] = "reject"
    """5.3: maximum current codes above 1 A with a 50 ohm heater: EXE | stored, limited by 50 V."""
    second_output_amperes: float = 1.732
    """5.2: largest current of output 2 of a 335, [A]; nothing is known but the code list."""
    second_output_volts: float = 50.0
    """5.2: compliance of output 2 of a 335, [V]."""
    heater_open_ohm: float = 1.0e4
    """5.4: a load above this is open, [ohm]; the threshold is not documented."""
    heater_short_ohm: float = 0.5
    """5.4: a load below this is short, [ohm]; the threshold is not documented."""
    trip_on_range_change: bool = True
    """5.4: a change of an input's range or excitation is a setup change and turns its loops off | only
    sensor type and curve do."""

    # --- setpoint, ramp, zone ------------------------------------------------------------------
    setpoint_while_ramping: Literal["moving", "target"] = "moving"
    """4.4, 6.3: SETP? during a ramp: the moving value (a real 336) | the target (one simulator)."""
    ramp_with_range_off: bool = True
    """13: with RANGE 0 a ramp runs | SETP takes effect at once."""
    ramp_status_at_once: bool = True
    """6.3: RAMPST? is 1 with the SETP that starts it | from the next control tick."""
    ramp_done_idle: bool = False
    """3.1: OPST? RAMP DONE of a loop that has not ramped yet: 0 | 1, as ATUNE is when idle."""
    zone_boundary: Literal["lower", "upper"] = "lower"
    """6.4: a setpoint equal to a zone's upper bound belongs to that zone | to the one above."""
    zone_range_when_off: Literal["applied", "stays off"] = "applied"
    """6.4: range of a zone entered while RANGE is 0: applied (this heats!) | stays off."""
    zone_input_shown: bool = False
    """6.2, 6.4: OUTMODE? in a zone that names an input: the output's own input | the zone's, and a zone
    that names none keeps it ("previously assigned", as the maker's driver says)."""
    zone_on_entry: bool = False
    """6.4: table consulted only when the setpoint crosses | also when zone mode is selected."""
    zone_default_rate: float = 0.1
    """4.4, 4.7: ramp rate of an unused zone, [K/min]: 0.1 (manual) | 0 (a captured reply)."""
    restored_setpoint: Literal["current", "target"] = "current"
    """6.6: setpoint after a power cycle during a ramp: where it was | where it was going."""

    # --- autotune, defaults --------------------------------------------------------------------
    autotune_cancel: Literal["range or mode", "never"] = "range or mode"
    """6.7: RANGE 0 or another OUTMODE ends a tune | the tune runs on."""
    autotune_stage_seconds: float = 10.0
    """6.7: length of one stage of a tune, [s]; real ones follow the response of the load."""
    default_erases_curves: bool = False
    """4.6: DFLT 99 keeps user curves, as a 218 does | erases them."""
