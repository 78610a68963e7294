"""What all Lake Shore temperature instruments share: words, registers and the IEEE-488.2 commands.

Source: lakeshore-protocol.md 2.8, 3 and 4.1, whose tags name the manuals and the maker's driver.
"""

from __future__ import annotations

from cryoioc.errors import ReplyError
from cryoioc.quantities import Exchange, Field, Identity, Model
from cryoioc.wire.codecs import Bits, Choice, Integer, Text

OFF_ON = Choice(("Off", "On"))
UNITS = Choice(("Kelvin", "Celsius", "Sensor"), (1, 2, 3))
EVENT_BITS = Bits(((1, "OPC"), (4, "Query error"), (16, "Execution error"), (32, "Command error"), (128, "Power on")))
EXECUTION_ERROR, COMMAND_ERROR = 16, 32

COMMON = (
    Exchange(name="*IDN", query="*IDN?", fields=(
        Field(name="maker", codec=Text(4), doc="Manufacturer"),
        Field(name="model", codec=Text(8), doc="Model"),
        Field(name="serial", codec=Text(15), doc="Serial numbers: instrument/option"),
        Field(name="firmware", codec=Text(9), doc="Firmware version or date")), doc="Identification"),
    Exchange(name="*CLS", set="*CLS", doc="Clear status registers"),
    Exchange(name="*ESE", query="*ESE?", set="*ESE {mask}", fields=(
        Field(name="mask", codec=EVENT_BITS, doc="Standard event enable"),), doc="Standard event enable"),
    Exchange(name="*ESR", query="*ESR?", fields=(
        Field(name="events", codec=EVENT_BITS, doc="Standard events, cleared by reading"),), doc="Standard events"),
    Exchange(name="*OPC", query="*OPC?", fields=(
        Field(name="done", codec=Integer(1, 1), doc="Operations finished"),), doc="Operation complete"),
    Exchange(name="*OPC!", set="*OPC", doc="Set OPC when operations finish"),
    Exchange(name="*RST", set="*RST", doc="Back to power-up settings"),
    Exchange(name="*SRE", query="*SRE?", set="*SRE {mask}", fields=(
        Field(name="mask", codec=Integer(0, 255), doc="Service request enable"),), doc="Service request enable"),
    Exchange(name="*STB", query="*STB?", fields=(
        Field(name="status", codec=Integer(0, 255), doc="Status byte"),), doc="Status byte"),
    Exchange(name="*TST", query="*TST?", fields=(
        Field(name="errors", codec=Integer(0, 1), doc="Errors found at power-up"),), doc="Self-test"),
    Exchange(name="*WAI", set="*WAI", doc="Wait for pending operations"),
)  # fmt: skip


def identity(reply: str, model: Model) -> Identity:
    """Return what ``*IDN?`` says; :class:`ReplyError` if this is another model.

    A 218 says MODEL218S or MODEL218E: what comes behind the number is a version of the same model.
    The third field is "instrument/option", "#######" for no option card; the fourth a version or,
    on older models, a date (2.8).
    """
    values = model["*IDN"].parse(reply)
    if not values["model"].startswith(model.idn):
        raise ReplyError(f"expected a {model.idn}, it says {reply!r}")
    serial = values["serial"].partition("/")[0]
    return Identity(text=reply.strip(), model=values["model"], serial=serial, firmware=values["firmware"])
