"""The power stage of an output: current of each range, compliance, open and short loads.

Source: lakeshore-protocol.md 5.2-5.4 and 7.1.
"""

from __future__ import annotations

import math

from cryosim.emulators.lakeshore.control import Scale, convert_percent
from cryosim.emulators.lakeshore.face import Face, OutputFace
from cryosim.emulators.lakeshore.memory import OutputSettings
from cryosim.emulators.lakeshore.options import Options
from cryosim.emulators.ports import HeaterPort

FULL_VOLTS = 10.0
"""Full scale of a voltage output, [V] (5.2)."""

LOAD_OK, LOAD_OPEN, LOAD_SHORT = 0, 1, 2
COMPLIANCE = 2
"""HTRST? of output 2 of a 350 (7.1); not latched."""


def displayed_scale(settings: OutputSettings) -> Scale:
    """Return what HTR? and MOUT are percentages of (HTRSET)."""
    return "current" if settings.display == 1 else "power"


class Heater:
    """What stands between a percentage and the load.

    Parameters
    ----------
    face : Face
    output : OutputFace
    port : HeaterPort or None
        None is an open load.
    options : Options
    """

    def __init__(self, face: Face, output: OutputFace, port: HeaterPort | None, options: Options) -> None:
        self._face = face
        self._output = output
        self._port = port
        self._options = options
        self._limit = output.max_amperes or options.second_output_amperes
        self._volts = output.compliance if output.max_amperes else options.second_output_volts
        self._is_voltage = not output.current
        self.power_up()

    def power_up(self) -> None:
        """Forget the faults."""
        self._fault = LOAD_OK
        self._complying = False

    def read_fault(self) -> int:
        """Return HTRST? and clear what is latched."""
        fault, self._fault = self._fault, LOAD_OK
        return fault or (COMPLIANCE if self._complying else LOAD_OK)

    def set(self, percent: float, settings: OutputSettings) -> bool:
        """Send ``percent`` to the load; return False when the load is open or short and gets nothing."""
        self._settle_type(bool(settings.voltage_type))
        if settings.voltage_type:
            self._complying = False
            if self._port:
                self._port.apply(FULL_VOLTS * percent / 100.0)
            return True
        share = convert_percent(percent, displayed_scale(settings), "current") / 100.0
        amperes = share * self.full_amperes(settings)
        ohm = self._port.ohm() if self._port else math.inf
        # A load carrying no current shows neither fault.
        fault = self._load_fault(ohm) if amperes > 0.0 else LOAD_OK
        if fault:
            self._fault, amperes = fault, 0.0
        over = amperes > 0.0 and amperes * ohm > self._volts
        self._complying = over and self._output.fixed
        if self._port:
            self._port.drive(self._volts / ohm if over else amperes)
        return not fault

    def full_amperes(self, settings: OutputSettings) -> float:
        """Return the current at 100 % of the present range, [A]; a lower range has a tenth of the power."""
        limit = self._limit
        if not self._output.fixed:
            code = settings.max_current
            chosen = self._face.max_currents[code - 1] if code else settings.user_current
            limit = min(limit, chosen, self._volts / (25.0 if settings.resistance == 1 else 50.0))
        return limit * math.pow(10.0, (settings.range - self._output.ranges) / 2.0)

    def _settle_type(self, voltage: bool) -> None:
        """Let go of the load in the other type before driving it in this one."""
        if voltage == self._is_voltage:
            return
        self._is_voltage = voltage
        if self._port:
            (self._port.drive if voltage else self._port.apply)(0.0)

    def _load_fault(self, ohm: float) -> int:
        if ohm > self._options.heater_open_ohm:
            return LOAD_OPEN
        # Code 2 of the 350's second output is compliance, so a short has none.
        short = ohm < self._options.heater_short_ohm and not self._output.fixed
        return LOAD_SHORT if short else LOAD_OK
