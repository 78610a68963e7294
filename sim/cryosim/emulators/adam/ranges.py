"""Ranges of an input and how its value is written: the tables of the ADAM-4000 manual."""

from __future__ import annotations

from dataclasses import dataclass

ENGINEERING, PERCENT, HEXADECIMAL = 0, 1, 2  # data format, bits 0 and 1 of the format code


@dataclass(frozen=True)
class InputRange:
    """One range: what it spans, in what unit it is written, and with how many places."""

    full: float  # V or A at the top
    low: float  # V or A at the bottom
    scale: float  # of the unit written, per V or A
    places: int


RANGES = {
    "07": InputRange(0.020, 0.004, 1e3, 3),
    "08": InputRange(10.0, -10.0, 1.0, 3),
    "09": InputRange(5.0, -5.0, 1.0, 4),
    "0A": InputRange(1.0, -1.0, 1.0, 4),
    "0B": InputRange(0.5, -0.5, 1e3, 2),
    "0C": InputRange(0.15, -0.15, 1e3, 2),
    "0D": InputRange(0.020, -0.020, 1e3, 3),
}


def written(value: float, span: InputRange, form: int) -> str:
    """Return a value as the box writes it.

    Parameters
    ----------
    value : float
        Voltage, [V], or current, [A].  Beyond the range the end of it is written (unverified).
    span : InputRange
    form : int
        Data format.

    >>> written(0.0123456, RANGES["0D"], ENGINEERING)
    '+12.346'
    """
    inside = min(span.full, max(span.low, value))
    if form == PERCENT:
        return f"{100.0 * inside / span.full:+07.2f}"
    if form == HEXADECIMAL:
        return f"{round(32767 * inside / span.full) & 0xFFFF:04X}"
    return f"{inside * span.scale:+07.{span.places}f}"
