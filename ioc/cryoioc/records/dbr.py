"""Values in the data types of Channel Access: what a client asks for, from what a record holds.

Conversions follow EPICS base (``dbConvert.c``, ``cvtFast.c``); the layout of the metadata comes from caproto.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from caproto import DBR_TYPES, ChannelType

from cryoioc.records.alarms import Alarm
from cryoioc.records.declaration import MAX_UNIT

STRING, SHORT, FLOAT, ENUM, CHAR, LONG, DOUBLE = range(7)
CODES = {SHORT: "h", FLOAT: "f", ENUM: "H", CHAR: "B", LONG: "i", DOUBLE: "d"}
SIZES = {STRING: 40, SHORT: 2, FLOAT: 4, ENUM: 2, CHAR: 1, LONG: 4, DOUBLE: 8}
RANGES = {
    SHORT: (-(2**15), 2**15 - 1),
    ENUM: (0, 2**16 - 1),
    CHAR: (-(2**7), 2**8 - 1),
    LONG: (-(2**31), 2**31 - 1),
}
PUT_ACKT, PUT_ACKS = int(ChannelType.PUT_ACKT), int(ChannelType.PUT_ACKS)
STSACK_STRING, CLASS_NAME = int(ChannelType.STSACK_STRING), int(ChannelType.CLASS_NAME)
# Message types in blocks of seven: value alone, with alarm, with alarm and time, with properties (GR, CTRL).
# A value begins behind its alarm and time at a multiple of its size (``db_access.h``): bytes left empty.
PLAIN = range(7)
MAX_STATES = 16  # of a GR_ENUM
STATUS = dict(zip(range(7, 14), (0, 0, 0, 0, 1, 0, 4), strict=True))
TIME = dict(zip(range(14, 21), (0, 2, 0, 2, 3, 0, 4), strict=True))
ALARM, STAMPED, _DOUBLE = struct.Struct(">hh"), struct.Struct(">hhII"), struct.Struct(">d")
READABLE = frozenset(map(int, ChannelType)) - {PUT_ACKT, PUT_ACKS}
FLOAT_MAX = struct.unpack(">f", b"\x7f\x7f\xff\xff")[0]

Elements = Sequence[float] | Sequence[int] | Sequence[str] | bytes


class ConversionError(ValueError):
    """The value has no meaning in the type that was asked for or sent."""


@dataclass(frozen=True)
class Properties:
    """What GR and CTRL requests answer beside the value."""

    unit: str = ""
    precision: int = 0
    states: tuple[str, ...] = ()
    room: int = 0  # how many states can have names; 0: a menu
    illegal: str = ""  # text of a state beyond those
    display: tuple[float, float] = (0.0, 0.0)  # low, high
    control: tuple[float, float] = (0.0, 0.0)  # low, high
    alarms: tuple[float, float, float, float] = (math.nan,) * 4  # LOLO, LOW, HIGH, HIHI, NaN: none


class Reading(NamedTuple):
    """Everything one answer can hold."""

    kind: int  # type of the elements: STRING .. DOUBLE
    elements: Elements
    alarm: Alarm
    stamp: tuple[int, int]  # s and ns since 1990-01-01
    properties: Properties
    acknowledge: tuple[int, int] = (1, 0)  # ACKT, ACKS
    record_type: str = ""


def base_type(kind: int) -> int:
    """Return the type of the elements in a message of type ``kind``."""
    return STRING if kind in (STSACK_STRING, CLASS_NAME) else kind % 7


def payload(reading: Reading, kind: int, count: int) -> tuple[bytes, int]:
    """Return metadata and ``count`` elements as type ``kind``, and the number of elements.

    Zero elements asked for means as many as there are; more than there are is filled with zeros, as EPICS does.

    Raises
    ------
    ConversionError
        When a text that is no number is asked for as a number.
    """
    if kind == STSACK_STRING:
        return _acknowledgement(reading), 1
    if kind == CLASS_NAME:
        return _text(reading.record_type), 1
    base = base_type(kind)
    if base == reading.kind == DOUBLE and len(reading.elements) == 1 and count <= 1:
        return _metadata(reading, kind) + _DOUBLE.pack(reading.elements[0]), 1
    data = _elements(reading, base)
    have = len(data) // SIZES[base]
    count = count or have
    size = count * SIZES[base]
    return _metadata(reading, kind) + data[:size].ljust(size, b"\0"), count


def _metadata(reading: Reading, kind: int) -> bytes:
    if kind in PLAIN:
        return b""
    if kind in STATUS or kind == ChannelType.CTRL_STRING:  # that has no more (db_access.h); caproto has the time
        return ALARM.pack(*reading.alarm) + b"\0" * STATUS.get(kind, 0)
    if kind in TIME:
        return STAMPED.pack(*reading.alarm, *reading.stamp) + b"\0" * TIME[kind]
    return _properties(reading, kind)


def _properties(reading: Reading, kind: int) -> bytes:
    head = DBR_TYPES[kind]()
    head.status, head.severity = reading.alarm
    properties = reading.properties
    if hasattr(head, "strs"):
        head.enum_strings = [state.encode() for state in properties.states[:MAX_STATES]]
    if hasattr(head, "precision"):
        head.precision = properties.precision
    if hasattr(head, "units"):
        head.units = properties.unit[:MAX_UNIT].encode("ascii")  # the field holds more, where base lets it
        _fill_limits(head, properties, base_type(kind))
    return bytes(head)


def _fill_limits(head: object, properties: Properties, base: int) -> None:
    lolo, low, high, hihi = properties.alarms
    limits = {
        "lower_disp_limit": properties.display[0],
        "upper_disp_limit": properties.display[1],
        "lower_ctrl_limit": properties.control[0],
        "upper_ctrl_limit": properties.control[1],
        "lower_alarm_limit": lolo,
        "lower_warning_limit": low,
        "upper_warning_limit": high,
        "upper_alarm_limit": hihi,
    }
    for name, value in limits.items():
        if hasattr(head, name):
            number = _fitted(value, base)
            setattr(head, name, bytes([int(number) & 0xFF]) if base == CHAR else number)


def _acknowledgement(reading: Reading) -> bytes:
    head = DBR_TYPES[STSACK_STRING]()
    head.status, head.severity = reading.alarm
    head.ackt, head.acks = reading.acknowledge
    head.value = _elements(reading, STRING)[:40]
    return bytes(head)


def _elements(reading: Reading, base: int) -> bytes:
    """Return all elements as type ``base``."""
    kind, elements = reading.kind, reading.elements
    if base == CHAR and isinstance(elements, bytes):
        return elements
    if base == STRING:
        return b"".join(_text(text) for text in _texts(reading))
    if kind == STRING:
        elements = [number(str(text)) for text in elements]
    numbers = [_fitted(float(x) if base in (FLOAT, DOUBLE) else x, base) for x in elements]  # type: ignore[arg-type]
    return struct.pack(f">{len(numbers)}{CODES[base]}", *numbers)


def _texts(reading: Reading) -> list[str]:
    if reading.kind == STRING:
        return [str(text) for text in reading.elements]
    if reading.kind == ENUM:
        return [_state(reading.properties, int(i)) for i in reading.elements]
    if reading.kind in (FLOAT, DOUBLE):
        return [number_text(float(x), reading.properties.precision) for x in reading.elements]
    return [str(x) for x in reading.elements]


def _state(properties: Properties, index: int) -> str:
    """Return the text of a state, as the records of EPICS base do (``get_enum_str``), of a menu otherwise."""
    if index < len(properties.states):
        return properties.states[index]
    if not properties.room:
        return str(index)
    return "" if index < properties.room else properties.illegal


def number_text(value: float, precision: int) -> str:
    """Return a number as EPICS base writes it (``cvtDoubleToString``), to which a precision is an unsigned short."""
    precision %= 2**16
    if math.isnan(value) or abs(value) > 1e7 or precision > 8:
        if precision > 8 or abs(value) > 1e16:
            digits = min(precision, 17)
            return f"{value:{digits + 7}.{digits}e}"
        return f"{value:.{min(precision, 3)}f}"
    return f"{value:.{precision}f}"


def _text(text: str) -> bytes:
    return fitted_text(text, 39).encode().ljust(40, b"\0")


def fitted_text(text: str, size: int) -> str:
    """Return as much of ``text`` as fits into ``size`` bytes of UTF-8."""
    return text.encode(errors="replace")[:size].decode(errors="ignore")


def number(text: str) -> float:
    """Return the number a text holds.

    Raises
    ------
    ConversionError
        When it holds none.
    """
    try:
        if "_" not in text:  # Python's own grouping, not a number to anyone else
            return float(text)
    except ValueError:
        pass
    raise ConversionError(f"{text!r} is not a number")


def _fitted(value: float, base: int) -> float | int:
    """Return ``value`` within the range of ``base``; whole numbers are cut towards zero, as C does."""
    if base == DOUBLE:
        return value
    if base == FLOAT:
        return math.copysign(FLOAT_MAX, value) if FLOAT_MAX < abs(value) < math.inf else value
    low, high = RANGES[base]
    number = 0 if math.isnan(value) else int(max(low, min(high, value)))
    return number & 0xFF if base == CHAR else number


def decode(kind: int, count: int, data: bytes) -> Elements:
    """Return the elements a client sent.

    Raises
    ------
    ConversionError
        For a type that cannot be put, or fewer bytes than ``count`` elements need.
    """
    if kind in (PUT_ACKT, PUT_ACKS):
        if not count:
            raise ConversionError("an acknowledgement of nothing")
        kind = ENUM
    if kind == STRING:
        if count > len(data) // 40 + 1:
            raise ConversionError(f"{count} strings in {len(data)} bytes")
        # The last string may be cut behind its terminator (``nciu::write`` in libca).
        return [decoded(data[i * 40 : i * 40 + 40]) for i in range(count)]
    if kind not in CODES or len(data) < count * SIZES[kind]:
        raise ConversionError(f"type {kind} with {count} elements cannot be put")
    if kind == CHAR:
        return bytes(data[:count])
    return list(struct.unpack_from(f">{count}{CODES[kind]}", data))


def decoded(data: bytes) -> str:
    """Return the text before the terminator; UTF-8, or Latin-1 where it is not."""
    data = bytes(data).split(b"\0", 1)[0]
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("latin-1")
