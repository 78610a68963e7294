"""Pfeiffer TPG 261, 262, 361, 362 and 366 gauge controllers: the mnemonics the IOC needs.

Every message is acknowledged and its answer then asked for (``link/``); a command answers with what is set
afterwards, like its query.  Sources: bias-flow-vacuum.md 4.1 and what it rests on, byte-exact tests of
``InstrumentKit`` and the StreamDevice protocols of ``ISISComputingGroup/EPICS-TPG``; the public package
``labmcp-pfeiffer-tpg`` for the number of values of ``SEN`` by model.  That a 366 has six switching functions, and
that gas factors of a 36x have the limits of a 26x, is unverified.  Pressures are for nitrogen.
"""

from __future__ import annotations

import re

from cryoioc.devices import gauges
from cryoioc.errors import ReplyError
from cryoioc.quantities import Exchange, Field, Identity, Model
from cryoioc.wire.codecs import Choice, Integer, Number, Text

READING = 1.0  # s
SETTING = 5.0  # s

STATUS = Choice(
    (gauges.OK, gauges.UNDER, gauges.OVER, gauges.FAULT, gauges.OFF, gauges.NO_SENSOR, gauges.UNKNOWN_SENSOR)
)
PRESSURE = Number(9, chars=11)
UNITS_26X = ("mbar", "Torr", "Pa")
UNITS_36X = (*UNITS_26X, "micron", "hPa", "V")
POWER = Choice(("Fixed", "Off", "On"))  # written, the first changes nothing
FILTER = Choice(("Fast", "Medium", "Slow"))
FACTOR = Number(3, low=0.1, high=9.99, chars=5)  # of logarithmic gauges (TPG 261 manual BG 5195, p. 78)


def _each(count: int, codec: Choice | Number | Text, doc: str) -> tuple[Field, ...]:
    return tuple(Field(name=f"channel{n}", codec=codec, doc=f"{doc} {n}") for n in range(1, count + 1))


def _set(mnemonic: str, count: int) -> str:
    return ",".join((mnemonic, *(f"{{channel{n}}}" for n in range(1, count + 1))))


def _rows(values: int, units: tuple[str, ...]) -> tuple[Exchange, ...]:
    """Return the rows of a controller whose commands hold so many values, one a gauge."""
    relays = max(4, values)
    return (
        Exchange(name="UNI", query="UNI", fields=(
            Field(name="unit", codec=Choice(units), doc="Unit of all pressures"),), doc="Unit"),
        # Somebody can change the unit at the front panel at any time: it is asked in front of each pressure.
        Exchange(name="PR", query="PR{channel}", every=READING, units="UNI", fields=(
            Field(name="status", codec=STATUS, doc="State of the gauge"),
            Field(name="pressure", codec=PRESSURE, doc="Pressure in the unit of UNI")), doc="Pressure"),
        Exchange(name="SEN", query="SEN", set=_set("SEN", values), every=SETTING,
                 fields=_each(values, POWER, "High voltage of gauge"), doc="Gauges on and off"),
        Exchange(name="TID", query="TID", fields=_each(values, Text(12), "Kind of gauge"), doc="Kinds of gauges"),
        Exchange(name="FIL", query="FIL", set=_set("FIL", values),
                 fields=_each(values, FILTER, "Filter of gauge"), doc="Filters"),
        Exchange(name="CAL", query="CAL", set=_set("CAL", values),
                 fields=_each(values, FACTOR, "Gas factor of gauge"), doc="Gas factors"),
        Exchange(name="SPS", query="SPS", fields=tuple(
            Field(name=f"relay{n}", codec=Integer(0, 1), doc=f"Switching function {n}") for n in range(1, relays + 1)),
            doc="Switching functions"),
        Exchange(name="PNR", query="PNR", fields=(
            Field(name="firmware", codec=Text(20), doc="Firmware"),), doc="Firmware"),
    )  # fmt: skip


AYT = Exchange(name="AYT", query="AYT", fields=(
    Field(name="model", codec=Text(12), doc="Model"), Field(name="part", codec=Text(12), doc="Part number"),
    Field(name="serial", codec=Text(12), doc="Serial number"), Field(name="firmware", codec=Text(12), doc="Firmware"),
    Field(name="hardware", codec=Text(12), doc="Hardware version")), doc="Who are you")  # fmt: skip


def _model(number: str, channels: int, values: int, units: tuple[str, ...], *more: Exchange) -> Model:
    rows = (*_rows(values, units), *more)
    return Model(name=f"pfeiffer_tpg{number}", maker="Pfeiffer", idn=number,
                 channels=tuple(map(str, range(1, channels + 1))), rows={row.name: row for row in rows})  # fmt: skip


TPG261 = _model("261", 1, 2, UNITS_26X)
TPG262 = _model("262", 2, 2, UNITS_26X)
TPG361 = _model("361", 1, 1, UNITS_36X, AYT)
TPG362 = _model("362", 2, 2, UNITS_36X, AYT)
TPG366 = _model("366", 6, 6, UNITS_36X, AYT)
MODELS = {model.name: model for model in (TPG261, TPG262, TPG361, TPG362, TPG366)}


def identity(reply: str, model: Model) -> Identity:
    """Return what the answer to ``AYT``, or of a 26x to ``PNR``, says; :class:`ReplyError` if it is another model.

    A 26x gives only its firmware: what is no firmware of a 36x, six digits, is taken.

    >>> identity("TPG 362,PTG28290,44990000,010100,010100", TPG362).serial
    '44990000'
    """
    words = [word.strip() for word in reply.split(",")]
    if "AYT" in model.rows:
        if len(words) != 5 or re.fullmatch(rf"TPG ?{model.idn}", words[0]) is None:
            raise ReplyError(f"expected a TPG {model.idn}, it says {reply!r}")
        return Identity(text=reply.strip(), model=words[0], serial=words[2], firmware=words[3])
    if len(words) != 1 or re.fullmatch(r"|[0-9]{6}", words[0]):
        raise ReplyError(f"expected the firmware of a TPG {model.idn}, it says {reply!r}")
    return Identity(text=f"TPG {model.idn} {words[0]}", model=f"TPG {model.idn}", serial="", firmware=words[0])
