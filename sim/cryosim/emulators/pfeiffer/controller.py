"""A TPG: characters of its handshake, what ENQ fetches, mnemonics."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from cryosim.emulators.gauge_heads import Condition, Head
from cryosim.emulators.pfeiffer.automatic import LAST, Control, Relay
from cryosim.emulators.pfeiffer.options import Face, Options, meant, shown

ETX, ENQ, ACK, NAK = 0x03, 0x05, b"\x06\r\n", b"\x15\r\n"
LINE_END = (0x0D, 0x0A)
LONGEST_LINE = 64  # characters; what comes without a line end is forgotten beyond that
CODES = {Condition.GOOD: 0, Condition.UNDER: 1, Condition.OVER: 2, Condition.BROKEN: 3, Condition.OFF: 4,
         Condition.ABSENT: 5}  # fmt: skip
NO_SENSOR = 2e-2  # what stands in place of the pressure
CONTINUOUS = (0.1, 1.0, 60.0)  # s between lines, by the mode of COM; bias-flow-vacuum.md 4.1, unverified
BROKEN = (9, 11)  # RES, gauge 1 and gauge 2; further ones have no number
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
        self.relays = [Relay() for _ in range(face.relays)]
        self.controls = [Control() for _ in range(face.places)]
        self._line = bytearray()
        self._fetch: Callable[[], str] = lambda: CALM
        self._chatters = self.options.chatters
        self._period = self._wait = self.options.period
        self._said = bytearray()
        self._mnemonics: Mapping[str, Callable[[list[str]], Callable[[], str]]] = {
            "UNI": self._unit, "SEN": self._power, "TID": self._constant(self._kinds), "FIL": self._filter,
            "CAL": self._factor, "SPS": self._constant(self._relay_states), "DCD": self._digits,
            "SCT": self._shown,
            "PNR": self._constant(lambda: face.firmware), "ERR": self._constant(lambda: CALM), "RES": self._reset,
            "BAU": self._constant(lambda: "0"), "COM": self._continuous,
            **{f"SP{n + 1}": self._relay(relay) for n, relay in enumerate(self.relays)},
            **{f"SC{n + 1}": self._control(control) for n, control in enumerate(self.controls)},
            **{f"PR{n + 1}": self._constant(lambda n=n: self._pressure(n)) for n in range(face.sockets)},  # type: ignore[misc]
        }  # fmt: skip
        if face.places > 1:
            self._mnemonics = {**self._mnemonics, "PRX": self._constant(self._all)}
        if face.part:
            named = ",".join((face.name, face.part, self.options.serial, face.firmware, "010100"))
            self._mnemonics = {**self._mnemonics, "AYT": self._constant(lambda: named)}

    # --- the line -----------------------------------------------------------------------------------

    def receive(self, data: bytes) -> bytes:
        """Take bytes in any split; return what they make the controller say."""
        replies = bytearray()
        for byte in data:
            if byte not in LINE_END:
                self._chatters = False
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
        for n, head in enumerate(self.heads):
            if head.kind.switched:
                self.controls[n].follow(self.heads, n)
        for relay in self.relays:
            relay.follow(self.heads)
        if not self._chatters:
            return
        self._wait -= dt
        if self._wait <= 0.0:
            self._wait += self._period
            self._said += self._all().encode("ascii") + b"\r\n"

    def power_cycle(self) -> None:
        """Lose what was half said; what is set stays, high voltage does not but by a hot start."""
        self._line.clear()
        self._said.clear()
        self._fetch = lambda: CALM
        self._chatters, self._period = self.options.chatters, self.options.period
        self._wait = self._period
        for head, control in zip(self.heads, self.controls, strict=False):
            head.switch(False)
            head.switch(control.activation == LAST)

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

    def _all(self) -> str:
        return ",".join(map(self._pressure, range(self.face.places)))

    def _pressure(self, socket: int) -> str:
        condition, mbar = self.heads[socket].read() if socket < len(self.heads) else (Condition.ABSENT, 0.0)
        sign = "+" if self.options.signed else ""
        value = NO_SENSOR if condition is Condition.ABSENT else shown(mbar, self.unit)
        return f"{CODES[condition]},{value:{sign}.4E}"

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

    def _pressures(self, below: str, above: str) -> tuple[float, float]:
        """Return thresholds that were sent in the current unit, [mbar]."""
        try:
            numbers = [meant(float(text), self.unit) for text in (below, above)]
        except ValueError:
            raise Rejected(PARAMETER) from None
        if not all(number >= 0.0 and math.isfinite(number) for number in numbers):
            raise Rejected(PARAMETER)
        return numbers[0], numbers[1]

    def _relay_states(self) -> str:
        return ",".join(str(int(relay.on)) for relay in self.relays)

    def _relay(self, relay: Relay) -> Callable[[list[str]], Callable[[], str]]:
        def handler(values: list[str]) -> Callable[[], str]:
            if values:
                (gauge,) = self._codes(values[:1], 1, self.face.places - 1)
                if len(values) != 3:
                    raise Rejected(SYNTAX)
                relay.below, relay.above = self._pressures(*values[1:])
                relay.gauge = gauge
            return lambda: f"{relay.gauge},{shown(relay.below, self.unit):.4E},{shown(relay.above, self.unit):.4E}"

        return handler

    def _control(self, control: Control) -> Callable[[list[str]], Callable[[], str]]:
        def handler(values: list[str]) -> Callable[[], str]:
            if values:
                if len(values) != 4:
                    raise Rejected(SYNTAX)
                modes = self._codes(values[:2], 2, LAST)
                control.below, control.above = self._pressures(*values[2:])
                control.activation, control.deactivation = modes
            return lambda: (f"{control.activation},{control.deactivation},"
                            f"{shown(control.below, self.unit):.2E},{shown(control.above, self.unit):.2E}")  # fmt: skip

        return handler

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
        return self._errors

    def _errors(self) -> str:
        states = [head.read()[0] for head in self.heads]
        broken = [str(number) for number, state in zip(BROKEN, states, strict=False) if state is Condition.BROKEN]
        return ",".join(broken) or "0"
