"""Files that are columns of numbers: test data (.dat), tables (.tbl), 234 breakpoints, CSV.

The order of the two columns of a .dat differs between sources (lakeshore-protocol.md 9): the titles decide,
and without titles the column that behaves like a temperature.  The .tbl and .234 layouts are *unverified*:
the pages of the certificate are taken, T, R, dR/dT, dlogR/dlogT and number, T, R, log10 R.
"""

from __future__ import annotations

import numpy as np

from cryoioc.curves.errors import BadCurve, CurveFileError
from cryoioc.curves.files.headed import units_text
from cryoioc.curves.files.text import Text, number, short, words
from cryoioc.curves.formats import FORMATS, LOG_OHM
from cryoioc.curves.piecewise import check_nodes
from cryoioc.curves.tables import Breakpoints, InterpolationTable, TestData, check_breakpoints

DIODE_HIGHEST = 7.0  # V; a column of readings that stays below is a diode's
LOG_STEP = 1e-4  # largest difference of log10 R and the printed resistance in a 234 table
Rows = list[tuple[int, list[float]]]


def _table(text: Text, width: int) -> tuple[list[str], Rows]:
    """Return the title line's words and the rows of ``width`` numbers; comments and rules are skipped."""
    titles: list[str] = []
    rows: Rows = []
    for line, content in text.filled():
        if content.startswith("#") or set(content) <= set("=-_ \t"):
            continue
        cells = words(content)
        if not rows and any(c.isalpha() and c not in "eEdD" for c in content):
            titles = [word.lower() for word in cells]
            continue
        if len(cells) != width:
            raise text.wrong(line, f"expected {width} numbers, found {short(content)}")
        rows.append((line, [number(text, line, cell) for cell in cells]))
    if len(rows) < 2:
        raise text.wrong(0, f"{len(rows)} rows: a table has two or more")
    return titles, rows


def _ordered(text: Text, x: list[float], kelvin: list[float]) -> None:
    try:
        check_nodes(x, kelvin)
    except BadCurve as error:
        raise text.wrong(0, str(error)) from error


def read_dat(text: Text) -> TestData:
    """Return test data; the rows may be in either order of temperature."""
    titles, rows = _table(text, 2)
    first, second = [r[0] for _, r in rows], [r[1] for _, r in rows]
    kelvin, sensor = (first, second) if _temperature_first(text, titles, first, second) else (second, first)
    unit = "V" if max(sensor) < DIODE_HIGHEST else "Ohm"
    for line, row in rows:
        if min(row) <= 0.0:
            raise text.wrong(line, f"{min(row):g} is not above 0")
    _ordered(text, sensor, kelvin)
    return TestData(unit=unit, kelvin=tuple(kelvin), sensor=tuple(sensor))


def _temperature_first(text: Text, titles: list[str], first: list[float], second: list[float]) -> bool:
    joined = " ".join(titles)
    marks = {mark: joined.find(mark) for mark in ("temp", "kelvin", "(k)", "resist", "volt", "ohm", "units")}
    kelvin = min((at for mark, at in marks.items() if at >= 0 and mark in ("temp", "kelvin", "(k)")), default=-1)
    sensor = min((at for mark, at in marks.items() if at >= 0 and mark not in ("temp", "kelvin", "(k)")), default=-1)
    if kelvin >= 0 and sensor >= 0:
        return kelvin < sensor
    # No titles.  A diode reads below 7 V, a resistor mostly above its temperature; anything else is a guess.
    if max(first) < DIODE_HIGHEST or max(second) < DIODE_HIGHEST:
        return max(first) > max(second)
    votes = np.mean(np.array(first) < np.array(second))
    if 0.2 < votes < 0.8 and max(max(first), max(second)) < 1000.0:
        raise text.wrong(0, "which column is the temperature cannot be told: give the columns titles")
    return max(first) < max(second)


def write_dat(data: TestData) -> str:
    """Return test data in exponential notation, temperature first, all digits of a double."""
    title = {"Ohm": "Resistance (ohms)", "V": "Voltage (volts)"}.get(data.unit, f"Sensor ({data.unit})")
    rows = zip(data.kelvin, data.sensor, strict=True)
    return "\n".join([f"Temperature (K)   {title}", *(f"{t:.16E}   {s:.16E}" for t, s in rows)]) + "\n"


def read_tbl(text: Text) -> InterpolationTable:
    """Return an interpolation table of four columns: T, R, dR/dT, dlogR/dlogT."""
    _, rows = _table(text, 4)
    columns = [[row[i] for _, row in rows] for i in range(4)]
    _ordered(text, columns[1], columns[0])
    for line, (t, r, slope, sensitivity) in rows:
        if t <= 0.0 or r <= 0.0 or slope * sensitivity <= 0.0:
            raise text.wrong(line, f"{t:g} K, {r:g}, {slope:g}, {sensitivity:g}: signs that cannot be together")
    unit = "V" if max(columns[1]) < DIODE_HIGHEST else "Ohm"
    k, s, d, l = (tuple(c) for c in columns)  # noqa: E741
    return InterpolationTable(unit=unit, kelvin=k, sensor=s, slope=d, sensitivity=l)


def write_tbl(table: InterpolationTable) -> str:
    """Return an interpolation table of four columns."""
    rows = zip(table.kelvin, table.sensor, table.slope, table.sensitivity, strict=True)
    title = f"Temp(K)\tR({table.unit})\tdR/dT({table.unit}/K)\tdlogR/dlogT"
    return "\n".join([title, *("\t".join(f"{value:.10G}" for value in row) for row in rows)]) + "\n"


def read_234(text: Text) -> Breakpoints:
    """Return the breakpoints of a 234 table: number, T, R, log10 R; the logarithm is what counts."""
    _, rows = _table(text, 4)
    for position, (line, (index, _, ohm, log)) in enumerate(rows, 1):
        if index != position:
            raise text.wrong(line, f"expected breakpoint {position}, found {index:g}")
        if ohm <= 0.0 or abs(np.log10(ohm) - log) > LOG_STEP:
            raise text.wrong(line, f"{log:g} is not the logarithm of {ohm:g} ohm")
    return _checked(text, Breakpoints(format=LOG_OHM, units=tuple(r[3] for _, r in rows),
                                      kelvin=tuple(r[1] for _, r in rows)))  # fmt: skip


def write_234(table: Breakpoints) -> str:
    """Return the four columns of a 234 table; log-ohm curves only."""
    if table.format is not LOG_OHM:
        raise CurveFileError(f"a 234 takes format 4, not {table.format.code}")
    rows = enumerate(zip(table.units, table.kelvin, strict=True), 1)
    title = "BP #\tTemp. (K)\tRes. (Ohm)\tLog10 Res."
    return "\n".join([title, *(f"{n}\t{t:.6f}\t{10.0**u:.7G}\t{units_text(u, LOG_OHM)}" for n, (u, t) in rows)]) + "\n"


def read_csv(text: Text) -> Breakpoints:
    """Return breakpoints from CSV with a ``# key = value`` head and the title ``units,kelvin[,curvature]``."""
    head = dict[str, str]()
    for _, content in text.filled():
        key, equals, value = content.removeprefix("#").partition("=")
        if content.startswith("#") and equals:
            head[key.strip().lower()] = value.strip()
    code = head.get("format", "")
    if not code.isascii() or not code.isdecimal() or int(code) not in FORMATS:
        raise text.wrong(0, f"no '# format = code' with one of {', '.join(map(str, FORMATS))} at the top")
    kind = FORMATS[int(code)]
    _, rows = _table(text, 3 if kind.code == 7 else 2)
    if head.get("points") is not None and head["points"] != str(len(rows)):
        raise text.wrong(0, f"{short(head['points'])} points announced, {len(rows)} found")
    return _checked(text, Breakpoints(
        name=head.get("name", ""), serial=head.get("serial", ""), format=kind,
        limit=number(text, 0, head.get("limit", "0")), units=tuple(r[0] for _, r in rows),
        kelvin=tuple(r[1] for _, r in rows), curvature=tuple(c for _, r in rows for c in r[2:]),
        interpolation="lagrange" if head.get("interpolation") == "lagrange" else "linear",
    ))  # fmt: skip


def write_csv(table: Breakpoints) -> str:
    """Return breakpoints as CSV, every number with all its digits."""
    head = {"name": table.name, "serial": table.serial, "format": table.format.code, "limit": repr(table.limit),
            "interpolation": table.interpolation, "points": len(table.units)}  # fmt: skip
    columns = (table.units, table.kelvin, *([table.curvature] if table.curvature else []))
    title = ",".join(("units", "kelvin", "curvature")[: len(columns)])
    rows = [",".join(map(repr, map(float, row))) for row in zip(*columns, strict=True)]
    return "\n".join([*(f"# {key} = {value}" for key, value in head.items()), title, *rows]) + "\n"


def _checked(text: Text, table: Breakpoints) -> Breakpoints:
    try:
        check_breakpoints(table)
    except BadCurve as error:
        raise text.wrong(0, str(error)) from error
    return table
