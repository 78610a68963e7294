"""Numbers: ai, ao, longin, longout, with limits, alarm limits and deadbands."""

from __future__ import annotations

import math
from typing import Any

from cryoioc.errors import Refused
from cryoioc.records import dbr
from cryoioc.records.alarms import NO_ALARM, SEVERITIES, Alarm, Limits
from cryoioc.records.channel import Channel
from cryoioc.records.dbr import Elements, Properties
from cryoioc.records.declaration import INT32, INTEGERS, Record
from cryoioc.records.source import LOG, VALUE

MINOR, MAJOR = SEVERITIES.index("MINOR"), SEVERITIES.index("MAJOR")
OUTPUTS = ("ao", "longout")


class NumberChannel(Channel):
    """One number, a float for ai and ao, an int for longin and longout."""

    def __init__(self, record: Record) -> None:
        super().__init__(record)
        self.whole = record.kind in INTEGERS
        self.kind = dbr.LONG if self.whole else dbr.DOUBLE
        self.low, self.high = record.low, record.high
        self.allowed = (record.low, record.high)  # how far a client may move DRVL and DRVH
        self._narrowed: tuple[float | None, float | None] = (None, None)  # where a client has moved them to
        self.mdel, self.adel = record.mdel, record.adel
        self.limits = Limits(hyst=record.hyst)
        self._set_sides(record.lolo, record.low_alarm, record.high_alarm, record.hihi)
        self._number: float | int = 0 if self.whole else 0.0
        self.sent = self.logged = self._number  # MLST, ALST
        self.output = self.previous = self._number  # OVAL of ao, PVAL
        self.raw = 0  # RVAL of ao

    @property
    def value(self) -> float | int:
        """Number in the record's unit."""
        return self._number

    @property
    def number(self) -> float:
        """The same."""
        return self._number

    def store(self, value: Any) -> bool:
        """Take a number; NaN and infinity are none."""
        if not math.isfinite(value):
            return False
        if not self.whole:
            self._number = float(value)
        elif INT32[0] <= value <= INT32[1]:
            self._number = int(value)
        else:
            raise ValueError(f"{self.name}: {value} does not fit into 32 bits")
        self.output = self.previous = self._number
        if self.record.kind == "ao":
            self.raw = _rounded(self.output)
        return True

    def hold(self, value: Any) -> None:
        """Take any number."""
        self._number = value

    def convert(self) -> Alarm:
        """Clip the value, and let the output follow by at most OROC (``aoRecord.c``, ``convert``)."""
        self._number = self.previous = self.clipped(self._number)
        most, step = self.held.get("OROC", 0.0), self._number - self.output
        self.output = self.output + math.copysign(most, step) if most and abs(step) > most else self._number
        self.raw = _rounded(self.output)
        return NO_ALARM

    def check(self, elements: Elements) -> tuple[float | int, int]:
        """Return the number a client sent, within the limits of a record that refuses."""
        if len(elements) != 1:
            raise Refused(f"one number expected, got {len(elements)}")
        (sent,) = elements
        try:
            number = dbr.number(sent) if isinstance(sent, str) else sent
        except dbr.ConversionError as error:
            raise Refused(f"not a number: {sent!r}") from error
        if self.record.refuses:
            return self._within_limits(self._fitting(number)), 0
        if self.whole:
            number = INT32[0] if math.isnan(number) else int(max(INT32[0], min(INT32[1], number)))
        return (number if self.whole else float(number)) if self.plain else self.clipped(number), 0

    def _fitting(self, number: float | int) -> float | int:
        if not math.isfinite(number):
            raise Refused(f"not a finite number: {number}")
        if not self.whole:
            return float(number)
        if number != int(number) or not INT32[0] <= number <= INT32[1]:
            raise Refused(f"not a whole number: {number:g}")
        return int(number)

    def _within_limits(self, number: float | int) -> float | int:
        unit = f" {self.unit}" if self.unit else ""
        if self.low is not None and number < self.low:
            raise Refused(f"{number:.6g} below minimum {self.low:.6g}{unit}")
        if self.high is not None and number > self.high:
            raise Refused(f"{number:.6g} above maximum {self.high:.6g}{unit}")
        return number

    def clipped(self, number: float | int) -> float | int:
        """Return a number within DRVL and DRVH, which only count when they rise."""
        low, high = self.drive
        if high > low:
            number = min(max(number, low), high) if number == number else number
        return int(number) if self.whole else number

    def elements(self) -> Elements:
        """Return the number as the only element."""
        return (self._number,)

    def changes(self, mask: int) -> int:
        """Apply MDEL and ADEL (``recGblCheckDeadband``)."""
        number, sent = self._number, 0
        if mask & VALUE or _change(self.sent, number) > self.mdel:
            self.sent = number
            sent = VALUE
        if mask & LOG or _change(self.logged, number) > self.adel:
            self.logged = number
            sent |= LOG
        return sent

    def judge(self, given: Alarm, elapsed: float = 0.0) -> Alarm:
        """Judge by the alarm limits."""
        return self.limits.judge(self._number, given, elapsed)

    def describe(self) -> Properties:
        """Return unit, precision and limits; a side without severity has none, as in base 7."""
        limits = self.limits
        sides = (
            (limits.lolo, limits.llsv),
            (limits.low, limits.lsv),
            (limits.high, limits.hsv),
            (limits.hihi, limits.hhsv),
        )
        lolo, low, high, hihi = (limit if severity else math.nan for limit, severity in sides)
        return Properties(
            self.unit, self.precision, display=self.display, control=self.control, alarms=(lolo, low, high, hihi)
        )

    @property
    def drive(self) -> tuple[float, float]:
        """DRVL and DRVH; a side that is open stands at the end of the display range."""
        low, high = self.display
        if self.low is None and self.high is None:
            return (0.0, 0.0)
        return (low if self.low is None else self.low, high if self.high is None else self.high)

    @property
    def control(self) -> tuple[float, float]:
        """Control limits: DRVL and DRVH, and of a readback the display range; (0, 0) means none."""
        if self.record.kind not in OUTPUTS:
            return self.display
        low, high = self.drive
        if low < high or (self.record.kind == "ao" and not self.record.refuses):
            return (low, high)
        return (0.0, 0.0) if self.record.refuses else self.display

    def set_limits(self, low: float | None, high: float | None) -> None:
        """Change DRVL and DRVH in the record's unit; None opens a side.

        Raises
        ------
        ValueError
            When low is not below high.
        """
        if low is not None and high is not None and not low < high:
            raise ValueError(f"{self.name}: low {low} must be below high {high}")
        self.allowed = (low, high)
        low, high = self._still_narrowed(low, high)
        if (low, high) != (self.low, self.high):
            self.low, self.high = low, high
            if self.record.display is None:
                self.display = (low, high) if low is not None and high is not None else (0.0, 0.0)
            self.properties_changed()

    def _still_narrowed(self, least: float | None, most: float | None) -> tuple[float | None, float | None]:
        """Return limits no wider than a client has put them, as far as that leaves something between them."""
        low, high = self._narrowed
        low = least if low is None or (least is not None and low < least) else low
        high = most if high is None or (most is not None and high > most) else high
        return (low, high) if low is None or high is None or low < high else (least, most)

    def narrow(self, low: float | None, high: float | None) -> None:
        """Change DRVL and DRVH for a client, who may not go beyond what the IOC allows.

        Raises
        ------
        Refused
            When the limits would be wider, or empty.
        """
        if self.record.refuses:
            least, most = self.allowed
            too_low = least is not None and (low is None or low < least)
            if too_low or (most is not None and (high is None or high > most)):
                raise Refused("limits may only be narrowed")
            if low is not None and high is not None and not low < high:
                raise Refused(f"minimum {low:g} not below maximum {high:g}")
            self._narrowed = (low if low != least else None, high if high != most else None)
        self.low, self.high = low, high

    def set_alarm(
        self,
        *,
        lolo: float | None = None,
        low_alarm: float | None = None,
        high_alarm: float | None = None,
        hihi: float | None = None,
        hyst: float | None = None,
    ) -> None:
        """Set all four alarm limits; None switches a side off."""
        self._set_sides(lolo, low_alarm, high_alarm, hihi)
        if hyst is not None:
            self.limits.hyst = hyst
        self.properties_changed()

    def _set_sides(self, lolo: float | None, low: float | None, high: float | None, hihi: float | None) -> None:
        limits = self.limits
        limits.lolo, limits.llsv = (0.0, 0) if lolo is None else (lolo, MAJOR)
        limits.low, limits.lsv = (0.0, 0) if low is None else (low, MINOR)
        limits.high, limits.hsv = (0.0, 0) if high is None else (high, MINOR)
        limits.hihi, limits.hhsv = (0.0, 0) if hihi is None else (hihi, MAJOR)


def _change(old: float, new: float) -> float:
    """Return by how much a value has changed; from or to what is no number is a change beyond any deadband."""
    if math.isfinite(old) and math.isfinite(new):
        return abs(new - old)
    return 0.0 if old == new or (old != old and new != new) else math.inf


def _rounded(number: float) -> int:
    """Return a number as a whole one of 32 bits (RVAL of ao)."""
    if math.isnan(number):
        return INT32[0]
    held = max(INT32[0], min(INT32[1], number))
    return int(math.copysign(math.floor(abs(held) + 0.5), held))
