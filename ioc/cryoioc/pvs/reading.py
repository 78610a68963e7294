"""One thermometer input: temperature, reading status and units taken together.

``KRDG?`` answers a healthy-looking 0 for a sensor that is open or off its curve, so a temperature
counts only when ``RDGST?``, asked after it in the same message, says that it is good.  An instrument that takes
one query a message may change its mind between two of them: there the status before the temperature must have
been good as well.  0 K is never a temperature: it is what an input without a curve shows.
"""

from __future__ import annotations

from collections.abc import Callable

from cryoioc.clock import Clock
from cryoioc.errors import Refused
from cryoioc.pvs.device import Device, Values
from cryoioc.pvs.rate import Rate
from cryoioc.quantities import Model
from cryoioc.wire.codecs import Bits

ZERO_CELSIUS = 273.15  # K


def to_kelvin(value: float, units: str, cure: str = "UNITS") -> float:
    """Return a value in an instrument's units in kelvin; :class:`Refused` for units that are no temperature.

    ``cure`` is the PV that sets these units.
    """
    _insist_on_temperature(units, cure)
    return value + ZERO_CELSIUS if units == "Celsius" else value


def from_kelvin(kelvin: float, units: str, cure: str = "UNITS") -> float:
    """Return kelvin in an instrument's units; :class:`Refused` for units that are no temperature."""
    _insist_on_temperature(units, cure)
    return kelvin - ZERO_CELSIUS if units == "Celsius" else kelvin


def _insist_on_temperature(units: str, cure: str) -> None:
    if units not in ("Kelvin", "Celsius"):
        raise Refused(f"input shows {units.lower()} units: set {cure} Kelvin")


def status_bits(model: Model) -> Bits:
    """Return the reading status of a model."""
    codec = model["RDGST"]["status"].codec
    assert isinstance(codec, Bits)
    return codec


def status_words(model: Model) -> tuple[str, ...]:
    """Return the states of ``STATUS`` on a model."""
    return ("OK", *(word for _, word in status_bits(model).names), "Outside range", "No reading")


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
        self._before: int | None = None  # status before the pending temperature; None: not known
        self._bits: int | None = None  # last status
        self._scanned = True  # a monitor's input can be off, whatever it shows then
        self._lately = 0.0  # K, highest reading before the present gap
        self._good: list[Callable[[float], None]] = []
        self._bad: list[Callable[[str], None]] = []
        self.krdg, self._field = device.reading("KRDG", letter)
        self.rdgst = device.slot("RDGST", letter)
        self.intype = device.slot_of("INTYPE", letter)
        self._apart = not self.krdg.address  # one reading for all inputs, so each status in a message of its own
        self._codec = status_bits(device.model)
        device.watch(self.krdg, self._temperature, self._lost)
        device.watch(self.rdgst, self._status, self._lost)
        if "INPUT" in device.model.rows:
            device.watch(device.slot("INPUT", letter), self._input)

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
        self._pending, self._before = values[self._field], self._bits

    def _input(self, values: Values) -> None:
        self._scanned = values["on"] == "On"

    def _status(self, values: Values) -> None:
        bits, kelvin = values["status"], self._pending
        self._pending, self._bits = None, bits
        if bits:
            # The most specific bit is the highest one.
            self._invalid(words[-1] if (words := self._codec.words(bits)) else "No reading", "READ")
        elif self._apart and self._scanned and (kelvin is None or self._before != 0):
            return  # not a reading yet: the next one decides
        elif kelvin is None or kelvin <= 0.0 or not self._scanned:
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
        self._pending = self._bits = None
        self._invalid("No reading", status)

    def _invalid(self, word: str, status: str) -> None:
        self.kelvin, self.word = None, word
        self._lately = max(self.rate.highest() or 0.0, self._lately)
        self.rate.clear()
        for watcher in self._bad:
            watcher(status)
