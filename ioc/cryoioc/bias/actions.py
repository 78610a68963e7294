"""What the sequence wants done at the supplies: volts and amperes here are those at the supply's terminals.

Actions are carried out in their order, each read back and compared (:func:`disagreement`) before the next.  Those of
one kind that stand side by side do not depend on each other: different instruments may do them at the same time, and
one that fails does not keep its neighbours from being tried.  One of another kind waits for all before it, and is
not begun when one of them failed, unless it switches off.
"""

from __future__ import annotations

from dataclasses import dataclass

from cryoioc.bias.amplifier import Limits, Output, Terminal
from cryoioc.bias.reading import OutputReading

ROUNDED = 1e-3  # of a limit: the supply rounds it
SAG = 0.05  # of a limit: this much lower it is another one


@dataclass(frozen=True)
class SetVoltage:
    """Set an output to a voltage, whether it is on or not."""

    terminal: Terminal
    volts: float  # V


@dataclass(frozen=True)
class Switch:
    """Switch an output on or off."""

    terminal: Terminal
    on: bool


@dataclass(frozen=True)
class ProgramLimits:
    """Write what an output keeps by itself; it is off."""

    terminal: Terminal
    limits: Limits


@dataclass(frozen=True)
class ClearProtection:
    """Clear what has acted.  Some supplies switch on by it what is still programmed on: off is sent before."""

    terminal: Terminal


Action = SetVoltage | Switch | ProgramLimits | ClearProtection


def disagreement(action: Action, output: Output, read: OutputReading) -> str:
    """Return in words how an output, read after an action, is not what it was told; empty: it is.

    >>> from cryoioc.bias.amplifier import Port
    >>> out = Output(limits=Limits(current=14e-3, over_voltage=2.0))
    >>> off = OutputReading(when=0.0, on=False, volts=0.0, amperes=0.0, setting=0.0)
    >>> disagreement(Switch(Terminal(1, Port.DRAIN), True), out, off)
    'S1 drain is still off'
    """
    where = str(action.terminal)
    match action:
        case Switch(_, on):
            return "" if read.on == on else f"{where} is still {'on' if read.on else 'off'}"
        case SetVoltage(_, volts):
            if read.setting is None or abs(read.setting - volts) <= output.agrees:
                return ""
            return f"{where} is set to {read.setting:.3f} V, not {volts:.3f}"
        case ProgramLimits(_, limits):
            return other_limits(where, limits, read)
        case ClearProtection():
            return f"{where} {', '.join(read.tripped)} again" if read.tripped else ""


def other_limits(where: str, limits: Limits, read: OutputReading) -> str:
    """Return in words which limit of an output is not the one it was given; empty: all are."""
    for word, unit, scale, wanted, found in (
        ("over-voltage protection", "V", 1.0, limits.over_voltage, read.over_voltage),
        ("current limit", "mA", 1e3, limits.current, read.current_limit),
    ):
        if wanted is None:
            continue
        if found is None:
            return f"{where}: {word} not read"
        if not wanted * (1.0 - SAG) <= found <= wanted * (1.0 + ROUNDED):
            return f"{where}: {word} {found * scale:.4g} {unit}, not {wanted * scale:.4g}"
    return ""
