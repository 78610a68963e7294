"""What is on the six sockets: pressures, power, and the settings of cold cathodes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from cryosim.emulators.gauge_heads import Condition, Head
from cryosim.emulators.mks.discharge import Discharge
from cryosim.emulators.mks.errors import Refused
from cryosim.emulators.mks.notation import number, one_of, only_asked, written
from cryosim.emulators.mks.options import PASCAL, Options

SOCKETS = ("A1", "A2", "B1", "B2", "C1", "C2")
GASES = ("Nitrogen", "Argon", "Helium")
COMBINED = 2  # pressures made of two gauges
Handler = Callable[[int, str | None], str]  # number from 0, value or None for a query


class Sockets:
    """The gauges of a controller, and the unit they are shown in.

    Parameters
    ----------
    heads : sequence of Head
        In the order of the sockets.
    options : Options
    """

    def __init__(self, heads: Sequence[Head], options: Options) -> None:
        self.heads, self.options = heads, options
        self.unit = "MBAR"
        self.discharges = {n: Discharge(head, options.delay) for n, head in enumerate(heads) if head.kind.switched}
        self.powered = [True] * len(heads)  # of those without high voltage
        count = len(heads)
        self.handlers: Mapping[str, tuple[int, Handler]] = {
            "PR": (count, self._pressure), "PC": (COMBINED, self._combined), "CP": (count, self._power),
            "T": (count, self._state), "PRO": (count, self._limit("protection", 1e-5, 1e-2)),
            "CSP": (count, self._limit("control", 5e-4, 1e-2)),
            "CHP": (count, self._limit("release", 5.5e-4, 1.1e-2)), "CSE": (count, self._controller),
            "CTL": (count, self._choice("mode", ("OFF", "SAFE", "AUTO"))), "UC": (count, self._correction),
            "GT": (count, self._choice("gas", GASES)),
        }  # fmt: skip

    def advance(self, dt: float) -> None:
        """Let ``dt`` seconds pass."""
        for head in self.heads:
            head.advance(dt)
        for discharge in self.discharges.values():
            by = discharge.settings.controller
            discharge.advance(dt, self.torr(SOCKETS.index(by)) if by != "OFF" else None)

    def power_cycle(self) -> None:
        """Lose the high voltage, unless it comes back by itself."""
        for discharge in self.discharges.values():
            discharge.switch(discharge.head.on and self.options.keeps_power)

    def torr(self, socket: int) -> float | None:
        """Return what a gauge reads, [Torr]; the end of its range where it is beyond, None where it reads nothing."""
        condition, mbar = self.heads[socket].read()
        known = condition in (Condition.GOOD, Condition.UNDER, Condition.OVER)
        return mbar * 100.0 / PASCAL["TORR"] if known else None

    def behind_a_cold_cathode(self, socket: int) -> bool:
        """Say whether this is the second socket of a module for one cold cathode, which has only one."""
        return socket % 2 == 1 and socket - 1 in self.discharges

    def reading(self, socket: int) -> str:
        """Return a pressure, or what stands in its place."""
        head = self.heads[socket]
        condition, mbar = head.read()
        low = self._shown(head.kind.low)
        if condition is Condition.ABSENT or self.behind_a_cold_cathode(socket):
            return self.options.no_gauge
        if socket in self.discharges:
            word = self.discharges[socket].word(low)
            return word or ("HI" if condition is Condition.OVER else self._shown(mbar))
        if not self.powered[socket]:
            return "OFF"
        if condition is Condition.GOOD:
            return self._shown(mbar)
        return {Condition.UNDER: f"LO<{low}", Condition.OVER: self.options.above}.get(condition, "MISCONN")

    def modules(self) -> str:
        """Return what the slots hold, in two letters each."""
        kinds = []
        for slot in range(0, len(self.heads), 2):
            pair = self.heads[slot : slot + 2]
            absent = all(head.read()[0] is Condition.ABSENT for head in pair)
            kinds.append("CC" if any(head.kind.switched for head in pair) else "NC" if absent else "PR")
        return ",".join([*kinds, "NA"] if self.options.number == "946" else kinds)

    def _shown(self, mbar: float) -> str:
        return written(mbar * 100.0 / PASCAL[self.unit], self.options)

    def _pressure(self, socket: int, value: str | None) -> str:
        only_asked(value)
        return self.reading(socket)

    def _combined(self, number: int, value: str | None) -> str:
        """Return the first cold cathode's pressure where it reads one, else the first Pirani's; ours, unverified.

        The second combination is not set up.
        """
        only_asked(value)
        plain = [n for n in range(len(self.heads)) if n not in self.discharges and not self.behind_a_cold_cathode(n)]
        if number > 0 or not self.discharges or not plain:
            return self.options.no_gauge
        cold = min(self.discharges)
        burns = self.discharges[cold].state == "G" and self.heads[cold].read()[0] is Condition.GOOD
        return self.reading(cold if burns else plain[0])

    def _power(self, socket: int, value: str | None) -> str:
        if self.heads[socket].read()[0] is Condition.ABSENT or self.behind_a_cold_cathode(socket):
            raise Refused("NO_GAUGE")
        if value is not None:
            on = one_of(value, ("ON", "OFF")) == "ON"
            if socket in self.discharges:
                self._switch(self.discharges[socket], on)
            else:
                self.powered[socket] = on
        is_on = self.heads[socket].on if socket in self.discharges else self.powered[socket]
        return "ON" if is_on else "OFF"

    def _switch(self, discharge: Discharge, on: bool) -> None:
        settings = discharge.settings
        if on and settings.mode != "OFF" and settings.controller != "OFF":
            torr = self.torr(SOCKETS.index(settings.controller))
            if torr is None or torr > settings.control:
                raise Refused("CONTROL_SET_POINT_ENABLED")  # that it is this error is unverified
        discharge.switch(on)

    def _cold_cathode(self, socket: int) -> Discharge:
        if socket not in self.discharges:
            raise Refused("NOT_IONGAUGE")
        return self.discharges[socket]

    def _state(self, socket: int, value: str | None) -> str:
        discharge = self._cold_cathode(socket)
        only_asked(value)
        return "N" if discharge.head.read()[0] is Condition.ABSENT else discharge.state

    def _limit(self, name: str, low: float, high: float) -> Handler:
        def handler(socket: int, value: str | None) -> str:
            settings = self._cold_cathode(socket).settings
            if value is not None:
                wanted = number(value)
                disabled = name == "protection" and wanted == 0.0
                if not (low <= wanted <= high or disabled):
                    raise Refused("VALUE_OUT_OF_RANGE")
                setattr(settings, name, wanted)
                if name == "control":
                    settings.release = 1.5 * wanted
            return written(getattr(settings, name), self.options)

        return handler

    def _choice(self, name: str, words: tuple[str, ...]) -> Handler:
        def handler(socket: int, value: str | None) -> str:
            settings = self._cold_cathode(socket).settings
            if value is not None:
                setattr(settings, name, one_of(value, words))
            return str(getattr(settings, name))

        return handler

    def _controller(self, socket: int, value: str | None) -> str:
        settings = self._cold_cathode(socket).settings
        if value is not None:
            if value != "OFF" and (value not in SOCKETS or SOCKETS.index(value) in self.discharges):
                raise Refused("INVALID_CTRL_CHAN")
            settings.controller = value
        return settings.controller

    def _correction(self, socket: int, value: str | None) -> str:
        settings = self._cold_cathode(socket).settings
        if value is not None:
            wanted = number(value)
            if not 0.1 <= wanted <= 10.0:
                raise Refused("VALUE_OUT_OF_RANGE")
            settings.correction = wanted
        return f"{settings.correction:.1f}"
