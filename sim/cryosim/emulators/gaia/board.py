"""The board as the line and the world see it: frames, commands, stored configurations."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping, Sequence

from cryosim.emulators.gaia.answers import GaiaError
from cryosim.emulators.gaia.channel import Channel
from cryosim.emulators.gaia.options import COUNTS, Options
from cryosim.emulators.ports import LoadPort

CHANNELS = range(1, 11)
PAIR = range(1, 3)
STEPS = range(COUNTS + 1)
LONGEST = 256  # characters of a frame
REFERENCES = {1: "2.5", 2: "5"}  # V
TEMPERATURES = (30, 36)  # degC, of the board
WHOLE = re.compile(r"[+-]?\d+")


class Gaia:
    """A GAIA board: implements ``Instrument``.

    Parameters
    ----------
    ports : mapping of int to (LoadPort, LoadPort)
        Drain and gate of each channel, 1 to 10; one left out is open.
    options : Options
        Scales, and readings of what is not documented.
    seed : int
        Seed of the noise of its readings.
    """

    def __init__(
        self, ports: Mapping[int, tuple[LoadPort, LoadPort]], options: Options | None = None, *, seed: int = 0
    ) -> None:
        self.options = options or Options()
        self.channels = {}
        for n in CHANNELS:
            drain, gate = ports.get(n, (None, None))
            self.channels[n] = Channel(drain, gate, self.options)
        self.configuration = 1
        self._stored = {n: dict.fromkeys(CHANNELS, (0, 0)) for n in CHANNELS}  # counts, by configuration and channel
        self._random = random.Random(seed)
        self._frame = bytearray()
        # word -> what it does, and the ranges of its arguments
        self._commands: Mapping[str, tuple[Callable[..., str], Sequence[range]]] = {
            "*IDN?": (lambda: self.options.firmware, ()),
            "NAME?": (lambda: self.options.name, ()),
            "CONF?": (lambda: str(self.configuration), ()),
            "LOADCONF": (self._load, (CHANNELS,)),
            "SETD": (self._set_drain, (CHANNELS, STEPS)),
            "SETG": (self._set_gate, (CHANNELS, STEPS)),
            "RESETD": (lambda n: self._set_drain(n, 0), (CHANNELS,)),
            "RESETG": (lambda n: self._set_gate(n, 0), (CHANNELS,)),
            "SAVE": (self._save, (CHANNELS,)),
            "SAVECPU": (self._save, (CHANNELS,)),
            "ENABLE": (lambda n: self._enable(n, True), (CHANNELS,)),
            "DISABLE": (lambda n: self._enable(n, False), (CHANNELS,)),
            "GETVD": (self._drain_volts, (CHANNELS,)),
            "GETVG": (self._gate_volts, (CHANNELS,)),
            "GETID": (self._drain_current, (CHANNELS,)),
            "GETREF": (lambda n: REFERENCES[n], (PAIR,)),
            "GETEMP": (lambda _: str(self._random.randint(*TEMPERATURES)), (PAIR,)),
            # What these do is not known; the public simulator only gives the channel back.
            **{word: (str, (CHANNELS,)) for word in ("SETSD", "SETSG", "SETSDZ", "SETSGZ", "SETDF", "SETGF", "GETEF")},
        }
        self._drive()

    # --- the line --------------------------------------------------------------------------------

    def receive(self, data: bytes) -> bytes:
        """Take bytes in any split; return the answers to the frames they complete."""
        answers = bytearray()
        for byte in data:
            if byte == 0x0A:
                if self._frame:
                    answers += self._answer(self._frame[1:].decode("ascii", "replace")).encode("ascii", "replace")
                self._frame.clear()
            elif byte == ord("#") and not self._frame:
                self._frame.append(byte)
            elif self._frame and len(self._frame) < LONGEST:
                self._frame.append(byte)  # what comes before the first # is dropped
        return bytes(answers)

    def _answer(self, text: str) -> str:
        tokens = text.split()
        identifier = f" {tokens.pop()}" if self.options.command_id and len(tokens) > 1 else ""
        try:
            if not tokens:
                raise GaiaError(1000)
            if tokens[0] not in self._commands:
                raise GaiaError(1001)
            if self.options.command_id and not identifier:
                raise GaiaError(1024)
            act, ranges = self._commands[tokens[0]]
            value = act(*_arguments(tokens[1:], ranges))
        except GaiaError as error:
            value = error.answer(as_bytes=self.options.error_as_bytes)
        return f"#{value}{identifier}\n"

    # --- the world -------------------------------------------------------------------------------

    def advance(self, dt: float) -> None:
        """Let ``dt`` seconds pass; nothing in the board takes time."""

    def power_cycle(self) -> None:
        """Mains off and on: nothing is enabled, half a frame is lost, what was saved stays."""
        self._frame.clear()
        for channel in self.channels.values():
            channel.lose_power()
        self.configuration = 1
        stored = self._stored[1] if self.options.power_on == "stored" else dict.fromkeys(CHANNELS, (0, 0))
        for number, counts in stored.items():
            self.channels[number].drain_counts, self.channels[number].gate_counts = counts
        self._drive()

    def stick(self, number: int, stuck: bool) -> None:
        """Let the outputs of a channel no longer obey, or obey again."""
        self.channels[number].stuck = stuck
        self._drive()

    # --- commands --------------------------------------------------------------------------------

    def _drive(self) -> None:
        """Let all channels change together, and what is behind them settle."""
        for channel in self.channels.values():
            channel.drive()
        for channel in self.channels.values():
            channel.at_drain()

    def _set_drain(self, number: int, counts: int) -> str:
        self.channels[number].drain_counts = counts
        self._drive()
        return str(number)

    def _set_gate(self, number: int, counts: int) -> str:
        self.channels[number].gate_counts = counts
        self._drive()
        return str(number)

    def _enable(self, number: int, on: bool) -> str:
        self.channels[number].enabled = on
        self._drive()
        return str(number)

    def _save(self, number: int) -> str:
        channel = self.channels[number]
        self._stored[self.configuration][number] = (channel.drain_counts, channel.gate_counts)
        return str(number)

    def _load(self, number: int) -> str:
        """Take a stored configuration: the counts of all channels change at once."""
        self.configuration = number
        for n, counts in self._stored[number].items():
            self.channels[n].drain_counts, self.channels[n].gate_counts = counts
        self._drive()
        return str(number)

    def _drain_volts(self, number: int) -> str:
        channel = self.channels[number]
        if self.options.readback == "counts":
            return str(channel.drain_counts)
        return self._volts(channel.at_drain().volts)

    def _gate_volts(self, number: int) -> str:
        channel = self.channels[number]
        if self.options.readback == "counts":
            return str(channel.gate_counts)
        return self._volts(channel.at_gate().volts)

    def _volts(self, true: float) -> str:
        return f"{true + self._random.gauss(0.0, self.options.volt_noise):.{self.options.volt_decimals}f}"

    def _drain_current(self, number: int) -> str:
        true = self.channels[number].at_drain().amperes + self._random.gauss(0.0, self.options.current_noise)
        return f"{true * 1e3:.{self.options.current_decimals}f}"


def _arguments(tokens: Sequence[str], ranges: Sequence[range]) -> list[int]:
    """Read the arguments of a command, in the order of checks of the public simulator.

    Raises
    ------
    GaiaError
        What is wrong first.
    """
    if len(tokens) > len(ranges):
        raise GaiaError(1015)
    wrong = ((1004, 1002, 1003), (1008, 1009, 1010))  # missing, no number, out of range
    values = []
    for n, (allowed, (missing, no_number, outside)) in enumerate(zip(ranges, wrong, strict=False)):
        if n >= len(tokens):
            raise GaiaError(missing)
        if WHOLE.fullmatch(tokens[n]) is None:
            raise GaiaError(no_number)
        if int(tokens[n]) not in allowed:
            raise GaiaError(outside)
        values.append(int(tokens[n]))
    return values
