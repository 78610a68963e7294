"""Settings of outputs that are numbers or switches: one row each, for both ways of saying which output is meant."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryosim.emulators.scpi.arguments import boolean, channel_list, is_list, number
from cryosim.emulators.scpi.command import Command, Request, only
from cryosim.emulators.scpi.errors import ScpiError
from cryosim.emulators.scpi.output import Output

if TYPE_CHECKING:
    from cryosim.emulators.scpi.supply import Supply

Bound = Callable[[Output], float]
ROUNDING = 1e-9  # of a level, forgiven at the ends of its range


@dataclass(frozen=True)
class Level:
    """One number of an output."""

    header: str
    attribute: str  # of Settings
    unit: str
    low: Bound
    high: Bound
    step: Bound | None = None  # of the setting
    nudge: str = ""  # attribute that UP and DOWN step by; there are none without it
    show: str = ""  # format of the reply, else that of the model
    scale: float = 1.0  # of what is written, in units of the attribute


def targets(supply: Supply, arguments: tuple[str, ...]) -> tuple[list[Output], list[str]]:
    """Return the outputs a unit is about, and its other arguments.

    Raises
    ------
    ScpiError
        -109 where a channel list must be given, -108 where the dialect has none.
    """
    rest = list(arguments)
    if not (rest and is_list(rest[-1])):
        if supply.face.list_required:
            raise ScpiError(-109)
        return [supply.outputs[supply.selected - 1]], rest
    if supply.face.dialect == "select":
        raise ScpiError(-108)
    numbers = channel_list(rest.pop(), len(supply.outputs))
    return [supply.outputs[n - 1] for n in numbers], rest


def level(row: Level) -> Command:
    """Return the command of a number."""

    def act(supply: Supply, request: Request) -> None:
        outputs, rest = targets(supply, request.arguments)
        only(rest, 1)
        # Nothing is set on any output of the list before all of them can take it.
        wanted = [(output, read_level(row, output, rest[0])) for output in outputs]
        for output, value in wanted:
            setattr(output.settings, row.attribute, value)
            output.changed()

    def ask(supply: Supply, request: Request) -> str:
        outputs, rest = targets(supply, request.arguments)
        if len(rest) > 1:
            raise ScpiError(-108)
        return ",".join(_shown(supply, row, output, rest) for output in outputs)

    return Command(row.header, act, ask)


def read_level(row: Level, output: Output, text: str) -> float:
    """Return the value a text stands for on an output, rounded to its step.

    Raises
    ------
    ScpiError
        -104, -131, or -222 outside the range.
    """
    low, high = row.low(output), row.high(output)
    word = text.upper()
    if word in ("MIN", "MINIMUM"):
        value = low
    elif word in ("MAX", "MAXIMUM"):
        value = high
    elif word in ("UP", "DOWN") and row.nudge:
        by = getattr(output.settings, row.nudge)
        value = getattr(output.settings, row.attribute) + (by if word == "UP" else -by)
    else:
        value = number(text, row.unit) * row.scale
    step = row.step(output) if row.step is not None else 0.0
    if not low - ROUNDING <= value <= high + ROUNDING:
        raise ScpiError(-222)
    return min(high, max(low, round(value / step) * step)) if step else value


def _shown(supply: Supply, row: Level, output: Output, rest: list[str]) -> str:
    word = rest[0].upper() if rest else ""
    if word in ("MIN", "MINIMUM"):
        value = row.low(output)
    elif word in ("MAX", "MAXIMUM"):
        value = row.high(output)
    elif word:
        raise ScpiError(-224)
    else:
        value = getattr(output.settings, row.attribute)
    return format(value / row.scale, row.show or supply.face.number)


def switch(header: str, attribute: str) -> Command:
    """Return the command of a switch among the settings of an output."""

    def act(supply: Supply, request: Request) -> None:
        outputs, rest = targets(supply, request.arguments)
        only(rest, 1)
        on = boolean(rest[0])
        for output in outputs:
            setattr(output.settings, attribute, on)

    return Command(header, act, flags(lambda output: bool(getattr(output.settings, attribute))))


def flags(of: Callable[[Output], bool]) -> Callable[[Supply, Request], str]:
    """Return a query that answers 0 or 1 for each output."""

    def ask(supply: Supply, request: Request) -> str:
        outputs, rest = targets(supply, request.arguments)
        only(rest, 0)
        return ",".join(str(int(of(output))) for output in outputs)

    return ask


def reading(of: Callable[[Output], float], show: str = "") -> Callable[[Supply, Request], str]:
    """Return a query that measures each output."""

    def ask(supply: Supply, request: Request) -> str:
        outputs, rest = targets(supply, request.arguments)
        only(rest, 0)
        return ",".join(_number(supply, of(output), show) for output in outputs)

    return ask


def _number(supply: Supply, value: float, show: str) -> str:
    return "+9.91E+37" if value > 1e30 else format(value, show or supply.face.number)


def clear(supply: Supply, request: Request) -> None:
    """Clear the protections of the outputs meant."""
    outputs, rest = targets(supply, request.arguments)
    only(rest, 0)
    for output in outputs:
        supply.clear(output)
