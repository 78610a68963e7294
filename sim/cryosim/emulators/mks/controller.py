"""An MKS 937B or 946: messages between ``@`` and ``;FF``."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from cryosim.emulators.gauge_heads import Head
from cryosim.emulators.mks.errors import CODES, Refused
from cryosim.emulators.mks.notation import one_of, only_asked
from cryosim.emulators.mks.options import PASCAL, Options
from cryosim.emulators.mks.relays import Relays
from cryosim.emulators.mks.sockets import Sockets

END = b";FF"
LONGEST = 64  # characters; what comes without an end is forgotten beyond that
BROADCAST = "254"
FIRMWARE = ("1.20", "1.20", "1.20", "1.11", "1.14", "1.30")  # slots A, B, C, analog, interface, main
MESSAGE = re.compile(r"@[0-9]{3}([A-Z]+)([0-9]{0,2})([?!])(.*)", re.DOTALL)
System = Callable[[str | None], str]  # value or None for a query


class Controller:
    """A gauge controller: implements ``Instrument``.

    Parameters
    ----------
    heads : sequence of Head
        The gauges on its six sockets.
    options : Options
    """

    def __init__(self, heads: Sequence[Head], options: Options | None = None) -> None:
        self.options = options or Options()
        self.sockets = Sockets(heads, self.options)
        self.relays = Relays(self._relay_torr, self._relay_of_ion_gauge, self.options)
        self.locked = False
        self._in_words = self.options.words
        self._line = bytearray()
        self._system: Mapping[str, System] = {
            "U": self._unit, "MT": self._told(self.sockets.modules), "SN": self._told(lambda: self.options.serial),
            "PRZ": self._told(self._all), "SEM": self._error_mode, "SPM": self._lock, "BR": self._told(lambda: "9600"),
            "AD": self._told(lambda: self.options.address),
        }  # fmt: skip
        if self.options.knows_model:
            self._system = {**self._system, "MD": self._told(lambda: self.options.number)}
        self._numbered = {**self.sockets.handlers, **self.relays.handlers, "FV": (len(FIRMWARE), self._firmware)}

    @property
    def heads(self) -> Sequence[Head]:
        """The gauges on its sockets, the first first."""
        return self.sockets.heads

    # --- the line -----------------------------------------------------------------------------------

    def receive(self, data: bytes) -> bytes:
        """Take bytes in any split; return the replies to the messages they complete."""
        replies = bytearray()
        for byte in data:
            self._line.append(byte)
            if self._line.endswith(END):
                replies += self._answer(bytes(self._line[: -len(END)]).decode("ascii", "replace"))
                self._line.clear()
            elif len(self._line) > LONGEST:
                self._line.clear()
        return bytes(replies)

    def advance(self, dt: float) -> None:
        """Let ``dt`` seconds pass."""
        self.sockets.advance(dt)

    def power_cycle(self) -> None:
        """Lose what was half said, and the high voltage unless it comes back by itself; settings stay."""
        self._line.clear()
        self.sockets.power_cycle()

    def _answer(self, text: str) -> bytes:
        text = text.strip()
        if not self.options.strict:
            text = text[max(0, text.rfind("@")) :]
        if text[:1] != "@" or text[1:4] not in (self.options.address, BROADCAST):
            return b""  # for somebody else on the line, or noise
        try:
            found = MESSAGE.fullmatch(text)
            if found is None:
                raise Refused("CMD_QUERY_BYTE_INVALID")
            said = "ACK" + self._obey(found[1], found[2], found[3], found[4])
        except Refused as error:
            said = f"NAK{error if self._in_words else CODES[str(error)]}"
        begin = "@" if self.options.at_sign else ""
        return f"{begin}{self.options.address}{said}".encode("ascii") + END

    def _obey(self, word: str, place: str, kind: str, rest: str) -> str:
        if kind == "?" and rest:
            raise Refused("UNRECOGNIZED_MSG")
        value = rest if kind == "!" else None
        if value is not None and self.locked and word != "SPM":
            raise Refused("SET_CMD_LOCK")
        if not place and word in self._system:
            return self._system[word](value)
        if not place or word not in self._numbered:
            raise Refused("UNRECOGNIZED_MSG")
        most, handler = self._numbered[word]
        if not 1 <= int(place) <= most:
            raise Refused("INVALID_CHANNEL")
        return handler(int(place) - 1, value)

    # --- the system ---------------------------------------------------------------------------------

    @staticmethod
    def _told(say: Callable[[], str]) -> System:
        def handler(value: str | None) -> str:
            only_asked(value)
            return say()

        return handler

    def _unit(self, value: str | None) -> str:
        if value is not None:
            self.sockets.unit = one_of(value.upper(), tuple(PASCAL))
        return self.options.mbar if self.sockets.unit == "MBAR" else self.sockets.unit

    def _all(self) -> str:
        return self.options.between.join(map(self.sockets.reading, range(len(self.heads))))

    def _firmware(self, slot: int, value: str | None) -> str:
        only_asked(value)
        return FIRMWARE[slot]

    def _error_mode(self, value: str | None) -> str:
        if value is not None:
            self._in_words = one_of(value, ("TXT", "CODE")) == "TXT"
        return "TXT" if self._in_words else "CODE"

    def _lock(self, value: str | None) -> str:
        if value is not None:
            self.locked = one_of(value, ("Enable", "Disable")) == "Disable"
        return "Disable" if self.locked else "Enable"

    def _relay_of_ion_gauge(self, relay: int) -> bool:
        socket = relay // 2
        return socket in self.sockets.discharges or self.sockets.behind_a_cold_cathode(socket)

    def _relay_torr(self, relay: int) -> float | None:
        socket = relay // 2
        return self.sockets.torr(socket - self.sockets.behind_a_cold_cathode(socket))
