"""The fields of a record as clients see them: ``NAME.HIHI`` and the like, made when somebody asks.

``fields`` says what each field answers and what a put of it does.  What has no meaning here either answers what
EPICS base answers for a record without it, and cannot be put, or does not exist.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from cryoioc.errors import Refused
from cryoioc.records import dbr
from cryoioc.records.channel import Channel
from cryoioc.records.dbr import Elements, Properties, Reading
from cryoioc.records.source import ALARM, LOG, PROPERTY, VALUE, Source, Subscriber

# Range of a field that has none of its own (``recGblGetGraphicDouble``).
RANGES = {
    dbr.CHAR: (0.0, 255.0),
    dbr.SHORT: (-32768.0, 32767.0),
    dbr.LONG: (-2147483648.0, 2147483647.0),
    dbr.DOUBLE: (-1e300, 1e300),
}
NO_RANGE = (0.0, 0.0)
UNSIGNED_SHORT, UNSIGNED_LONG = (0.0, 2.0**16 - 1), (0.0, 2.0**32 - 1)  # their fields travel as LONG and DOUBLE

# When a record tells the subscribers of a field, beside their puts: when it has changed, also with every alarm, with
# every alarm that is to be acknowledged, not at all, a put once more when the record is next processed or sent.
ON_CHANGE, ON_ALARM, ON_RAISE, NEVER, WHEN_PROCESSED, WITH_VALUE = range(6)


@dataclass(frozen=True)
class Row:
    """One field: native type, what it answers, what a put does (None: it cannot be put)."""

    kind: int
    get: Callable[[Any], float | int | str]
    put: Callable[[Any, Any], None] | None = None
    menu: tuple[str, ...] = ()
    in_unit: bool = False  # has the unit and precision of the record
    in_range: bool = False  # has the record's range too; else that of its type
    in_display: bool = False  # has the record's range for display only
    span: tuple[float, float] | None = None  # range of its own
    unit: str = ""  # unit and precision of its own
    precision: int = 0
    is_property: bool = False  # a put of another value tells subscribers of PROPERTY (``prop(YES)`` in the .dbd)
    processes: bool = False  # a put processes the record (``pp(TRUE)``)
    told: int = ON_CHANGE  # when the record tells its subscribers, beside puts


class Field(Source):
    """One field of a record; alarm and time are the record's."""

    is_value = False

    def __init__(self, channel: Channel, name: str, row: Row) -> None:
        super().__init__()
        self.channel = channel
        self.name = f"{channel.name}.{name}"
        self.row = row
        self.kind = row.kind
        self.accepts_puts = row.put is not None
        # Records that hold no number know no ranges, but a bo some for control (``boRecord.c``).
        self._has_display = channel.kind not in (dbr.ENUM, dbr.STRING)
        self._has_control = self._has_display or channel.record.kind == "bo"
        self._sent: object = None

    @property
    def owner(self) -> Channel:
        """The record it belongs to."""
        return self.channel

    def value(self) -> float | int | str:
        """Return what the field answers, a whole number where its type is one."""
        value = self.row.get(self.channel)
        return value if isinstance(value, str) or self.kind == dbr.DOUBLE else int(value)

    def reading(self) -> Reading:
        """Return the field's value with the record's alarm and time."""
        whole, row = self.channel.reading(), self.row
        of = whole.properties
        span = RANGES.get(self.kind, NO_RANGE) if row.span is None else row.span
        properties = Properties(
            of.unit if row.in_unit else row.unit,
            of.precision if row.in_unit else row.precision,
            row.menu,
            display=of.display if row.in_range or row.in_display else span if self._has_display else NO_RANGE,
            control=of.control if row.in_range else span if self._has_control else NO_RANGE,
        )
        elements = cast(Elements, (self.value(),))
        return whole._replace(kind=self.kind, elements=elements, properties=properties)

    def encoded(self, kind: int, count: int) -> tuple[bytes, int]:
        """Encode anew: the record changes without telling its fields."""
        self.forget_encoded()
        return super().encoded(kind, count)

    def subscribe(self, subscriber: Subscriber) -> None:
        """Add a subscriber, and watch the record from now on."""
        super().subscribe(subscriber)
        self._sent = self.value()
        self.channel.watched[self] = None

    def unsubscribe(self, subscriber: Subscriber) -> None:
        """Remove a subscriber, and leave the record alone when it was the last."""
        super().unsubscribe(subscriber)
        if not self.subscribed:
            self.channel.watched.pop(self, None)

    def refresh(self, mask: int) -> None:
        """Send the field if it has changed with the record, or if the record's properties have."""
        value, told = self.value(), self.row.told
        if told == WITH_VALUE and not mask:
            return
        again = mask & ALARM and (told == ON_ALARM or (told == ON_RAISE and value == self.channel.alarm.severity))
        if again or (value != self._sent and told != NEVER):
            self._sent = value
            self.publish(VALUE | LOG | mask)
        elif mask & PROPERTY:
            self.publish(PROPERTY)

    def write(self, elements: Elements) -> None:
        """Put a field, tell its subscribers, and let the record do what follows from it (``dbPut``).

        Raises
        ------
        Refused
            When it cannot be put or not to this.
        """
        if self.row.put is None:
            raise Refused(f"{self.name.rpartition('.')[2]} cannot be put")
        if isinstance(elements, bytes):
            elements = (dbr.decoded(elements),) if self.kind == dbr.STRING else tuple(elements)
        if len(elements) != 1:
            raise Refused(f"one value expected, got {len(elements)}")
        before = self.value()
        self.row.put(self.channel, self._converted(elements[0]))
        if self.row.told not in (WHEN_PROCESSED, WITH_VALUE):
            self._sent = self.value()
        self.publish(VALUE | LOG)
        if self.row.is_property and self.value() != before:
            self.channel.description_changed()
        if self.row.processes:
            self.channel.process()

    def _converted(self, sent: float | int | str) -> float | int | str:
        if self.kind == dbr.STRING:
            return str(sent)
        if isinstance(sent, str) and sent in self.row.menu:
            return self.row.menu.index(sent)
        try:
            number = dbr.number(sent) if isinstance(sent, str) else sent
        except dbr.ConversionError as error:
            raise Refused(str(error)) from error
        if self.row.menu and number not in range(len(self.row.menu)):
            raise Refused(f"no state {number:g}")
        if abs(number) == float("inf") or number != number:
            raise Refused(f"not a finite number: {number}")
        return number if self.kind == dbr.DOUBLE else int(number)
