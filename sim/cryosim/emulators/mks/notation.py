"""How numbers are written, and which are taken."""

from __future__ import annotations

import re

from cryosim.emulators.mks.errors import Refused
from cryosim.emulators.mks.options import Options


def written(value: float, options: Options) -> str:
    """Return a number in the digits of this firmware."""
    mantissa, exponent = f"{value:.{options.mantissa}E}".split("E")
    power = int(exponent)
    return f"{mantissa}E{'-' if power < 0 else '+'}{abs(power):0{options.exponent}d}"


def number(text: str) -> float:
    """Return a number that was sent; :class:`Refused` for anything else."""
    if re.fullmatch(r"[0-9]+(\.[0-9]*)?([Ee][+-]?[0-9]+)?", text) is None:
        raise Refused("INVALID_ARGUMENT")
    return float(text)


def one_of(value: str, words: tuple[str, ...]) -> str:
    """Return the word that was sent; :class:`Refused` if it is none of these."""
    if value not in words:
        raise Refused("INVALID_ARGUMENT")
    return value


def only_asked(value: str | None) -> None:
    """Refuse to set what can only be asked for."""
    if value is not None:
        raise Refused("UNRECOGNIZED_MSG")
