"""Cryomagnetics LM-500 liquid cryogen level monitor: every exchange that is documented.

Sources: [P] the public driver ``pylablib`` (LM500); [A] ``Atomize`` (LM-510); [Q] QTLab's driver; [C] the
driver ``CG500``, which has the bits of ``STAT?``; bias-flow-vacuum.md 5.  On its serial line the
instrument echoes what it is sent; commands are not answered, and need ``REMOTE`` first [P] [A].
"""

from __future__ import annotations

import re
from typing import Any

from cryoioc.errors import ReplyError
from cryoioc.quantities import Exchange, Field, Identity, Model
from cryoioc.wire.codecs import Bits, Choice, HourMinuteSecond, Integer, Letter, Number, Text

READING = 1.0  # s
SETTING = 8.0  # s

LEVEL = Number(1, low=0.0, high=500.0, chars=5)
UNITS = Letter(("CM", "IN", "%"))
# [C]; which of them make a level that must not be believed.
STATUS_BITS = Bits(
    (
        (1, "Measuring"),
        (2, "Filling"),
        (4, "Fill timeout"),
        (8, "Fill inhibited"),
        (16, "Alarm limit"),
        (32, "Sensor open"),
        (64, "Sensor burnout"),
    )
)
MEASURING = 1
FAULTS = ("Sensor open", "Sensor burnout")


class Measure(Exchange):
    """A number with its unit, such as ``12.3 cm``."""

    def parse(self, reply: str) -> dict[str, Any]:
        """Return number and unit; :class:`ReplyError` without either."""
        found = re.fullmatch(r"\s*([+-]?[\d.]+)\s*([A-Za-z%]+)\s*", reply)
        if found is None:
            raise ReplyError(f"{self.name}: expected a number and a unit, the instrument said {reply!r}")
        return {one.name: one.codec.parse(part) for one, part in zip(self.fields, found.groups(), strict=True)}


class Initial(Exchange):
    """A word of which the first letter counts, such as ``Sample/Hold``."""

    def parse(self, reply: str) -> dict[str, Any]:
        """Return the letter; :class:`ReplyError` for another one."""
        return super().parse(reply.strip()[:1])


def measure(name: str, query: str, doc: str, *, every: float = 0.0) -> Measure:
    """Return the row of a query that is answered by a number with its unit."""
    fields = (Field(name="value", codec=LEVEL, doc=doc), Field(name="unit", codec=UNITS, doc="Unit of the value"))
    return Measure(name=name, query=query, every=every, fields=fields, doc=doc)


def limit(name: str, doc: str) -> tuple[Exchange, Exchange]:
    """Return the rows of a limit of the selected channel: asked with its unit, told without."""
    told = Exchange(name=f"{name}!", set=f"{name} {{value}}", doc=doc, fields=(
        Field(name="value", codec=LEVEL, doc=doc),))  # fmt: skip
    return measure(name, f"{name}?", doc), told


COMMON = (
    Exchange(name="*IDN", query="*IDN?", alone=True, fields=(
        Field(name="identity", codec=Text(80), doc="Maker, model, firmware"),), doc="Identification"),
    Exchange(name="*CLS", set="*CLS", doc="Clear status"),
    Exchange(name="*OPC", query="*OPC?", fields=(
        Field(name="done", codec=Integer(1, 1), doc="Operations finished"),), doc="Operation complete"),
    Exchange(name="*RST", set="*RST", doc="Abort a fill, clear its timeout"),
    Exchange(name="*STB", query="*STB?", fields=(
        Field(name="status", codec=Integer(0, 255), doc="Bit 0, 2: channel 1, 2 measured"),), doc="Status byte"),
    Exchange(name="*TST", query="*TST?", fields=(
        Field(name="passed", codec=Integer(0, 1), doc="1: passed"),), doc="Self-test"),
    Exchange(name="REMOTE", set="REMOTE", doc="Take commands; locks the front panel"),
    Exchange(name="LOCAL", set="LOCAL", doc="Give the front panel back"),
    Exchange(name="ERROR", set="ERROR {mode}", fields=(
        Field(name="mode", codec=Integer(0, 1), doc="1: say errors in words"),), doc="Error messages"),
)
CHANNEL = (
    Exchange(name="CHAN", query="CHAN?", set="CHAN {channel_number}", every=SETTING, fields=(
        Field(name="channel_number", codec=Integer(1, 2, chars=1), doc="Channel that settings are about"),),
        doc="Selected channel"),
    Exchange(name="TYPE", query="TYPE? {channel}", fields=(
        Field(name="type", codec=Choice(("Helium", "Nitrogen")), doc="What the channel measures"),),
        doc="Type of channel"),
    measure("MEAS", "MEAS? {channel}", "Level, last measured", every=READING),
    Exchange(name="MEAS!", set="MEAS {channel}", doc="Measure now"),
    Exchange(name="STAT", query="STAT?", every=READING, fields=(
        Field(name="first", codec=STATUS_BITS, doc="Status of channel 1"),
        Field(name="second", codec=STATUS_BITS, doc="Status of channel 2"),
        Field(name="menu", codec=Integer(0, 1), doc="1: somebody is in the menu")), doc="Status"),
    Exchange(name="FILL", query="FILL? {channel}", fields=(
        Field(name="state", codec=Text(12), doc="Off, Timeout, or the time filled"),), doc="Filling"),
    Exchange(name="FILL!", set="FILL {channel}", doc="Fill now"),
)
SELECTED = (
    measure("LNGTH", "LNGTH?", "Active length of the probe", every=SETTING),
    Exchange(name="UNITS", query="UNITS?", set="UNITS {unit}", fields=(
        Field(name="unit", codec=UNITS, doc="Unit of levels"),), doc="Units"),
    Initial(name="MODE", query="MODE?", set="MODE {mode}", every=SETTING, fields=(
        Field(name="mode", codec=Letter(("S", "C")), doc="Sample and hold, or continuous"),), doc="Mode"),
    Exchange(name="INTVL", query="INTVL?", set="INTVL {interval}", every=SETTING, fields=(
        Field(name="interval", codec=HourMinuteSecond(), unit="s", doc="Time between two samples"),),
        doc="Sample interval"),
    Exchange(name="BOOST", query="BOOST?", set="BOOST {boost}", fields=(
        Field(name="boost", codec=Letter(("OFF", "ON", "SMART")), doc="Higher current at first"),), doc="Boost"),
    *limit("HIGH", "Level at which filling ends"),
    *limit("LOW", "Level at which filling begins"),
    *limit("ALARM", "Level of the alarm"),
)  # fmt: skip

LM500 = Model(name="lm500", maker="Cryomagnetics", idn="LM-500", channels=("1", "2"),
              rows={row.name: row for row in (*COMMON, *CHANNEL, *SELECTED)})  # fmt: skip
MODELS = {"lm500": LM500}


def identity(reply: str, model: Model) -> Identity:
    """Return what ``*IDN?`` says; :class:`ReplyError` if this is no LM-500 or LM-510.

    The LM-510 has the same exchanges except for its alarms, which are not used here.

    >>> identity("Cryomagnetics,LM-510,0,1.20", LM500).model
    'LM-510'
    """
    found = re.search(r"LM-?(5[01]0)", reply)
    if found is None:
        raise ReplyError(f"expected a {model.idn}, it says {reply!r}")
    text = reply.strip()
    return Identity(text=text, model=f"LM-{found[1]}", serial="", firmware=text.rpartition(",")[2].strip())
