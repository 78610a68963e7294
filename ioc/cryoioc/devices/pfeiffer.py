"""Pfeiffer TPG 261, 262, 361, 362 and 366 gauge controllers: the mnemonics the IOC needs.

Every message is acknowledged and its answer then asked for (``link/``); a command answers with what is set
afterwards, like its query.  Sources: bias-flow-vacuum.md 4.1 and what it rests on, byte-exact tests of
``InstrumentKit`` and the StreamDevice protocols of ``ISISComputingGroup/EPICS-TPG``; manual BG 5195 of the TPG 261
(p. 75, 76, 82) for ``RES``, ``SPx`` and ``SCx``; the public package ``labmcp-pfeiffer-tpg`` for the number of values
of ``SEN`` by model.  That a 366 has six switching functions and six gauge controls, and that gas factors of a 36x have
the limits of a 26x, is unverified.  Pressures are for nitrogen.  Without a row are ``COM``, ``ETH``, ``MAC``, ``LNG``
and ``BAU``: docs/receiver.md says why.
"""

from __future__ import annotations

import re
from typing import Any

from cryoioc.devices import gauges
from cryoioc.errors import ReplyError
from cryoioc.quantities import Exchange, Field, Identity, Model
from cryoioc.wire.codecs import Choice, Integer, Number, Text
from cryoioc.wire.exponent import Exponent

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

THRESHOLD = Exponent(4, low=0.0, high=1e9, chars=11)  # in the unit of UNI; its range depends on gauge and unit
CONTROL = Exponent(2, low=0.0, high=1e9, chars=9)
ACTIVATION = Choice(("None", "Auto", "Manual", "External", "Hot start"))
DEACTIVATION = Choice(("None", "Auto", "Manual", "External", "Self"))
ERRORS = {1: "watchdog", 2: "task", 3: "EPROM", 4: "RAM", 5: "EEPROM", 6: "display", 7: "A/D converter",
          9: "gauge 1", 10: "identification of gauge 1", 11: "gauge 2", 12: "identification of gauge 2"}  # fmt: skip


class Errors(Exchange):
    """All present errors by their numbers, as many as there are; 0 is none."""

    def parse(self, reply: str) -> dict[str, Any]:
        """Return the errors in words, none of them as an empty text; :class:`ReplyError` for another number."""
        numbers = [piece.strip() for piece in reply.split(",")]
        if numbers == ["0"]:
            return {"errors": ""}
        if not all(number.isdecimal() and int(number) in ERRORS for number in numbers):
            raise ReplyError(f"{self.name}: expected numbers of errors, the controller said {reply!r}")
        return {"errors": ", ".join(ERRORS[int(number)] for number in numbers)}


def _each(count: int, codec: Choice | Number | Text, doc: str) -> tuple[Field, ...]:
    return tuple(Field(name=f"channel{n}", codec=codec, doc=f"{doc} {n}") for n in range(1, count + 1))


def _set(mnemonic: str, count: int) -> str:
    return ",".join((mnemonic, *(f"{{channel{n}}}" for n in range(1, count + 1))))


def _pairs(values: int) -> tuple[Field, ...]:
    pairs = ((Field(name=f"status{n}", codec=STATUS, doc=f"State of gauge {n}"),
              Field(name=f"pressure{n}", codec=PRESSURE, doc=f"Pressure of gauge {n}"))
             for n in range(1, values + 1))  # fmt: skip
    return tuple(field for pair in pairs for field in pair)


def _all(values: int) -> tuple[Exchange, ...]:
    """Return the row of all pressures at once, which a controller of one value does not know (labmcp-pfeiffer-tpg)."""
    if values == 1:
        return ()
    return (Exchange(name="PRX", query="PRX", units="UNI", fields=_pairs(values), doc="All pressures"),)


def _settings(values: int) -> tuple[Exchange, ...]:
    """Return the rows of what a controller does by itself, and shows; thresholds are in the unit of UNI."""
    return (
        Exchange(name="SP", query="SP{contact}", set="SP{contact},{gauge},{on_below},{off_above}", units="UNI", fields=(
            Field(name="gauge", codec=Integer(0, values - 1, chars=1), doc="Gauge it goes by, from 0"),
            Field(name="on_below", codec=THRESHOLD, doc="Lower threshold"),
            Field(name="off_above", codec=THRESHOLD, doc="Upper threshold")), doc="Switching function"),
        Exchange(name="SC", query="SC{channel}", units="UNI",
                 set="SC{channel},{activation},{deactivation},{on_below},{off_above}", fields=(
            Field(name="activation", codec=ACTIVATION, doc="What switches the gauge on"),
            Field(name="deactivation", codec=DEACTIVATION, doc="What switches the gauge off"),
            Field(name="on_below", codec=CONTROL, doc="On threshold"),
            Field(name="off_above", codec=CONTROL, doc="Off threshold")), doc="Gauge control"),
        Exchange(name="DCD", query="DCD", set="DCD,{digits}", fields=(
            Field(name="digits", codec=Integer(0, 4, chars=1), doc="Digits on the display; 0 chooses by itself"),),
            doc="Digits on the display"),
        Exchange(name="SCT", query="SCT", set="SCT,{gauge}", fields=(
            Field(name="gauge", codec=Integer(0, values - 1, chars=1), doc="Gauge on the display, from 0"),),
            doc="Gauge on the display"),
        Errors(name="RES", query="RES", fields=(Field(name="errors", codec=Text(80), doc="Present errors"),),
               doc="Present errors"),
        Exchange(name="RES.clear", set="RES,1", doc="Cancel the errors, back to measuring"),
    )  # fmt: skip


def _contacts(values: int) -> tuple[int, ...]:
    return tuple(range(1, max(4, values) + 1))


def _rows(values: int, units: tuple[str, ...]) -> tuple[Exchange, ...]:
    """Return the rows of a controller whose commands hold so many values, one a gauge."""
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
            Field(name=f"relay{n}", codec=Integer(0, 1), doc=f"Switching function {n}") for n in _contacts(values)),
            doc="States of the switching functions"),
        *_all(values),
        *_settings(values),
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
                 channels=tuple(map(str, range(1, channels + 1))), contacts=_contacts(values),
                 rows={row.name: row for row in rows})  # fmt: skip


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
