"""An LM-500 on its line: echo, messages of several commands, remote and local, and what passes with time."""

from __future__ import annotations

from dataclasses import dataclass

from cryosim.emulators.cryomagnetics.channel import Channel
from cryosim.emulators.cryomagnetics.commands import ALWAYS, IN_REMOTE, QUERIES, BadCommandError
from cryosim.emulators.ports import LevelPort

LONGEST_LINE = 256  # characters; what comes without a line end is forgotten beyond that


@dataclass(frozen=True)
class Options:
    """What was ordered, and readings of what the sources leave open."""

    identity: str = "Cryomagnetics,LM-500,0,1.01"  # form unverified
    length: float = 80.0  # cm, active length of the probe
    duration: float = 6.0  # s, of a measurement; unverified
    echo: bool = True  # on the serial line; not on GPIB or Ethernet
    needs_remote: bool = True  # in LOCAL nothing can be changed; unverified
    in_menu: bool = False  # somebody is in the menu
    end: bytes = b"\r\n"  # of a reply


class Lm500:
    """A level monitor of two channels: implements ``Instrument``.

    Parameters
    ----------
    port : LevelPort
        What the probe of channel 1 stands in; channel 2 has none.
    options : Options
    """

    def __init__(self, port: LevelPort, options: Options | None = None) -> None:
        self.options: Options = options or Options()
        length, duration = self.options.length, self.options.duration
        self.channels: dict[int, Channel] = {1: Channel(port, length, duration), 2: Channel(None, length, duration)}
        self.selected: int = 1
        self.remote: bool = False
        self.says_errors: bool = False
        self.ready: int = 0  # bits of *STB?: 0 channel 1 measured, 2 channel 2
        self.mute: set[str] = set()  # queries that it is made to leave unanswered
        self._line = bytearray()

    @property
    def channel(self) -> Channel:
        """The selected channel."""
        return self.channels[self.selected]

    def receive(self, data: bytes) -> bytes:
        """Take bytes in any split; return echo and replies of the lines they complete."""
        replies = bytearray()
        for byte in data:
            if byte == 0x0A:
                text = bytes(self._line).decode("ascii", "replace").strip()
                self._line.clear()
                replies += self._line_of(text) if self.options.echo else b""
                replies += self._answer(text)
            elif len(self._line) < LONGEST_LINE:
                self._line.append(byte)
        return bytes(replies)

    def advance(self, dt: float) -> None:
        """Let ``dt`` seconds pass, [s]."""
        for number, channel in self.channels.items():
            if channel.advance(dt):
                self.ready |= self.ready_bit(number)

    def power_cycle(self) -> None:
        """Lose the input buffer, remote, and what was measured; settings stay."""
        self._line.clear()
        self.remote, self.ready = False, 0
        for channel in self.channels.values():
            channel.filling, channel.level = None, 0.0
            if channel.port is not None:
                channel.measure()

    @staticmethod
    def ready_bit(number: int) -> int:
        """Return the bit of ``*STB?`` that says that a channel has been measured."""
        return 1 if number == 1 else 4

    def _line_of(self, text: str) -> bytes:
        return text.encode("ascii", "replace") + self.options.end

    def _answer(self, message: str) -> bytes:
        """Obey a message; the answers of its queries come in one line."""
        answers = []
        for unit in filter(None, (part.strip() for part in message.split(";"))):
            if unit in self.mute:
                continue
            try:
                answer = self._obey(unit)
            except BadCommandError:
                answer = f"Error: {unit}" if self.says_errors else None
            if answer is not None:
                answers.append(answer)
        return self._line_of(";".join(answers)) if answers else b""

    def _obey(self, unit: str) -> str | None:
        header, _, parameter = unit.partition(" ")
        name, parameter = header.upper(), parameter.strip()
        if name.endswith("?"):
            query = QUERIES.get(name[:-1])
            if query is None:
                raise BadCommandError
            return query(self, parameter)
        action = ALWAYS.get(name) or IN_REMOTE.get(name)
        if action is None or (name not in ALWAYS and self.options.needs_remote and not self.remote):
            raise BadCommandError
        action(self, parameter)
        return None
