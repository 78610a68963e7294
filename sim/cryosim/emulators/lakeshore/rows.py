"""Settings as rows: one declaration gives a command and its query (lakeshore-protocol.md 4).

``NAME index,a,b`` stores, ``NAME? index`` answers ``a,b``.  A parameter left out keeps its value.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Literal, Protocol

from cryosim.emulators.lakeshore.grammar import CommandError, ExecutionError
from cryosim.emulators.lakeshore.numbers import Places, parse_real, parse_whole, signed


class Tolerance(Protocol):
    """How strict an instrument is about numbers."""

    @property
    def out_of_range(self) -> Literal["ignore", "clamp"]:
        """What happens to a number outside its limits."""

    @property
    def exponent_accepted(self) -> bool:
        """Whether ``1.5E+2`` is a number."""


class Scope(Enum):
    """Whose record a row belongs to, and so what its index parameters are."""

    PANEL = "panel"
    INPUT = "input"
    OUTPUT = "output"
    ZONE = "zone"
    RELAY = "relay"
    FIELD = "field"


@dataclass(frozen=True)
class Whole:
    """A whole number; replies have ``width`` places with leading zeros."""

    name: str
    low: int
    high: int
    width: int = 1

    def read(self, text: str, options: Tolerance) -> int:
        """Read and check a parameter."""
        value = parse_whole(text)
        if not self.low <= value <= self.high and options.out_of_range == "ignore":
            raise ExecutionError(text)
        return min(max(value, self.low), self.high)

    def show(self, value: int) -> str:
        """Write the value of a reply."""
        return f"{value:0{self.width}d}"


@dataclass(frozen=True)
class Real:
    """A number with a fraction; ``zero`` allows 0 below ``low``."""

    name: str
    low: float
    high: float
    places: Places
    zero: bool = False
    sign: bool = True

    def read(self, text: str, options: Tolerance) -> float:
        """Read and check a parameter."""
        value = parse_real(text, options.exponent_accepted)
        if self.zero and value == 0.0:
            return 0.0
        if not self.low <= value <= self.high and options.out_of_range == "ignore":
            raise ExecutionError(text)
        return min(max(value, self.low), self.high)

    def show(self, value: float) -> str:
        """Write the value of a reply."""
        text = signed(value, self.places)
        return text if self.sign else text.removeprefix("+")


@dataclass(frozen=True)
class Limit:
    """TLIMIT, whose text is not known (2.7)."""

    name: str
    text: str

    def read(self, text: str, options: Tolerance) -> float:
        """Read and check a parameter."""
        return Real(self.name, 0.0, 2999.0, Places(4, 0)).read(text, options)

    def show(self, value: float) -> str:
        """Write the value of a reply."""
        if self.text == "decimal":
            return signed(value, Places(3, 1))
        return signed(value, Places(4, 0)) + ("." if self.text == "point" else "")


@dataclass(frozen=True)
class Text:
    """A string; replies are padded with spaces to ``width`` (2.7)."""

    name: str
    width: int
    padded: bool = True

    def read(self, text: str, options: Tolerance) -> str:
        """Read a parameter; a longer one is cut."""
        return text[: self.width]

    def show(self, value: str) -> str:
        """Write the value of a reply."""
        return value.ljust(self.width) if self.padded else value


@dataclass(frozen=True)
class Letter:
    """An input by its letter."""

    name: str
    letters: tuple[str, ...]

    def read(self, text: str, options: Tolerance) -> str:
        """Read and check a parameter."""
        if text.upper() not in self.letters:
            raise ExecutionError(text)
        return text.upper()

    def show(self, value: str) -> str:
        """Write the value of a reply."""
        return value


Field = Whole | Real | Limit | Text | Letter


@dataclass(frozen=True)
class Row:
    """One settable group.

    Parameters
    ----------
    mnemonic : str
    scope : Scope
    fields : tuple of Field
        Named as the attributes of the record, in wire order.
    members : tuple
        Inputs or outputs the row exists for; empty for all.
    complete : bool
        Whether the command demands all its parameters.
    default : str
        Index of a query without one.
    """

    mnemonic: str
    scope: Scope
    fields: tuple[Field, ...]
    members: tuple[object, ...] | None = None
    complete: bool = False
    default: str | None = None

    @property
    def indices(self) -> int:
        """How many parameters say whose record it is."""
        return {Scope.PANEL: 0, Scope.ZONE: 2}.get(self.scope, 1)

    def read(self, parameters: Sequence[str | None], options: Tolerance) -> dict[str, Any]:
        """Read the parameters after the index into the values they change.

        Raises
        ------
        CommandError
            When there are none, too many, or too few where all are demanded.
        ExecutionError
            When one is outside its limits and such are not clamped.
        """
        if len(parameters) > len(self.fields):
            raise CommandError(self.mnemonic)
        given = [(f, text) for f, text in zip(self.fields, parameters, strict=False) if text is not None]
        if not given or (self.complete and len(given) < len(self.fields)):
            raise CommandError(self.mnemonic)
        return {field.name: field.read(text, options) for field, text in given}

    def show(self, record: object) -> str:
        """Write the reply of the query."""
        return ",".join(field.show(getattr(record, field.name)) for field in self.fields)
