"""Chebychev coefficients as files (.cof): a label, a colon and a number on each line.

The labels are those of files that laboratories read (``Number of fit ranges``, ``FIT RANGE``, ``Zlower for
fit range``, ``Lower Resist. limit`` ...); how the maker spaces them is *unverified*, so a label is known by
its beginning.  Limits of a diode are volts and its fit type is not LOG.
"""

from __future__ import annotations

import math
import re

from cryoioc.curves.chebychev import ChebychevCurve, ChebychevRange
from cryoioc.curves.errors import BadCurve
from cryoioc.curves.files.text import Text, number, short
from cryoioc.curves.tables import ChebychevFit

MOST_ORDER = 30
MOST_RANGES = 20


class _Labels:
    """Labelled lines in the order of the file, taken one by one."""

    def __init__(self, text: Text) -> None:
        self.text = text
        self._lines = [(n, line) for n, line in text.filled() if not line.startswith("#")]
        self.line = 0

    def take(self, *beginnings: str) -> str:
        """Return the value of the next line, whose label has to begin so."""
        if not self._lines:
            raise self.text.wrong(0, f"ends where {short(beginnings[0])} should follow")
        self.line, content = self._lines.pop(0)
        label, colon, value = content.partition(":")
        plain = re.sub(r"[\s.]+", "", label).lower()
        if not colon or not plain.startswith(tuple(re.sub(r"[\s.]+", "", b).lower() for b in beginnings)):
            raise self.text.wrong(self.line, f"expected {short(beginnings[0])}, found {short(content)}")
        return value

    def number(self, *beginnings: str) -> float:
        return number(self.text, self.line or 1, self.take(*beginnings))

    def whole(self, low: int, high: int, *beginnings: str) -> int:
        value = self.number(*beginnings)
        if value != int(value) or not low <= value <= high:
            raise self.text.wrong(self.line, f"expected {low} to {high}, found {value:g}")
        return int(value)

    def finish(self) -> None:
        if self._lines:
            line, content = self._lines[0]
            raise self.text.wrong(line, f"expected the end of the file, found {short(content)}")


def read_cof(text: Text) -> ChebychevFit:
    """Return the fit of a .cof file.

    Raises
    ------
    CurveFileError
        One line: where and what.
    """
    labels = _Labels(text)
    count = labels.whole(1, MOST_RANGES, "Number of fit ranges")
    logs, ranges = set[bool](), []
    for index in range(1, count + 1):
        log, one = _range(labels, index)
        logs.add(log)
        ranges.append(one)
    labels.finish()
    if len(logs) != 1:
        raise text.wrong(0, "the ranges are of different fit types")
    log = logs.pop()
    fit = ChebychevFit(unit="Ohm" if log else "V", log=log, ranges=tuple(ranges))
    try:
        ChebychevCurve(fit.ranges, fit.unit, log=log)
    except BadCurve as error:
        raise text.wrong(0, str(error)) from error
    return fit


def _range(labels: _Labels, index: int) -> tuple[bool, ChebychevRange]:
    labels.whole(index, index, "FIT RANGE")
    kind = labels.take("Fit type").strip().upper()
    if kind not in ("LOG", "LIN", "LINEAR", "VOLT", "VOLTAGE"):
        raise labels.text.wrong(labels.line, f"fit type {short(kind)} is not known")
    log = kind == "LOG"
    order = labels.whole(1, MOST_ORDER, "Order of fit range")
    zl, zu = labels.number("Zlower"), labels.number("Zupper")
    if not zl < zu:
        raise labels.text.wrong(labels.line, f"Zupper {zu:g} is not above Zlower {zl:g}")
    low = labels.number("Lower Resist", "Lower Volt", "Lower")
    high = labels.number("Upper Resist", "Upper Volt", "Upper")
    if not (low < high and (low > 0.0 or not log)):
        raise labels.text.wrong(labels.line, f"limits {low:g} to {high:g} are none")
    coefficients = tuple(labels.number(f"C({i})") for i in range(order + 1))
    z_low, z_high = (math.log10(low), math.log10(high)) if log else (low, high)
    return log, ChebychevRange(zl, zu, coefficients, z_low, z_high)


def write_cof(fit: ChebychevFit) -> str:
    """Return a .cof file; limits and coefficients with all digits of a double."""
    lines = [f"Number of fit ranges:                   {len(fit.ranges)}"]
    for n, one in enumerate(fit.ranges, 1):
        low, high = (10.0**one.z_low, 10.0**one.z_high) if fit.log else (one.z_low, one.z_high)
        what = "Resist." if fit.log else "Volt."
        labelled = {
            "FIT RANGE": n,
            f"Fit type for range {n}": "LOG" if fit.log else "LIN",
            f"Order of fit range {n}": len(one.coefficients) - 1,
            f"Zlower for fit range {n}": repr(one.zl),
            f"Zupper for fit range {n}": repr(one.zu),
            f"Lower {what} limit for fit range {n}": repr(low),
            f"Upper {what} limit for fit range {n}": repr(high),
        }
        labelled |= {f"C({i}) Equation {n}": repr(c) for i, c in enumerate(one.coefficients)}
        lines += [f"{label + ':':<40}{value}" for label, value in labelled.items()]
    return "\n".join(lines) + "\n"
