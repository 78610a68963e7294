"""Texts: stringin and stringout of 39 characters, charin and charout of any length."""

from __future__ import annotations

from typing import Any

from cryoioc.errors import Refused
from cryoioc.records import dbr
from cryoioc.records.channel import Channel
from cryoioc.records.dbr import Elements
from cryoioc.records.declaration import LONG_STRINGS, MAX_STRING, Record
from cryoioc.records.source import LOG, VALUE, text_bytes


class TextChannel(Channel):
    """A text; as a char waveform it is sent with its terminator, so that an empty one has an element."""

    def __init__(self, record: Record) -> None:
        super().__init__(record)
        self.long = record.kind in LONG_STRINGS
        self.kind = dbr.CHAR if self.long else dbr.STRING
        self.capacity = record.length if self.long else 1
        self.most = record.length - 1 if self.long else MAX_STRING  # bytes of text
        self.mpst = self.apst = 1 if self.long else 0  # MPST, APST: post on change only, or always
        self._text = self.sent = ""

    @property
    def value(self) -> str:
        """The text."""
        return self._text

    def store(self, value: Any) -> bool:
        """Take a text; what does not fit is cut off, as EPICS does."""
        self._text = dbr.fitted_text(str(value), self.most)
        return True

    def check(self, elements: Elements) -> tuple[str, int]:
        """Return the text a client sent."""
        if self.long and not any(isinstance(x, str) for x in elements):
            elements = bytes(int(x) & 0xFF for x in elements)  # characters sent as numbers
        if not isinstance(elements, bytes) and len(elements) != 1:
            raise Refused(f"one text expected, got {len(elements)}")
        text = dbr.decoded(elements) if isinstance(elements, bytes) else str(elements[0])
        if len(text.encode()) > self.most:
            raise Refused(f"text longer than {self.most} characters")
        return text, 0

    def elements(self) -> Elements:
        """Return the text as one string or as characters."""
        return text_bytes(self._text, self.capacity) if self.long else (self._text,)

    def always_posted(self) -> int:
        """Return what MPST and APST ask for."""
        return (0 if self.mpst else VALUE) | (0 if self.apst else LOG)

    def changes(self, force: bool) -> int:
        """Send another text."""
        if not force and self._text == self.sent:
            return 0
        self.sent = self._text
        return VALUE | LOG
