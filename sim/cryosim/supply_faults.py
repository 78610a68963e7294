"""What can go wrong with bias and heater supplies besides their lines: a stuck output, a foreign hand."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cryosim.emulators.gaia import Gaia
from cryosim.emulators.scpi import Supply

if TYPE_CHECKING:
    from cryosim.world import Installed

PRESSED = ("volts", "limit", "ovp", "ocp", "on")  # what a hand can change on an output


def stick(unit: Installed, parameters: Mapping[str, Any]) -> None:
    """Let an output no longer obey."""
    if isinstance(unit.instrument, Supply | Gaia):
        unit.instrument.stick(parameters["channel"], True)


def loosen(unit: Installed, parameters: Mapping[str, Any]) -> None:
    """Let it obey again."""
    if isinstance(unit.instrument, Supply | Gaia):
        unit.instrument.stick(parameters["channel"], False)


def press(unit: Installed, parameters: Mapping[str, Any]) -> None:
    """Change a setting at the front panel; nothing happens when the keys are locked."""
    if isinstance(unit.instrument, Supply):
        number, setting, value = parameters["change"].split()
        unit.instrument.press(int(number), setting, float(value))


def channels(unit: Installed) -> int:
    """Return how many outputs an instrument has that can stick."""
    if isinstance(unit.instrument, Supply):
        return len(unit.instrument.outputs)
    return len(unit.instrument.channels) if isinstance(unit.instrument, Gaia) else 0


def is_stuck(unit: Installed, channel: int) -> bool:
    """Say whether an output obeys no longer."""
    if isinstance(unit.instrument, Supply):
        return unit.instrument.outputs[channel - 1].stuck
    return isinstance(unit.instrument, Gaia) and unit.instrument.channels[channel].stuck


def wrong_supply(table: Mapping[str, Any], unit: Installed) -> list[str]:
    """Say what is wrong with the parameters of a fault of a supply."""
    count = channels(unit)
    if "channel" in table and not 1 <= table["channel"] <= count:
        return [f"channel: expected 1 to {count}, found {table['channel']}" if count else _none(table, unit)]
    if "change" in table:
        if not isinstance(unit.instrument, Supply):
            return [_none(table, unit)]
        if not _is_change(table["change"], count):
            names = ", ".join(PRESSED)
            return [f"change: expected an output, one of {names}, and a number, found {table['change']!r}"]
    return []


def _none(table: Mapping[str, Any], unit: Installed) -> str:
    return f"kind: {unit.model} has no {'outputs' if 'channel' in table else 'front panel'} for it"


def _is_change(text: str, count: int) -> bool:
    words = text.split()
    if len(words) != 3 or words[1] not in PRESSED or not words[0].isdecimal():
        return False
    try:
        value = float(words[2])
    except ValueError:
        return False
    return 1 <= int(words[0]) <= count and math.isfinite(value)
