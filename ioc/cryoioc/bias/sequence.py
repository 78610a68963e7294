"""The biasing of an amplifier, step by step: limits, gates to pinch-off, drains up, currents found, and held.

One step a reading.  What is not known to have been done is not built upon: a phase goes on only from a reading of
every output that is younger than the last command.  Nothing here ever begins by itself: OFF and TRIPPED are left by
:func:`cryoioc.bias.asking.ask` alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from cryoioc.bias.actions import ProgramLimits, SetVoltage, Switch
from cryoioc.bias.amplifier import Amplifier, Port
from cryoioc.bias.begun import look
from cryoioc.bias.conditions import window_lost
from cryoioc.bias.ending import clearing, going_down, pinch, pinching, trip, tripped, with_gates
from cryoioc.bias.leads import Point, at_connector, outputs
from cryoioc.bias.reading import Reading
from cryoioc.bias.servo import EXACT, at_gate_limit, dead_band, drain_moves, drains_there, gate_move
from cryoioc.bias.state import Failure, Phase, State, Step, enter, telling
from cryoioc.bias.watch import all_fresh, danger, noted, wrong_limits

ENDING = (Phase.PINCH, Phase.DOWN, Phase.TRIPPED)


def step(amplifier: Amplifier, state: State, now: float, reading: Reading, failure: Failure | None = None) -> Step:
    """Return what follows from a reading.

    Parameters
    ----------
    amplifier : Amplifier
    state : State
        As the last step, or :func:`ask`, left it.
    now : float
        Clock time, [s].
    reading : Reading
        Taken wholly after the actions of the last step ended.
    failure : Failure, optional
        What of these actions was not done.

    Returns
    -------
    step : Step
        The state from now on, and what is to be done at the supplies, in its order.
    """
    state = noted(amplifier, state, now, reading, failure)
    if found := state.demanded or danger(amplifier, state, now, reading, failure):
        return trip(amplifier, replace(state, demanded=""), now, found)
    if state.phase not in ENDING and (lost := window_lost(amplifier, state, now, reading)):
        return pinching(amplifier, pinch(amplifier, state, now, reading, lost), now, reading)
    return _PHASES[state.phase](amplifier, state, now, reading)


def _idle(amplifier: Amplifier, state: State, now: float, reading: Reading) -> Step:
    """Look what is there; nothing is ours."""
    if state.clear and None not in outputs(amplifier, reading).values():  # what has acted is known of those alone
        return clearing(amplifier, state, reading, now)
    seen = look(amplifier, state, now, reading)
    if found := danger(amplifier, seen, now, reading, None):
        return trip(amplifier, seen, now, found)
    return Step(with_gates(amplifier, seen, now, reading))


def _limits(amplifier: Amplifier, state: State, now: float, reading: Reading) -> Step:
    """Tell the supplies what to keep by themselves, and go on when they say that they do."""
    drains = amplifier.terminals(Port.DRAIN)
    begun = all(state.told[terminal].at >= state.since for terminal in drains)
    if begun and not all_fresh(amplifier, state, reading):
        return Step(state)
    if begun and not wrong_limits(amplifier, reading):
        return _gates(amplifier, enter(state, Phase.GATES, now, limited=True), now, reading)
    programmed = [
        ProgramLimits(terminal, limits)
        for terminal in amplifier.terminals()
        if (limits := amplifier.output(terminal).limits) is not None
    ]
    off = [Switch(terminal, False) for terminal in drains]
    return telling(state, now, *off, *(SetVoltage(terminal, 0.0) for terminal in drains), *programmed)


def _gates(amplifier: Amplifier, state: State, now: float, reading: Reading) -> Step:
    """Take the gates to pinch-off and switch them on, and go on when they are there."""
    if not all_fresh(amplifier, state, reading):
        return Step(state)
    gates = amplifier.terminals(Port.GATE)
    wanted = {terminal: amplifier.stages[terminal.stage - 1].pinch_off for terminal in gates}
    off = [terminal for terminal in gates
           if not state.told[terminal].on or abs(state.told[terminal].volts - wanted[terminal])
           > amplifier.output(terminal).agrees]  # fmt: skip
    if off:
        first = [SetVoltage(terminal, wanted[terminal]) for terminal in off]
        return telling(state, now, *first, *(Switch(terminal, True) for terminal in off))
    if state.astray:
        return Step(state)
    drains = amplifier.terminals(Port.DRAIN)
    zero = [SetVoltage(terminal, 0.0) for terminal in drains]
    return telling(enter(state, Phase.DRAINS, now), now, *zero, *(Switch(terminal, True) for terminal in drains))


def _drains(amplifier: Amplifier, state: State, now: float, reading: Reading) -> Step:
    """Ramp the drains, every stage pinched off; that it is, is watched."""
    points = _points(amplifier, state, reading)
    if not points:
        return Step(state)
    dead = [terminal for terminal in amplifier.terminals(Port.DRAIN) if not state.told[terminal].on]
    if dead:
        return telling(state, now, *(Switch(terminal, True) for terminal in dead))
    if state.conducting:
        return Step(state)
    moves = list(drain_moves(amplifier, state, now, points))
    if not moves and drains_there(amplifier, state, points):
        return Step(enter(state, Phase.SERVO, now, stage=1))
    return telling(state, now, *moves)


def _servo(amplifier: Amplifier, state: State, now: float, reading: Reading) -> Step:
    """Find the current of one stage after the other; those found before follow, for all share one return."""
    points = _points(amplifier, state, reading)
    if not points:
        return Step(state)
    begun, missing = range(1, state.stage + 1), {}
    for number in begun:
        error = state.targets[number - 1].current - points[number - 1].current
        if abs(error) > dead_band(amplifier.stages[number - 1], amplifier.pace.gain) + EXACT:
            missing[number] = error
    for number, error in missing.items():
        if error > 0.0 and at_gate_limit(amplifier, state, number, points):
            milli, high = points[number - 1].current * 1e3, amplifier.stages[number - 1].gate_high
            return trip(amplifier, state, now, f"S{number} {milli:.2f} mA with its gate at {high:g} V")
    if missing and now - state.since > amplifier.pace.search:
        return trip(amplifier, state, now, f"S{min(missing)} does not find its current")
    if not missing and state.stage < len(amplifier.stages):
        state = replace(state, stage=state.stage + 1)
    elif not missing:
        state = enter(state, Phase.HOLD, now)
    moves = [gate_move(amplifier, state, now, number, points) for number in missing]
    trims = drain_moves(amplifier, state, now, points)
    return telling(state, now, *trims, *(move for move in moves if move is not None))


def _hold(amplifier: Amplifier, state: State, now: float, reading: Reading) -> Step:
    """Keep drains and currents where they are."""
    points = _points(amplifier, state, reading)
    if not points:
        return Step(state)
    trims = drain_moves(amplifier, state, now, points)
    moves = [gate_move(amplifier, state, now, number, points, hold=True) for number in amplifier.numbers]
    return telling(state, now, *trims, *(move for move in moves if move is not None))


def _points(amplifier: Amplifier, state: State, reading: Reading) -> list[Point]:
    """Return what is at every stage by a reading younger than the last command; empty: there is none."""
    points = [point for point in at_connector(amplifier, reading) if point is not None]
    return points if len(points) == len(amplifier.stages) and all_fresh(amplifier, state, reading) else []


_PHASES: dict[Phase, Callable[[Amplifier, State, float, Reading], Step]] = {
    Phase.UNREAD: _idle,
    Phase.OFF: _idle,
    Phase.FOUND: _idle,
    Phase.LIMITS: _limits,
    Phase.GATES: _gates,
    Phase.DRAINS: _drains,
    Phase.SERVO: _servo,
    Phase.HOLD: _hold,
    Phase.PINCH: pinching,
    Phase.DOWN: going_down,
    Phase.TRIPPED: tripped,
}
