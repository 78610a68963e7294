"""How a bias ends: walked down by the sequence, or dropped by a trip.

The order is the drains first: a gate whose supply is switched off falls to 0 V, where the transistor conducts.
"""

from __future__ import annotations

from dataclasses import replace

from cryoioc.bias.actions import Action, ClearProtection, SetVoltage, Switch
from cryoioc.bias.amplifier import Amplifier, Bias, Port, Terminal
from cryoioc.bias.begun import as_read, begin, ended
from cryoioc.bias.conditions import window_lost
from cryoioc.bias.leads import Point, at_connector, currents, known, live, outputs
from cryoioc.bias.reading import Reading
from cryoioc.bias.servo import drain_moves, lowering
from cryoioc.bias.state import Phase, State, Step, at_rest, enter, telling
from cryoioc.bias.watch import all_fresh, fresh
from cryoioc.errors import Refused

EAGER = 2.0  # s: as long a drain that is still on is told to go off at every step, afterwards now and then


def trip(amplifier: Amplifier, state: State, now: float, why: str) -> Step:
    """Drop the drains at once; the first reason is kept."""
    tripped = enter(state, Phase.TRIPPED, now, why=state.why or why, then=None, dark={}, failing=None)
    return telling(tripped, now, *(Switch(terminal, False) for terminal in amplifier.terminals(Port.DRAIN)))


def pinch(amplifier: Amplifier, state: State, now: float, reading: Reading, why: str) -> State:
    """Return the state in which the gates walk to pinch-off, before everything goes off."""
    told = ended(amplifier, state, now, reading).told
    return enter(state, Phase.PINCH, now, told=told, why=state.why or why, then=None)


def pinching(amplifier: Amplifier, state: State, now: float, reading: Reading) -> Step:
    """Walk the gates to pinch-off, the drains following what less current drops; then down."""
    if not all_fresh(amplifier, state, reading):
        return Step(state)
    state = _wholly_told(amplifier, state, reading)
    moves = list(lowering(amplifier, state, now))
    pinched = all(
        not state.told[terminal].on or state.told[terminal].volts <= stage.pinch_off
        for terminal, stage in zip(amplifier.terminals(Port.GATE), amplifier.stages, strict=True)
    )
    drawn = currents(amplifier, reading)
    if pinched or (drawn is not None and max(drawn) <= amplifier.pace.pinched):
        return going_down(amplifier, enter(state, Phase.DOWN, now), now, reading)
    points = [point for point in at_connector(amplifier, reading) if point is not None]
    less = (
        [move for move in drain_moves(amplifier, state, now, points) if _lowers(state, move)] if state.targets else []
    )
    return telling(state, now, *less, *moves)


def going_down(amplifier: Amplifier, state: State, now: float, reading: Reading) -> Step:
    """Take the drains down to nothing and off, then the gates."""
    if not all_fresh(amplifier, state, reading):
        return Step(state)
    state = _wholly_told(amplifier, state, reading)
    drains, gates = (amplifier.terminals(port) for port in Port)
    pace = amplifier.pace
    live = [terminal for terminal in drains if state.told[terminal].on]
    high = [terminal for terminal in live if state.told[terminal].volts > pace.off_volts]
    if high:
        return telling(state, now, *(_lower(amplifier, state, now, terminal) for terminal in high))
    if live:
        zero = [SetVoltage(terminal, 0.0) for terminal in live]
        return telling(state, now, *zero, *(Switch(terminal, False) for terminal in live))
    still = [terminal for terminal in gates if state.told[terminal].on]
    if still and state.astray:  # a drain that was switched off and is not
        return Step(state)
    if still:
        zero = [SetVoltage(terminal, 0.0) for terminal in still]
        return telling(state, now, *zero, *(Switch(terminal, False) for terminal in still))
    return Step(_all_off(amplifier, state, now, reading))


def tripped(amplifier: Amplifier, state: State, now: float, reading: Reading) -> Step:
    """Make sure that the drains are off, and let the gates follow."""
    dark = dict(state.dark)
    for terminal in amplifier.terminals(Port.DRAIN):
        read = fresh(state, reading, terminal)
        if read is not None and not live(amplifier, terminal, read):
            dark.setdefault(terminal.stage, now)
        elif read is not None:
            dark.pop(terminal.stage, None)
    state = replace(state, dark=dark, warnings=_not_off(amplifier, state, reading))
    return telling(state, now, *_insist(amplifier, state, now, reading), *_follow(amplifier, state, now, reading))


def clearing(amplifier: Amplifier, state: State, reading: Reading, now: float) -> Step:
    """Clear what has acted, after everything that could come back by it was told to be off."""
    acted = [terminal for terminal, read in outputs(amplifier, reading).items() if read is not None and read.tripped]
    actions: list[Action] = [Switch(terminal, False) for terminal in acted]
    return telling(replace(state, clear=False), now, *actions, *(ClearProtection(terminal) for terminal in acted))


def with_gates(amplifier: Amplifier, state: State, now: float, reading: Reading) -> State:
    """Return the state in which an Off that waits for gates to be read goes on, once they are."""
    if state.phase is not Phase.OFF or state.then is not Bias.OFF:
        return state
    if unread := [terminal for terminal, read in outputs(amplifier, reading).items() if read is None]:
        return replace(state, warnings=tuple(f"{terminal} is not known to be off" for terminal in unread))
    done = replace(state, then=None, warnings=())
    return done if gates_off(amplifier, reading) else ended(amplifier, done, now, reading)


def gates_off(amplifier: Amplifier, reading: Reading) -> bool:
    """Say whether everything is known to be off."""
    found = outputs(amplifier, reading).items()
    return all(read is not None and not live(amplifier, terminal, read) for terminal, read in found)


def _wholly_told(amplifier: Amplifier, state: State, reading: Reading) -> State:
    """Return the state that knows of every output: one that was found may not have been read when its end began."""
    return replace(state, told={**as_read(amplifier, reading), **state.told})


def _lowers(state: State, move: SetVoltage) -> bool:
    return move.volts < state.told[move.terminal].volts


def _lower(amplifier: Amplifier, state: State, now: float, terminal: Terminal) -> SetVoltage:
    told, output = state.told[terminal], amplifier.output(terminal)
    passed = min(now - state.moved.get(terminal, now), amplifier.pace.obey)
    reach = max(amplifier.pace.drain_rate * passed, output.step)
    return SetVoltage(terminal, max(0.0, told.volts - reach))


def _all_off(amplifier: Amplifier, state: State, now: float, reading: Reading) -> State:
    """Return what comes after everything is off: nothing, a latched trip, or what a person asked for."""
    if state.why:
        return enter(state, Phase.TRIPPED, now, dark={number: now for number in amplifier.numbers}, coldest=None)
    off = at_rest(state, now)
    if state.then is None:
        return off
    try:
        return begin(amplifier, off, now, reading, state.then)
    except Refused as refusal:
        return replace(off, warnings=(f"not begun: {refusal}",))


def _not_off(amplifier: Amplifier, state: State, reading: Reading) -> tuple[str, ...]:
    """Return in sentences which drains are on, or may be."""
    words = []
    for terminal in amplifier.terminals(Port.DRAIN):
        read = fresh(state, reading, terminal)
        if read is None and (terminal.stage not in state.dark or terminal in state.lost):
            words.append(f"{terminal} is not known to be off")
        elif read is not None and live(amplifier, terminal, read):
            words.append(f"{terminal} is NOT OFF")
    return tuple(words)


def _insist(amplifier: Amplifier, state: State, now: float, reading: Reading) -> list[Action]:
    """Return what is told to drains that are on, or may be: off again, and 0 V when they do not obey.

    The gate of such a drain stays where it holds the transistor in its window, as long as it does.
    """
    actions: list[Action] = []
    stuck = now - state.since >= amplifier.pace.obey
    points = at_connector(amplifier, reading)
    still = []
    for terminal in amplifier.terminals(Port.DRAIN):
        read = fresh(state, reading, terminal)
        often = now - state.since < EAGER or now - state.told[terminal].at >= amplifier.pace.obey
        on = terminal.stage not in state.dark if read is None else live(amplifier, terminal, read)
        if on and often:
            still.append(terminal)
        if stuck and terminal.stage not in state.dark:
            actions += _held_no_more(amplifier, state, now, reading, terminal.stage, points[terminal.stage - 1])
    zero = [SetVoltage(terminal, 0.0) for terminal in still if stuck]
    return [*actions, *zero, *(Switch(terminal, False) for terminal in still)]


def _held_no_more(amplifier: Amplifier, state: State, now: float, reading: Reading, number: int,
                  point: Point | None) -> list[Action]:  # fmt: skip
    """Return what is told to the gate of a drain that cannot be switched off, once it holds it no more."""
    gate = Terminal(number, Port.GATE)
    read, pinch_off = known(reading, gate), amplifier.stages[number - 1].pinch_off
    beyond = point is not None and point.current > amplifier.window(state.basis).current
    if not beyond and not window_lost(amplifier, state, now, reading):
        return []
    pinched = read is not None and read.volts <= pinch_off + amplifier.output(gate).follows
    return [SetVoltage(gate, pinch_off)] if read is not None and read.on and not pinched else []


def _follow(amplifier: Amplifier, state: State, now: float, reading: Reading) -> list[Action]:
    """Return what is told to the gates of drains that have been off long enough."""
    pace = amplifier.pace
    gates = []
    for terminal in amplifier.terminals(Port.GATE):
        read, told = known(reading, terminal), state.told.get(terminal)
        waited = now - state.dark.get(terminal.stage, now) >= pace.gates_stay
        if waited and read is not None and read.on and (told is None or told.on or now - told.at >= pace.obey):
            gates.append(terminal)
    zero = [SetVoltage(Terminal(terminal.stage, Port.DRAIN), 0.0) for terminal in gates]
    return [*zero, *(Switch(terminal, False) for terminal in gates)]
