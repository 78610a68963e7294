"""One value of a reply or a command: text <-> Python, strictly.

Reply grammar differs from manual to manual in widths and padding ("+004.215", "+4.21450",
"+04.2145"), so numbers are parsed by value and never by column; but whatever is not a number, a code
or a text of the stated kind is a :class:`ReplyError`, never a guess.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from cryoioc.errors import Refused, ReplyError

# ASCII digits only: Python's own number parsers take much more than an instrument may say.
_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([Ee][+-]?[0-9]+)?")
_BLANK = " \t\r\n"  # what may stand around a number; any other character may have been a digit of it
_WHOLE = re.compile(r"[+-]?[0-9]+")
_DURATION = re.compile(r"([0-9]{1,2}):([0-5]?[0-9]):([0-5]?[0-9])")


@dataclass(frozen=True)
class Number:
    """A real number, sent in fixed point.

    ``low`` and ``high`` are what the instrument accepts; ``decimals`` what it keeps.
    """

    decimals: int
    low: float = -math.inf
    high: float = math.inf
    chars: int = 8  # typical length in a reply, for the poll plan
    smallest: float = 0.0  # a number above 0 is at least this: 0 has a meaning of its own

    @property
    def resolution(self) -> float:
        """Smallest step the instrument keeps."""
        return float(10.0**-self.decimals)

    def parse(self, text: str) -> float:
        """Return the number; :class:`ReplyError` if the text is none."""
        stripped = text.strip(_BLANK)
        if not _NUMBER.fullmatch(stripped):
            raise ReplyError(f"expected a number, the instrument said {text!r}")
        return float(stripped)

    def format(self, value: object) -> str:
        """Return the text sent; :class:`Refused` outside the limits."""
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise Refused(f"expected a number, got {value!r}")
        rounded = round(value, self.decimals) + 0.0  # no "-0.000"
        if not self.low <= rounded <= self.high:
            raise Refused(f"{value:g} is outside {self.low:g} to {self.high:g}")
        if 0 < value < self.smallest:
            raise Refused(f"{value:g} is below {self.smallest:g}, and is not 0")
        return f"{rounded:.{self.decimals}f}"

    def same(self, asked: object, kept: object) -> bool:
        """Say whether the instrument kept what was asked, to its resolution."""
        assert isinstance(asked, int | float) and isinstance(kept, int | float)
        return abs(asked - kept) <= self.resolution / 2 * (1 + 1e-9)


@dataclass(frozen=True)
class Scaled:
    """A number the instrument has in steps of its own: value = steps * scale + offset, ``low`` to ``high``."""

    scale: float
    offset: float = 0.0
    decimals: int = 0  # of the steps
    low: float = -math.inf
    high: float = math.inf
    chars: int = 6

    def parse(self, text: str) -> float:
        """Return the value; :class:`ReplyError` if the text is no number."""
        return round(Number(self.decimals).parse(text) * self.scale + self.offset, 9)

    def format(self, value: object) -> str:
        """Return the steps sent; :class:`Refused` outside the limits."""
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise Refused(f"expected a number, got {value!r}")
        if not self.low <= value <= self.high:
            raise Refused(f"{value:g} is outside {self.low:g} to {self.high:g}")
        return Number(self.decimals).format((value - self.offset) / self.scale)

    def same(self, asked: object, kept: object) -> bool:
        """Say whether the instrument kept what was asked, to one of its steps."""
        assert isinstance(asked, int | float) and isinstance(kept, int | float)
        return abs(asked - kept) <= abs(self.scale) * 10.0**-self.decimals / 2 * (1 + 1e-9)


@dataclass(frozen=True)
class SixDigits:
    """Six significant digits, at most ``decimals`` places: kelvin and volts alike (lakeshore-protocol.md 2.7, 8.4)."""

    decimals: int = 5
    low: float = -math.inf
    high: float = math.inf
    chars: int = 8

    def parse(self, text: str) -> float:
        """Return the number; :class:`ReplyError` if the text is none."""
        return Number(self.decimals).parse(text)

    def format(self, value: object) -> str:
        """Return the text sent."""
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise Refused(f"expected a number, got {value!r}")
        if not self.low <= value <= self.high:
            raise Refused(f"{value:g} is outside {self.low:g} to {self.high:g}")
        whole = len(str(int(abs(value))))
        return f"{value + 0.0:.{max(0, min(self.decimals, 6 - whole))}f}"

    def same(self, asked: object, kept: object) -> bool:
        """Say whether the kept point is the asked one after rounding."""
        return math.isclose(float(self.format(asked)), float(self.format(kept)), abs_tol=1e-9)


@dataclass(frozen=True)
class Integer:
    """A whole number; replies may be signed and zero-padded."""

    low: int = 0
    high: int = 999
    chars: int = 3

    def parse(self, text: str) -> int:
        """Return the number; :class:`ReplyError` if the text is none or out of range."""
        stripped = text.strip(_BLANK)
        if not _WHOLE.fullmatch(stripped):
            raise ReplyError(f"expected a whole number, the instrument said {text!r}")
        value = int(stripped)
        if not self.low <= value <= self.high:
            raise ReplyError(f"expected {self.low} to {self.high}, the instrument said {text!r}")
        return value

    def format(self, value: object) -> str:
        """Return the text sent; :class:`Refused` outside the limits."""
        if isinstance(value, bool) or not isinstance(value, int | float) or value % 1 != 0:
            raise Refused(f"expected a whole number, got {value!r}")
        if not self.low <= value <= self.high:
            raise Refused(f"{value:g} is outside {self.low} to {self.high}")
        return str(int(value))

    def same(self, asked: object, kept: object) -> bool:
        """Say whether the instrument kept what was asked."""
        return asked == kept


@dataclass(frozen=True)
class Choice:
    """A code that stands for a word; the words are the states of the PV."""

    words: tuple[str, ...]
    codes: tuple[int, ...] = ()  # empty: 0, 1, 2 ...
    chars: int = 1

    def _codes(self) -> tuple[int, ...]:
        return self.codes or tuple(range(len(self.words)))

    def parse(self, text: str) -> str:
        """Return the word; :class:`ReplyError` for an unknown code."""
        stripped = text.strip(_BLANK)
        codes = self._codes()
        if not _WHOLE.fullmatch(stripped) or int(stripped) not in codes:
            raise ReplyError(f"expected a code out of {', '.join(map(str, codes))}, the instrument said {text!r}")
        return self.words[codes.index(int(stripped))]

    def format(self, value: object) -> str:
        """Return the code sent; :class:`Refused` for an unknown word."""
        if value not in self.words:
            raise Refused(f"none of {', '.join(self.words)}: {value!r}")
        return str(self._codes()[self.words.index(str(value))])

    def same(self, asked: object, kept: object) -> bool:
        """Say whether the instrument kept what was asked."""
        return asked == kept


@dataclass(frozen=True)
class Letter:
    """An input by its letter, "A" to "D"."""

    letters: tuple[str, ...]
    chars: int = 1

    def parse(self, text: str) -> str:
        """Return the letter; :class:`ReplyError` for another text."""
        if text.strip().upper() not in self.letters:
            raise ReplyError(f"expected one of {', '.join(self.letters)}, the instrument said {text!r}")
        return text.strip().upper()

    def format(self, value: object) -> str:
        """Return the letter sent; :class:`Refused` for another text."""
        if value not in self.letters:
            raise Refused(f"none of {', '.join(self.letters)}: {value!r}")
        return str(value)

    def same(self, asked: object, kept: object) -> bool:
        """Say whether the instrument kept what was asked."""
        return asked == kept


@dataclass(frozen=True)
class Text:
    """A name: sent in double quotes, answered bare and padded with spaces."""

    length: int

    @property
    def chars(self) -> int:
        """Length in a reply."""
        return self.length

    def parse(self, text: str) -> str:
        """Return the text without its padding."""
        if len(text) > self.length + 2:
            raise ReplyError(f"expected at most {self.length} characters, the instrument said {text!r}")
        return text.strip().strip('"').rstrip()

    def format(self, value: object) -> str:
        """Return the quoted text; :class:`Refused` if it is too long or would break the grammar."""
        if not isinstance(value, str) or not value.isascii() or not value.isprintable():
            raise Refused(f"expected plain text, got {value!r}")
        if len(value) > self.length:
            raise Refused(f"longer than {self.length} characters: {value!r}")
        if set(value) & set('",;'):
            raise Refused(f"contains a quote, comma or semicolon: {value!r}")
        return f'"{value}"'

    def same(self, asked: object, kept: object) -> bool:
        """Say whether the instrument kept what was asked."""
        return str(asked).strip() == kept


@dataclass(frozen=True)
class Bare(Text):
    """A text sent without quotes, such as an address."""

    def format(self, value: object) -> str:
        """Return the text; :class:`Refused` if it is too long or would break the grammar."""
        return super().format(value).strip('"')


@dataclass(frozen=True)
class Bits:
    """A bit sum; the value is the whole number, at most ``high``."""

    names: tuple[tuple[int, str], ...]  # (weight, word)
    chars: int = 3
    high: int = 255

    def parse(self, text: str) -> int:
        """Return the sum; :class:`ReplyError` if the text is none."""
        return Integer(0, self.high).parse(text)

    def format(self, value: object) -> str:
        """Return the sum sent."""
        return Integer(0, self.high).format(value)

    def same(self, asked: object, kept: object) -> bool:
        """Say whether the instrument kept what was asked."""
        return asked == kept

    def words(self, value: int) -> tuple[str, ...]:
        """Return the names of the bits that are set."""
        return tuple(word for weight, word in self.names if value & weight)


@dataclass(frozen=True)
class HourMinuteSecond:
    """A duration as ``hh:mm:ss``; the value is in seconds, at most ``high``."""

    high: int = 359999  # 99:59:59
    chars: int = 8

    def parse(self, text: str) -> int:
        """Return the duration, [s]; :class:`ReplyError` if the text is none."""
        found = _DURATION.fullmatch(text.strip(_BLANK))
        if found is None:
            raise ReplyError(f"expected hh:mm:ss, the instrument said {text!r}")
        hours, minutes, seconds = map(int, found.groups())
        return 3600 * hours + 60 * minutes + seconds

    def format(self, value: object) -> str:
        """Return the text sent; :class:`Refused` outside the limits."""
        seconds = int(Integer(0, self.high).format(value))
        return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"

    def same(self, asked: object, kept: object) -> bool:
        """Say whether the instrument kept what was asked."""
        return asked == kept


Codec = Number | Scaled | SixDigits | Integer | Choice | Letter | Text | Bits | HourMinuteSecond
