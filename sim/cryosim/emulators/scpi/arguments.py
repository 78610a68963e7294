"""Arguments of SCPI: numbers with units, booleans, words, channel lists."""

from __future__ import annotations

import re

from cryosim.emulators.scpi.errors import ScpiError

_NUMBER = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+)(?:E[+-]?\d+)?)\s*([A-Z]*)")
_LIST = re.compile(r"\(\s*@([\d\s,:]*)\)")
_MULTIPLIERS = {"": 1.0, "K": 1e3, "M": 1e-3, "U": 1e-6, "N": 1e-9}


def number(text: str, unit: str) -> float:
    """Read a number that may carry its unit.

    Raises
    ------
    ScpiError
        -104 for something else, -131 for another unit.

    Examples
    --------
    >>> number("20 mA", "A"), number("+6.0E-1", "V")
    (0.02, 0.6)
    """
    match = _NUMBER.fullmatch(text.upper())
    if match is None:
        raise ScpiError(-104)
    suffix = match[2]
    if not suffix:
        return float(match[1])
    multiplier = suffix.removesuffix(unit) if unit and suffix.endswith(unit) else None
    if multiplier not in _MULTIPLIERS:
        raise ScpiError(-131)
    return float(match[1]) * _MULTIPLIERS[multiplier]


def boolean(text: str) -> bool:
    """Read ON, OFF or a number; what rounds to 0 is off."""
    word = text.upper()
    if word in ("ON", "OFF"):
        return word == "ON"
    return round(number(text, "")) != 0


def whole(text: str) -> int:
    """Read a whole number."""
    value = number(text, "")
    if value != int(value):
        raise ScpiError(-104)
    return int(value)


def is_list(text: str) -> bool:
    """Say whether an argument is meant as a channel list."""
    return text.startswith("(")


def channel_list(text: str, count: int) -> list[int]:
    """Read ``(@1,3:4)``, in the order in which it is written.

    Raises
    ------
    ScpiError
        -102 for something else, -222 for an output the instrument does not have.

    Examples
    --------
    >>> channel_list("(@3,1:2)", 4)
    [3, 1, 2]
    """
    match = _LIST.fullmatch(text)
    if match is None or not match[1].strip():
        raise ScpiError(-102)
    numbers: list[int] = []
    for entry in match[1].split(","):
        ends = [end.strip() for end in entry.split(":")]
        if len(ends) > 2 or not all(end.isdecimal() for end in ends):
            raise ScpiError(-102)
        first, last = int(ends[0]), int(ends[-1])
        numbers += range(first, last + 1) if first <= last else range(first, last - 1, -1)
    if not all(1 <= n <= count for n in numbers):
        raise ScpiError(-222)
    return numbers


def word(text: str, *declared: str) -> str:
    """Return which of some words, declared as in a manual, an argument is.

    >>> word("meas", "MEASured", "PROTected")
    'MEASured'
    """
    given = text.upper()
    for one in declared:
        if given in (one.upper(), "".join(letter for letter in one if not letter.islower())):
            return one
    raise ScpiError(-224)
