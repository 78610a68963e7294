"""One output: setpoint ramp, zones and control modes.

Source: lakeshore-protocol.md 5.4, 6.2-6.4.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cryosim.emulators.lakeshore.control import (
    Gains,
    Scale,
    convert_percent,
    pid_step,
    ramp_step,
    zone_of,
)
from cryosim.emulators.lakeshore.curves import NEGATIVE
from cryosim.emulators.lakeshore.face import DIODE, NTC, Face, OutputFace
from cryosim.emulators.lakeshore.heater import Heater, displayed_scale
from cryosim.emulators.lakeshore.inputs import Input, to_kelvin
from cryosim.emulators.lakeshore.memory import (
    CLOSED_LOOP,
    MIRROR,
    MONITOR,
    OPEN_LOOP,
    SENSOR,
    WARM_UP,
    ZONE,
    Memory,
    OutputSettings,
)
from cryosim.emulators.lakeshore.options import Options
from cryosim.emulators.ports import HeaterPort


class Output:
    """One output: what it does now, and what it remembers until the power goes.

    Parameters
    ----------
    face : Face
    output : OutputFace
        Which of the face's outputs this is.
    port : HeaterPort or None
        What is connected; None is nothing at all, an open load.
    memory : Memory
    options : Options
    """

    def __init__(
        self, face: Face, output: OutputFace, port: HeaterPort | None, memory: Memory, options: Options
    ) -> None:
        self._face = face
        self._output = output
        self._heater = Heater(face, output, port, options)
        self._memory = memory
        self._options = options
        self.number = output.number
        self.power_up()

    def power_up(self) -> None:
        """Forget everything volatile and take the stored settings up again."""
        self.percent = 0.0
        """Output in the displayed unit, as HTR? and AOUT? give it, [%]."""
        self.ramp_done = self._options.ramp_done_idle
        self._heater.power_up()
        self._warming = True
        self._ramp_seen = False
        self._integral = 0.0
        self._error_before: float | None = None
        self._zone_kelvin: float | None = None
        s = self.settings
        setpoint = s.target if self._options.restored_setpoint == "target" else s.setpoint
        kept = s.range if s.powerup else 0
        self.change(setpoint=setpoint, target=setpoint, range=kept)
        self.forget_crossing()

    @property
    def settings(self) -> OutputSettings:
        """The stored settings of this output."""
        return self._memory.outputs[self.number]

    def change(self, **values: Any) -> None:
        """Store new values of some settings."""
        self._memory.outputs[self.number] = replace(self.settings, **values)

    @property
    def top_range(self) -> int:
        """Highest value of RANGE in the present output type."""
        return 1 if self.settings.voltage_type else self._output.ranges

    @property
    def control_input(self) -> str | None:
        """Letter of the input the loop uses now; a mirroring output names an output instead."""
        if self.settings.mode == MIRROR:
            return None
        number = self.settings.zone_input or self.settings.input
        return self._face.inputs[number - 1] if 0 < number <= len(self._face.inputs) else None

    @property
    def setpoint_units(self) -> int:
        """Units of the setpoint: the preferred units of the control input; kelvin without one."""
        letter = self.control_input
        return self._memory.inputs[letter].units if letter else 1

    @property
    def ramping(self) -> bool:
        """Whether a ramp is under way, as RAMPST? reports it."""
        active = self.settings.target != self.settings.setpoint
        return active and (self._options.ramp_status_at_once or self._ramp_seen)

    # --- what commands do ----------------------------------------------------------------------

    def begin_setpoint(self, value: float) -> None:
        """Go to a setpoint: as a ramp where one applies, else at once (6.3)."""
        s = self.settings
        ramps = s.ramp_on and s.ramp_rate > 0.0 and self.setpoint_units != SENSOR
        if ramps and (s.range or self._options.ramp_with_range_off):
            self.change(target=value)
        else:
            self.change(setpoint=value, target=value)

    def freeze_ramp(self) -> None:
        """End a ramp where it is."""
        self.change(target=self.settings.setpoint)

    def finish_ramp(self) -> None:
        """End a ramp at its target."""
        self.change(setpoint=self.settings.target)

    def mode_changed(self) -> None:
        """Begin another mode: no integral of the old one, and the zone table knows the setpoint (6.4)."""
        self._restart()
        self.change(zone_input=0)
        self.forget_crossing()
        if self._options.zone_on_entry:
            self._zone_kelvin = None

    def forget_crossing(self) -> None:
        """Take the present setpoint as known to the zone table: only the next crossing counts."""
        self._zone_kelvin = self.setpoint_kelvin()

    def turn_off(self) -> None:
        """Set RANGE to 0, as a trip or the ALL OFF key does; Monitor Out is never off (5.4)."""
        if self.settings.mode != MONITOR and self.settings.range:
            self.change(range=0)

    def read_fault(self) -> int:
        """Return HTRST? and clear what is latched."""
        return self._heater.read_fault()

    # --- ten times a second ---------------------------------------------------------------------

    def tick(self, inputs: Mapping[str, Input], others: Mapping[int, Output]) -> None:
        """Do the work of one period."""
        self._advance_ramp()
        self._consult_zones()
        self._check_sensor(inputs)
        percent = self._percent(inputs, others)
        carried = self._heater.set(percent, self.settings)
        self.percent = percent if carried else 0.0
        if not carried:
            self.turn_off()

    def _advance_ramp(self) -> None:
        s = self.settings
        if s.target == s.setpoint:
            self._ramp_seen = False
            return
        self._ramp_seen, self.ramp_done = True, False
        moved = ramp_step(s.setpoint, s.target, s.ramp_rate) if s.ramp_rate > 0.0 else s.target
        self.change(setpoint=moved)
        self.ramp_done = moved == s.target

    def _consult_zones(self) -> None:
        """Apply the zone whose boundary the setpoint has crossed (6.4)."""
        if self.settings.mode != ZONE:
            return
        before, self._zone_kelvin = self._zone_kelvin, self.setpoint_kelvin()
        if before == self._zone_kelvin:
            return
        table = [self._memory.zones[self.number, k] for k in range(1, 11)]
        owner = self._options.zone_boundary
        now = zone_of(self._zone_kelvin, table, owner)
        if now is None or (before is not None and zone_of(before, table, owner) == now):
            return
        zone = table[now]
        stays_off = not self.settings.range and self._options.zone_range_when_off == "stays off"
        wanted = 0 if stays_off else min(zone.range, self.top_range)
        self.change(p=zone.p, i=zone.i, d=zone.d, manual=zone.manual, ramp_rate=zone.rate, range=wanted)
        if self._options.zone_input_shown:
            self.change(input=zone.input or self.settings.input)
        else:
            self.change(zone_input=zone.input)

    def setpoint_kelvin(self) -> float:
        """Return the present setpoint, [K]; 0.0 in sensor units without a curve."""
        letter = self.control_input
        curve = self._memory.curve_of(letter) if letter else None
        return to_kelvin(self.settings.setpoint, self.setpoint_units, curve)

    def _check_sensor(self, inputs: Mapping[str, Input]) -> None:
        """Turn off a loop whose control sensor cannot be read; open loop has no such protection (6.2)."""
        letter = self.control_input
        if letter is None or self.settings.mode not in (CLOSED_LOOP, ZONE, WARM_UP):
            return
        if not inputs[letter].control.valid(self.setpoint_units):
            self.turn_off()

    def _percent(self, inputs: Mapping[str, Input], others: Mapping[int, Output]) -> float:
        """Return the output of the present mode, in the displayed unit, [%]."""
        s = self.settings
        if s.mode == MONITOR:
            return self._monitor(inputs)
        if not s.range:
            self._restart()
            return 0.0
        if s.mode in (CLOSED_LOOP, ZONE):
            return self._closed_loop(inputs)
        self._restart(warming=self._warming)
        if s.mode == OPEN_LOOP:
            return max(s.manual, self._lowest)
        if s.mode == WARM_UP:
            return self._warm_up(inputs)
        if s.mode == MIRROR and s.input in others:
            return others[s.input].percent
        return 0.0

    def _restart(self, warming: bool = True) -> None:
        self._integral = 0.0
        self._error_before = None
        self._warming = warming

    def _error(self, inputs: Mapping[str, Input]) -> float | None:
        """Return how much warmer the loop wants it, in preferred units; None without a control input.

        In sensor units the sign follows the curve, or without one the sensor type: a diode's voltage
        and an NTC's resistance fall when it warms.
        """
        letter = self.control_input
        if letter is None:
            return None
        units = self.setpoint_units
        error = self.settings.setpoint - inputs[letter].control.value(units)
        if units != SENSOR:
            return error
        curve = self._memory.curve_of(letter)
        if curve:
            return -error if curve.coefficient == NEGATIVE else error
        return -error if self._memory.inputs[letter].sensor_type in (DIODE, NTC) else error

    def _closed_loop(self, inputs: Mapping[str, Input]) -> float:
        s = self.settings
        error = self._error(inputs)
        if error is None:
            return 0.0
        lowest = self._lowest
        gains = Gains(s.p * self._options.p_scale, s.i, s.d)
        total, self._integral = pid_step(error, self._error_before, self._integral, gains, lowest)
        self._error_before = error
        if s.voltage_type:
            return min(100.0, max(lowest, total + s.manual))
        displayed, chosen = displayed_scale(s), self._options.pid_linear_in
        linear: Scale = displayed if chosen == "displayed" else chosen
        total += convert_percent(s.manual, displayed, linear)
        return convert_percent(min(100.0, max(lowest, total)), linear, displayed)

    @property
    def _lowest(self) -> float:
        return -100.0 if self.settings.voltage_type and self.settings.bipolar else 0.0

    def _warm_up(self, inputs: Mapping[str, Input]) -> float:
        """Return the warm-up supply's output: on below the setpoint, with 1 K of hysteresis (6.2)."""
        s = self.settings
        error = self._error(inputs)
        if error is None:
            return 0.0
        if error <= 0.0:
            self._warming = False
            if not s.warm_continuous:
                self.turn_off()
        elif error >= 1.0:
            self._warming = True
        return s.warm_percent if self._warming else 0.0

    def _monitor(self, inputs: Mapping[str, Input]) -> float:
        """Return Monitor Out: the reading mapped linearly from low..high (6.2)."""
        s = self.settings
        letter = self.control_input
        if letter is None or s.monitor_high == s.monitor_low:
            return 0.0
        fraction = (inputs[letter].shown.value(s.monitor_units) - s.monitor_low) / (
            s.monitor_high - s.monitor_low
        )
        percent = 200.0 * fraction - 100.0 if s.bipolar else 100.0 * fraction
        return min(100.0, max(-100.0 if s.bipolar else 0.0, percent))
