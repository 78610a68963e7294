"""Bronkhorst's ProPar in ASCII: parameters in frames of hexadecimal digits.

``:06030401210120`` is six bytes: node 3, command 4 (request), and where to put and where to find one parameter.
The bytes of process and parameter have bits of their own on top:

======  =========================================================
bit 7   another parameter of this process, or another process, follows
bits    00 one byte, 20 two bytes, 40 four bytes or a float, 60 a text
5, 6
======  =========================================================

Source: the maker's document 9.17.027, 3.4 to 3.10; second source the maker's package ``bronkhorst-propar``.
"""

from __future__ import annotations

import math
import re
import struct
from collections.abc import Sequence
from dataclasses import dataclass

from cryoioc.errors import ReplyError

STATUS, WRITE_ANSWERED, WRITE, REQUEST = 0, 1, 2, 4
CHAINED, TYPE = 0x80, 0x60
BYTE, SHORT, LONG, STRING = 0x00, 0x20, 0x40, 0x60
HIGHEST_POSITIVE = 41942  # 131.07 %; above it 16 bits count downwards from 65535, which is -0.003 % (9.17.084, 3.9.2)
STATUS_WORDS = {
    0: "no error", 1: "process claimed", 2: "command", 3: "process number", 4: "parameter number",
    5: "parameter type", 6: "parameter value", 7: "network not active", 11: "node number", 13: "read only",
    17: "write only", 34: "protocol",
}  # fmt: skip
UNKNOWN = (3, 4, 5)  # an instrument without that parameter

Value = float | int | str


@dataclass(frozen=True)
class Parameter:
    """One parameter of an instrument."""

    process: int
    number: int
    type: int
    length: int = 0  # of a text; 0: up to a zero
    real: bool = False  # four bytes are a float
    index: int | None = None  # under which it comes back; None: its number

    @property
    def back(self) -> int:
        """What precedes its value in an answer: index and type."""
        return (self.number if self.index is None else self.index) | self.type


class StatusError(ReplyError):
    """The instrument answered with a status, ``code``."""

    def __init__(self, code: int) -> None:
        super().__init__(f"the instrument refused the message: {code} {STATUS_WORDS.get(code, '')}".rstrip())
        self.code = code


def frame(node: str, data: Sequence[int]) -> str:
    """Return the text of a message to a node."""
    return f":{len(data) + 1:02X}{node}" + "".join(f"{byte:02X}" for byte in data)


def request(node: str, *parameters: Parameter) -> str:
    """Return the text that asks for parameters in one message."""
    data = [REQUEST]
    for n, one in enumerate(parameters):
        following = [other.process for other in parameters[n + 1 :]]
        if n == 0 or parameters[n - 1].process != one.process:
            data.append(one.process | (CHAINED if any(process != one.process for process in following) else 0))
        again = bool(following) and following[0] == one.process
        data += [one.back | (CHAINED if again else 0), one.process, one.number | one.type]
        if one.type == STRING:
            data.append(one.length)
    return frame(node, data)


def characters(*parameters: Parameter) -> int:
    """Return how many characters the answer to a request has, without its line end; a text without a length has 10."""
    sizes = {BYTE: 1, SHORT: 2, LONG: 4}
    values = sum(1 + (1 + (one.length or 10) if one.type == STRING else sizes[one.type]) for one in parameters)
    changes = sum(n == 0 or parameters[n - 1].process != one.process for n, one in enumerate(parameters))
    return 1 + 2 * (3 + changes + values)


def payload(reply: str) -> bytes:
    """Return the bytes behind the node; :class:`ReplyError` if they are not as many as the frame says."""
    text = reply.strip()
    if re.fullmatch(r":([0-9A-Fa-f]{2}){2,}", text) is None:
        raise ReplyError(f"expected a frame of hexadecimal digits, the instrument said {reply!r}")
    data = bytes.fromhex(text[1:])
    if data[0] != len(data) - 1:
        raise ReplyError(f"expected {data[0]} bytes, {len(data) - 1} have come: {reply!r}")
    return data[2:]


def values(reply: str, *parameters: Parameter) -> list[Value]:
    """Return the values of parameters that were asked for in one message.

    Raises
    ------
    StatusError
        The instrument answered with a status instead.
    ReplyError
        Another shape, or other parameters than were asked for.
    """
    data = payload(reply)
    if data[:1] == bytes([STATUS]) and len(data) == 3:
        raise StatusError(data[1])
    if len(data) == 1:
        raise ReplyError(f"the instrument answered with error {data[0]}")
    if data[:1] != bytes([WRITE]):
        raise ReplyError(f"expected an answer to a request, the instrument said {reply!r}")
    reader = _Reader(data[1:], reply)
    found: list[Value] = []
    for n, one in enumerate(parameters):
        if n == 0 or parameters[n - 1].process != one.process:
            reader.expect(one.process, ~CHAINED)
        reader.expect(one.back, ~CHAINED)
        found.append(reader.take(one.type, real=one.real))
    reader.end()
    return found


def done(reply: str) -> None:
    """Take the status that answers a write; :class:`StatusError` unless it is 0."""
    data = payload(reply)
    if len(data) != 3 or data[0] != STATUS:
        raise ReplyError(f"expected a status, the instrument said {reply!r}")
    if data[1] != 0:
        raise StatusError(data[1])


def signed(steps: int) -> int:
    """Return 16 bits as a number of steps, those of a flow backwards below 0.

    >>> signed(16000), signed(41942), signed(65535)
    (16000, 41942, -1)
    """
    return steps if steps <= HIGHEST_POSITIVE else steps - 0x10000


class _Reader:
    """Bytes of an answer, taken one after the other."""

    def __init__(self, data: bytes, reply: str) -> None:
        self._data, self._reply = data, reply

    def take(self, kind: int, *, real: bool) -> Value:
        """Return the value of a parameter of a type."""
        if kind == STRING:
            return self._text()
        raw = self._bytes({BYTE: 1, SHORT: 2, LONG: 4}[kind])
        if not real:
            return int.from_bytes(raw, "big")
        number: float = struct.unpack(">f", raw)[0]
        if not math.isfinite(number):
            raise ReplyError(f"expected a number, the instrument said {self._reply!r}")
        return number

    def expect(self, wanted: int, mask: int) -> None:
        """Take one byte, which must be this one in the bits of the mask."""
        (byte,) = self._bytes(1)
        if byte & mask != wanted:
            raise ReplyError(f"the answer to another question: {self._reply!r}")

    def end(self) -> None:
        """Require that nothing is left."""
        if self._data:
            raise ReplyError(f"more values than were asked for: {self._reply!r}")

    def _text(self) -> str:
        """Return a text: as long as is said, whatever was asked for, or up to a zero."""
        (told,) = self._bytes(1)
        end = told if told else self._data.find(0)
        if end < 0:
            raise ReplyError(f"expected the end of a text: {self._reply!r}")
        raw = self._bytes(end)
        if not told:
            self._bytes(1)
        if not raw.isascii():
            raise ReplyError(f"unreadable characters in {self._reply!r}")
        return raw.decode("ascii").strip(" \0")

    def _bytes(self, count: int) -> bytes:
        if len(self._data) < count:
            raise ReplyError(f"fewer values than were asked for: {self._reply!r}")
        taken, self._data = self._data[:count], self._data[count:]
        return taken
