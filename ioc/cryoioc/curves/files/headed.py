"""Files with a header of ``key: value`` lines and breakpoints below: .340, .330, .34A and their kin.

Keys are read without spaces and in any case, because instruments, makers' disks and laboratories write
them differently (lakeshore-protocol.md 9).  Layouts known: ``.340`` with an index column; the same with
tabs and a curvature column (format 7); the 218-era ``Point 1: units,kelvin``; the 91C/93C/330 page with
``Interpolation Method: Lagrangian``.  The layout of old .330 and .91C files is *unverified*: the page of
the certificate is taken.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from cryoioc.curves.errors import BadCurve, CurveFileError
from cryoioc.curves.files.text import Text, number, short, words
from cryoioc.curves.formats import FORMATS, SPLINE, Format
from cryoioc.curves.tables import Breakpoints, Interpolation, check_breakpoints

NAME = ("sensormodel", "name", "curvename")
SERIAL = ("serialnumber",)
FORMAT = ("dataformat", "format")
LIMIT = ("setpointlimit", "limit")
COEFFICIENT = ("temperaturecoefficient", "coefficient")
COUNT = ("numberofbreakpoints",)
METHOD = ("interpolationmethod",)
KNOWN = (*NAME, *SERIAL, *FORMAT, *LIMIT, *COEFFICIENT, *COUNT, *METHOD)
MOST = 10_000  # rows
_POINT = re.compile(r"point\s*([0-9]+)\s*:(.*)", re.IGNORECASE)


@dataclass
class _Parts:
    """What has been found so far."""

    header: dict[str, tuple[int, str]] = field(default_factory=dict)  # key -> line, value
    rows: list[tuple[int, list[str]]] = field(default_factory=list)  # line, words; index first


def read_headed(text: Text) -> Breakpoints:
    """Return the breakpoints of a headed file.

    Raises
    ------
    CurveFileError
        One line: where and what.
    """
    parts = _split(text)
    kind = _format(text, parts.header)
    units, kelvin, curvature = _columns(text, parts.rows, kind)
    _check_count(text, parts, len(units))
    table = Breakpoints(
        name=_value(parts.header, NAME),
        serial=_value(parts.header, SERIAL),
        format=kind,
        limit=_limit(text, parts.header),
        units=tuple(units),
        kelvin=tuple(kelvin),
        curvature=tuple(curvature),
        interpolation=_method(text, parts.header),
    )
    try:
        check_breakpoints(table)
    except BadCurve as error:
        raise text.wrong(0, str(error)) from error
    _check_coefficient(text, parts.header, table)
    return table


def _split(text: Text) -> _Parts:
    parts = _Parts()
    for line, content in text.filled():
        point = _POINT.fullmatch(content)
        if point is not None:
            parts.rows.append((line, [point[1], *words(point[2])]))
            continue
        key, colon, value = content.partition(":")
        key = re.sub(r"\s+", "", key).lower()
        if colon and not parts.rows:
            if key in KNOWN and key in parts.header:
                raise text.wrong(line, f"a second {short(content)}")
            parts.header[key] = (line, value.strip())
        elif content[0] in "0123456789+-." and parts.header:
            parts.rows.append((line, words(content)))
        elif parts.rows or not parts.header:
            raise text.wrong(line, f"expected a breakpoint or a header line, found {short(content)}")
        if len(parts.rows) > MOST:
            raise text.wrong(line, f"more than {MOST} points")
    if not parts.rows:
        raise text.wrong(0, "no breakpoints found")
    return parts


def _find(header: Mapping[str, tuple[int, str]], keys: tuple[str, ...]) -> tuple[int, str] | None:
    return next((header[key] for key in keys if key in header), None)


def _value(header: Mapping[str, tuple[int, str]], keys: tuple[str, ...]) -> str:
    found = _find(header, keys)
    return found[1] if found else ""


def _format(text: Text, header: Mapping[str, tuple[int, str]]) -> Format:
    found = _find(header, FORMAT)
    if found is None:
        raise text.wrong(0, "no Data Format in the header")
    line, value = found
    code = re.search(r"[0-9]+", value)
    if code is None or int(code[0]) not in FORMATS:
        known = ", ".join(map(str, FORMATS))
        raise text.wrong(line, f"data format {short(value)} is none of {known}")
    return FORMATS[int(code[0])]


def _limit(text: Text, header: Mapping[str, tuple[int, str]]) -> float:
    found = _find(header, LIMIT)
    return number(text, found[0], (words(found[1]) or [""])[0]) if found else 0.0


def _method(text: Text, header: Mapping[str, tuple[int, str]]) -> Interpolation:
    found = _find(header, METHOD)
    if found is None:
        return "linear"
    for beginning, method in (("lagrang", "lagrange"), ("linear", "linear")):
        if found[1].lower().startswith(beginning):
            return method  # type: ignore[return-value]
    raise text.wrong(found[0], f"interpolation method {short(found[1])} is not known")


def _columns(text: Text, rows: list[tuple[int, list[str]]], kind: Format) -> tuple[list[float], ...]:
    """Return units, kelvin and curvatures; an index column is checked and left out."""
    wanted = 3 if kind is SPLINE else 2
    columns: tuple[list[float], ...] = ([], [], [])
    width = len(rows[0][1])
    if width not in (wanted, wanted + 1):
        raise text.wrong(rows[0][0], f"expected {wanted} numbers, with or without an index, found {width}")
    for position, (line, cells) in enumerate(rows, 1):
        if len(cells) != width:
            raise text.wrong(line, f"expected {width} numbers as in the rows above, found {len(cells)}")
        if width > wanted and number(text, line, cells[0]) != position:
            raise text.wrong(line, f"expected point {position}, found {short(cells[0])}")
        for column, cell in zip(columns, cells[width - wanted :], strict=False):
            column.append(number(text, line, cell))
    return columns


def _check_count(text: Text, parts: _Parts, found: int) -> None:
    count = _find(parts.header, COUNT)
    if count is None:
        return
    line, value = count
    stated = number(text, line, (words(value) or [""])[0])
    if stated != found:
        raise text.wrong(line, f"{stated:g} breakpoints announced, {found} found")


def _check_coefficient(text: Text, header: Mapping[str, tuple[int, str]], table: Breakpoints) -> None:
    found = _find(header, COEFFICIENT)
    if found is None:
        return
    stated = re.search(r"[0-9]+", found[1])
    if stated is None or int(stated[0]) != table.coefficient:
        is_ = {1: "1 (negative)", 2: "2 (positive)"}[table.coefficient]
        raise text.wrong(found[0], f"temperature coefficient {short(found[1])}, but that of the points is {is_}")


def expect_serial(text: Text, found: str, wanted: str) -> None:
    """Complain if a file is about another sensor."""
    if found.strip().lower() != wanted.strip().lower():
        raise CurveFileError(f"{text.name}: a curve of sensor {short(found)}, expected {short(wanted)}")


# --- writing ---------------------------------------------------------------------------------------

SIGN = {1: "1 (Negative)", 2: "2 (Positive)"}
PLACES = 6  # decimals a file may have more than the instrument keeps


def units_text(units: float, kind: Format) -> str:
    """Write sensor units with the places of the format, and up to six when there are more."""
    whole, _, decimals = f"{units:.{PLACES}f}".partition(".")
    return f"{whole}.{decimals[: kind.decimals]}{decimals[kind.decimals :].rstrip('0')}"


def kelvin_text(kelvin: float) -> str:
    """Write a temperature with at least three decimals, and up to six when there are more."""
    whole, _, decimals = f"{kelvin:.{PLACES}f}".partition(".")
    return f"{whole}.{decimals[:3]}{decimals[3:].rstrip('0')}"


def limit_text(kelvin: float) -> str:
    """Write a setpoint limit with at least one decimal, and up to six."""
    whole, _, decimals = f"{kelvin:.{PLACES}f}".partition(".")
    return f"{whole}.{decimals[:1]}{decimals[1:].rstrip('0')}"


def _rows(table: Breakpoints) -> list[str]:
    if table.format is SPLINE:
        cells = zip(table.units, table.kelvin, table.curvature, strict=True)
        return [f"{n}\t{u:.8G}\t{t:.8G}\t{c:.6G}" for n, (u, t, c) in enumerate(cells, 1)]
    pairs = zip(table.units, table.kelvin, strict=True)
    return [
        f"{n:3d}  {units_text(u, table.format):<9}  {kelvin_text(t):>10}" for n, (u, t) in enumerate(pairs, 1)
    ]


def write_340(table: Breakpoints) -> str:
    """Return a .340 file; the first breakpoint is in line 10."""
    header = [
        f"Sensor Model:   {table.name}",
        f"Serial Number:  {table.serial}",
        f"Data Format:    {table.format.code}      ({table.format.words})",
        f"SetPoint Limit: {limit_text(table.limit)}      (Kelvin)",
        f"Temperature coefficient:  {SIGN[table.coefficient]}",
        f"Number of Breakpoints:   {len(table.units)}",
        "",
        "No.   Units      Temperature (K)" + ("      Curvature" if table.format is SPLINE else ""),
        "",
    ]
    return "\n".join([*header, *_rows(table)]) + "\n"


def write_330(table: Breakpoints) -> str:
    """Return a file for a 91C, 93C or 330, which go from point to point with Lagrange's polynomial."""
    header = [
        f"Name: {table.name}",
        f"Serial Number: {table.serial}",
        "Interpolation Method: " + {"lagrange": "Lagrangian", "linear": "Linear"}[table.interpolation],
        f"Limit: {limit_text(table.limit)} (Kelvin)",
        f"Format: {table.format.code} ({table.format.words})",
        f"Number of Breakpoints: {len(table.units)}",
        "",
        "No.   Units      Temperature (K)",
        "",
    ]
    return "\n".join([*header, *_rows(table)]) + "\n"


def write_34a(table: Breakpoints) -> str:
    """Return the form of the certificate's 340 page and of 218-era disks."""
    sign = {1: "1 ;Negative", 2: "2 ;Positive"}[table.coefficient]
    pairs = zip(table.units, table.kelvin, strict=True)
    lines = [
        f"Name: {table.name}",
        f"Serial Number: {table.serial}",
        f"Format: {table.format.code} ;{table.format.words}",
        f"Limit: {limit_text(table.limit)}",
        f"Coefficient: {sign}",
        "",
        *(f"Point {n}: {units_text(u, table.format)},{kelvin_text(t)}" for n, (u, t) in enumerate(pairs, 1)),
    ]
    return "\n".join(lines) + "\n"
