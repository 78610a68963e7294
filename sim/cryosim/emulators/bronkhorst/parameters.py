"""Where a parameter is, what it holds, and who may write it."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass

BYTE, SHORT, LONG, TEXT = 0x00, 0x20, 0x40, 0x60
TYPE, VALUE, READ_ONLY, WRITE_ONLY = 5, 6, 13, 17  # status codes; 9.17.027, 3.6


@dataclass(frozen=True)
class Parameter:
    """One parameter: its type, and how it is read and written."""

    type: int
    read: Callable[[], bytes] | None = None
    write: Callable[[bytes], bool] | None = None  # False: not this value


def number(value: int, size: int) -> bytes:
    """Return a whole number, the highest byte first."""
    return value.to_bytes(size, "big")


def real(value: float) -> bytes:
    """Return a number as IEEE 754 has it, the highest byte first."""
    return struct.pack(">f", value)


def float_of(data: bytes) -> float:
    """Return the number that was sent."""
    value: float = struct.unpack(">f", data)[0]
    return value


def padded(text: str, length: int) -> bytes:
    """Return a text as it is answered: of a fixed length, or up to a zero where none was asked for."""
    raw = text.encode("ascii", "replace")
    return bytes([length]) + raw[:length].ljust(length) if length else b"\0" + raw + b"\0"
