"""Bronkhorst flow meters and controllers, ProPar in ASCII: the parameters the IOC needs.

Sources: [R] the maker's document 9.17.027 (frames, chains), [M] 9.17.023 and 9.17.084 (parameters, alarm info,
capacity units), [P] the maker's package ``bronkhorst-propar`` (numbers and types of parameters, control modes),
[L] ``PyExpLabSys``; bias-flow-vacuum.md 3.2.  Node 80 means whatever is on the line; the node in an answer
may be another one and is not looked at.

A flow is ``fmeasure`` in the capacity unit, where the instrument has it; else a share of the capacity, 32000 being all.
What it means, unit, fluid and alarms, is asked in front of it each time: somebody can change all that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cryoioc.errors import ReplyError
from cryoioc.quantities import Exchange, Field, Identity, Model
from cryoioc.wire import propar
from cryoioc.wire.codecs import Bits, Choice, Codec, Number, Text
from cryoioc.wire.hexadecimal import HexChoice, HexFloat, HexInteger
from cryoioc.wire.propar import BYTE, LONG, SHORT, STRING, Parameter

FAST = 0.13  # s; with what both messages take on the line five times a second
SETTING = 2.0  # s
FULL = 32000  # steps of the capacity [M]
HIGHEST = propar.HIGHEST_POSITIVE

# Standard litres a minute in one capacity unit, and what they refer to, [degC]: n is 0 degC, s 20 degC, both at
# 1013 mbar [M 4.20].  That nobody has another standard set in the factory is unverified.
NORMAL, STANDARD = 0.0, 20.0
_PER_MINUTE = {"mln/min": 1e-3, "ln/min": 1.0, "mln/h": 1e-3 / 60.0, "ln/h": 1.0 / 60.0, "m3n/h": 1e3 / 60.0}
LITRES = {unit: (factor, NORMAL) for unit, factor in _PER_MINUTE.items()}
LITRES |= {unit.replace("n/", "s/"): (factor, STANDARD) for unit, factor in _PER_MINUTE.items()}
# mg/s in one capacity unit [M 4.20].
MASS = {
    f"{gram}/{time}": milligrams / seconds
    for gram, milligrams in {"kg": 1e6, "g": 1e3, "mg": 1.0}.items()
    for time, seconds in {"h": 3600.0, "min": 60.0, "s": 1.0}.items()
}
# [M 6.3]; the words by what matters most.
ALARMS = Bits(
    (
        (128, "Hardware alarm"),
        (1, "Error"),
        (2, "Warning"),
        (64, "Master/slave alarm"),
        (8, "Maximum alarm"),
        (4, "Minimum alarm"),
        (16, "Batch reached"),
        (32, "Power-up alarm"),
    )
)
FAULTS = ("Hardware alarm", "Error")  # make a flow that must not be believed
MODES = HexChoice(("Bus", "Analog", "Valve closed", "Idle", "Valve open", "Keyboard or bus", "Zero", "RS232"),
                  codes=(0, 1, 3, 4, 8, 11, 12, 18))  # fmt: skip
KINDS = Choice(("Flow controller", "Flow meter", "Coriolis controller", "Coriolis meter", "Controller", "Meter"),
               codes=(7, 8, 27, 28, 41, 42))  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Asked(Exchange):
    """Parameters that come in one answer, in the order of the fields."""

    parameters: tuple[Parameter, ...]

    @property
    def chars(self) -> int:
        """Typical length of the reply."""
        return propar.characters(*self.parameters)

    def parse(self, reply: str) -> dict[str, Any]:
        """Return the values by field; :class:`ReplyError` for a status and for another shape."""
        found = propar.values(reply, *self.parameters)
        return {one.name: one.codec.parse(str(value)) for one, value in zip(self.fields, found, strict=True)}


@dataclass(frozen=True, kw_only=True)
class Optional(Asked):
    """Parameters that not every instrument has: the values are None where it says so."""

    def parse(self, reply: str) -> dict[str, Any]:
        """Return the values by field; :class:`ReplyError` for any other status and for another shape."""
        try:
            return super().parse(reply)
        except propar.StatusError as error:
            if error.code not in propar.UNKNOWN:
                raise
            return {one.name: None for one in self.fields}


def _asked(name: str, doc: str, *fields: tuple[str, Codec, str, Parameter], kind: type[Asked] = Asked,
           **more: Any) -> Asked:  # fmt: skip
    """Return the row of some parameters: name, codec, documentation and place of each."""
    parameters = tuple(parameter for _, _, _, parameter in fields)
    named = tuple(Field(name=field, codec=codec, doc=text) for field, codec, text, _ in fields)
    query = propar.request("{address}", *parameters)
    return kind(name=name, query=query, fields=named, parameters=parameters, doc=doc, **more)


REAL = Number(3, chars=8)
ROWS = (
    # The indices are those of the example in [R 3.10.4], which asks for the same.
    _asked("FRAME", "Measure and what it means",
           ("measure", Number(0), "Flow, 32000 is the capacity", Parameter(1, 0, SHORT, index=14)),
           ("capacity", REAL, "Capacity, in the capacity unit", Parameter(1, 13, LONG, real=True, index=15)),
           ("unit", Text(7), "Capacity unit", Parameter(1, 31, STRING, length=7, index=16)),
           ("fluid", Text(10), "Fluid the meter is set to", Parameter(1, 17, STRING, length=10, index=17)),
           ("alarms", ALARMS, "Alarm info", Parameter(1, 20, BYTE, index=18))),
    _asked("FMEASURE", "Flow", ("flow", REAL, "Flow in the capacity unit", Parameter(33, 0, LONG, real=True)),
           kind=Optional, every=FAST, units="FRAME"),
    _asked("SETPOINT", "Setpoint", ("value", HexInteger(0, FULL), "Setpoint, 32000 is the capacity",
                                    Parameter(1, 1, SHORT)), set=":06{address}010121{value}", every=SETTING, units="FRAME"),
    _asked("FSETPOINT", "Setpoint", ("value", HexFloat(3, low=0.0), "Setpoint in the capacity unit",
                                     Parameter(33, 3, LONG, real=True)), set=":08{address}012143{value}"),
    _asked("MODE", "Control mode", ("mode", MODES, "Where the setpoint comes from", Parameter(1, 4, BYTE)),
           set=":05{address}010104{mode}"),
    _asked("KIND", "Kind of instrument", ("kind", KINDS, "Kind of instrument", Parameter(113, 12, BYTE)),
           kind=Optional),
    _asked("SERIAL", "Serial number", ("serial", Text(20), "Serial number", Parameter(113, 3, STRING))),
    _asked("MODEL", "Model", ("model", Text(30), "Model", Parameter(113, 2, STRING)), kind=Optional),
    _asked("FIRMWARE", "Firmware", ("firmware", Text(10), "Firmware", Parameter(113, 5, STRING)), kind=Optional),
)  # fmt: skip

BRONKHORST = Model(name="bronkhorst", maker="Bronkhorst", idn="Bronkhorst", units=("80",),
                   rows={row.name: row for row in ROWS})  # fmt: skip
MODELS = {"bronkhorst": BRONKHORST}


def told(reply: str) -> None:
    """Take the answer to a command; :class:`ReplyError` with the reason unless it was obeyed."""
    propar.done(reply)


def identity(reply: str, model: Model) -> Identity:
    """Return what the answer to the request of the serial number says; :class:`ReplyError` if it is none.

    >>> identity(":0F0302716300" + b"M6212345A".hex() + "00", BRONKHORST).serial
    'M6212345A'
    """
    serial = model["SERIAL"].parse(reply)["serial"]
    if not serial.isprintable() or not serial:
        raise ReplyError(f"expected the serial number of a {model.idn}, it says {reply!r}")
    return Identity(text=f"Bronkhorst {serial}", model="Bronkhorst", serial=serial, firmware="")
