"""Alicat M and MC mass-flow meters and controllers: the exchanges the IOC needs.

The answer to a poll has a variable number of words (meter, controller, totaliser, status words), so
it is parsed from both ends and never by column.  Source: bias-flow-vacuum.md 3.1, whose fixtures
were captured from real units; second source: the public ``alicat`` driver's parser.
"""

from __future__ import annotations

import re
from typing import Any

from cryoioc.errors import ReplyError
from cryoioc.quantities import Exchange, Field, Identity, Model
from cryoioc.wire.codecs import Number, Text

# Meanings as far as they are known; P2O, COM and GTA are unverified.
STATUS_WORDS = {
    "ADC": "Converter fault",
    "OPL": "Over-pressure limit",
    "POV": "Pressure over range",
    "P2O": "Second pressure over",
    "TOV": "Temperature over range",
    "VOV": "Volume flow over range",
    "MOV": "Mass flow over range",
    "TMF": "Totaliser missed data",
    "OVR": "Totaliser rolled over",
    "COM": "COM",
    "HLD": "Valve held",
    "EXH": "Exhaust",
    "GTA": "GTA",
    "LCK": "Panel locked",
}
# Words that make the mass flow itself wrong.
FLOW_FAULTS = ("ADC", "POV", "P2O", "TOV", "VOV", "MOV")
PSI = 68.94757293168361  # mbar

FAST = 0.19  # s; a poll is sent a little late, and five a second are owed
SETTING = 8.0  # s


NUMBER = Number(3, chars=7)


class Frame(Exchange):
    """The data frame that answers a poll."""

    def parse(self, reply: str) -> dict[str, Any]:
        """Return unit ID, pressure, temperature, flows, gas, and the status words joined by spaces."""
        words = reply.split()
        if len(words) < 2:
            raise ReplyError(f"expected a data frame, the meter said {reply!r}")
        status: list[str] = []
        while words and words[-1].upper() in STATUS_WORDS:
            status.insert(0, words.pop().upper())
        if not 6 <= len(words) <= 8:
            raise ReplyError(f"expected 4 to 6 numbers and a gas, the meter said {reply!r}")
        unit, *numbers, gas = words
        # A meter sends 4 numbers, a controller adds its set point, a totaliser comes last; a totalising
        # meter cannot be told from a controller by the frame alone, and neither number is used here.
        values = [NUMBER.parse(text) for text in numbers]
        if re.fullmatch(r"[+-]?[\d.]+", gas) or not re.fullmatch(r"[A-Z]", unit):
            raise ReplyError(f"expected a unit ID, numbers and a gas, the meter said {reply!r}")
        ordered = (unit, *values[:4], gas, " ".join(status))
        return {field.name: value for field, value in zip(self.fields, ordered, strict=True)}


class Reference(Exchange):
    """The reference temperature of standard litres, which older firmware cannot be asked for."""

    def parse(self, reply: str) -> dict[str, Any]:
        """Return the temperature, [degC]; None where the meter does not know the question."""
        if reply.strip() == "?":
            return {"celsius": None}
        words = reply.split()
        if len(words) < 2:
            raise ReplyError(f"expected unit and temperature, the meter said {reply!r}")
        return {"celsius": self["celsius"].codec.parse(words[1])}


ROWS = (
    Frame(name="FRAME", query="{address}", every=FAST, fields=(
        Field(name="unit", codec=Text(1), doc="Unit ID"),
        Field(name="pressure", codec=NUMBER, unit="psia", doc="Absolute gas pressure"),
        Field(name="temperature", codec=NUMBER, unit="degC", doc="Gas temperature"),
        Field(name="volume", codec=NUMBER, unit="LPM", doc="Volume flow"),
        Field(name="mass", codec=NUMBER, unit="SLPM", doc="Mass flow at the meter's reference"),
        Field(name="gas", codec=Text(10), doc="Gas the meter is set to"),
        Field(name="status", codec=Text(40), doc="Status words")), doc="Data frame"),
    # Firmware 10v05 and later; syntax from the maker's serial primer, unverified on hardware.
    Reference(name="DCFRT", query="{address}DCFRT S", every=SETTING, fields=(
        Field(name="celsius", codec=NUMBER, unit="degC", doc="Reference of standard litres"),),
        doc="Reference temperature"),
    Exchange(name="VE", query="{address}VE", alone=True, fields=(
        Field(name="firmware", codec=Text(60), doc="Firmware and its date"),), doc="Firmware"),
)  # fmt: skip

ALICAT = Model(name="alicat", maker="Alicat", idn="Alicat", rows={row.name: row for row in ROWS})
MODELS = {"alicat": ALICAT}


def identity(reply: str, model: Model) -> Identity:
    """Return what the answer to ``VE`` says; :class:`ReplyError` if it is none.

    >>> identity("A   10v20.0-R24 Jan  9 2025,15:04:07", ALICAT).firmware
    '10v20.0-R24'
    """
    (unit,) = model.units
    match = re.match(rf"{re.escape(unit)}\s+(\S*\d+v\d+\S*)", reply.strip())
    if match is None:
        raise ReplyError(f"expected an Alicat of unit ID {unit}, it says {reply!r}")
    return Identity(text=" ".join(reply.split()), model="Alicat", serial="", firmware=match[1])
