"""What each command of an LM-500 does: by mnemonic, queries and actions apart."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryosim.emulators.cryomagnetics.instrument import Lm500

DURATION = re.compile(r"(\d{1,2}):(\d{1,2}):(\d{1,2})")
UNITS = {"CM": "cm", "IN": "in", "%": "%", "PERCENT": "%"}
BOOSTS = {"OFF": "Off", "ON": "On", "SMART": "Smart"}


class BadCommandError(Exception):
    """The instrument does not understand, or will not."""


def _channel(text: str) -> int:
    if text not in ("1", "2"):
        raise BadCommandError
    return int(text)


def _number(text: str) -> float:
    if re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", text) is None:  # pylablib sends exponents
        raise BadCommandError
    return float(text)


def _one_of(words: dict[str, str], text: str) -> str:
    if text.upper() not in words:
        raise BadCommandError
    return words[text.upper()]


# --- queries: instrument and parameter -> answer --------------------------------------------------


def _ask_level(unit: Lm500, text: str) -> str:
    channel = unit.channels[_channel(text) if text else unit.selected]
    return channel.shown(channel.level)


def _ask_type(unit: Lm500, text: str) -> str:
    _channel(text)
    return "0"  # helium


def _ask_status(unit: Lm500, _: str) -> str:
    return ",".join(f"{channel.status()}" for channel in unit.channels.values()) + f",{int(unit.options.in_menu)}"


def _ask_interval(unit: Lm500, _: str) -> str:
    seconds = unit.channel.settings.interval
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def _ask_fill(unit: Lm500, text: str) -> str:
    filling = unit.channels[_channel(text) if text else unit.selected].filling
    return "Off" if filling is None else f"{filling / 60.0:.0f} min"


def _ask_limit(name: str) -> Callable[[Lm500, str], str]:
    return lambda unit, _: unit.channel.shown(unit.channel.settings.limits[name])


QUERIES: dict[str, Callable[[Lm500, str], str]] = {
    "*IDN": lambda unit, _: unit.options.identity,
    "*OPC": lambda unit, _: "1",
    "*STB": lambda unit, _: f"{unit.ready}",
    "*TST": lambda unit, _: "1",
    "CHAN": lambda unit, _: f"{unit.selected}",
    "TYPE": _ask_type,
    "MEAS": _ask_level,
    "STAT": _ask_status,
    "FILL": _ask_fill,
    "LNGTH": lambda unit, _: unit.channel.shown(unit.channel.settings.length),
    "UNITS": lambda unit, _: unit.channel.settings.units,
    "MODE": lambda unit, _: unit.channel.settings.mode,
    "INTVL": _ask_interval,
    "BOOST": lambda unit, _: unit.channel.settings.boost,
    **{name: _ask_limit(name) for name in ("HIGH", "LOW", "ALARM")},
}


# --- actions --------------------------------------------------------------------------------------


def _select(unit: Lm500, text: str) -> None:
    unit.selected = _channel(text)


def _measure(unit: Lm500, text: str) -> None:
    number = _channel(text) if text else unit.selected
    unit.ready &= ~unit.ready_bit(number)
    unit.channels[number].measure()


def _interval(unit: Lm500, text: str) -> None:
    found = DURATION.fullmatch(text)
    if found is None:
        raise BadCommandError
    hours, minutes, seconds = map(int, found.groups())
    unit.channel.settings.interval = 3600 * hours + 60 * minutes + seconds


def _mode(unit: Lm500, text: str) -> None:
    if text[:1].upper() not in ("S", "C"):
        raise BadCommandError
    unit.channel.settings.mode = text[0].upper()


def _units(unit: Lm500, text: str) -> None:
    unit.channel.settings.units = _one_of(UNITS, text)


def _boost(unit: Lm500, text: str) -> None:
    unit.channel.settings.boost = _one_of(BOOSTS, text)


def _fill(unit: Lm500, text: str) -> None:
    unit.channels[_channel(text)].filling = 0.0


def _limit(name: str) -> Callable[[Lm500, str], None]:
    def act(unit: Lm500, text: str) -> None:
        level = unit.channel.centimetres(_number(text))
        if not 0.0 <= level <= unit.channel.settings.length:
            raise BadCommandError
        unit.channel.settings.limits[name] = level

    return act


def _reset(unit: Lm500, _: str) -> None:
    for channel in unit.channels.values():
        channel.filling = None


def _clear(unit: Lm500, _: str) -> None:
    unit.ready = 0


def _errors(unit: Lm500, text: str) -> None:
    if text not in ("0", "1"):
        raise BadCommandError
    unit.says_errors = text == "1"


def _remote(on: bool) -> Callable[[Lm500, str], None]:
    def act(unit: Lm500, _: str) -> None:
        unit.remote = on

    return act


ALWAYS: dict[str, Callable[[Lm500, str], None]] = {
    "REMOTE": _remote(True),
    "LOCAL": _remote(False),
    "ERROR": _errors,
    "*CLS": _clear,
}
IN_REMOTE: dict[str, Callable[[Lm500, str], None]] = {
    "*RST": _reset,
    "CHAN": _select,
    "MEAS": _measure,
    "INTVL": _interval,
    "MODE": _mode,
    "UNITS": _units,
    "BOOST": _boost,
    "FILL": _fill,
    **{name: _limit(name) for name in ("HIGH", "LOW", "ALARM")},
}
