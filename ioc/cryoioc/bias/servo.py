"""Where gates and drains go next: the drain voltage is held, and the gate follows the drain current.

The law is incremental, from what the gate is set to now, so that nothing winds up at a limit.  Within the dead band,
as wide as the current is read, the gate is left alone (bias-flow-vacuum.md 2.1).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from cryoioc.bias.actions import SetVoltage
from cryoioc.bias.amplifier import Amplifier, Bias, Output, Port, Stage, Target, Terminal
from cryoioc.bias.leads import Point, drain_at_supply, gate_at_supply
from cryoioc.bias.state import State

FAST = 0.5e-3  # A beside the target: above it the slow hold hurries
LONGEST = 0.5  # s: a ramp does not make up for a time in which it stood still
SPREAD = 1.1  # of the target current: no drop of more than that is made good
EXACT = 1e-9


def dead_band(stage: Stage, gain: float) -> float:
    """Return how far a drain current may be from its target without the gate being moved, [A].

    Half of what the current is read to, and half of what the smallest step of the gate makes of it.

    >>> gate = Output(limits=None, step=6e-3)
    >>> stage = Stage(drain=gate, gate=gate, current_resolution=50e-6, pinch_off=-5.0)
    >>> round(dead_band(stage, 0.5 / 15e-3) * 1e6)
    70
    """
    return 0.5 * (stage.current_resolution + 0.5 * stage.gate.step / gain)


def found(stage: Stage, target: Target, current: float, gain: float) -> bool:
    """Say whether a stage has its current, as well as that can be told."""
    return abs(target.current - current) <= 2.0 * dead_band(stage, gain) + EXACT


def reckoned(amplifier: Amplifier, targets: Sequence[Target], basis: Bias | None,
             points: Sequence[Point]) -> tuple[float, ...]:  # fmt: skip
    """Return the drain currents whose drops are made good, [A]: what is read, within reason."""
    most = amplifier.window(basis).current
    return tuple(
        min(max(point.current, 0.0), SPREAD * target.current if target.servo else most)
        for target, point in zip(targets, points, strict=True)
    )


def drain_moves(amplifier: Amplifier, state: State, now: float, points: Sequence[Point]) -> Iterator[SetVoltage]:
    """Yield how the drains move on towards their targets, all at their pace."""
    drawn = reckoned(amplifier, state.targets, state.basis, points)
    for terminal, target in zip(amplifier.terminals(Port.DRAIN), state.targets, strict=True):
        stage, told = amplifier.stages[terminal.stage - 1], state.told[terminal]
        wanted = _on_step(stage.drain, drain_at_supply(amplifier, terminal.stage, target.drain, drawn))
        slack = 0.5 * stage.current_resolution * (stage.drain.lead_ohm + amplifier.return_ohm)
        if abs(wanted - told.volts) <= max(slack, 0.5 * stage.drain.step):
            continue
        reach = amplifier.pace.drain_rate * min(now - state.moved.get(terminal, now), LONGEST)
        volts = _towards(stage.drain, told.volts, wanted, reach)
        if volts != told.volts:
            yield SetVoltage(terminal, volts)


def drains_there(amplifier: Amplifier, state: State, points: Sequence[Point]) -> bool:
    """Say whether every drain has the voltage it is to have."""
    return all(abs(point.drain - target.drain) <= drain_tolerance(amplifier, number)
               for number, target, point in zip(amplifier.numbers, state.targets, points, strict=True))  # fmt: skip


def drain_tolerance(amplifier: Amplifier, number: int) -> float:
    """Return how far a drain may be from its target, [V]: its step, and what the leads make of a misread current."""
    stage = amplifier.stages[number - 1]
    return stage.drain.agrees + stage.current_resolution * (stage.drain.lead_ohm + amplifier.return_ohm)


def gate_move(amplifier: Amplifier, state: State, now: float, number: int, points: Sequence[Point], *,
              hold: bool = False) -> SetVoltage | None:  # fmt: skip
    """Return where the gate of a stage goes next; None: it stays, or its time has not come.

    Parameters
    ----------
    number : int
        Stage, from 1.
    points : sequence of Point
        What is at the connector of every stage.
    hold : bool
        The current was found before: small and rare steps, as long as it is not lost.
    """
    stage, target, pace = amplifier.stages[number - 1], state.targets[number - 1], amplifier.pace
    terminal = Terminal(number, Port.GATE)
    point, told = points[number - 1], state.told[terminal]
    error = target.current - point.current
    slow = hold and target.servo and abs(error) <= max(FAST, 4.0 * dead_band(stage, pace.gain))
    every, most = (pace.hold_every, pace.hold_step) if slow else (pace.gate_every, pace.gate_step)
    if now - state.moved.get(terminal, -math.inf) < every - EXACT:
        return None
    drawn = reckoned(amplifier, state.targets, state.basis, points)
    if target.servo or target.gate is None:
        if abs(error) <= dead_band(stage, pace.gain) + EXACT:
            return None
        change = math.copysign(max(min(abs(pace.gain * error), most), stage.gate.step), error)
    else:
        change = gate_at_supply(amplifier, target.gate, drawn) - told.volts
        if abs(change) <= 0.5 * stage.gate.step:
            return None
    low, high = (gate_at_supply(amplifier, volts, drawn) for volts in (stage.gate_low, stage.gate_high))
    volts = _towards(stage.gate, told.volts, min(max(told.volts + change, low), high), most)
    return None if volts == told.volts else SetVoltage(terminal, volts)


def at_gate_limit(amplifier: Amplifier, state: State, number: int, points: Sequence[Point]) -> bool:
    """Say whether a gate is as high as it may go."""
    stage = amplifier.stages[number - 1]
    drawn = reckoned(amplifier, state.targets, state.basis, points)
    high = gate_at_supply(amplifier, stage.gate_high, drawn)
    return state.told[Terminal(number, Port.GATE)].volts >= high - stage.gate.step


def lowering(amplifier: Amplifier, state: State, now: float) -> Iterator[SetVoltage]:
    """Yield how the gates go on towards pinch-off."""
    pace = amplifier.pace
    for terminal in amplifier.terminals(Port.GATE):
        due = now - state.moved.get(terminal, -math.inf) >= pace.gate_every - EXACT
        told, pinch_off = state.told[terminal], amplifier.stages[terminal.stage - 1].pinch_off
        if due and told.on and told.volts > pinch_off + EXACT:
            yield SetVoltage(terminal, max(told.volts - pace.gate_step, pinch_off))


def _towards(output: Output, volts: float, wanted: float, reach: float) -> float:
    """Return the setting of an output that is nearest to ``wanted`` and at most ``reach`` from ``volts``, [V]."""
    step = min(max(wanted - volts, -reach), reach)
    inwards = math.floor if step > 0.0 else math.ceil
    if abs(step) < abs(wanted - volts):
        return output.origin + inwards(round((volts + step - output.origin) / output.step, 6)) * output.step
    return _on_step(output, wanted)


def _on_step(output: Output, volts: float) -> float:
    """Return the nearest setting an output has, [V]."""
    return output.origin + round((volts - output.origin) / output.step) * output.step
