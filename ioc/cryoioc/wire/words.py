"""A code that is itself a word, upper and lower case alike."""

from __future__ import annotations

from dataclasses import dataclass

from cryoioc.errors import Refused, ReplyError
from cryoioc.wire.codecs import Choice


@dataclass(frozen=True)
class Word(Choice):
    """A word of the instrument that stands for one of ours; the latter are the states of the PV.

    Parameters
    ----------
    words : tuple of str
        Ours.
    sent : tuple of str
        What the instrument says, in the same order; empty: the same words.
    """

    sent: tuple[str, ...] = ()

    @property
    def told(self) -> tuple[str, ...]:
        """The instrument's words in the order of ours."""
        return self.sent or self.words

    def parse(self, text: str) -> str:
        """Return our word; :class:`ReplyError` for another text."""
        said = text.strip().upper()
        for word, told in zip(self.words, self.told, strict=True):
            if said == told.upper():
                return word
        raise ReplyError(f"expected one of {', '.join(self.told)}, the instrument said {text!r}")

    def format(self, value: object) -> str:
        """Return the instrument's word; :class:`Refused` for none of ours."""
        if value not in self.words:
            raise Refused(f"none of {', '.join(self.words)}: {value!r}")
        return self.told[self.words.index(str(value))]
