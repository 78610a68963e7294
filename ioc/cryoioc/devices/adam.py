"""Advantech ADAM-4017, 4017+ and 4117 analog input boxes, and those of others that speak their language.

Eight inputs, voltage or current, on an RS-485 line that boxes share by address; ICP DAS I-7017 has the
same commands.  Source: Advantech ADAM-4000 series manual, chapters 4 and 5 and appendix B; range codes
of ``0A`` and below also in the ADAM-6000 manual (table 6-4).  A 4017+ has a range for each channel, a
4017 one for all: it says ``?AA`` when asked for a channel's.  The commands that calibrate are left out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from cryoioc.errors import ReplyError
from cryoioc.quantities import Exchange, Field, Identity, Model
from cryoioc.wire.codecs import Bare, Number, Text

READING = 0.5  # s
SETTING = 8.0  # s

VOLTS = Number(4, chars=7)
CODE = Text(2)  # two hexadecimal digits
FORMAT = 0b11  # bits of the data format; 0: engineering units


@dataclass(frozen=True)
class Range:
    """What an input is set to: the unit it answers in, and how many of ours that is."""

    unit: str  # V or mA
    factor: float = 1.0


RANGES = {
    "07": Range("mA"),  # 4 to 20 mA
    "08": Range("V"),  # +-10 V
    "09": Range("V"),  # +-5 V
    "0A": Range("V"),  # +-1 V
    "0B": Range("V", 1e-3),  # +-500 mV
    "0C": Range("V", 1e-3),  # +-150 mV
    "0D": Range("mA"),  # +-20 mA
    "48": Range("V"),  # 0 to 10 V of newer boxes; unverified on a 4117
}


def _after(lead: str, reply: str, name: str) -> str:
    if not reply.startswith(lead):
        raise ReplyError(f"{name}: expected {lead!r} first, the box said {reply!r}")
    return reply[len(lead) :].rstrip()


def _values(reply: str, name: str) -> str:
    """Return what follows ``>``; a box of the ADAM-6000 series puts its address in between (adam-ascii)."""
    return re.sub(r"^[0-9A-F]{2}(?=[+-])", "", _after(">", reply, name))


class Input(Exchange):
    """``>`` and the value of one input."""

    def parse(self, reply: str) -> dict[str, Any]:
        """Return the value; :class:`ReplyError` for anything else."""
        return super().parse(_values(reply, self.name))


class Inputs(Exchange):
    """``>`` and the values of all inputs, each sign and six characters."""

    def parse(self, reply: str) -> dict[str, Any]:
        """Return the values; :class:`ReplyError` unless there are eight."""
        text = _values(reply, self.name)
        values = re.findall(r"[+-][^+-]*", text)
        if "".join(values) != text or len(values) != len(self.fields):
            raise ReplyError(f"{self.name}: expected {len(self.fields)} values, the box said {reply!r}")
        return {one.name: one.codec.parse(part) for one, part in zip(self.fields, values, strict=True)}


class Codes(Exchange):
    """``!``, the address, and hexadecimal codes of two digits."""

    def parse(self, reply: str) -> dict[str, Any]:
        """Return the codes; :class:`ReplyError` for another number of them."""
        codes = re.findall("..", _after("!", reply, self.name))[1:]
        if len(reply.rstrip()) != 3 + 2 * len(self.fields) or len(codes) != len(self.fields):
            raise ReplyError(f"{self.name}: expected {len(self.fields)} codes, the box said {reply!r}")
        return {one.name: one.codec.parse(code) for one, code in zip(self.fields, codes, strict=True)}


class Said(Exchange):
    """``!``, the address, and a text."""

    def parse(self, reply: str) -> dict[str, Any]:
        """Return the text; :class:`ReplyError` if the box did not understand."""
        return super().parse(_after("!", reply, self.name)[2:])


class ChannelRange(Exchange):
    """Range of one channel; an older box has only one for all."""

    def parse(self, reply: str) -> dict[str, Any]:
        """Return the code; empty where the box does not know the question."""
        if reply.startswith("?"):
            return {"range": ""}
        found = re.fullmatch(r"![0-9A-F]{2}C[0-7]R([0-9A-F]{2})\s*", reply)
        if found is None:
            raise ReplyError(f"{self.name}: expected a channel and its range, the box said {reply!r}")
        return super().parse(found[1])


ROWS = (
    Inputs(name="#", query="#{address}", fields=tuple(
        Field(name=f"input{n}", codec=VOLTS, doc=f"Input {n} in the unit of its range") for n in range(8)),
        doc="All inputs"),
    Input(name="#N", query="#{address}{channel}", every=READING, fields=(
        Field(name="value", codec=VOLTS, doc="Input in the unit of its range"),), doc="One input"),
    Codes(name="$2", query="${address}2", every=SETTING, fields=(
        Field(name="range", codec=CODE, doc="Range of all inputs"),
        Field(name="baud", codec=CODE, doc="Baud rate code"),
        Field(name="format", codec=CODE, doc="Data format, checksum, filter")), doc="Configuration"),
    Codes(name="$6", query="${address}6", fields=(
        Field(name="enabled", codec=CODE, doc="Bits of the inputs that are measured"),), doc="Enabled inputs"),
    ChannelRange(name="$8C", query="${address}8C{channel}", every=SETTING, fields=(
        Field(name="range", codec=CODE, doc="Range of the input"),), doc="Range of one input"),
    Said(name="$F", query="${address}F", fields=(
        Field(name="firmware", codec=Text(12), doc="Firmware"),), doc="Firmware"),
    Said(name="$M", query="${address}M", fields=(
        Field(name="model", codec=Text(12), doc="Name of the model"),), doc="Name"),
    Exchange(name="$5", set="${address}5{enabled}", fields=(
        Field(name="enabled", codec=Bare(2), doc="Bits of the inputs to measure"),), doc="Enable inputs"),
    Exchange(name="$7C", set="${address}7C{channel}R{range}", fields=(
        Field(name="range", codec=Bare(2), doc="Range of the input"),), doc="Range of one input"),
    Exchange(name="%", set="%{address}{new}{range}{baud}{format}", fields=(
        Field(name="new", codec=Bare(2), doc="New address"),
        Field(name="range", codec=Bare(2), doc="Range of all inputs"),
        Field(name="baud", codec=Bare(2), doc="Baud rate code"),
        Field(name="format", codec=Bare(2), doc="Data format, checksum, filter")), doc="Configure"),
)  # fmt: skip

ADAM4017 = Model(name="adam4017", maker="Advantech", idn="017", units=("01",), channels=tuple("01234567"),
                 rows={row.name: row for row in ROWS})  # fmt: skip
MODELS = {"adam4017": ADAM4017}


def identity(reply: str, model: Model) -> Identity:
    """Return what the answer to ``$AAM`` says; :class:`ReplyError` if this is no box of eight analog inputs.

    >>> identity("!014017P", ADAM4017).model
    '4017P'
    """
    (unit,) = model.units
    found = re.fullmatch(r"!([0-9A-F]{2})(\S*[0-9]1?17\S*)", reply.strip())
    if found is None or found[1] != unit:
        raise ReplyError(f"expected an ADAM-4017 of address {unit}, it says {reply!r}")
    return Identity(text=f"ADAM-{found[2]}", model=found[2], serial="", firmware="")
