"""Keysight E36312A and N6700: an output is meant by the channel list behind the command.

Sources: bias-flow-vacuum.md 1.2, dialect A, and the public drivers it names.  What the watchdog, the status and the
limits of a source-measure module do is from public drivers of the N6700; bits of ``STAT:QUES:COND?`` are unverified.

Clearing a protection brings an output back by itself if it is still switched on: whoever clears, switches off first.
"""

from __future__ import annotations

from cryoioc.devices.scpi.common import COMMON, MEASURED, NO_YES, OFF_ON, READING, Chain, Real
from cryoioc.quantities import Exchange, Field, Model, variation
from cryoioc.wire.codecs import Bits, Codec, Integer

VOLTS = Real(4, low=0.0, high=25.75, chars=15)  # the first output ends at 6 V
AMPERES = Real(4, low=0.0, high=5.15, chars=15)  # the others end at 1 A
WIDE_VOLTS = Real(4, low=-150.0, high=150.0, chars=15)  # of whatever module is in the frame
WIDE_AMPERES = Real(5, low=0.0, high=50.0, chars=15)
DELAY = Real(4, low=0.0, high=3600.0)
OCP_DELAY = Real(4, low=0.0, high=0.255)
# Those that end an output; limits that act without switching off are left out.
CONDITION = Bits(((1, "over-voltage"), (2, "over-current"), (4, "power failure"), (16, "over-temperature"),
                  (64, "reverse voltage"), (512, "inhibited"), (2048, "coupled protection or watchdog")),
                 chars=5, high=32767)  # fmt: skip


def of_output(name: str, field: str, codec: Codec, doc: str, *, unit: str = "", ask: bool = True,
              tell: bool = True) -> Exchange:  # fmt: skip
    """Return the row of one quantity of an output."""
    return Exchange(
        name=name,
        query=f":{name}? (@{{supply}})" if ask else "",
        set=f":{name} {{{field}}},(@{{supply}})" if tell else "",
        fields=(Field(name=field, codec=codec, unit=unit, doc=doc),),
        doc=doc,
    )


def command(name: str, doc: str) -> Exchange:
    """Return the row of a command about an output."""
    return Exchange(name=name, set=f":{name} (@{{supply}})", doc=doc)


def together(name: str, *rows: Exchange) -> Chain:
    """Return one row that asks for what several rows ask."""
    fields = tuple(one for row in rows for one in row.fields)
    return Chain(name=name, query=";".join(row.query for row in rows), fields=fields, every=READING,
                 doc="Everything about an output")  # fmt: skip


def everywhere(name: str, field: str, unit: str, last: int) -> Exchange:
    """Return the row of a measurement at all outputs at once."""
    fields = tuple(Field(name=f"{field}{n}", codec=MEASURED, unit=unit, doc=f"Measured at output {n}")
                   for n in range(1, last + 1))  # fmt: skip
    return Exchange(name=f"{name}.all", query=f":{name}? (@1:{last})", fields=fields, doc="Measured at all outputs")


def settings(volts: Real, amperes: Real) -> tuple[Exchange, ...]:
    """Return the rows of what an output is set to."""
    return (
        of_output("VOLT", "voltage", volts, "Voltage, set", unit="V"),
        of_output("CURR", "limit", amperes, "Current limit, set", unit="A"),
        of_output("VOLT:PROT", "over_voltage", volts, "Over-voltage protection, set", unit="V"),
    )


OUTP = of_output("OUTP", "on", OFF_ON, "Output is switched on")
VOLTAGE = of_output("MEAS:VOLT", "measured_voltage", MEASURED, "Voltage, measured", unit="V", tell=False)
CURRENT = of_output("MEAS:CURR", "measured_current", MEASURED, "Current, measured", unit="A", tell=False)
OV_TRIP = of_output("VOLT:PROT:TRIP", "ov_trip", NO_YES, "Over-voltage protection has acted", tell=False)
OC_TRIP = of_output("CURR:PROT:TRIP", "oc_trip", NO_YES, "Over-current protection has acted", tell=False)
BASIC = settings(VOLTS, AMPERES)
WIDE = settings(WIDE_VOLTS, WIDE_AMPERES)
SHARED = (
    OUTP,
    VOLTAGE,
    CURRENT,
    of_output("CURR:PROT:STAT", "protected", OFF_ON, "Current limit switches the output off"),
    of_output("CURR:PROT:DEL", "delay", OCP_DELAY, "Time over the limit until it acts", unit="s"),
    of_output("OUTP:DEL:RISE", "delay", DELAY, "Delay when switched on", unit="s"),
    of_output("OUTP:DEL:FALL", "delay", DELAY, "Delay when switched off", unit="s"),
    command("OUTP:PROT:CLE", "Clear protections: a tripped output returns"),
    Exchange(name="ON", set=":OUTP 1,(@{supply})", doc="Switch an output on"),
    Exchange(name="OFF", set=":OUTP 0,(@{supply})", doc="Switch an output off"),
)
SUMMARY = Exchange(name="STAT:QUES:INST:ISUM", query=":STAT:QUES:INST:ISUM{supply}:COND?", fields=(
    Field(name="condition", codec=Integer(0, 65535), doc="Condition of an output, bit by bit"),),
    doc="Condition")  # fmt: skip

E36312A = Model(name="keysight_e36312a", maker="Keysight", idn="E36312A", supplies=(1, 2, 3), rows={
    row.name: row for row in (
        *COMMON, *BASIC, *SHARED, OV_TRIP, OC_TRIP, SUMMARY,
        command("VOLT:PROT:CLE", "Clear the over-voltage protection"),
        command("CURR:PROT:CLE", "Clear the over-current protection"),
        everywhere("MEAS:VOLT", "voltage", "V", 3),
        everywhere("MEAS:CURR", "current", "A", 3),
        together("OUTPUT", *BASIC, OUTP, VOLTAGE, CURRENT, OV_TRIP, OC_TRIP))})  # fmt: skip

# With voltage priority the limit of an N678xA module is CURR:LIM; CURR is the setpoint of the other priority.
CURRENT_LIMIT = of_output("CURR:LIM", "priority_limit", WIDE_AMPERES, "Current limit, voltage priority", unit="A")
QUESTIONABLE = of_output("STAT:QUES:COND", "condition", CONDITION, "Protections that have acted", tell=False)
OPERATION = of_output("STAT:OPER:COND", "operation", Integer(0, 65535), "Operation condition", tell=False)
WATCHDOG = (
    Exchange(name="OUTP:PROT:WDOG", query=":OUTP:PROT:WDOG?", set=":OUTP:PROT:WDOG {armed}", fields=(
        Field(name="armed", codec=OFF_ON, doc="Outputs end when nobody speaks"),), doc="Output watchdog"),
    Exchange(name="OUTP:PROT:WDOG:DEL", query=":OUTP:PROT:WDOG:DEL?", set=":OUTP:PROT:WDOG:DEL {delay}", fields=(
        Field(name="delay", codec=Real(0, low=1.0, high=3600.0), unit="s", doc="Silence until outputs end"),),
        doc="Patience of the watchdog"),
)  # fmt: skip

N6700 = variation(
    E36312A,
    name="keysight_n6700",
    idn="N6700",
    supplies=(1, 2, 3, 4),
    drop=("VOLT:PROT:TRIP", "CURR:PROT:TRIP", "VOLT:PROT:CLE", "CURR:PROT:CLE", "STAT:QUES:INST:ISUM"),
    rows=(
        *WIDE,
        *WATCHDOG,
        CURRENT_LIMIT,
        QUESTIONABLE,
        OPERATION,
        everywhere("MEAS:VOLT", "voltage", "V", 4),
        everywhere("MEAS:CURR", "current", "A", 4),
        together("OUTPUT", *WIDE, OUTP, VOLTAGE, CURRENT, QUESTIONABLE),
        together("OUTPUT.smu", *WIDE, CURRENT_LIMIT, OUTP, VOLTAGE, CURRENT, QUESTIONABLE),
    ),
)
