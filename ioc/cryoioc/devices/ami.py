"""American Magnetics 1700 liquid-level instrument: every exchange of its helium channel and relays that is documented.

Sources: [M] the maker's manual, Rev. 2, pages 65 and 69; [F] the public EPICS protocol
``freia-lab/e3-ami1700``; [N] ``NSLS-II-CSX/ami1700``; [W] ``nowacklab/Nowack_Lab``; [X] ``matr1x``;
bias-flow-vacuum.md 5.  A command is answered by an empty line [M] [N]; bias-flow-vacuum.md speaks of an
echo: both are taken.  What the instrument says to a command it does not know is unverified; ``-8`` is what
its predecessor 135/136 answers (its manual, page 24).
"""

from __future__ import annotations

from typing import Any

from cryoioc.errors import DeviceRefused, ReplyError
from cryoioc.quantities import Exchange, Field, Identity, Model
from cryoioc.wire.codecs import Integer, Letter, Number, Text

READING = 1.0  # s
SETTING = 8.0  # s
UNKNOWN = "-8"  # answer to what is not understood

LEVEL = Number(1, chars=6)
LENGTH = Number(1, low=0.0, high=1000.0, chars=6)
MINUTES = Number(2, low=0.0, high=1440.0, chars=6)
CHANNEL = Integer(0, 2)  # 0 none, 1 nitrogen, 2 helium [M]


class Answer(Exchange):
    """A query whose answer may be the error code."""

    def parse(self, reply: str) -> dict[str, Any]:
        """Return the values; :class:`ReplyError` for the error code, which is a number too."""
        if reply.strip() == UNKNOWN:
            raise ReplyError(f"{self.name} is not understood by the instrument")
        return super().parse(reply)


def obeyed(command: str, reply: str) -> None:
    """Take the answer to a command: nothing, or its echo; :class:`DeviceRefused` for anything else.

    >>> obeyed("MEAS:HE:SAMP", "")
    >>> obeyed("MEAS:HE:SAMP", "MEAS:HE:SAMP")
    """
    if reply.strip().upper() not in ("", command.strip().upper()):
        raise DeviceRefused(f"{command} was answered by {reply!r}")


QUERIES = (
    Answer(name="*IDN", query="*IDN?", alone=True, fields=(
        Field(name="identity", codec=Text(80), doc="Maker, model, firmware"),), doc="Identification"),
    # Polled so often because a probe that is powered is the only sign of a measurement under way.
    Answer(name="MEAS:HE:LEV", query="MEAS:HE:LEV?", every=READING, fields=(
        Field(name="level", codec=LEVEL, doc="Helium level in HE:UNIT"),), doc="Helium level, last measured"),
    Answer(name="MEAS:ADC2", query="MEAS:ADC2?", every=READING, fields=(
        Field(name="current", codec=LEVEL, unit="mA", doc="Current in the helium probe"),), doc="Probe current"),
    Answer(name="MEAS:ADC0", query="MEAS:ADC0?", fields=(
        Field(name="voltage", codec=LEVEL, unit="V", doc="Voltage on the helium probe"),), doc="Probe voltage"),
    Answer(name="MEAS:ADC1", query="MEAS:ADC1?", fields=(
        Field(name="voltage", codec=LEVEL, unit="V", doc="Voltage of the probe's supply"),), doc="Supply voltage"),
    Answer(name="HE:UNIT", query="HE:UNIT?", every=SETTING, fields=(
        Field(name="unit", codec=Letter(("%", "C", "I")), doc="Unit of level and length"),), doc="Helium unit"),
    Answer(name="HE:LEN", query="HE:LEN?", every=SETTING, fields=(
        Field(name="length", codec=LENGTH, doc="Active length of the probe in HE:UNIT"),), doc="Probe length"),
    Answer(name="HE:INT", query="HE:INT?", every=SETTING, fields=(
        Field(name="interval", codec=MINUTES, unit="min", doc="Time between two samples"),), doc="Sample interval"),
    Answer(name="HE:TIME", query="HE:TIME?", fields=(
        Field(name="limit", codec=MINUTES, unit="min", doc="Longest continuous measurement"),), doc="Time limit"),
    # [F]: 0 not for helium, then 4.2 K up to 40 and 80 inches, 2 K up to 40 and 80 inches.
    Answer(name="HE", query="HE?", fields=(
        Field(name="kind", codec=Integer(0, 4), doc="Kind of helium probe"),), doc="Probe configuration"),
    Answer(name="NAME:SENS:HE", query="NAME:SENS:HE?", fields=(
        Field(name="name", codec=Text(16), doc="Name of the helium probe"),), doc="Probe name"),
    Answer(name="N2:UNIT", query="N2:UNIT?", fields=(
        Field(name="unit", codec=Letter(("%", "C", "I")), doc="Unit of the nitrogen level"),), doc="Nitrogen unit"),
    Answer(name="MEAS:N2:LEV", query="MEAS:N2:LEV?", fields=(
        Field(name="level", codec=LEVEL, doc="Nitrogen level in N2:UNIT"),), doc="Nitrogen level"),
    Answer(name="HI", query="HI", fields=(
        Field(name="level", codec=LEVEL, doc="High setpoint in HE:UNIT"),), doc="High setpoint"),
    Answer(name="LO", query="LO", fields=(
        Field(name="level", codec=LEVEL, doc="Low setpoint in HE:UNIT"),), doc="Low setpoint"),
    # [M] contradicts itself: page 65 says 0 closes above the setpoint, page 69 says 0 closes below.
    Answer(name="RELAY:OP", query="RELAY{contact}:OP?", fields=(
        Field(name="operation", codec=Integer(0, 1), doc="Side on which the relay closes"),), doc="Relay sense"),
    Answer(name="RELAY:SET", query="RELAY{contact}:SET?", fields=(
        Field(name="level", codec=LEVEL, doc="Setpoint in the channel's unit"),), doc="Relay setpoint"),
)
COMMANDS = (
    Exchange(name="MEAS:HE:SAMP", set="MEAS:HE:SAMP", doc="Measure once, now"),
    Exchange(name="MEAS:HE:HOLD", set="MEAS:HE:HOLD", doc="Stop measuring"),
    Exchange(name="MEAS:HE:CONT", set="MEAS:HE:CONT", doc="Measure all the time"),
    # 0 is percent; of 1 and 2, [F] has centimetres first, the sister instrument 286 inches first.
    Exchange(name="CONF:HE:UNIT", set="CONF:HE:UNIT {unit}", fields=(
        Field(name="unit", codec=Integer(0, 2), doc="Code of the unit"),), doc="Helium unit"),
    Exchange(name="CONF:HE:LEN", set="CONF:HE:LEN {length}", fields=(
        Field(name="length", codec=LENGTH, doc="Active length of the probe in HE:UNIT"),), doc="Probe length"),
    Exchange(name="CONF:INT:SAMP", set="CONF:INT:SAMP {interval}", fields=(
        Field(name="interval", codec=MINUTES, unit="min", doc="Time between two samples"),), doc="Sample interval"),
    # [N]; "CONF:HE:TIME" does not work [W].
    Exchange(name="CONF:HE:TIME_LIMIT", set="CONF:HE:TIME_LIMIT {limit}", fields=(
        Field(name="limit", codec=MINUTES, unit="min", doc="Longest continuous measurement"),), doc="Time limit"),
    Exchange(name="CONF:NAME:SENS:HE", set="CONF:NAME:SENS:HE {name}", fields=(
        Field(name="name", codec=Text(16), doc="Name of the helium probe"),), doc="Probe name"),
    Exchange(name="CONF:RELAY:CH", set="CONF:RELAY{contact}:CH {channel}", fields=(
        Field(name="channel", codec=CHANNEL, doc="0 none, 1 nitrogen, 2 helium"),), doc="Relay channel"),
    Exchange(name="CONF:RELAY:OP", set="CONF:RELAY{contact}:OP {operation}", fields=(
        Field(name="operation", codec=Integer(0, 1), doc="Side on which the relay closes"),), doc="Relay sense"),
    Exchange(name="CONF:RELAY:SET", set="CONF:RELAY{contact}:SET {level}", fields=(
        Field(name="level", codec=LEVEL, doc="Setpoint in the channel's unit"),), doc="Relay setpoint"),
    Exchange(name="CONF:FILL:CH", set="CONF:FILL:CH {channel}", fields=(
        Field(name="channel", codec=CHANNEL, doc="0 none, 1 nitrogen, 2 helium"),), doc="Channel that is filled"),
)  # fmt: skip

AMI1700 = Model(name="ami1700", maker="American Magnetics", idn="1700", contacts=(1, 2),
                rows={row.name: row for row in (*QUERIES, *COMMANDS)})  # fmt: skip
MODELS = {"ami1700": AMI1700}


def identity(reply: str, model: Model) -> Identity:
    """Return what ``*IDN?`` says; :class:`ReplyError` if this is no 1700.

    Only the model number is relied on: the form of the answer is unverified.
    """
    text = " ".join(reply.split())
    if model.idn not in text:
        raise ReplyError(f"expected an AMI 1700, it says {reply!r}")
    return Identity(text=text, model=model.idn, serial="", firmware=text.rpartition(",")[2].strip())
