"""Bytes of a file -> lines, and words of a line -> numbers, with complaints that say where."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from pathlib import Path

from cryoioc.curves.errors import CurveFileError

LARGEST = 1_000_000  # bytes; a full curve has 10 kB
SHOWN = 40  # characters of a line in a complaint
_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([EeDd][+-]?[0-9]{1,3})?")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(frozen=True)
class Text:
    """A decoded file: its name for complaints and its lines, numbered from 1."""

    name: str
    lines: tuple[str, ...]

    def filled(self) -> list[tuple[int, str]]:
        """Return the lines that hold something, stripped, with their numbers."""
        return [(n, line.strip()) for n, line in enumerate(self.lines, 1) if line.strip()]

    def wrong(self, line: int, what: str) -> CurveFileError:
        """Return the complaint about a line; 0 is the file as a whole."""
        where = f"{self.name}, line {line}" if line else self.name
        return CurveFileError(f"{where}: {what}")


def decode(data: bytes, name: str) -> Text:
    """Return the text of a file in UTF-8 or Latin-1, with line ends of any system.

    Raises
    ------
    CurveFileError
        Too large, empty or not a text.
    """
    if len(data) > LARGEST:
        raise CurveFileError(f"{name}: {len(data)} bytes are too many for a curve, {LARGEST} at most")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    odd = _CONTROL.search(text)
    if odd is not None:
        line = text.count("\n", 0, odd.start()) + 1
        raise CurveFileError(f"{name}, line {line}: character {ord(odd[0])} does not belong into a text")
    lines = tuple(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    if not any(line.strip() for line in lines):
        raise CurveFileError(f"{name}: the file is empty")
    return Text(name, lines)


def load(path: Path) -> Text:
    """Read and decode a file; CurveFileError if it cannot be."""
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
            if len(data) > LARGEST:
                raise CurveFileError(f"{path}: too large for a curve, more than {LARGEST} bytes")
    except OSError as error:
        raise CurveFileError(f"{path}: {error.strerror or error}") from error
    return decode(data, str(path))


def short(text: str) -> str:
    """Return a piece of a line for a complaint, printable whatever it holds."""
    return ascii(text if len(text) <= SHOWN else text[: SHOWN - 3] + "...")


def number(text: Text, line: int, word: str) -> float:
    """Return a finite number; CurveFileError if the word is none."""
    stripped = word.strip()
    value = float(re.sub("[Dd]", "E", stripped)) if _NUMBER.fullmatch(stripped) else math.nan
    if not math.isfinite(value):
        raise text.wrong(line, f"expected a number, found {short(word)}")
    return value


def words(line: str) -> list[str]:
    """Cut a row at spaces, tabs, commas and semicolons."""
    return [word for word in re.split(r"[\s,;]+", line) if word]
