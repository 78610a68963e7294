"""What a client can connect to and subscribe: a record, or one field of it.

A change is encoded once for each data type that somebody asked for, whatever the number of subscribers.
"""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Protocol

from cryoioc.records import dbr
from cryoioc.records.dbr import Reading
from cryoioc.records.messages import padded

if TYPE_CHECKING:
    from cryoioc.records.channel import Channel

VALUE, LOG, ALARM, PROPERTY = 1, 2, 4, 8  # DBE_* (caeventmask.h)
EPICS_EPOCH = 631152000  # 1990-01-01 in UNIX seconds
LAST_SECOND = 2**32 - 1  # of Channel Access, in 2126
MOST_ENCODED = 8  # forms of one value that are kept; clients of one kind ask for the same two or three


def stamp_now() -> tuple[int, int]:
    """Return wall time as Channel Access counts it: s and ns since 1990, in 32 bits each.

    A host without a battery begins in 1970, until it is told the time: nothing but its time stamps is wrong then.
    """
    seconds, nanoseconds = divmod(time.time_ns(), 1_000_000_000)
    return min(max(seconds - EPICS_EPOCH, 0), LAST_SECOND), nanoseconds


class Subscriber(Protocol):
    """A client's subscription."""

    mask: int

    def deliver(self) -> None:
        """Send the present value."""


class Source(ABC):
    """Base of records and fields."""

    name: str  # of the record or field, for people
    kind: int  # native data type, dbr.STRING .. dbr.DOUBLE
    capacity: int = 1  # elements
    accepts_puts: bool = True
    is_value = True  # VAL of a record, not one of its other fields

    def __init__(self) -> None:
        # A dict keeps the order of subscription; nothing awaits while it is walked.
        self._subscribers: dict[Subscriber, None] = {}
        self._encoded: dict[tuple[int, int], tuple[bytes, int]] = {}

    @property
    @abstractmethod
    def owner(self) -> Channel:
        """The record it belongs to."""

    @abstractmethod
    def reading(self) -> Reading:
        """Return value, alarm, time and properties as they are now."""

    @property
    def subscribed(self) -> bool:
        """Say whether anybody listens."""
        return bool(self._subscribers)

    def subscribe(self, subscriber: Subscriber) -> None:
        """Add a subscriber; it is told of the present value by whoever adds it."""
        self._subscribers[subscriber] = None

    def unsubscribe(self, subscriber: Subscriber) -> None:
        """Remove a subscriber; one that is not there is no error."""
        self._subscribers.pop(subscriber, None)

    def encoded(self, kind: int, count: int) -> tuple[bytes, int]:
        """Return the present value as type ``kind``, padded for a message, and the number of elements.

        Raises
        ------
        dbr.ConversionError
            When the value has no meaning as that type.
        """
        key = kind, min(count, self.capacity)
        known = self._encoded.get(key)
        if known is None:
            if len(self._encoded) >= MOST_ENCODED:  # a client may ask for each number of elements of an array
                self._encoded.clear()
            data, elements = dbr.payload(self.reading(), *key)
            known = self._encoded[key] = (padded(data), elements)
        return known

    def forget_encoded(self) -> None:
        """Drop what was encoded, because something a client can see has changed."""
        self._encoded.clear()

    def publish(self, mask: int) -> None:
        """Tell the subscribers of one of the kinds of change in ``mask``."""
        for subscriber in self._subscribers:
            if subscriber.mask & mask:
                subscriber.deliver()


class LongText(Source):
    """A string as an array of characters: what ``NAME.FIELD$`` is (EPICS base 3.14.11 and later)."""

    kind = dbr.CHAR
    capacity = 40

    def __init__(self, source: Source) -> None:
        super().__init__()
        self.source = source
        self.name = f"{source.name}$"
        self.accepts_puts = source.accepts_puts
        self.is_value = source.is_value

    @property
    def owner(self) -> Channel:
        """The record it belongs to."""
        return self.source.owner

    def reading(self) -> Reading:
        """Return the string of the source with its terminator."""
        reading = self.source.reading()
        (text,) = reading.elements
        return reading._replace(kind=self.kind, elements=text_bytes(str(text), self.capacity))

    def encoded(self, kind: int, count: int) -> tuple[bytes, int]:
        """Encode anew: the source changes without telling."""
        self.forget_encoded()
        return super().encoded(kind, count)

    def subscribe(self, subscriber: Subscriber) -> None:
        """Subscribe to the source itself."""
        self.source.subscribe(subscriber)

    def unsubscribe(self, subscriber: Subscriber) -> None:
        """Unsubscribe from the source itself."""
        self.source.unsubscribe(subscriber)


def text_bytes(text: str, capacity: int) -> bytes:
    """Return a long string with its terminator, cut to ``capacity`` bytes."""
    return dbr.fitted_text(text, capacity - 1).encode() + b"\0"
