"""An AMI 1700 on its line: framing, answers, what it remembers, and what passes with time."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from cryosim.emulators.ami.commands import BARE_QUERIES, CM_PER_INCH, COMMANDS
from cryosim.emulators.ami.grammar import BadCommandError
from cryosim.emulators.ami.probe import Probe, Sampling
from cryosim.emulators.ports import LevelPort

LONGEST_LINE = 256  # characters; what comes without a line end is forgotten beyond that
UNKNOWN = "-8"  # as the 135/136 answers; unverified on a 1700


@dataclass(frozen=True)
class Options:
    """What was ordered, and readings of what the sources leave open."""

    identity: str = "AMERICAN MAGNETICS INC.,MODEL 1700,2.1"  # form unverified
    length: float = 80.0  # cm, active length of the probe
    kind: int = 1  # of probe; 1: 4.2 K, up to 40 inches
    nitrogen: float = 0.0  # %, level of the nitrogen channel
    echoes: bool = False  # a command is answered by itself (bias-flow-vacuum.md 5), not by an empty line (manual)
    sampling: Sampling = field(default_factory=Sampling)


class Ami1700:
    """A level meter: implements ``Instrument``.

    Parameters
    ----------
    port : LevelPort
        What its helium probe stands in.
    options : Options
    """

    def __init__(self, port: LevelPort, options: Options | None = None) -> None:
        self.options: Options = options or Options()
        self.probe: Probe = Probe(port, self.options.length, replace(self.options.sampling))
        self.units: str = "%"
        self.name: str = "HELIUM"
        self.fill: int = 0
        self.relays: dict[int, dict[str, float]] = {
            1: {"channel": 2, "operation": 0, "setpoint": 90.0},
            2: {"channel": 2, "operation": 0, "setpoint": 10.0},
        }
        self._line = bytearray()

    def receive(self, data: bytes) -> bytes:
        """Take bytes in any split; return the replies to the lines they complete."""
        replies = bytearray()
        for byte in data:
            if byte == 0x0A:
                replies += self._answer(bytes(self._line).decode("ascii", "replace").strip())
                self._line.clear()
            elif len(self._line) < LONGEST_LINE:
                self._line.append(byte)
        return bytes(replies)

    def advance(self, dt: float) -> None:
        """Let ``dt`` seconds pass, [s]."""
        self.probe.advance(dt)

    def power_cycle(self) -> None:
        """Lose the input buffer and the reading; it measures anew."""
        self._line.clear()
        length, sampling = self.probe.length, self.probe.sampling
        self.probe = Probe(self.probe.port, length, sampling)

    def in_units(self, share: float) -> float:
        """Return a share of the active length in the units of the helium channel."""
        if self.units == "%":
            return 100.0 * share
        return share * self.probe.length / (CM_PER_INCH if self.units == "I" else 1.0)

    def _answer(self, text: str) -> bytes:
        if not text:
            return b""
        try:
            reply = self._obey(text)
        except BadCommandError:
            reply = UNKNOWN
        return reply.encode("ascii", "replace") + b"\r\n"

    def _obey(self, text: str) -> str:
        header, _, parameter = text.partition(" ")
        if header.upper() in BARE_QUERIES:
            return BARE_QUERIES[header.upper()](self)
        words = header.removeprefix(":").removesuffix("?").split(":")
        for command in COMMANDS:
            if not command.fits(words):
                continue
            if header.endswith("?") and command.query is not None:
                return command.query(self)
            if not header.endswith("?") and command.act is not None:
                command.act(self, parameter.strip())
                return text if self.options.echoes else ""
        raise BadCommandError
