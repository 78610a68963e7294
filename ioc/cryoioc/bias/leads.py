"""What the wires drop between the supplies and the connector of the amplifier.

Every drain and gate has its own wire and all stages share one return, whose drop lifts the ground of the amplifier
(bias-flow-vacuum.md 2.1, lead resistance).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from cryoioc.bias.amplifier import Amplifier, Port, Terminal
from cryoioc.bias.reading import OutputReading, Reading


@dataclass(frozen=True)
class Point:
    """What is at the connector of one stage."""

    drain: float  # V
    current: float  # A
    gate: float  # V
    leak: float | None  # A into the gate; None: its supply does not measure it


def known(reading: Reading, terminal: Terminal) -> OutputReading | None:
    """Return what was read of an output; None if that is nothing, or no number.

    A drain whose current is not known is not known.
    """
    read = reading.outputs.get(terminal)
    if read is None or not math.isfinite(read.volts):
        return None
    if read.amperes is None:
        return None if terminal.port is Port.DRAIN else read
    return read if math.isfinite(read.amperes) else None


def outputs(amplifier: Amplifier, reading: Reading) -> dict[Terminal, OutputReading | None]:
    """Return what was read of every output, all drains first; None where it is not known."""
    return {terminal: known(reading, terminal) for terminal in amplifier.terminals()}


def live(amplifier: Amplifier, terminal: Terminal, read: OutputReading) -> bool:
    """Say whether an output gives anything: one that is stuck says that it is off, and is not."""
    return read.on or abs(read.volts) > amplifier.output(terminal).follows


def currents(amplifier: Amplifier, reading: Reading) -> tuple[float, ...] | None:
    """Return the drain current of every stage, [A]; None unless all are known: they share the return."""
    found = [known(reading, terminal) for terminal in amplifier.terminals(Port.DRAIN)]
    drawn = [read.amperes for read in found if read is not None and read.amperes is not None]
    return tuple(drawn) if len(drawn) == len(found) else None


def at_connector(amplifier: Amplifier, reading: Reading) -> tuple[Point | None, ...]:
    """Return what is at the connector of every stage; None where something it needs is not known."""
    drawn = currents(amplifier, reading)
    if drawn is None:
        return (None,) * len(amplifier.stages)
    ground = sum(drawn) * amplifier.return_ohm
    points: list[Point | None] = []
    for number, amperes in zip(amplifier.numbers, drawn, strict=True):
        stage = amplifier.stages[number - 1]
        drain, gate = (known(reading, Terminal(number, port)) for port in Port)
        if drain is None or gate is None:
            points.append(None)
            continue
        drop = (gate.amperes or 0.0) * stage.gate.lead_ohm
        volts = drain_at_connector(amplifier, number, drain.volts, drawn)
        points.append(Point(volts, amperes, gate.volts - drop - ground, gate.amperes))
    return tuple(points)


def drain_at_connector(amplifier: Amplifier, number: int, volts: float, drawn: tuple[float, ...]) -> float:
    """Return what of ``volts`` at a drain's supply is left at the connector, [V]: see :func:`drain_at_supply`."""
    return volts - drawn[number - 1] * amplifier.stages[number - 1].drain.lead_ohm - sum(drawn) * amplifier.return_ohm


def drain_at_supply(amplifier: Amplifier, number: int, volts: float, drawn: tuple[float, ...]) -> float:
    """Return what a drain's supply is set to for ``volts`` at the connector, [V].

    Parameters
    ----------
    number : int
        Stage, from 1.
    volts : float
        At the connector, [V].
    drawn : tuple of float, one per stage
        Drain currents to reckon with, [A].

    Examples
    --------
    >>> from cryoioc.bias.amplifier import Amplifier, Limits, Output, Stage
    >>> drain = Output(limits=Limits(current=14e-3, over_voltage=2.0), lead_ohm=15.5)
    >>> stage = Stage(drain=drain, gate=Output(limits=None), current_resolution=1e-5, pinch_off=-5.0)
    >>> amplifier = Amplifier(stages=(stage, stage), windows={}, targets={}, return_ohm=7.75)
    >>> round(drain_at_supply(amplifier, 1, 1.0, (10e-3, 10e-3)), 4)
    1.31
    """
    output = amplifier.stages[number - 1].drain
    wanted = volts + drawn[number - 1] * output.lead_ohm + sum(drawn) * amplifier.return_ohm
    return min(wanted, output.highest)


def gate_at_supply(amplifier: Amplifier, volts: float, drawn: tuple[float, ...]) -> float:
    """Return what a gate's supply is set to for ``volts`` at the connector, [V]; what the gate takes drops nothing."""
    return volts + sum(drawn) * amplifier.return_ohm
