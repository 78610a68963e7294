"""MKS 937B and 946 gauge controllers: pressures, high voltage, protection, relays, identification.

``@253PR1?;FF`` is answered ``@253ACK1.10e-09;FF`` or ``@253NAK160;FF``; ``;FF`` ends a message and is the line's.

Sources: [M] operation manuals of the 937B (9.2, 9.7) and the 946 (9.14, 9.15); [D] the StreamDevice protocol of
``DiamondLightSource/mks937b``; [P] ``pymeasure``; bias-flow-vacuum.md 4.2.  They differ in how many digits a number
has, in upper and lower case, in the words for a gauge that is off, and old firmware leaves out the ``@`` [D]: all of
it is taken.  Pressures are for nitrogen; limits are in Torr [M] whatever the unit, so they are not checked here.
"""

from __future__ import annotations

import re
from typing import Any

from cryoioc.devices import gauges
from cryoioc.errors import ReplyError
from cryoioc.quantities import Exchange, Field, Identity, Model
from cryoioc.wire.codecs import Number, Text
from cryoioc.wire.exponent import Exponent
from cryoioc.wire.words import Word

READING = 1.0  # s
SETTING = 5.0  # s

PRESSURE = Number(9, chars=8)
SETPOINT = Exponent(2, low=0.0, high=1e6, chars=8)  # what is sent has d.dd E+-ee [M]
SOCKETS = ("A1", "A2", "B1", "B2", "C1", "C2")
MODULES = ("CC", "HC", "PR", "CP", "CM", "FC", "CV", "TC", "P1", "C1", "T1", "M1", "WC", "NA", "PF", "PC", "NC")
# [M] 9.15, by number or in words; the reasons a person can do something about.
REFUSALS = {
    "150": "another kind of gauge",
    "151": "no gauge",
    "152": "no ion gauge",
    "154": "no cold cathode",
    "160": "message not known",
    "161": "settings are locked",
    "163": "no such channel",
    "169": "argument not known",
    "172": "value out of range",
    "173": "no such control channel",
    "175": "neither query nor command",
    "195": "control set point is in force",
}
# What stands in place of a pressure, by its beginning.  [M] [D]; HV_OFF and HI are of the simulator beside [D].
STATES = (
    ("LO", gauges.UNDER),
    ("<", gauges.UNDER),
    ("ATM", gauges.OVER),
    ("HI", gauges.OVER),
    ("OVER", gauges.OVER),
    (">", gauges.OVER),
    ("OFF", gauges.OFF),
    ("HV_OFF", gauges.OFF),
    ("RP_OFF", gauges.HELD_OFF),
    ("RF_OFF", gauges.HELD_OFF),
    ("CTRL_OFF", gauges.HELD_OFF),
    ("PROT_OFF", gauges.PROTECTED),
    ("WAIT", gauges.STARTING),
    ("MISCONN", gauges.FAULT),
    ("NOGAUGE", gauges.NO_SENSOR),
    ("NO_GAUGE", gauges.NO_SENSOR),
    ("NOT", gauges.UNKNOWN_SENSOR),
)
BOUND = re.compile(r"(?:LO|HI)?[<>]\s*([0-9.]+[Ee][+-]?[0-9]+)")


def body(reply: str) -> str:
    """Return what follows the acknowledge.

    Raises
    ------
    ReplyError
        There is none; with the reason where the controller has given one.
    """
    found = re.fullmatch(r"@?([0-9]{3})?(ACK|NAK)(.*)", reply.strip(), re.IGNORECASE)
    if found is None:
        raise ReplyError(f"expected ACK or NAK, the controller said {reply!r}")
    said = found[3].strip()
    if found[2].upper() == "NAK":
        raise ReplyError(f"the controller refused the message: {said} {REFUSALS.get(said, '')}".rstrip())
    return said


class Acknowledged(Exchange):
    """Whatever the controller says comes behind ``ACK``."""

    def parse(self, reply: str) -> dict[str, Any]:
        """Return the values; :class:`ReplyError` for ``NAK`` and for another shape."""
        return super().parse(body(reply))


class Reading(Exchange):
    """A pressure, or a word for why there is none; ``LO<1.0E-03`` says where the gauge ends."""

    def parse(self, reply: str) -> dict[str, Any]:
        """Return state, pressure and bound; the numbers are 0 where there is none."""
        said = body(reply)
        if said[:1].isdigit():
            return self._named(gauges.OK, PRESSURE.parse(said), 0.0)
        state = next((state for begin, state in STATES if said.upper().startswith(begin)), None)
        if state is None:
            raise ReplyError(f"{self.name}: expected a pressure or a state, the controller said {reply!r}")
        bound = BOUND.fullmatch(said.upper())
        return self._named(state, 0.0, PRESSURE.parse(bound[1]) if bound is not None else 0.0)

    def _named(self, *values: object) -> dict[str, Any]:
        return {field.name: value for field, value in zip(self.fields, values, strict=True)}


class All(Exchange):
    """The answers of all six channels in one, apart by spaces or commas: no source says which."""

    def parse(self, reply: str) -> dict[str, Any]:
        """Return the texts by channel."""
        return super().parse(",".join(re.split(r"[ ,]+", body(reply))))


class Modules(Exchange):
    """What the slots hold: three words, four of a 946 with its control board."""

    def parse(self, reply: str) -> dict[str, Any]:
        """Return the words as they are."""
        words = re.split(r"[ ,]+", body(reply).upper())
        if not (3 <= len(words) <= 4 and set(words) <= set(MODULES)):
            raise ReplyError(f"{self.name}: expected the modules of three or four slots, found {reply!r}")
        return {"modules": ",".join(words)}


def _asked(name: str, codec: Any, doc: str, **more: Any) -> Acknowledged:
    """Return the row of a query that is answered by one value."""
    fields = (Field(name="value", codec=codec, doc=doc),)
    return Acknowledged(name=name, query=f"@{{address}}{name}?", fields=fields, doc=doc, **more)


def _channel(name: str, codec: Any, doc: str, *, place: str = "channel", told: bool = True, **more: Any) -> Acknowledged:
    """Return the row of a value of each channel, or of each relay."""
    command = f"@{{address}}{name}{{{place}}}!{{value}}" if told else ""
    fields = (Field(name="value", codec=codec, doc=doc),)
    return Acknowledged(name=name, query=f"@{{address}}{name}{{{place}}}?", set=command, fields=fields, doc=doc, **more)


ON_OFF = Word(("Off", "On"), sent=("OFF", "ON"))
PRESSURES = (
    Field(name="status", codec=Text(15), doc="State of the gauge"),
    Field(name="pressure", codec=PRESSURE, doc="Pressure in the unit of U"),
    Field(name="bound", codec=PRESSURE, doc="End of the range it is beyond"),
)
UNIT = Word(("Torr", "mbar", "Pa", "micron"), sent=("TORR", "MBAR", "PASCAL", "MICRON"))
ROWS = (
    Acknowledged(name="U", query="@{address}U?", set="@{address}U!{unit}", fields=(
        Field(name="unit", codec=UNIT, doc="Unit of all pressures"),), doc="Unit"),
    # Somebody can change the unit at the front panel at any time: it is asked in front of each pressure.
    Reading(name="PR", query="@{address}PR{channel}?", every=READING, units="U", fields=PRESSURES, doc="Pressure"),
    # Which two gauges make it is chosen at the front panel.
    *(Reading(name=f"PC{n}", query=f"@{{address}}PC{n}?", units="U", fields=PRESSURES, doc=f"Combined pressure {n}")
      for n in (1, 2)),
    _channel("CP", ON_OFF, "Power, high voltage", every=SETTING),
    All(name="PRZ", query="@{address}PRZ?", fields=tuple(
        Field(name=f"channel{n}", codec=Text(12), doc=f"What channel {n} says") for n in range(1, 7)),
        doc="All channels at once"),
    _channel("T", Word(("Waiting", "Off", "Protected", "Degas", "Controlled", "Rear panel", "Filament", "No gauge",
                        "Good"), sent=tuple("WOPDCRHNG")), "State of the ion gauge", told=False),
    _channel("PRO", SETPOINT, "Protection set point"),
    _channel("CSP", SETPOINT, "Control set point"),
    _channel("CHP", SETPOINT, "Control hysteresis"),
    _channel("CSE", Word((*SOCKETS, "Off"), sent=(*SOCKETS, "OFF")), "Channel that controls it"),
    _channel("CTL", Word(("Off", "Safe", "Auto"), sent=("OFF", "SAFE", "AUTO")), "Control by another channel"),
    _channel("UC", Number(1, low=0.1, high=10.0, chars=4), "Gas correction factor"),
    _channel("GT", Word(("Nitrogen", "Argon", "Helium")), "Gas"),
    _channel("SP", SETPOINT, "Set point of relay", place="contact"),
    _channel("SH", SETPOINT, "Hysteresis of relay", place="contact"),
    _channel("SD", Word(("Above", "Below"), sent=("ABOVE", "BELOW")), "Direction of relay", place="contact"),
    _channel("EN", Word(("Set", "Clear", "Enable"), sent=("SET", "CLEAR", "ENABLE")), "Mode of relay", place="contact"),
    _channel("SS", Word(("Clear", "Set"), sent=("CLEAR", "SET")), "State of relay", place="contact", told=False),
    Modules(name="MT", query="@{address}MT?", fields=(
        Field(name="modules", codec=Text(11), doc="Modules in the slots"),), doc="Modules"),
    _asked("MD", Text(12), "Model; not of old firmware"),
    _asked("SN", Text(12), "Serial number"),
    _asked("FV5", Text(12), "Firmware of the interface"),
    _asked("FV6", Text(12), "Firmware"),
)  # fmt: skip

BROADCAST = "254"  # address that every controller hears
CHANNELS = tuple(map(str, range(1, 7)))


def _model(number: str) -> Model:
    return Model(name=f"mks{number.lower()}", maker="MKS", idn=number, channels=CHANNELS, contacts=tuple(range(1, 13)),
                 units=("253",), rows={row.name: row for row in ROWS})  # fmt: skip


MKS937B = _model("937B")
MKS946 = _model("946")
MODELS = {model.name: model for model in (MKS937B, MKS946)}


def identity(reply: str, model: Model) -> Identity:
    """Return what the answer to ``MT?`` says; :class:`ReplyError` if that is no controller of this address.

    All sources have that query; which of the two models it is cannot be seen by it, and need not.  An answer to the
    address 254, which all of them hear, comes from another one.

    >>> identity("@253ACKCC,PR,NC", MKS937B).text
    'MKS 937B CC,PR,NC'
    """
    (unit,) = model.units
    told = re.match(r"@?([0-9]{3})", reply.strip())
    if told is not None and unit != BROADCAST and told[1] != unit:
        raise ReplyError(f"expected an MKS {model.idn} of address {unit}, it says {reply!r}")
    modules = model["MT"].parse(reply)["modules"]
    return Identity(text=f"MKS {model.idn} {modules}", model=f"MKS {model.idn}", serial="", firmware="")

