"""An ADAM-4017+: address, commands, what it remembers.  It answers nothing that is not for it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from cryosim.emulators.adam.ranges import RANGES, written
from cryosim.emulators.ports import SignalPort

LONGEST_LINE = 64  # characters; what comes without a carriage return is forgotten beyond that
INPUTS = 8
HEX = "[0-9A-F]"


@dataclass(frozen=True)
class Options:
    """What was ordered and set up."""

    address: str = "01"
    name: str = "4017P"
    firmware: str = "A3.10"
    per_channel: bool = True  # a 4017+: each input has a range of its own; a 4017 has one for all
    range: str = "08"  # of all inputs
    ranges: Mapping[int, str] = field(default_factory=dict)  # of single inputs
    baud: str = "06"  # 9600
    addressed: bool = False  # values have the address in front, as adam-ascii expects of the ADAM-6000 series
    form: str = "00"  # engineering units, no checksum


class Adam4017:
    """A box of eight inputs: implements ``Instrument``.

    Parameters
    ----------
    wired : mapping
        What is wired to the inputs, by number; the others see nothing.
    options : Options
    """

    def __init__(self, wired: Mapping[int, SignalPort], options: Options | None = None) -> None:
        self.options = options or Options()
        self.wired = wired
        self.address = self.options.address
        self.range = self.options.range
        self.ranges = {n: self.options.ranges.get(n, self.options.range) for n in range(INPUTS)}
        self.baud, self.form = self.options.baud, self.options.form
        self.enabled = 0xFF
        self._line = bytearray()

    def receive(self, data: bytes) -> bytes:
        """Take bytes in any split; return the replies to the lines they complete."""
        replies = bytearray()
        for byte in data:
            if byte == 0x0D:
                replies += self._answer(bytes(self._line).decode("ascii", "replace"))
                self._line.clear()
            elif len(self._line) < LONGEST_LINE and byte != 0x0A:
                self._line.append(byte)
        return bytes(replies)

    def advance(self, dt: float) -> None:
        """Let ``dt`` seconds pass: the inputs are read when they are asked for."""

    def power_cycle(self) -> None:
        """Lose the input buffer; the settings stay."""
        self._line.clear()

    def value(self, number: int) -> str:
        """Return one input as the box writes it."""
        port = self.wired.get(number)
        span = RANGES.get(self.ranges[number] if self.options.per_channel else self.range)
        if span is None or not self.enabled >> number & 1:
            return " " * 7
        return written(port.read() if port is not None else 0.0, span, int(self.form, 16) & 0b11)

    def _lead(self) -> str:
        return f">{self.address}" if self.options.addressed else ">"

    def _answer(self, text: str) -> bytes:
        lead, address, rest = text[:1], text[1:3], text[3:]
        if address != self.address:
            return b""
        for first, pattern, handler in COMMANDS:
            found = re.fullmatch(pattern, rest) if first == lead else None
            if found is not None:
                reply = handler(self, *found.groups())
                return reply.encode("ascii") + b"\r" if reply else b""
        return f"?{self.address}\r".encode("ascii") if lead == "$" else b""

    # --- commands -----------------------------------------------------------------------------------

    def all_inputs(self) -> str:
        """``#AA``."""
        return self._lead() + "".join(self.value(n) for n in range(INPUTS))

    def one_input(self, number: str) -> str:
        """``#AAN``."""
        return self._lead() + self.value(int(number))

    def configuration(self) -> str:
        """``$AA2``."""
        return f"!{self.address}{self.range}{self.baud}{self.form}"

    def configure(self, new: str, span: str, baud: str, form: str) -> str:
        """``%AANNTTCCFF``; the baud rate changes only with INIT grounded, which it is not."""
        if span not in RANGES or baud != self.baud:
            return f"?{self.address}"
        self.address, self.range, self.form = new, span, form
        self.ranges = dict.fromkeys(range(INPUTS), span)
        return f"!{new}"

    def enable(self, mask: str) -> str:
        """``$AA5VV``."""
        self.enabled = int(mask, 16)
        return f"!{self.address}"

    def single_range(self, number: str) -> str:
        """``$AA8Cn``."""
        if not self.options.per_channel:
            return f"?{self.address}"
        return f"!{self.address}C{number}R{self.ranges[int(number)]}"

    def set_single_range(self, number: str, span: str) -> str:
        """``$AA7CnRrr``."""
        if not self.options.per_channel or span not in RANGES:
            return f"?{self.address}"
        self.ranges[int(number)] = span
        return f"!{self.address}"


COMMANDS: tuple[tuple[str, str, Callable[..., str]], ...] = (
    ("#", "", Adam4017.all_inputs),
    ("#", "([0-7])", Adam4017.one_input),
    ("$", "2", Adam4017.configuration),
    ("$", "M", lambda unit: f"!{unit.address}{unit.options.name}"),
    ("$", "F", lambda unit: f"!{unit.address}{unit.options.firmware}"),
    ("$", "6", lambda unit: f"!{unit.address}{unit.enabled:02X}"),
    ("$", f"5({HEX}{HEX})", Adam4017.enable),
    ("$", "8C([0-7])", Adam4017.single_range),
    ("$", f"7C([0-7])R({HEX}{HEX})", Adam4017.set_single_range),
    ("%", f"({HEX}{{2}})({HEX}{{2}})({HEX}{{2}})({HEX}{{2}})", Adam4017.configure),
)
