"""The Lake Shore 336 and 350: variations of the 335 (lakeshore-protocol.md 7.1)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from cryoioc.devices.lakeshore.common import OFF_ON
from cryoioc.devices.lakeshore.model335 import FAST, LAKESHORE335, MODES, SENSORS_335
from cryoioc.quantities import Exchange, Field, variation
from cryoioc.wire.codecs import Bare, Choice, Integer, Letter, Number, Text

INPUTS_336 = Choice(("None", "A", "B", "C", "D"))
SENSORS_336 = Choice((*SENSORS_335.words, "Capacitance"))
CURRENTS_336 = Choice(("User", "0.707 A", "1 A", "1.414 A", "2 A"))

_INTYPE = LAKESHORE335["INTYPE"].fields
_OUTMODE = LAKESHORE335["OUTMODE"].fields
_ANALOG = LAKESHORE335["ANALOG"].fields
_HTRSET = LAKESHORE335["HTRSET"].fields
_RELAY = LAKESHORE335["RELAY"].fields
_ZONE = LAKESHORE335["ZONE"].fields
ZONE_INPUT = Integer(0, 8, chars=1)  # 5 to 8 are the scanner's inputs
SENSOR_336 = Field(name="type", codec=SENSORS_336, doc="Sensor type")


def _row(name: str, **changes: Any) -> Exchange:
    """Return a row of the 335 with some attributes changed."""
    return replace(LAKESHORE335[name], **changes)


LAKESHORE336 = variation(
    LAKESHORE335,
    name="lakeshore336",
    idn="MODEL336",
    inputs=("A", "B", "C", "D"),
    outputs=(1, 2, 3, 4),
    analogs=(3, 4),
    display_fields=tuple(range(1, 9)),
    drop=("POLARITY",),
    rows=(
        _row("INTYPE", fields=(SENSOR_336, *_INTYPE[1:])),
        # Mode 6, mirroring, is in later firmware; its second field is then the mirrored output.
        _row("OUTMODE", fields=(
            Field(name="mode", codec=Choice((*MODES.words, "Mirror")), doc="Output mode"),
            Field(name="input", codec=INPUTS_336, doc="Control input"), _OUTMODE[2])),
        # No type field: outputs 1 and 2 are current sources.
        _row("HTRSET", set="HTRSET {heater},{resistance},{max_current},{user_current},{display}", fields=(
            _HTRSET[1],
            Field(name="max_current", codec=CURRENTS_336, doc="Maximum current setting"),
            Field(name="user_current", codec=Number(3, 0, 2, chars=6), unit="A", doc="Maximum current if set to User"),
            _HTRSET[4])),
        _row("ZONE", fields=(*_ZONE[:6], Field(name="input", codec=ZONE_INPUT, doc="Control input code in the zone"), _ZONE[7])),
        _row("DISPFLD", fields=(
            Field(name="source", codec=Integer(0, 8, chars=1), doc="Source of the field"), LAKESHORE335["DISPFLD"].fields[1])),
        _row("RELAY", fields=(
            _RELAY[0],
            Field(name="input", codec=Letter(("A", "B", "C", "D")), doc="Input whose alarm drives the relay"),
            _RELAY[2])),
        _row("ANALOG", fields=(Field(name="input", codec=INPUTS_336, doc="Monitored input"), *_ANALOG[1:])),
        _row("BRIGT", fields=(Field(name="brightness", codec=Integer(1, 32, chars=2), doc="Display contrast"),)),
        _row("DISPLAY", set="DISPLAY {mode},{shown},{output}", fields=(
            Field(name="mode", codec=Integer(0, 10, chars=2), doc="Front-panel page"),
            Field(name="shown", codec=Choice(("2 large", "4 large", "8 small")), doc="Fields of the custom page"),
            Field(name="output", codec=Integer(0, 4, chars=1), doc="Output shown, 0 none"))),
        Exchange(name="AOUT", query="AOUT? {analog}", every=FAST, fields=(
            Field(name="percent", codec=Number(2, chars=6), unit="%", doc="Output, of full scale"),),
            doc="Analog output"),
        Exchange(name="INTSEL", query="INTSEL?", set="INTSEL {interface}", fields=(
            Field(name="interface", codec=Choice(("USB", "Ethernet", "IEEE-488")), doc="Remote interface"),),
            doc="Remote interface"),
        Exchange(name="NET", query="NET?", alone=True, set="NET {dhcp},{auto},{ip},{mask},{gateway},{dns1},{dns2},{host},{domain},{description}", fields=(
            Field(name="dhcp", codec=OFF_ON, doc="DHCP"),
            Field(name="auto", codec=OFF_ON, doc="Auto IP"),
            *(Field(name=n, codec=Bare(15), doc=d) for n, d in (
                ("ip", "Static address"), ("mask", "Subnet mask"), ("gateway", "Gateway"),
                ("dns1", "Primary DNS"), ("dns2", "Secondary DNS"))),
            Field(name="host", codec=Text(15), doc="Preferred host name"),
            Field(name="domain", codec=Text(64), doc="Preferred domain"),
            Field(name="description", codec=Text(32), doc="Description")), doc="Network set-up"),
        Exchange(name="NETID", query="NETID?", alone=True, fields=(
            Field(name="status", codec=Integer(0, 9, chars=1), doc="LAN status"),
            *(Field(name=n, codec=Bare(64), doc=d) for n, d in (
                ("ip", "Address"), ("mask", "Subnet mask"), ("gateway", "Gateway"), ("dns1", "Primary DNS"),
                ("dns2", "Secondary DNS"), ("mac", "MAC address"), ("host", "Host name"), ("domain", "Domain")))),
            doc="Network state"),
        Exchange(name="WEBLOG", query="WEBLOG?", alone=True, set="WEBLOG {user},{password}", fields=(
            Field(name="user", codec=Text(15), doc="User of the web page"),
            Field(name="password", codec=Text(15), doc="Password of the web page")), doc="Web login"),
    ),
)  # fmt: skip

RANGE_350 = Choice(("Off", "Range1", "Range2", "Range3", "Range4", "Range5"))
RATE_350 = Number(3, 0, 100, chars=8, smallest=0.001)

LAKESHORE350 = variation(
    LAKESHORE336,
    name="lakeshore350",
    idn="MODEL350",
    rows=(
        _row("RANGE", fields=(Field(name="range", codec=RANGE_350, doc="Heater range"),)),
        _row("INTYPE", set=LAKESHORE335["INTYPE"].set + ",{excitation}", fields=(
            SENSOR_336, _INTYPE[1],
            Field(name="range", codec=Integer(0, 9, chars=1), doc="Input range code"), *_INTYPE[3:],
            Field(name="excitation", codec=Choice(("1 mV", "10 mV")), doc="Excitation voltage"))),
        _row("RAMP", fields=(
            LAKESHORE335["RAMP"].fields[0],
            Field(name="rate", codec=RATE_350, unit="K/min", doc="Ramp rate"))),
        _row("ZONE", fields=(
            *_ZONE[:5],
            Field(name="range", codec=Integer(0, 5, chars=1), doc="Heater range code in the zone"),
            Field(name="input", codec=ZONE_INPUT, doc="Control input code in the zone"),
            Field(name="rate", codec=RATE_350, unit="K/min", doc="Ramp rate in the zone"))),
        _row("HTRSET", set="HTRSET {heater},{resistance},{max_current},{user_current},{display}", fields=_HTRSET[1:]),
    ),
)  # fmt: skip
