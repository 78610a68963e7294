"""Texts: stringin and stringout of 39 characters, charin and charout of any length."""

from __future__ import annotations

import math
from typing import Any

from cryoioc.errors import Refused
from cryoioc.records import dbr
from cryoioc.records.channel import Channel
from cryoioc.records.dbr import Elements, Properties
from cryoioc.records.declaration import LONG_STRINGS, MAX_STRING, Record
from cryoioc.records.source import LOG, VALUE, text_bytes


class TextChannel(Channel):
    """A text; as a char waveform it is sent with its terminator, an empty one as no element at all, as in base."""

    def __init__(self, record: Record) -> None:
        super().__init__(record)
        self.long = record.kind in LONG_STRINGS
        self.kind = dbr.CHAR if self.long else dbr.STRING
        self.capacity = record.length if self.long else 1
        self.most = record.length - 1 if self.long else MAX_STRING  # bytes of text
        self.mpst = self.apst = 1 if self.long else 0  # MPST, APST: post on change only
        if self.long:
            self.precision = 0  # there is nothing behind a point
        self._text = ""
        self._bytes = b""  # of a long one: as it is sent
        self.sent: str | bytes = self._content

    @property
    def value(self) -> str:
        """The text."""
        return self._text

    @property
    def _content(self) -> str | bytes:
        return self._bytes if self.long else self._text

    def store(self, value: Any) -> bool:
        """Take a text; what does not fit is cut off, as EPICS does."""
        self._text = dbr.fitted_text(str(value), self.most)
        self._bytes = text_bytes(self._text, self.capacity) if self.long and self._text else b""
        return True

    def hold(self, value: Any) -> None:
        """Take any text, a long one as it was sent."""
        if isinstance(value, bytes):
            self._bytes, self._text = value, dbr.decoded(value)
        else:
            self.store(value)

    def check(self, elements: Elements) -> tuple[str | bytes, int]:
        """Return the text a client sent."""
        if self.long and not any(isinstance(x, str) for x in elements):
            sent = [float(x) for x in elements]  # characters sent as numbers
            if self.record.refuses and not all(map(math.isfinite, sent)):
                raise Refused("not characters")
            elements = bytes(int(x) & 0xFF if math.isfinite(x) else 0 for x in sent)
        if self.plain and self.long and isinstance(elements, bytes):
            return elements[: self.capacity], 0
        if not isinstance(elements, bytes) and len(elements) != 1:
            raise Refused(f"one text expected, got {len(elements)}")
        text = dbr.decoded(elements) if isinstance(elements, bytes) else str(elements[0])
        if len(text.encode()) > self.most:
            raise Refused(f"text longer than {self.most} characters")
        return text, 0

    def elements(self) -> Elements:
        """Return the text as one string or as characters."""
        return self._bytes if self.long else (self._text,)

    def describe(self) -> Properties:
        """Return unit and range, which clients may put though they mean nothing for characters."""
        return Properties(self.unit, self.precision, display=self.display, control=self.display)

    def always_posted(self) -> int:
        """Return what MPST and APST ask for; their menus begin with the other choice in long ones."""
        always = 0 if self.long else 1
        return (VALUE if self.mpst == always else 0) | (LOG if self.apst == always else 0)

    def changes(self, mask: int) -> int:
        """Send another text."""
        if self._content == self.sent:
            return 0
        self.sent = self._content
        return VALUE | LOG
