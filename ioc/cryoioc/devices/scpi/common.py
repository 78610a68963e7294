"""What SCPI power supplies share: numbers, the IEEE-488.2 commands, and how an output is judged.

Sources: bias-flow-vacuum.md 1.2, and SCPI 1999 volume 1, 6.2.1: a header behind ``;`` goes on from the path of the
one before unless it begins with a colon, so every header here begins with one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryoioc.errors import ReplyError
from cryoioc.quantities import Exchange, Field, Identity, Model, Values
from cryoioc.wire.codecs import Bits, Choice, Integer, Number, Text

READING = 0.5  # s
NO_NUMBER = 9.9e37  # and above: infinity and "not a number" in SCPI (bias-flow-vacuum.md 1.2)

OFF_ON = Choice(("Off", "On"))
NO_YES = Choice(("No", "Yes"))
EVENT_BITS = Bits(((1, "OPC"), (4, "Query error"), (8, "Device error"), (16, "Execution error"),
                   (32, "Command error"), (128, "Power on")))  # fmt: skip
TRIP_FIELDS = {"ov_trip": "over-voltage", "oc_trip": "over-current", "fuse_trip": "fuse"}
SWITCHES = ("on", "armed", "master")  # fields that must all be On for an output to be live


@dataclass(frozen=True)
class Real(Number):
    """A number that may be the instrument's "not a number", which is no reading."""

    def parse(self, text: str) -> float:
        """Return the number; :class:`ReplyError` where there is none."""
        value = super().parse(text)
        if abs(value) >= NO_NUMBER:
            raise ReplyError(f"the instrument has no number: {text!r}")
        return value


MEASURED = Real(5, chars=15)


class Chain(Exchange):
    """Several queries in one message, so that the answers are about one moment; a field each."""

    def parse(self, reply: str) -> dict[str, Any]:
        """Return the values; :class:`ReplyError` for another number of answers."""
        parts = reply.split(";")
        if len(parts) != len(self.fields):
            raise ReplyError(f"{self.name}: expected {len(self.fields)} answers, the instrument said {reply!r}")
        values: dict[str, Any] = {}
        for one, part in zip(self.fields, parts, strict=True):
            values |= Exchange(name=f"{self.name} {one.name}", fields=(one,), doc=one.doc).parse(part)
        return values


class ErrorQueue(Exchange):
    """A number and a text in quotes."""

    def parse(self, reply: str) -> dict[str, Any]:
        """Return both; :class:`ReplyError` for anything else.

        >>> ERROR.parse('+0,"No error"') == ERROR.parse('0, "No error"')
        True
        """
        found = re.fullmatch(r'\s*([+-]?\d+)\s*,\s*"([^"]*)"\s*', reply)
        if found is None:
            raise ReplyError(f'{self.name}: expected a number and a text in quotes, the instrument said {reply!r}')
        return {one.name: one.codec.parse(part) for one, part in zip(self.fields, found.groups(), strict=True)}


ERROR = ErrorQueue(name="SYST:ERR", query=":SYST:ERR?", fields=(
    Field(name="number", codec=Integer(-32768, 32767), doc="Number of the error; 0: none"),
    Field(name="text", codec=Text(255), doc="The error in words")), doc="Oldest error")  # fmt: skip
COMMON = (
    Exchange(name="*IDN", query="*IDN?", alone=True, fields=(
        Field(name="identity", codec=Text(100), doc="Maker, model, serial number, firmware"),), doc="Identification"),
    Exchange(name="*CLS", set="*CLS", doc="Clear status registers and errors"),
    Exchange(name="*ESR", query="*ESR?", fields=(
        Field(name="events", codec=EVENT_BITS, doc="Standard events, cleared by reading"),), doc="Standard events"),
    Exchange(name="*OPC", query="*OPC?", fields=(
        Field(name="done", codec=Integer(1, 1), doc="Operations finished"),), doc="Operation complete"),
    Exchange(name="*RST", set="*RST", doc="Outputs off; every limit wide open"),
    Exchange(name="*STB", query="*STB?", fields=(
        Field(name="status", codec=Integer(0, 255), doc="Status byte"),), doc="Status byte"),
    ERROR,
    Exchange(name="SYST:REM", set=":SYST:REM", doc="Take commands"),
    Exchange(name="SYST:LOC", set=":SYST:LOC", doc="Give the front panel back"),
    Exchange(name="SYST:RWL", set=":SYST:RWL", doc="Take commands, front panel locked"),
)  # fmt: skip


def is_on(values: Values) -> bool:
    """Say whether an output is switched on, which is not whether it delivers anything.

    >>> is_on({"on": "On"}), is_on({"armed": "On", "master": "Off"})
    (True, False)
    """
    return all(values[name] == "On" for name in SWITCHES if name in values)


def trips(row: Exchange, values: Values) -> tuple[str, ...]:
    """Return in words which protections of an output have acted.

    >>> trips(ERROR, {"ov_trip": "No", "oc_trip": "Yes"})
    ('over-current',)
    """
    words = [word for name, word in TRIP_FIELDS.items() if values.get(name) == "Yes"]
    if "condition" in values:
        codec = row["condition"].codec
        assert isinstance(codec, Bits)
        words += codec.words(values["condition"])
    return tuple(words)


# model -> how it names itself; makers' names changed, so that they are not looked at
NAMES: Mapping[str, str] = {
    "keysight_e36312a": r"E36312A",
    "keysight_n6700": r"N670[0-5][A-C]",
    "rs_hmp4040": r"HMP4040",
}


def identity(reply: str, model: Model) -> Identity:
    """Return what ``*IDN?`` says; :class:`ReplyError` if this is another model.

    >>> from cryoioc.devices.scpi import HMP4040
    >>> identity("HAMEG,HMP4040,026043549,HW50020001/SW2.50", HMP4040).serial
    '026043549'
    """
    parts = [part.strip() for part in reply.split(",")]
    if len(parts) != 4 or not re.fullmatch(NAMES[model.name], parts[1], re.IGNORECASE):
        raise ReplyError(f"expected a {model.idn}, it says {reply!r}")
    return Identity(text=reply.strip(), model=parts[1].upper(), serial=parts[2], firmware=parts[3])
