"""A TPG: characters of its handshake, what ENQ fetches, mnemonics."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from cryosim.emulators.gauge_heads import Condition, Head
from cryosim.emulators.pfeiffer.options import PASCAL, Face, Options

ETX, ENQ, ACK, NAK = 0x03, 0x05, b"\x06\r\n", b"\x15\r\n"
LINE_END = (0x0D, 0x0A)
LONGEST_LINE = 64  # characters; what comes without a line end is forgotten beyond that
CODES = {Condition.GOOD: 0, Condition.UNDER: 1, Condition.OVER: 2, Condition.BROKEN: 3, Condition.OFF: 4,
         Condition.ABSENT: 5}  # fmt: skip
NO_SENSOR = 2e-2  # what stands in place of the pressure
CONTINUOUS = (0.1, 1.0, 60.0)  # s between lines, by the mode of COM; bias-flow-vacuum.md 4.1, unverified
VOLTS = (0.6, 6.8)  # of a logarithmic gauge: V = 0.6 lg(mbar) + 6.8
SYNTAX, PARAMETER = "0001", "0010"
CALM = "0000"
FACTORS = (0.1, 9.99)  # CAL of a logarithmic gauge: manual BG 5195 of the TPG 261, p. 78; of a 36x unverified


class Rejected(Exception):
    """A message gets NAK; the text is the error word."""


class Controller:
    """A gauge controller: implements ``Instrument`` and ``Talker``.

    Parameters
    ----------
    face : Face
        Which model.
    heads : sequence of Head
        The gauges on its sockets, the first first.
    options : Options
    """

    def __init__(self, face: Face, heads: Sequence[Head], options: Options | None = None) -> None:
        self.face, self.heads = face, heads
        self.options = options or Options()
        self.unit = "mbar"
        self.filters = [1] * face.places
        self.factors = [1.0] * face.places
        self.digits, self.shown = 2, 0
        self._line = bytearray()
        self._fetch: Callable[[], str] = lambda: CALM
        self._chatters = self.options.chatters
        self._period = self._wait = self.options.period
        self._said = bytearray()
        self._mnemonics: Mapping[str, Callable[[list[str]], Callable[[], str]]] = {
            "UNI": self._unit, "SEN": self._power, "TID": self._constant(self._kinds), "FIL": self._filter,
            "CAL": self._factor, "SPS": self._constant(lambda: ",".join("0" * face.relays)), "DCD": self._digits,
            "SCT": self._shown,
            "PNR": self._constant(lambda: face.firmware), "ERR": self._constant(lambda: CALM), "RES": self._reset,
            "BAU": self._constant(lambda: "0"), "COM": self._continuous,
            "PRX": self._constant(lambda: ",".join(map(self._pressure, range(self.face.sockets)))),
            **{f"PR{n + 1}": self._constant(lambda n=n: self._pressure(n)) for n in range(face.sockets)},  # type: ignore[misc]
        }  # fmt: skip
        if face.part:
            named = ",".join((face.name, face.part, self.options.serial, face.firmware, "010100"))
            self._mnemonics = {**self._mnemonics, "AYT": self._constant(lambda: named)}

    # --- the line -----------------------------------------------------------------------------------

    def receive(self, data: bytes) -> bytes:
        """Take bytes in any split; return what they make the controller say."""
        self._chatters = self._chatters and not data
        replies = bytearray()
        for byte in data:
            if byte == ETX:
                self._line.clear()
            elif byte == ENQ:
                replies += self._fetch().encode("ascii") + b"\r\n"
            elif byte in LINE_END:
                if self._line:
                    replies += self._obey(bytes(self._line).decode("ascii", "replace"))
                self._line.clear()
            elif len(self._line) < LONGEST_LINE:
                self._line.append(byte)
        return bytes(replies)

    def speak(self) -> bytes:
        """Return what has been said without being asked."""
        said = bytes(self._said)
        self._said.clear()
        return said

    def advance(self, dt: float) -> None:
        """Let ``dt`` seconds pass."""
        for head in self.heads:
            head.advance(dt)
        if not self._chatters:
            return
        self._wait -= dt
        if self._wait <= 0.0:
            self._wait += self._period
            self._said += ",".join(map(self._pressure, range(self.face.sockets))).encode("ascii") + b"\r\n"

    def power_cycle(self) -> None:
        """Lose what was half said; unit, filters and factors stay, high voltage does not."""
        self._line.clear()
        self._said.clear()
        self._fetch = lambda: CALM
        self._chatters, self._period = self.options.chatters, self.options.period
        for head in self.heads:
            head.switch(False)

    def _obey(self, text: str) -> bytes:
        word, *values = [piece.strip() for piece in text.split(",")]
        try:
            handler = self._mnemonics.get(word.upper())
            if handler is None:
                raise Rejected(SYNTAX)
            self._fetch = handler(values)
        except Rejected as error:
            word = str(error)
            self._fetch = lambda: word
            return NAK
        return ACK

    # --- what is fetched ----------------------------------------------------------------------------

    def _constant(self, fetch: Callable[[], str]) -> Callable[[list[str]], Callable[[], str]]:
        def handler(values: list[str]) -> Callable[[], str]:
            if values:
                raise Rejected(SYNTAX)
            return fetch

        return handler

    def _pressure(self, socket: int) -> str:
        condition, mbar = self.heads[socket].read()
        sign = "+" if self.options.signed else ""
        if condition is Condition.ABSENT:
            shown = NO_SENSOR
        elif self.unit == "V":
            shown = VOLTS[0] * math.log10(mbar) + VOLTS[1] if mbar > 0.0 else 0.0
        else:
            shown = mbar * PASCAL["mbar"] / PASCAL[self.unit]
        return f"{CODES[condition]},{shown:{sign}.4E}"

    def _kinds(self) -> str:
        kinds = []
        for n in range(self.face.places):
            head = self.heads[n] if n < len(self.heads) else None
            absent = head is None or head.read()[0] is Condition.ABSENT
            kinds.append("noSEn" if absent else "IKR9" if head is not None and head.kind.switched else "TPR")
        return ",".join(kinds)

    def _states(self) -> str:
        states = []
        for n in range(self.face.places):
            head = self.heads[n] if n < len(self.heads) else None
            fixed = head is None or not head.kind.switched or head.read()[0] is Condition.ABSENT
            states.append("0" if head is None or fixed else "2" if head.on else "1")
        return ",".join(states)

    # --- what can be set ------------------------------------------------------------------------------

    def _codes(self, values: list[str], count: int, most: int) -> list[int]:
        if len(values) != count:
            raise Rejected(SYNTAX)
        if not all(value.isdecimal() and value.isascii() and int(value) <= most for value in values):
            raise Rejected(PARAMETER)
        return [int(value) for value in values]

    def _unit(self, values: list[str]) -> Callable[[], str]:
        if values:
            self.unit = self.face.units[self._codes(values, 1, len(self.face.units) - 1)[0]]
        return lambda: str(self.face.units.index(self.unit))

    def _power(self, values: list[str]) -> Callable[[], str]:
        if values:
            for head, code in zip(self.heads, self._codes(values, self.face.places, 2), strict=False):
                if code:
                    head.switch(code == 2)
        return self._states

    def _filter(self, values: list[str]) -> Callable[[], str]:
        if values:
            self.filters = self._codes(values, self.face.places, 2)
        return lambda: ",".join(map(str, self.filters))

    def _factor(self, values: list[str]) -> Callable[[], str]:
        if values:
            if len(values) != self.face.places:
                raise Rejected(SYNTAX)
            try:
                factors = [float(value) for value in values]
            except ValueError:
                raise Rejected(PARAMETER) from None
            if not all(FACTORS[0] <= factor <= FACTORS[1] for factor in factors):
                raise Rejected(PARAMETER)
            self.factors = factors
        return lambda: ",".join(f"{factor:.3f}" for factor in self.factors)

    def _digits(self, values: list[str]) -> Callable[[], str]:
        if values:
            (self.digits,) = self._codes(values, 1, 4)
        return lambda: str(self.digits)

    def _shown(self, values: list[str]) -> Callable[[], str]:
        if values:
            (self.shown,) = self._codes(values, 1, self.face.places - 1)
        return lambda: str(self.shown)

    def _continuous(self, values: list[str]) -> Callable[[], str]:
        """Send readings of its own accord until the next character comes; nothing is left for ENQ to fetch."""
        (mode,) = self._codes(values, 1, 2) if values else (1,)
        self._chatters, self._period = True, CONTINUOUS[mode]
        self._wait = self._period
        return lambda: CALM

    def _reset(self, values: list[str]) -> Callable[[], str]:
        if values and values != ["1"]:
            raise Rejected(PARAMETER)
        return lambda: "0"
