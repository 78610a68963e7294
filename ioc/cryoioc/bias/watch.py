"""What no amplifier is left in: found from one reading, in every phase, before anything else is decided.

Each check returns a sentence, empty for nothing.  The first one found ends in a trip.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

from cryoioc.bias.actions import SetVoltage, Switch, disagreement, other_limits
from cryoioc.bias.amplifier import Amplifier, Port, Terminal
from cryoioc.bias.leads import Point, at_connector, currents, drain_at_connector, known, live, outputs
from cryoioc.bias.reading import OutputReading, Reading
from cryoioc.bias.state import Failure, Phase, State, Told

OURS = frozenset({Phase.LIMITS, Phase.GATES, Phase.DRAINS, Phase.SERVO, Phase.HOLD, Phase.PINCH, Phase.DOWN})
WATCHED = OURS | {Phase.FOUND}


def noted(amplifier: Amplifier, state: State, now: float, reading: Reading, failure: Failure | None) -> State:
    """Return the state with what this reading says of time: who was heard, who does not follow, how cold it was."""
    found = outputs(amplifier, reading)
    heard = {**state.heard, **{terminal: read.when for terminal, read in found.items() if read is not None}}
    told = {terminal: _settled(amplifier, state.told[terminal], found[terminal], terminal)
            for terminal in found if terminal in state.told}  # fmt: skip
    if failure is not None:
        doubted = {action.terminal for action in failure.actions}
        told |= {terminal: _settled(amplifier, replace(one, sure=False), found[terminal], terminal)
                 for terminal, one in state.told.items() if terminal in doubted}  # fmt: skip
    kelvin, coldest = reading.around.kelvin, state.coldest
    if coldest is not None and kelvin is not None:
        coldest = min(coldest, kelvin)
    failing = None if failure is None else now if state.failing is None else state.failing
    astray = {terminal: state.astray.get(terminal, now) for terminal in _strays(amplifier, state, reading)}
    lost = frozenset(terminal for terminal in found
                     if now - heard.get(terminal, state.since) > amplifier.pace.silence)  # fmt: skip
    return replace(state, heard=heard, told=told, coldest=coldest, failing=failing, astray=astray, lost=lost,
                   conducting=_conducting(amplifier, state, reading),
                   known=now if kelvin is not None else state.known)  # fmt: skip


def danger(amplifier: Amplifier, state: State, now: float, reading: Reading, failure: Failure | None) -> str:
    """Return why the drains must go off at once; empty: they need not."""
    if state.phase not in WATCHED:
        return out_of_window(amplifier, state, reading)
    return next(filter(None, _dangers(amplifier, state, now, reading, failure)), "")


def out_of_window(amplifier: Amplifier, state: State, reading: Reading) -> str:
    """Return which drain is outside its window; empty: none that is read.  The gates need not be read for it."""
    if state.phase not in WATCHED | {Phase.UNREAD}:
        return ""
    return next(filter(None, _outside(amplifier, state, reading)), "")


def fresh(state: State, reading: Reading, terminal: Terminal) -> OutputReading | None:
    """Return what was read of an output since it was told something; None: nothing."""
    read = known(reading, terminal)
    told = state.told.get(terminal)
    return None if read is None or (told is not None and read.when <= told.at) else read


def all_fresh(amplifier: Amplifier, state: State, reading: Reading) -> bool:
    """Say whether every output was read since it was told something: only then is there something to go by."""
    return all(fresh(state, reading, terminal) is not None for terminal in amplifier.terminals())


def wrong_limits(amplifier: Amplifier, reading: Reading, *, on: bool = False) -> tuple[str, ...]:
    """Return in sentences which outputs, or which of those that are on, do not keep what they are to keep."""
    found = []
    for terminal, read in outputs(amplifier, reading).items():
        limits = amplifier.output(terminal).limits
        if limits is not None and read is not None and (not on or live(amplifier, terminal, read)):
            found.append(other_limits(str(terminal), limits, read))
    return tuple(filter(None, found))


def _dangers(
    amplifier: Amplifier, state: State, now: float, reading: Reading, failure: Failure | None
) -> Iterator[str]:
    """Yield what is wrong, worst first."""
    yield from _outside(amplifier, state, reading)
    if state.phase is Phase.FOUND:
        yield _went_off(amplifier, reading)
    points = at_connector(amplifier, reading)
    for number, point in zip(amplifier.numbers, points, strict=True):
        yield _gateless(amplifier, reading, number)
        yield _conducts(amplifier, state, reading, number)
        if point is not None:
            yield from _beyond(amplifier, number, point)
    for terminal in amplifier.terminals():
        read = known(reading, terminal)
        if read is not None and read.tripped:
            yield f"{terminal}: {', '.join(read.tripped)}"
        if state.phase in OURS:
            yield _foreign(amplifier, state, reading, terminal)
    if state.limited and state.phase in OURS:
        yield from wrong_limits(amplifier, reading)
    for terminal in amplifier.terminals():
        if terminal in state.lost:
            yield f"{terminal}: nothing heard for {amplifier.pace.silence:g} s"
    yield from _astray(amplifier, state, now, reading)
    if failure is not None and state.failing is not None and now - state.failing >= amplifier.pace.obey:
        yield failure.why


def _gateless(amplifier: Amplifier, reading: Reading, number: int) -> str:
    """Say whether a drain is on without its gate: the gate is then at 0 V, where it conducts."""
    terminal = Terminal(number, Port.DRAIN)
    drain, gate = known(reading, terminal), known(reading, Terminal(number, Port.GATE))
    if drain is None or gate is None or gate.on or not live(amplifier, terminal, drain):
        return ""
    return f"S{number} gate is off, its drain on"


def _went_off(amplifier: Amplifier, reading: Reading) -> str:
    """Say whether what was found on is off, which nobody has put here: mains that were lost, or a hand."""
    drains = {terminal: known(reading, terminal) for terminal in amplifier.terminals(Port.DRAIN)}
    if any(read is None or live(amplifier, terminal, read) for terminal, read in drains.items()):
        return ""
    return "all drains went off by others"


def _outside(amplifier: Amplifier, state: State, reading: Reading) -> Iterator[str]:
    """Yield what is outside the window at the connector of the drains; a voltage only if all currents are known."""
    window, drawn = amplifier.window(state.basis), currents(amplifier, reading)
    for terminal in amplifier.terminals(Port.DRAIN):
        read = known(reading, terminal)
        if read is None or read.amperes is None:
            continue
        if read.amperes > window.current:
            yield f"S{terminal.stage} {read.amperes * 1e3:.2f} mA, allowed {window.current * 1e3:g}"
        volts = None if drawn is None else drain_at_connector(amplifier, terminal.stage, read.volts, drawn)
        if volts is not None and volts > window.drain:
            yield f"S{terminal.stage} drain {volts:.3f} V, allowed {window.drain:g}"


def _conducting(amplifier: Amplifier, state: State, reading: Reading) -> dict[int, float]:
    """Return the stages that conduct and were not asked to, and when they were first read so; unread ones stay."""
    found: dict[int, float] = {}
    for number in amplifier.numbers:
        read = known(reading, Terminal(number, Port.DRAIN))
        unfound = state.phase is Phase.DRAINS or (state.phase is Phase.SERVO and number > state.stage)
        if not unfound:
            continue
        if read is None or read.amperes is None:
            found |= {number: state.conducting[number]} if number in state.conducting else {}
        elif read.amperes > amplifier.pace.pinched + amplifier.stages[number - 1].current_resolution / 2.0:
            found[number] = state.conducting.get(number, read.when)
    return found


def _conducts(amplifier: Amplifier, state: State, reading: Reading, number: int) -> str:
    """Say whether a stage conducts that was not asked to; its drain tells, whatever is known of its gate.

    Two readings have to say so.  One may be noise, and a false trip costs a switch-on; nothing is lost by the second:
    the drains wait for it, and what is more than a transistor may have trips by the first, as everywhere.
    """
    read = known(reading, Terminal(number, Port.DRAIN))
    if read is None or read.amperes is None or read.when <= state.conducting.get(number, math.inf):
        return ""
    milli, most = read.amperes * 1e3, amplifier.pace.pinched * 1e3
    return f"S{number} {milli:.2f} mA with its gate at pinch-off, allowed {most:g}"


def _beyond(amplifier: Amplifier, number: int, point: Point) -> Iterator[str]:
    """Yield what must not be at the connector of a stage besides."""
    stage = amplifier.stages[number - 1]
    if not stage.gate_low - stage.gate.follows <= point.gate <= stage.gate_high + stage.gate.follows:
        yield f"S{number} gate {point.gate:.3f} V, allowed {stage.gate_low:g} to {stage.gate_high:g}"
    if point.leak is not None and abs(point.leak) >= stage.leak_trip:
        yield f"S{number} gate takes {point.leak * 1e6:.0f} uA, allowed {stage.leak_trip * 1e6:g}"


def _foreign(amplifier: Amplifier, state: State, reading: Reading, terminal: Terminal) -> str:
    """Say what an output was told by others, or by losing its mains."""
    told, read = state.told.get(terminal), fresh(state, reading, terminal)
    if told is None or read is None:
        return ""
    output = amplifier.output(terminal)
    if told.on and not read.on:
        limits = output.limits
        lost = limits is not None and bool(other_limits(str(terminal), limits, read))
        return f"{terminal} went off" + (" and lost its settings" if lost else "")
    if read.on and not told.on:
        return f"{terminal} is on, and was told off"
    return disagreement(SetVoltage(terminal, told.volts), output, read)


def _strays(amplifier: Amplifier, state: State, reading: Reading) -> Iterator[Terminal]:
    """Yield the outputs that do not give what they are set to, and the gates of stages without their current.

    What was so stays so while it is not known: a line that loses answers gives a stuck output no more time.
    """
    points = at_connector(amplifier, reading)
    for terminal in amplifier.terminals():
        strays = _is_astray(amplifier, state, reading, points[terminal.stage - 1], terminal)
        if strays or (strays is None and terminal in state.astray):
            yield terminal


def _is_astray(amplifier: Amplifier, state: State, reading: Reading, point: Point | None,
               terminal: Terminal) -> bool | None:  # fmt: skip
    """Say whether an output, or the current that a gate is to hold, is not what it should be; None: not known."""
    read = known(reading, terminal)
    if read is None:
        return None
    if _astray_by(state, terminal, read) > amplifier.output(terminal).follows:
        return True
    if terminal.port is not Port.GATE or state.phase is not Phase.HOLD:
        return False
    if point is None:
        return None
    target, resolution = state.targets[terminal.stage - 1], amplifier.stages[terminal.stage - 1].current_resolution
    return target.servo and abs(target.current - point.current) > 2.0 * resolution + 1e-4


def _astray_by(state: State, terminal: Terminal, read: OutputReading) -> float:
    """Return how far an output is from what it is set to, [V]; one that is off is set to nothing."""
    if not read.on:
        return abs(read.volts) if terminal.port is Port.DRAIN else 0.0
    told = state.told.get(terminal)
    setting = read.setting if read.setting is not None else told.volts if told is not None else read.volts
    return abs(read.volts - setting)


def _astray(amplifier: Amplifier, state: State, now: float, reading: Reading) -> Iterator[str]:
    """Yield who has been astray for too long."""
    for terminal, since in state.astray.items():
        read = known(reading, terminal)
        if read is None:
            continue
        if _astray_by(state, terminal, read) > amplifier.output(terminal).follows:
            if now - since >= amplifier.pace.obey:
                yield f"{terminal} gives {read.volts:.2f} V, {'set otherwise' if read.on else 'switched off'}"
        elif now - since >= amplifier.pace.find:
            yield f"S{terminal.stage} does not find its current"


def _settled(amplifier: Amplifier, told: Told, read: OutputReading | None, terminal: Terminal) -> Told:
    """Return what an output was told, once a reading says whether a doubtful command arrived."""
    if told.sure or read is None or read.when <= told.at:
        return told
    output, (volts, on) = amplifier.output(terminal), told.before
    if disagreement(SetVoltage(terminal, told.volts), output, read) == "":
        volts = told.volts
    if disagreement(Switch(terminal, told.on), output, read) == "":
        on = told.on
    return replace(told, volts=volts, on=on, sure=True)
