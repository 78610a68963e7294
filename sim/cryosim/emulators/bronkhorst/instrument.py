"""A thermal mass-flow meter or controller in a gas line."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from cryosim.emulators.bronkhorst import frames
from cryosim.emulators.bronkhorst.options import Options
from cryosim.emulators.bronkhorst.parameters import (
    BYTE,
    LONG,
    READ_ONLY,
    SHORT,
    TEXT,
    TYPE,
    VALUE,
    WRITE_ONLY,
    Parameter,
    float_of,
    number,
    padded,
    real,
)
from cryosim.emulators.ports import FlowPort

ANY_NODE = 0x80
FULL = 32000  # steps of 100 %
MOST = 41942  # steps, 131.07 %
LONGEST_LINE = 600  # characters; a frame has 255 bytes at most
UNKNOWN_PROCESS, UNKNOWN_PARAMETER, COMMAND = 3, 4, 2
RESPONSE = 0.5  # s, of the valve; ours
# Control modes in which a setpoint from the line counts: bus, keyboard or bus, RS232 (bronkhorst-propar).
FROM_THE_LINE = (0, 11, 18)
FIXED = {3: 0.0, 7: 1.0, 8: 1.3, 12: 0.0}  # valve closed, 100 %, fully open, 0 %
GAS_CONSTANT = 8.314462618  # J/mol/K
ATMOSPHERE = 101325.0  # Pa
MOLAR_MASS = {"He": 4.002602e-3, "N2": 28.0134e-3, "Ar": 39.948e-3, "Air": 28.9647e-3}  # kg/mol
# How much more of a gas than of nitrogen makes the same signal; as thermal meters have it, to a per cent.
CONVERSION = {"He": 1.41, "N2": 1.00, "Ar": 1.40, "Air": 1.00}
# Kelvin that standard litres refer to, by the letter in the unit; what a unit holds in litres a minute.
KELVIN = {"n": 273.15, "s": 293.15}
LITRES = {"ml{}/min": 1e-3, "l{}/min": 1.0, "ml{}/h": 1e-3 / 60.0, "l{}/h": 1.0 / 60.0, "m3{}/h": 1e3 / 60.0}
SECONDS = {"h": 3600.0, "min": 60.0, "s": 1.0}
KILOGRAM = {"kg": 1.0, "g": 1e-3, "mg": 1e-6}


def in_unit(mass_flow: float, gas: str, unit: str) -> float:
    """Return a mass flow, [kg/s], in a capacity unit.

    >>> round(in_unit(2.4e-5, "He", "ln/min"), 3), round(in_unit(2.4e-5, "He", "mg/s"), 3)
    (8.064, 24.0)
    """
    for letter, kelvin in KELVIN.items():
        for pattern, litres in LITRES.items():
            if unit == pattern.format(letter):
                moles = mass_flow / MOLAR_MASS[gas]
                return moles * GAS_CONSTANT * kelvin / ATMOSPHERE * 60e3 / litres
    mass, _, time = unit.partition("/")
    if mass in KILOGRAM and time in SECONDS:
        return mass_flow / KILOGRAM[mass] * SECONDS[time]
    raise ValueError(f"no unit of a mass flow: {unit!r}")


class Bronkhorst:
    """A meter or controller: implements ``Instrument``.

    Parameters
    ----------
    gas_line : FlowPort
        What it sits in.  A controller shows what its valve lets through of that, and the plant does not feel it:
        a ``FlowPort`` cannot be throttled.
    options : Options
    """

    def __init__(self, gas_line: FlowPort, options: Options | None = None) -> None:
        self.options = options or Options()
        self.gas_line = gas_line
        self.fluid, self.unit, self.capacity = self.options.fluid, self.options.unit, self.options.capacity
        self.mode = 0
        self.setpoint = self._valve = self.options.setpoint  # shares of the capacity
        self._line = bytearray()
        self._inside = False  # behind a colon
        self._parameters = self._table()

    # --- the line -----------------------------------------------------------------------------------

    def receive(self, data: bytes) -> bytes:
        """Take bytes in any split; return the answers to the frames they complete."""
        replies = bytearray()
        for byte in data:
            if byte == ord(":"):
                self._line.clear()
                self._inside = True
            elif byte in (0x0D, 0x0A):
                if self._inside:
                    replies += self._answer(bytes(self._line))
                self._inside = False
            elif self._inside and len(self._line) < LONGEST_LINE:
                self._line.append(byte)
        return bytes(replies)

    def advance(self, dt: float) -> None:
        """Let ``dt`` seconds pass: a valve follows its setpoint."""
        wanted = FIXED.get(self.mode, self.setpoint)
        self._valve += (wanted - self._valve) * (1.0 - math.exp(-dt / RESPONSE))

    def power_cycle(self) -> None:
        """Lose what was half said and the setpoint; the control mode is the one of the delivery."""
        self._line.clear()
        self._inside = False
        self.mode, self.setpoint, self._valve = 0, self.options.setpoint, 0.0

    def _answer(self, text: bytes) -> bytes:
        found = frames.decoded(text)
        if found is None:
            return frames.encoded(self.options.node, bytes([frames.ERROR]))
        node, data = found
        if node not in (self.options.node, ANY_NODE):
            return b""
        own = self.options.node if self.options.own_node else node
        command, rest = data[0], data[1:]
        try:
            if command == frames.REQUEST:
                return frames.encoded(own, self._read(rest))
            if command not in (frames.WRITE, frames.WRITE_ANSWERED):
                raise frames.Bad(COMMAND, 0)
            self._write(rest)
        except frames.Bad as bad:
            if command == frames.WRITE:
                return b""
            return frames.encoded(own, bytes([frames.STATUS, bad.status, bad.place + 1]))
        end = bytes([frames.STATUS, 0, len(data)])
        return frames.encoded(own, end) if command == frames.WRITE_ANSWERED else b""

    # --- parameters -----------------------------------------------------------------------------------

    def _read(self, data: bytes) -> bytes:
        answer = bytearray([frames.WRITE])
        for one in frames.requested(data):
            parameter = self._find(one.process, one.parameter, one.type, one.place)
            if parameter.read is None:
                raise frames.Bad(WRITE_ONLY, one.place)
            if one.first:
                answer.append(one.back_process)
            answer.append(one.back_parameter)
            raw = parameter.read()
            answer += padded(raw.decode("ascii", "replace"), one.length) if one.type == TEXT else raw
        return bytes(answer)

    def _write(self, data: bytes) -> None:
        for one in frames.told(data):
            parameter = self._find(one.process, one.parameter, one.type, one.place)
            if parameter.write is None:
                raise frames.Bad(READ_ONLY, one.place)
            if not parameter.write(one.data):
                raise frames.Bad(VALUE, one.place)

    def _find(self, process: int, number_: int, kind: int, place: int) -> Parameter:
        if not any(process == known for known, _ in self._parameters):
            raise frames.Bad(UNKNOWN_PROCESS, place)
        parameter = self._parameters.get((process, number_))
        if parameter is None:
            raise frames.Bad(UNKNOWN_PARAMETER, place)
        if parameter.type != kind:
            raise frames.Bad(TYPE, place)
        return parameter

    def _table(self) -> Mapping[tuple[int, int], Parameter]:
        options = self.options

        def text(say: Callable[[], str]) -> Parameter:
            return Parameter(TEXT, lambda: say().encode("ascii", "replace"))

        table = {
            (0, 0): text(lambda: chr(7 if options.controller else 8) + chr(0x20) + options.serial),
            (0, 1): Parameter(BYTE, lambda: number(options.node, 1)),
            (1, 0): Parameter(SHORT, lambda: number(self.steps() & 0xFFFF, 2)),
            (1, 4): Parameter(BYTE, lambda: number(self.mode, 1), self._set_mode),
            (1, 13): Parameter(LONG, lambda: real(self.capacity)),
            (1, 17): text(lambda: self.fluid),
            (1, 20): Parameter(BYTE, lambda: number(self._alarms(), 1)),
            (1, 31): text(lambda: self.unit),
            (113, 2): text(lambda: options.model),
            (113, 3): text(lambda: options.serial),
            (113, 5): text(lambda: options.firmware),
            (113, 6): text(lambda: options.tag),
            (113, 12): Parameter(BYTE, lambda: number(7 if self.options.controller else 8, 1)),
        }
        table[1, 1] = Parameter(SHORT, lambda: number(round(self.setpoint * FULL), 2), self._set_steps)
        if options.floats:
            table[33, 0] = Parameter(LONG, lambda: real(self.steps() / FULL * self.capacity))
            table[33, 3] = Parameter(LONG, lambda: real(self.setpoint * self.capacity), self._set_float)
        return table

    def steps(self) -> int:
        """Return the flow as the sensor shows it, 32000 being the capacity."""
        sample = self.gas_line.read()
        # A sensor sees how much heat is carried away, and takes it for that of the fluid it is set to.
        shown = sample.mass_flow / MOLAR_MASS[sample.gas] * CONVERSION[self.fluid] / CONVERSION[sample.gas]
        share = in_unit(shown * MOLAR_MASS[self.fluid], self.fluid, self.unit) / self.capacity
        if self.options.controller:
            share = min(share, self._valve)
        return min(MOST, max(MOST + 1 - 0x10000, round(share * FULL) + self.options.offset))

    def _alarms(self) -> int:
        return self.options.alarms

    def _set_mode(self, data: bytes) -> bool:
        if data[0] > 25:
            return False
        self.mode = data[0]
        return True

    def _set_steps(self, data: bytes) -> bool:
        return self._set_share(int.from_bytes(data, "big") / FULL)

    def _set_float(self, data: bytes) -> bool:
        return self._set_share(float_of(data) / self.capacity)

    def _set_share(self, share: float) -> bool:
        """Take a setpoint; in another control mode it is accepted and nothing comes of it."""
        if not 0.0 <= share <= 1.0:
            return False
        if self.options.controller and self.mode in FROM_THE_LINE:
            self.setpoint = share
        return True
