"""The vocabulary of rows: ``Field``, ``Exchange`` and ``Model``, all frozen.

A row holds grammar and meaning, never behaviour.  Driver, PVs, documentation and generated files are
functions of the rows; the emulators are not, they are written from the manual.
"""

from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from cryoioc.errors import Refused, ReplyError
from cryoioc.wire.codecs import Codec

Values = Mapping[str, Any]
Address = tuple[object, ...]


@dataclass(frozen=True, kw_only=True)
class Field:
    """One value inside an exchange."""

    name: str
    codec: Codec
    unit: str = ""  # ASCII, at most 7 characters
    doc: str  # at most 39 characters: it becomes DESC


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """One request the instrument understands.

    Braces in ``query`` and ``set`` name an address (``{input}``, ``{output}``, ``{zone}`` ...) or a
    field.  ``fields`` are in reply order.  ``every`` is the polling period, [s]; 0 is never.
    """

    name: str  # the manual's mnemonic
    fields: tuple[Field, ...] = ()
    query: str = ""
    set: str = ""
    every: float = 0.0
    alone: bool = False  # the reply may contain the separator, so it is not chained
    units: str = ""  # exchange that says in which units the values are: asked in front of it, in one message
    doc: str

    def __getitem__(self, name: str) -> Field:
        for one in self.fields:
            if one.name == name:
                return one
        raise KeyError(f"{self.name} has no field {name}")

    @property
    def addresses(self) -> tuple[str, ...]:
        """Names in braces that are not fields, in order: what must be given besides the values."""
        fields = {f.name for f in self.fields} if self.query else set(self.set_only)
        template = self.query or self.set
        return tuple(dict.fromkeys(n for _, n, _, _ in string.Formatter().parse(template) if n and n not in fields))

    @property
    def set_only(self) -> tuple[str, ...]:
        """Names of the fields, for a command without a query."""
        return tuple(f.name for f in self.fields)

    @property
    def chars(self) -> int:
        """Typical length of the reply, commas included."""
        return sum(f.codec.chars + 1 for f in self.fields) - 1

    def ask(self, *address: object) -> str:
        """Return the query text."""
        return self.query.format(**dict(zip(self.addresses, address, strict=True)))

    def parse(self, reply: str) -> dict[str, Any]:
        """Return the values by field name; :class:`ReplyError` if the reply has another shape."""
        parts = [reply] if len(self.fields) == 1 else reply.split(",")
        if len(parts) != len(self.fields):
            raise ReplyError(f"{self.name}: expected {len(self.fields)} values, the instrument said {reply!r}")
        values = {}
        for one, part in zip(self.fields, parts, strict=True):
            try:
                values[one.name] = one.codec.parse(part)
            except ReplyError as error:
                raise ReplyError(f"{self.name} {one.name}: {error}") from error
        return values

    def tell(self, values: Values, *address: object) -> str:
        """Return the command text; :class:`Refused` if a value is missing or not allowed."""
        texts: dict[str, object] = dict(zip(self.addresses, address, strict=True))
        for one in self.fields:
            if one.name not in values:
                raise Refused(f"{self.name}: {one.name} is not known yet")
            texts[one.name] = one.codec.format(values[one.name])
        return self.set.format(**texts)


@dataclass(frozen=True)
class Identity:
    """What an instrument says of itself."""

    text: str
    model: str
    serial: str
    firmware: str


@dataclass(frozen=True, kw_only=True)
class Model:
    """One instrument model: its rows, and what they can be addressed to."""

    name: str  # as in the station file
    maker: str
    idn: str  # how the model names itself in *IDN?
    inputs: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()  # sets of neighbouring inputs that are set up together, all of one size
    outputs: tuple[int, ...] = ()  # all control outputs
    heaters: tuple[int, ...] = ()  # outputs that can be current sources
    analogs: tuple[int, ...] = ()  # outputs that can be voltage sources
    relays: tuple[int, ...] = ()
    zones: tuple[int, ...] = ()
    curves: tuple[int, ...] = ()
    user_curves: tuple[int, ...] = ()
    points: tuple[int, ...] = ()
    display_fields: tuple[int, ...] = ()
    log_readings: tuple[int, ...] = ()  # of one record of a data log
    log_records: tuple[int, ...] = ()
    units: tuple[str, ...] = ("A",)  # unit IDs on a line that can be shared
    channels: tuple[str, ...] = ()  # probes of a level meter, inputs of an analog input box
    contacts: tuple[int, ...] = ()  # relays of a level meter or a gauge controller
    supplies: tuple[int, ...] = ()  # outputs of a power supply
    rows: Mapping[str, Exchange] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Exchange:
        return self.rows[name]

    def group_of(self, letter: str) -> str:
        """Return the group of an input."""
        return self.groups[self.inputs.index(letter) * len(self.groups) // len(self.inputs)]

    def places(self, row: Exchange) -> list[Address]:
        """Return every address ``row`` can have on this model."""
        places: list[Address] = [()]
        for name in row.addresses:
            domain: tuple[object, ...] = getattr(self, DOMAINS[name])
            places = [(*place, item) for place in places for item in domain]
        return places


# name in braces -> attribute of Model that lists its values
DOMAINS = {
    "input": "inputs",
    "group": "groups",
    "output": "outputs",
    "heater": "heaters",
    "analog": "analogs",
    "relay": "relays",
    "zone": "zones",
    "curve": "curves",
    "user_curve": "user_curves",
    "point": "points",
    "field": "display_fields",
    "reading": "log_readings",
    "record": "log_records",
    "address": "units",
    "channel": "channels",
    "contact": "contacts",
    "supply": "supplies",
}


def variation(base: Model, *, rows: tuple[Exchange, ...] = (), drop: tuple[str, ...] = (), **changes: Any) -> Model:
    """Return a model that is ``base`` except for the named rows and attributes."""
    merged = {name: row for name, row in base.rows.items() if name not in drop}
    merged.update((row.name, row) for row in rows)
    return replace(base, rows=merged, **changes)
