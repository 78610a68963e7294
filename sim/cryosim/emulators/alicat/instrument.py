"""An Alicat in a gas line: framing, unit id, what it remembers, and what passes with time."""

from __future__ import annotations

import random

from cryosim.emulators.alicat.commands import reply_to
from cryosim.emulators.alicat.measurement import Reading, measure, standard_litres
from cryosim.emulators.alicat.memory import Memory
from cryosim.emulators.alicat.options import Options
from cryosim.emulators.alicat.tables import GASES, LATE_WORDS, STATUS_WORDS, Gas
from cryosim.emulators.alicat.valve import Valve
from cryosim.emulators.ports import FlowPort

LONGEST_LINE = 256  # characters; what comes without a carriage return is forgotten beyond that
PRESSURE_RANGE = 160.0  # PSIA, above which POV appears; from a captured range table
TEMPERATURE_RANGE = (-10.0, 60.0)  # degC, outside which TOV appears; unverified
STREAMING_ID = "@"


class Alicat:
    """A mass-flow meter or controller: implements ``Instrument``.

    Parameters
    ----------
    gas_line : FlowPort
        What it sits in.  A controller takes pressure and temperature from there; its flow is its own,
        because a ``FlowPort`` cannot be throttled.
    options : Options
        What was ordered.
    seed : int
        Seed of the noise of the flow reading.
    """

    def __init__(self, gas_line: FlowPort, options: Options | None = None, *, seed: int = 0) -> None:
        self.options = options or Options()
        self.gas_line = gas_line
        self.memory = Memory.of(self.options)
        self.valve = Valve(self.options.full_scale, self.memory.setpoint)
        self.streaming = False
        self._random = random.Random(seed)
        self._line = bytearray()
        self._spoken = bytearray()
        self._since_frame = 0.0  # s
        self._sample = gas_line.read()
        self._noise = 0.0  # LPM

    def receive(self, data: bytes) -> bytes:
        """Take bytes in any split; return the replies to the lines they complete."""
        replies = bytearray()
        for byte in data:
            if byte == 0x0D:
                replies += self._answer(bytes(self._line))
                self._line.clear()
            elif len(self._line) < LONGEST_LINE and byte != 0x0A:
                self._line.append(byte)
        return bytes(replies)

    def advance(self, dt: float) -> None:
        """Let ``dt`` seconds pass: measure, control, totalise, stream."""
        self._sample = self.gas_line.read()
        self._noise = self._random.gauss(0.0, self.options.noise) if self.options.noise else 0.0
        if self.options.controller:
            self.valve.advance(dt, self.memory)
        self.memory.total += self.reading().mass_flow * dt / 60.0
        if self.streaming:
            self._stream(dt)

    def power_cycle(self) -> None:
        """Lose the input buffer, streaming, a valve hold and the total; settings stay."""
        self._line.clear()
        self._spoken.clear()
        self.streaming = False
        self.memory.total = 0.0
        self.valve = Valve(self.options.full_scale, self.memory.setpoint)

    def speak(self) -> bytes:
        """Return the frames streamed since the last call."""
        said = bytes(self._spoken)
        self._spoken.clear()
        return said

    def reading(self) -> Reading:
        """Return what the instrument makes of the gas now, zero and range applied."""
        memory = self.memory
        reference = memory.reference["S"]
        selected = self.gas()
        reading = measure(self._sample, selected, self._flowing(), reference)
        psia = reading.pressure - memory.pressure_zero
        volume = reading.volume_flow
        if self.options.controller:
            volume = self.valve.flow / standard_litres(1.0, psia, reading.celsius, reference)
            psia = self.valve.pressure_or(psia)
        limit = self.options.saturation * self.options.full_scale
        volume = min(limit, max(-limit, volume - memory.flow_zero + self._noise))
        mass = standard_litres(volume, psia, reading.celsius, reference)
        return Reading(psia, reading.celsius, volume, min(limit, max(-limit, mass)))

    def raw_volume_flow(self) -> float:
        """Return the volumetric flow before the zero is taken off, [LPM]."""
        return self.reading().volume_flow + self.memory.flow_zero

    def gas(self) -> Gas:
        """Return the gas the instrument has been told."""
        return self.memory.mixtures.get(self.memory.gas) or GASES[self.memory.gas]

    def status(self) -> list[str]:
        """Return the status words that are on, in the order of the frame."""
        reading = self.reading()
        over = self.options.over_range * self.options.full_scale
        low, high = TEMPERATURE_RANGE
        on = {
            "POV": reading.pressure > PRESSURE_RANGE,
            "TOV": not low <= reading.celsius <= high,
            "VOV": abs(reading.volume_flow) > over,
            "MOV": abs(reading.mass_flow) > over,
            "OVR": self.memory.total_frozen,
            "HLD": self.valve.held,
            "LCK": self.memory.locked,
        }
        return [word for word in self.status_words() if on.get(word) or word in self.options.faults]

    def status_words(self) -> list[str]:
        """Return the words this firmware and model know."""
        late = self.options.version >= (10, 0)
        gate = self.options.controller and self.options.version >= (10, 5)
        return [word for word in STATUS_WORDS if (late or word not in LATE_WORDS) and (word != "GTA" or gate)]

    def frame(self, unit_id: str | None = None) -> str:
        """Return the data frame, as a poll gives it."""
        options, memory, reading = self.options, self.memory, self.reading()
        flow = f"+07.{options.decimals}f"
        fields = [
            memory.unit_id if unit_id is None else unit_id,
            f"{memory.in_unit(2, reading.pressure):+0{5 + options.pressure_decimals}.{options.pressure_decimals}f}",
            f"{memory.in_unit(3, reading.celsius):+07.2f}",
            f"{memory.in_unit(4, reading.volume_flow):{flow}}",
            f"{memory.in_unit(5, reading.mass_flow):{flow}}",
        ]
        if options.controller:
            # Before 8v the setpoint column has no plus sign (captured on 5v12).
            sign = "+07" if options.version >= (8, 0) else "06"
            fields.append(f"{memory.setpoint_unit().show(self.valve.target):{sign}.{options.decimals}f}")
        if options.totaliser:
            fields.append(f"{memory.total:+09.{options.decimals}f}")
        fields.append(f"{self.gas().short:>6}")
        return " ".join(fields + self.status())

    def _flowing(self) -> Gas:
        return next(gas for gas in GASES.values() if gas.short == self._sample.gas)

    def _answer(self, line: bytes) -> bytes:
        """Return the reply to one line, ``b""`` when it is for somebody else."""
        text = line.decode("ascii", "replace").strip()
        if text.startswith("@@"):
            self._stop_streaming(text[2:].strip())
            return b""
        own = STREAMING_ID if self.streaming else self.memory.unit_id
        if text[:1].upper() != own:
            return b""
        reply = reply_to(self, text[1:].strip())
        return reply.encode("ascii", "replace") + b"\r" if reply else b""

    def _stop_streaming(self, unit_id: str) -> None:
        self.streaming = False
        if len(unit_id) == 1 and "A" <= unit_id.upper() <= "Z":
            self.memory.unit_id = unit_id.upper()

    def _stream(self, dt: float) -> None:
        """Say as many frames as fit into ``dt``; the id column is empty (captured on 10v20)."""
        self._since_frame += dt
        while self._since_frame >= self.memory.stream_interval:
            self._since_frame -= self.memory.stream_interval
            self._spoken += self.frame(unit_id="").encode("ascii", "replace") + b"\r"
