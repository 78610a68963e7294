"""All that biasing has to know of the outputs of one supply, in one message: what it is then is about one moment.

The message is put together from the rows of the model, for the outputs that a station uses; of each output there are
the fields of those rows, its number behind a dot.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cryoioc.devices.scpi.common import Chain
from cryoioc.devices.scpi.hmp import MASTER, SELECT
from cryoioc.errors import ReplyError
from cryoioc.quantities import Exchange, Field, Model, Values
from cryoioc.wire.chain import SEPARATOR

FAST, SLOW = 0.2, 5.0  # s
LISTED = ("VOLT", "VOLT:PROT", "OUTP", "MEAS:VOLT", "MEAS:CURR", "VOLT:PROT:TRIP", "CURR:PROT:TRIP", "STAT:QUES:COND")
SELECTED = ("APPL", "VOLT:PROT", "OUTP:SEL", "MEAS:VOLT", "MEAS:CURR")
TRIPS = ("VOLT:PROT:TRIP", "FUSE:TRIP")


class Listed(Chain):
    """Answers about a list of outputs each, by commas."""

    def parse(self, reply: str) -> dict[str, Any]:
        """Return the values; :class:`ReplyError` for another number of answers."""
        return super().parse(reply.replace(",", SEPARATOR))


class Selected(Listed):
    """Each output behind its selection, which must still be the same behind its answers."""

    def parse(self, reply: str) -> dict[str, Any]:
        """Return the values; :class:`ReplyError` if the selection changed on the way."""
        values = super().parse(reply)
        for name, found in values.items():
            if name.startswith("selected.") and name != f"selected.{found}":
                raise ReplyError(f"output {found} was selected while {name.partition('.')[2]} was read")
        return values


def of_output(values: Values, number: int) -> Values:
    """Return the values of one output by the names of the rows, with those of the whole instrument.

    >>> of_output({"armed.1": "On", "armed.2": "Off", "master": "On"}, 2)
    {'armed': 'Off', 'master': 'On'}
    """
    found, mine = {}, ("", str(number))
    for name, value in values.items():
        field, _, place = name.partition(".")
        if place in mine:
            found[field] = value
    return found


def bias_rows(model: Model, outputs: Mapping[int, bool]) -> tuple[Exchange, ...]:
    """Return what is to be polled of some outputs, the frequent part first.

    Parameters
    ----------
    model : Model
        Of a supply.
    outputs : mapping of int to bool
        Number of each output, and whether it is a source-measure module.

    Examples
    --------
    >>> from cryoioc.devices.scpi import E36312A
    >>> row, = bias_rows(E36312A, {1: False, 2: False})
    >>> row.query[:40]
    ':VOLT? (@1,2);:VOLT:PROT? (@1,2);:OUTP? '
    """
    if "INST:NSEL" in model.rows:
        fast = _selected(model, outputs, "BIAS", SELECTED, every=FAST)
        fast = replace(fast, query=f"{fast.query}{SEPARATOR}{MASTER.query}", fields=(*fast.fields, *MASTER.fields))
        return fast, _selected(model, outputs, "BIAS.trips", TRIPS, every=SLOW)
    plain = [n for n, source_measure in outputs.items() if not source_measure]
    parts = [(model[name], list(outputs)) for name in LISTED if name in model.rows]
    # With voltage priority the limit of a source-measure module is CURR:LIM.
    parts += [(model[name], rest) for name, rest in (
        ("CURR", plain), ("CURR:LIM", [n for n in outputs if n not in plain])) if rest]  # fmt: skip
    query = SEPARATOR.join(row.query.format(supply=_channels(numbers)) for row, numbers in parts)
    fields = tuple(_numbered(one, n) for row, numbers in parts for n in numbers for one in row.fields)
    return (Listed(name="BIAS", query=query, fields=fields, every=FAST, doc="Outputs of amplifiers"),)


def _selected(model: Model, outputs: Mapping[int, bool], name: str, rows: tuple[str, ...], every: float) -> Exchange:
    chain, fields = [], []
    for n in outputs:
        asked = [model[row].query.removeprefix(f"{SELECT}{SEPARATOR}") for row in rows]
        chain += [SELECT.format(supply=n), *asked, model["INST:NSEL"].query]
        fields += [_numbered(one, n) for row in (*rows, "INST:NSEL") for one in model[row].fields]
    return Selected(name=name, query=SEPARATOR.join(chain), fields=tuple(fields), every=every, alone=every == SLOW,
                    doc="Outputs of amplifiers")  # fmt: skip


def _numbered(one: Field, number: int) -> Field:
    return replace(one, name=f"{one.name}.{number}")


def _channels(numbers: list[int]) -> str:
    """Return a channel list, short where it can be: a message has 255 characters."""
    if len(numbers) > 2 and numbers == list(range(numbers[0], numbers[-1] + 1)):
        return f"{numbers[0]}:{numbers[-1]}"
    return ",".join(map(str, numbers))


def row_of_output(row: Exchange, number: int) -> Exchange:
    """Return one of :func:`bias_rows` with the fields of one output, by their names in the rows of the model."""
    mine = tuple(replace(one, name=one.name.partition(".")[0]) for one in row.fields if one.name.endswith(f".{number}"))
    return replace(row, fields=mine)
