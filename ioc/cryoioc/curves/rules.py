"""What an instrument demands of a curve: slots, points, formats, order, digits (lakeshore-protocol.md 4.5, 7, 8.4)."""

from __future__ import annotations

from dataclasses import dataclass

from cryoioc.curves.errors import BadCurve
from cryoioc.curves.formats import LOG_OHM, MILLIVOLT, OHM, VOLT, Format
from cryoioc.curves.tables import Breakpoints, ascending, check_breakpoints
from cryoioc.errors import Refused
from cryoioc.wire.codecs import SixDigits, Text


@dataclass(frozen=True, kw_only=True)
class Rules:
    """The demands of one model."""

    model: str
    slots: range  # user curves
    formats: tuple[Format, ...]
    points: int = 200
    name: int = 15  # characters
    serial: int = 10  # characters
    sensor_digits: SixDigits = SixDigits()
    kelvin_digits: SixDigits = SixDigits(4)
    settle: float = 1.0  # s after CRVDEL before anything is stored (9, and socs PR 31)
    save: str = ""  # command after which a curve survives a power failure
    own_slot: bool = False  # user curve 20 + n belongs to input n alone
    bare: bool = False  # texts are sent without quotes, so a space would end them
    coarse: int | None = None  # decimals it may be content to show of what it holds (7.3); None: it shows them all
    driver: bool = True  # whether there are rows to speak to it with


_ALL = (MILLIVOLT, VOLT, OHM, LOG_OHM)
_NEW = {"slots": range(21, 60), "formats": _ALL}
_MONITOR = {
    "slots": range(21, 29), "formats": (VOLT, OHM, LOG_OHM), "own_slot": True, "bare": True, "coarse": 3
}  # fmt: skip

RULES = {
    rules.model: rules
    for rules in (
        Rules(model="lakeshore335", **_NEW),  # type: ignore[arg-type]
        Rules(model="lakeshore336", **_NEW),  # type: ignore[arg-type]
        Rules(model="lakeshore350", **_NEW),  # type: ignore[arg-type]
        Rules(model="lakeshore218", **_MONITOR),  # type: ignore[arg-type]
        Rules(model="lakeshore218e", **_MONITOR),  # type: ignore[arg-type]
        # No driver: a curve can be checked and rounded for a 340, not sent (docs/decisions/, "340").
        Rules(model="lakeshore340", slots=range(21, 61), formats=_ALL, save="CRVSAV", driver=False),
    )
}


@dataclass(frozen=True)
class Header:
    """What ``CRVHDR`` carries."""

    name: str
    serial: str
    format: Format
    limit: float  # K
    coefficient: int  # 1 negative, 2 positive


Point = tuple[float, float]  # sensor units, K


@dataclass(frozen=True)
class Prepared:
    """A curve exactly as an instrument will store it."""

    header: Header
    points: tuple[Point, ...]  # ascending in sensor units
    notes: tuple[str, ...] = ()  # what had to be changed


def prepare(table: Breakpoints, rules: Rules) -> Prepared:
    """Return the curve an instrument stores for these breakpoints.

    Raises
    ------
    BadCurve
        It cannot: too many points, a format it does not know, points that its digits do not tell apart.
    """
    check_breakpoints(table)
    if table.format not in rules.formats:
        known = ", ".join(f"{f.code} ({f.words})" for f in rules.formats)
        raise BadCurve(f"a {rules.model} takes formats {known}, not {table.format.code} ({table.format.words})")
    if len(table.units) > rules.points:
        raise BadCurve(f"{len(table.units)} points: a {rules.model} takes {rules.points}")
    if table.interpolation != "linear":
        raise BadCurve("made for Lagrange interpolation, which lines miss: choose breakpoints with 'curve fit'")
    notes: list[str] = []
    name, serial = _text(table.name, rules, "name", notes), _text(table.serial, rules, "serial", notes)
    ordered = ascending(table)
    points = tuple(
        (_kept(u, rules.sensor_digits), _kept(t, rules.kelvin_digits))
        for u, t in zip(ordered.units, ordered.kelvin, strict=True)
    )
    for number, ((u, t), (v, w)) in enumerate(zip(points, points[1:], strict=False), 1):
        if u == v or t == w:
            pair = f"{u:g}, {t:g} K and {v:g}, {w:g} K"
            raise BadCurve(f"points {number} and {number + 1} are one to a {rules.model}: {pair}")
    limit = table.limit or max(t for _, t in points)
    header = Header(name, serial, table.format, round(limit, 3), table.coefficient)
    return Prepared(header, points, tuple(notes))


def _kept(value: float, digits: SixDigits) -> float:
    return float(digits.format(value))


def as_sent(text: str, rules: Rules) -> str:
    """Return a name or serial number as it is sent: without spaces where it goes without quotes."""
    return "_".join(text.split()) if rules.bare else text


def _text(text: str, rules: Rules, what: str, notes: list[str]) -> str:
    length = {"name": rules.name, "serial": rules.serial}[what]
    short = text[:length].strip()
    short = as_sent(short, rules)
    try:
        Text(length).format(short)
    except Refused as error:
        raise BadCurve(f"{what}: {error}") from error
    if short != text:
        notes.append(f"{what} {text!r} becomes {short!r}")
    return short


def check_slot(slot: int, rules: Rules) -> None:
    """Check that a slot can be written; BadCurve if it cannot."""
    if slot not in rules.slots:
        user = f"{rules.slots[0]} to {rules.slots[-1]}"
        raise BadCurve(f"curve {slot} of a {rules.model} cannot be written; user curves are {user}")
