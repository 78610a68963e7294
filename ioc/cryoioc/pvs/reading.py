"""One thermometer input: temperature, reading status and units taken together.

``KRDG?`` answers a healthy-looking 0 for a sensor that is open or off its curve, so a temperature
counts only when ``RDGST?``, asked after it in the same message, says that it is good.
"""

from __future__ import annotations

from collections.abc import Callable

from cryoioc.clock import Clock
from cryoioc.devices.lakeshore import STATUS_BITS
from cryoioc.errors import Refused
from cryoioc.pvs.device import Device, Values
from cryoioc.pvs.rate import Rate

ZERO_CELSIUS = 273.15  # K


def to_kelvin(value: float, units: str) -> float:
    """Return a value in the instrument's preferred units in kelvin; :class:`Refused` for sensor units."""
    if units == "Sensor":
        raise Refused("input shows sensor units: set UNITS Kelvin")
    return value + ZERO_CELSIUS if units == "Celsius" else value


def from_kelvin(kelvin: float, units: str) -> float:
    """Return kelvin in the instrument's preferred units; :class:`Refused` for sensor units."""
    if units == "Sensor":
        raise Refused("input shows sensor units: set UNITS Kelvin")
    return kelvin - ZERO_CELSIUS if units == "Celsius" else kelvin


class Reading:
    """The last word of one input.

    ``low`` and ``high`` are the valid range of the calibration, [K]; high 0 states none.
    """

    def __init__(self, device: Device, letter: str, clock: Clock, low: float = 0.0, high: float = 0.0) -> None:
        self.device, self.letter, self.clock = device, letter, clock
        self.low, self.high = low, high
        self.kelvin: float | None = None  # None: not valid now
        self.when: float | None = None  # s, time of the last good reading
        self.word = "No reading"  # status in a word
        self.rate = Rate()
        self._pending: float | None = None
        self._lately = 0.0  # K, highest reading before the present gap
        self._good: list[Callable[[float], None]] = []
        self._bad: list[Callable[[str], None]] = []
        self.krdg = device.slot("KRDG", letter)
        self.rdgst = device.slot("RDGST", letter)
        self.intype = device.slot("INTYPE", letter)
        device.watch(self.krdg, self._temperature, self._lost)
        device.watch(self.rdgst, self._status, self._lost)

    def watch(self, good: Callable[[float], None], bad: Callable[[str], None]) -> None:
        """Call ``good(kelvin)`` at each valid reading and ``bad(status)`` at each other one."""
        self._good.append(good)
        self._bad.append(bad)

    @property
    def units(self) -> str:
        """The instrument's preferred units; :class:`Refused` until they were read."""
        return str(self.device.known(self.intype)["units"])

    def recent_max(self) -> float:
        """Return the highest temperature of the last seconds, [K]; 0 if there was none."""
        return max(self.rate.highest() or 0.0, self._lately)

    def _temperature(self, values: Values) -> None:
        self._pending = values["kelvin"]

    def _status(self, values: Values) -> None:
        bits, kelvin = values["status"], self._pending
        self._pending = None
        if bits:
            # The most specific bit is the highest one.
            self._invalid(STATUS_BITS.words(bits)[-1] if STATUS_BITS.words(bits) else f"Status {bits}", "READ")
        elif kelvin is None:
            self._invalid("No reading", "READ")
        elif self.high and not self.low <= kelvin <= self.high:
            self._invalid("Outside range", "CALC")
        else:
            self.kelvin, self.when, self.word = kelvin, self.clock.now(), "OK"
            self.rate.add(self.when, kelvin)
            self._lately = 0.0
            for watcher in self._good:
                watcher(kelvin)

    def _lost(self, status: str) -> None:
        self._pending = None
        self._invalid("No reading", status)

    def _invalid(self, word: str, status: str) -> None:
        self.kelvin, self.word = None, word
        self._lately = max(self.rate.highest() or 0.0, self._lately)
        self.rate.clear()
        for watcher in self._bad:
            watcher(status)


WORDS = ("OK", *(word for _, word in STATUS_BITS.names), "Outside range", "No reading")
