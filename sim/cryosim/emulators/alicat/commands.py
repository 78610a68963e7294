"""From the text after the unit id to the reply.

The longest word that fits and that the firmware has is the command; ``$$`` in front is the older
spelling of the same.  A number may follow a word without a space (``AS5.00``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryosim.emulators.alicat.control import CONTROL
from cryosim.emulators.alicat.dialect import BadCommandError, Command
from cryosim.emulators.alicat.information import INFORMATION
from cryosim.emulators.alicat.setup import SETUP

if TYPE_CHECKING:
    from cryosim.emulators.alicat.instrument import Alicat

COMMANDS = tuple(sorted((*INFORMATION, *SETUP, *CONTROL), key=lambda command: -len(command.word)))
LOCK_TRAP_ENDS = (8, 0)  # firmware that first has other commands beginning with L


def reply_to(unit: Alicat, text: str) -> str:
    """Carry out a command; return the reply line, ``?`` for a bad one, ``""`` for none."""
    if not text:
        return unit.frame()
    if text.startswith("@"):
        return _change_id(unit, text[1:].strip())
    text = text.removeprefix("$$")
    upper = text.upper()
    if upper.startswith("L") and unit.options.lock_trap and unit.options.version < LOCK_TRAP_ENDS:
        unit.memory.locked = True  # every AL... is "lock display"; bias-flow-vacuum.md 3.1
        return unit.frame()
    for command in COMMANDS:
        if command.known_to(unit) and _is(command, upper):
            try:
                return command.handler(unit, _arguments(text[len(command.word) :]))
            except BadCommandError:
                return "?"
    return "?"


def _is(command: Command, text: str) -> bool:
    """True when the text begins with the word and no letter continues it."""
    rest = text.removeprefix(command.word)
    return text.startswith(command.word) and not rest[:1].isalpha() and rest[:1] not in ("?", "*")


def _arguments(rest: str) -> list[str]:
    return rest.replace("=", " ").split()


def _change_id(unit: Alicat, new: str) -> str:
    """``A@ B`` gives the unit another id; ``A@ @`` starts streaming, without an answer."""
    if new == "@":
        unit.streaming = True
        return ""
    if len(new) != 1 or not "A" <= new.upper() <= "Z":
        return "?"
    unit.memory.unit_id = new.upper()
    return unit.frame()
