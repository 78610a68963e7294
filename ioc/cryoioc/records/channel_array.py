"""Arrays of doubles: waveform."""

from __future__ import annotations

import math
from typing import Any

from cryoioc.errors import Refused
from cryoioc.records import dbr
from cryoioc.records.channel import Channel
from cryoioc.records.dbr import Elements, Properties
from cryoioc.records.declaration import Record
from cryoioc.records.source import LOG, VALUE


class ArrayChannel(Channel):
    """As many doubles as were written last, at most ``record.length``."""

    kind = dbr.DOUBLE

    def __init__(self, record: Record) -> None:
        super().__init__(record)
        self.capacity = record.length
        self.mpst = self.apst = 1  # MPST, APST: post on change only
        self._values: tuple[float, ...] = ()
        self.sent: tuple[float, ...] = ()

    @property
    def value(self) -> tuple[float, ...]:
        """The numbers, in the record's unit."""
        return self._values

    def store(self, value: Any) -> bool:
        """Take numbers; one NaN among them makes it no value."""
        values = tuple(float(x) for x in value)
        if len(values) > self.capacity:
            raise ValueError(f"{self.name}: {len(values)} elements, at most {self.capacity}")
        if not all(map(math.isfinite, values)):
            return False
        self._values = values
        return True

    def hold(self, value: Any) -> None:
        """Take any numbers."""
        self._values = value

    def check(self, elements: Elements) -> tuple[tuple[float, ...], int]:
        """Return the numbers a client sent."""
        if len(elements) > self.capacity:
            raise Refused(f"{len(elements)} elements, at most {self.capacity}")
        try:
            values = tuple(dbr.number(x) if isinstance(x, str) else float(x) for x in elements)
        except dbr.ConversionError as error:
            raise Refused(f"not numbers: {error}") from error
        if not self.record.refuses:
            return values, 0
        low, high = self.record.low, self.record.high
        for i, x in enumerate(values):
            if not math.isfinite(x):
                raise Refused(f"element {i} is not finite: {x}")
            if (low is not None and x < low) or (high is not None and x > high):
                raise Refused(f"element {i} outside limits: {x:g}")
        return values, 0

    def elements(self) -> Elements:
        """Return the numbers."""
        return self._values

    def always_posted(self) -> int:
        """Return what MPST and APST ask for."""
        return (0 if self.mpst else VALUE) | (0 if self.apst else LOG)

    def changes(self, mask: int) -> int:
        """Send other numbers."""
        if self._values == self.sent:
            return 0
        self.sent = self._values
        return VALUE | LOG

    def describe(self) -> Properties:
        """Return unit, precision and range."""
        return Properties(self.unit, self.precision, display=self.display, control=self.display)
