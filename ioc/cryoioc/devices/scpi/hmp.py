"""Rohde & Schwarz (and HAMEG) HMP4040: an output is selected, then every command acts on it.

Source: bias-flow-vacuum.md 1.2, dialect B, and the public drivers it names.  Selection, commands and answers are
one message, and where an output is read the selection is asked for at both ends of it: somebody at the front
panel, or a second client, may select another one.  Short headers only: long ones time out on a sister model.

An output delivers when it is armed (``OUTP:SEL``) and the master switch (``OUTP:GEN``) is on; the master switch
turns on every output that is armed.
"""

from __future__ import annotations

import re
from typing import Any

from cryoioc.devices.scpi.common import COMMON, MEASURED, NO_YES, OFF_ON, READING, Chain, Real
from cryoioc.errors import ReplyError
from cryoioc.quantities import Exchange, Field, Model
from cryoioc.wire.codecs import Codec, Integer, Letter

VOLTS = Real(3, low=0.0, high=32.05, chars=7)
PROTECTION = Real(3, low=0.0, high=32.5, chars=7)
AMPERES = Real(4, low=0.0005, high=10.01, chars=7)
WATTS = Real(3, chars=7)
SELECT = ":INST:NSEL {supply}"
SELECTED = Field(name="selected", codec=Integer(1, 4, chars=1), doc="Output that is selected")


class Mode(Exchange):
    """Asked in words, told in others."""

    def parse(self, reply: str) -> dict[str, Any]:
        """Return the mode; :class:`ReplyError` for another word."""
        return super().parse(re.sub(r"(?i)(measur|protect)ed", lambda found: found[0][:4], reply))


class Output(Chain):
    """Everything about one output, believed only if the same output is selected at both ends."""

    def parse(self, reply: str) -> dict[str, Any]:
        """Return the values; :class:`ReplyError` if the selection changed on the way."""
        values = super().parse(reply)
        if values["selected"] != values["selected_still"]:
            raise ReplyError(f"output {values['selected_still']} was selected while {values['selected']} was read")
        return values


def of_output(name: str, field: str, codec: Codec, doc: str, *, unit: str = "", ask: bool = True,
              tell: bool = True) -> Exchange:  # fmt: skip
    """Return the row of one quantity of an output."""
    return Exchange(
        name=name,
        query=f"{SELECT};:{name}?" if ask else "",
        set=f"{SELECT};:{name} {{{field}}}" if tell else "",
        fields=(Field(name=field, codec=codec, unit=unit, doc=doc),),
        doc=doc,
    )


def command(name: str, doc: str) -> Exchange:
    """Return the row of a command about an output."""
    return Exchange(name=name, set=f"{SELECT};:{name}", doc=doc)


SETTINGS = (
    of_output("VOLT", "voltage", VOLTS, "Voltage, set", unit="V"),
    of_output("CURR", "limit", AMPERES, "Current limit, set", unit="A"),
    of_output("VOLT:PROT", "over_voltage", PROTECTION, "Over-voltage protection, set", unit="V"),
)
APPLIED = Exchange(name="APPL", query=f"{SELECT};:APPL?", set=f"{SELECT};:APPL {{voltage}},{{limit}}",
                   fields=(*SETTINGS[0].fields, *SETTINGS[1].fields), doc="Voltage and current limit, set")  # fmt: skip
ARMED = of_output("OUTP:SEL", "armed", OFF_ON, "Output is armed")
MASTER = Exchange(name="OUTP:GEN", query=":OUTP:GEN?", set=":OUTP:GEN {master}", fields=(
    Field(name="master", codec=OFF_ON, doc="Master switch"),), doc="Master switch")  # fmt: skip
READINGS = (
    of_output("MEAS:VOLT", "measured_voltage", MEASURED, "Voltage, measured", unit="V", tell=False),
    of_output("MEAS:CURR", "measured_current", MEASURED, "Current, measured", unit="A", tell=False),
    of_output("VOLT:PROT:TRIP", "ov_trip", NO_YES, "Over-voltage protection has acted", tell=False),
    of_output("FUSE:TRIP", "fuse_trip", NO_YES, "Fuse has tripped", tell=False),
)
OTHERS = (
    of_output("MEAS:POW", "power", WATTS, "Power, measured; newer firmware", unit="W", tell=False),
    of_output("FUSE", "fuse", OFF_ON, "Fuse: the current limit switches off"),
    of_output("FUSE:DEL", "delay", Integer(0, 250), "Time at the limit until it trips", unit="ms"),
    of_output("FUSE:LINK", "other", Integer(1, 4), "Fuse acts on this one too, one way", ask=False),
    of_output("FUSE:UNL", "other", Integer(1, 4), "Fuse acts on this one no more", ask=False),
    Mode(name="VOLT:PROT:MODE", query=f"{SELECT};:VOLT:PROT:MODE?", set=f"{SELECT};:VOLT:PROT:MODE {{mode}}", fields=(
        Field(name="mode", codec=Letter(("MEAS", "PROT")), doc="What the protection looks at"),),
        doc="Mode of the protection"),
    command("VOLT:PROT:CLE", "Clear the over-voltage protection"),
)  # fmt: skip
SUMMARY = Exchange(name="STAT:QUES:INST:ISUM", query=":STAT:QUES:INST:ISUM{supply}:COND?", fields=(
    Field(name="condition", codec=Integer(0, 65535), doc="Bits: 0 CC, 1 CV, 4 hot, 9 OVP, 10 fuse"),),
    doc="Condition")  # fmt: skip
SWITCHING = (
    Exchange(name="SYST:MIX", set=":SYST:MIX", doc="Take commands, front panel works too"),
    # Armed and the master switch in one, which turns on every output that is armed; what it answers while the master
    # switch is off differs from source to source: nothing goes by it.
    of_output("OUTP", "switched", OFF_ON, "Output and master switch"),
    Exchange(name="INST:NSEL", query=":INST:NSEL?", set=":INST:NSEL {selected}", fields=(SELECTED,),
             doc="Selected output"),
    # The answers of all outputs in one message, each behind its selection.
    Chain(name="OUTP:SEL.all", query=";".join(f":INST:NSEL {n};:OUTP:SEL?" for n in range(1, 5)) + ";:OUTP:GEN?",
          fields=(*(Field(name=f"armed{n}", codec=OFF_ON, doc=f"Output {n} is armed") for n in range(1, 5)),
                  MASTER.fields[0]), doc="All switches"),
    Exchange(name="ON", set=f"{SELECT};:OUTP:SEL 1;:OUTP:GEN 1", doc="Switch on: arm, and the master switch"),
    Exchange(name="OFF", set=f"{SELECT};:OUTP:SEL 0", doc="Switch an output off"),
)  # fmt: skip
_ASKED = (*SETTINGS, ARMED, MASTER, *READINGS)
OUTPUT = Output(
    name="OUTPUT",
    query=";".join([SELECT, ":INST:NSEL?", *(row.query.removeprefix(f"{SELECT};") for row in _ASKED), ":INST:NSEL?"]),
    fields=(SELECTED, *(one for row in _ASKED for one in row.fields),
            Field(name="selected_still", codec=SELECTED.codec, doc="Output that is selected at the end")),
    every=READING,
    doc="Everything about an output",
)  # fmt: skip

HMP4040 = Model(name="rs_hmp4040", maker="Rohde & Schwarz", idn="HMP4040", supplies=(1, 2, 3, 4), rows={
    row.name: row for row in (*COMMON, *SWITCHING, *SETTINGS, APPLIED, ARMED, MASTER, *READINGS, *OTHERS, SUMMARY, OUTPUT)})  # fmt: skip
