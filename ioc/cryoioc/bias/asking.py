"""What a person or an interlock asks of an amplifier, and why it is refused.

Asking changes the state alone; the next step acts.  Off is refused in no state.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from cryoioc.bias.amplifier import Amplifier, Bias, Port, Target, Terminal
from cryoioc.bias.begun import begin, ended, taken_over
from cryoioc.bias.conditions import demand
from cryoioc.bias.ending import gates_off, pinch
from cryoioc.bias.leads import at_connector, known, live, outputs
from cryoioc.bias.reading import Reading
from cryoioc.bias.state import Phase, State, at_rest
from cryoioc.bias.watch import WATCHED, danger
from cryoioc.errors import Refused

STEADY = (Phase.HOLD, Phase.FOUND)
UNDRIVEN = (Phase.UNREAD, Phase.OFF, Phase.FOUND, Phase.LIMITS, Phase.GATES)  # no drain was told to be on


@dataclass(frozen=True)
class SwitchTo:
    """Off, or a bias of the table."""

    bias: Bias


@dataclass(frozen=True, kw_only=True)
class ChangeStage:
    """Another value for one stage; None: as it is."""

    number: int  # from 1
    drain: float | None = None  # V
    current: float | None = None  # A
    gate: float | None = None  # V
    servo: bool | None = None


@dataclass(frozen=True)
class Reset:
    """Forget the trip, and clear what has acted in the supplies; switches nothing on."""


@dataclass(frozen=True)
class Trip:
    """Drains off at once."""

    why: str


@dataclass(frozen=True)
class PinchOff:
    """Gates to pinch-off, then everything off."""

    why: str


Request = SwitchTo | ChangeStage | Reset | Trip | PinchOff


def ask(amplifier: Amplifier, state: State, now: float, reading: Reading, request: Request) -> State:
    """Return the state after a request.

    Raises
    ------
    Refused
        It must not be; nothing is changed.
    """
    match request:
        case SwitchTo(Bias.OFF):
            return _off(amplifier, state, now, reading)
        case SwitchTo(bias):
            return _on(amplifier, state, now, reading, bias)
        case ChangeStage():
            return _change(amplifier, state, now, reading, request)
        case Reset():
            return _reset(amplifier, state, now, reading)
        case Trip(why):
            return replace(state, demanded=why) if _may_be_on(amplifier, state, reading) else state
        case PinchOff(why):
            return _pinch_off(amplifier, state, now, reading, why)


def _may_be_on(amplifier: Amplifier, state: State, reading: Reading) -> bool:
    return state.phase in WATCHED or (state.phase is Phase.UNREAD and not gates_off(amplifier, reading))


def _pinch_off(amplifier: Amplifier, state: State, now: float, reading: Reading, why: str) -> State:
    """Begin to walk down, once; what was never read wholly cannot be walked, and goes off at once."""
    if state.phase not in WATCHED:
        return replace(state, demanded=why) if _may_be_on(amplifier, state, reading) else state
    walking = state.phase in (Phase.PINCH, Phase.DOWN) and state.why
    return state if walking else pinch(amplifier, state, now, reading, why)


def _off(amplifier: Amplifier, state: State, now: float, reading: Reading) -> State:
    """Begin to end; where not all is read there is nothing to walk by, and everything goes off at once.

    A gate alone is no danger: with every drain known to be off one that is not read is waited for.
    """
    if state.phase is Phase.TRIPPED:
        return state
    if state.phase in (Phase.DOWN, Phase.PINCH):
        return replace(state, then=None)
    unread = [terminal for terminal, read in outputs(amplifier, reading).items() if read is None]
    if unread and state.phase in UNDRIVEN and _drains_off(amplifier, reading):
        return at_rest(state, now, then=Bias.OFF)
    if unread:
        return replace(state, demanded=f"put Off while {unread[0]} is not read")
    if state.phase in (Phase.UNREAD, Phase.OFF) and gates_off(amplifier, reading):
        return state
    return replace(ended(amplifier, state, now, reading), then=None)


def _drains_off(amplifier: Amplifier, reading: Reading) -> bool:
    found = {terminal: known(reading, terminal) for terminal in amplifier.terminals(Port.DRAIN)}
    return all(read is not None and not live(amplifier, terminal, read) for terminal, read in found.items())


def _on(amplifier: Amplifier, state: State, now: float, reading: Reading, bias: Bias) -> State:
    if bias not in amplifier.targets:
        raise Refused(f"{bias.value} cannot be put")
    if state.phase is Phase.TRIPPED:
        raise Refused(f"tripped: {state.why}: RESET first")
    if state.phase is Phase.UNREAD:
        raise Refused("the supplies are not read")
    if state.phase is Phase.HOLD and state.bias is bias:
        return state
    if state.phase in STEADY:
        demand(amplifier, now, reading, bias)
        return replace(ended(amplifier, state, now, reading), then=bias)
    if state.phase is not Phase.OFF:
        raise Refused(f"it is on its way ({state.phase.value}): Off, or wait")
    return begin(amplifier, state, now, reading, bias)


def _reset(amplifier: Amplifier, state: State, now: float, reading: Reading) -> State:
    if state.phase is Phase.OFF:
        return replace(state, clear=True, warnings=())
    if state.phase is not Phase.TRIPPED:
        raise Refused(f"nothing has tripped: {state.phase.value}")
    for terminal, read in outputs(amplifier, reading).items():
        if read is None or live(amplifier, terminal, read):
            raise Refused(f"{terminal} is {'not known to be off' if read is None else 'still on'}")
    return at_rest(state, now, why="", clear=True)


def _change(amplifier: Amplifier, state: State, now: float, reading: Reading, request: ChangeStage) -> State:
    """Return the state with another value for one stage, which makes the bias a custom one."""
    if state.phase not in STEADY:
        raise Refused(f"only a bias that stands can be changed, this is {state.phase.value}")
    if state.phase is Phase.FOUND:
        if any(point is None for point in at_connector(amplifier, reading)):
            raise Refused("not all outputs are read")
        if reading.around.kelvin is None:
            raise Refused("temperature not known: neither Warm nor Cold limits can be kept")
        state = taken_over(amplifier, state, now, reading)
        if wrong := danger(amplifier, state, now, reading, None):
            raise Refused(f"{wrong}: put Off, then a bias of the table")
    targets = list(state.targets)
    point = at_connector(amplifier, reading)[request.number - 1]
    targets[request.number - 1] = _changed(targets[request.number - 1], request, point.gate if point else None)
    _judge(amplifier, state, tuple(targets), request.number)
    return replace(state, targets=tuple(targets), bias=Bias.CUSTOM, astray={})


def _changed(target: Target, request: ChangeStage, gate: float | None) -> Target:
    servo = target.servo if request.servo is None else request.servo
    if request.gate is not None and servo:
        raise Refused(f"S{request.number} SERVO is On: it sets the gate")
    if request.current is not None and not servo:
        raise Refused(f"S{request.number} SERVO is Off: nothing holds a current")
    held = gate if target.gate is None or target.servo else target.gate
    return Target(
        drain=target.drain if request.drain is None else request.drain,
        current=target.current if request.current is None else request.current,
        gate=None if servo else held if request.gate is None else request.gate,
        servo=servo,
    )


def _judge(amplifier: Amplifier, state: State, targets: tuple[Target, ...], number: int) -> None:
    """Refuse what is outside the window, or needs more than a supply may give."""
    target, stage, window = targets[number - 1], amplifier.stages[number - 1], amplifier.window(state.basis)
    drain = amplifier.output(Terminal(number, Port.DRAIN))
    if not 0.0 < target.drain <= window.drain:
        raise Refused(f"S{number} drain {target.drain:g} V, allowed up to {window.drain:g}")
    if not 0.0 < target.current <= window.current:
        raise Refused(f"S{number} {target.current * 1e3:g} mA, allowed up to {window.current * 1e3:g}")
    if target.gate is not None and not stage.gate_low <= target.gate <= stage.gate_high:
        raise Refused(f"S{number} gate {target.gate:g} V, allowed {stage.gate_low:g} to {stage.gate_high:g}")
    needed = target.drain + target.current * drain.lead_ohm
    needed += sum(one.current for one in targets) * amplifier.return_ohm
    if needed > drain.highest:
        raise Refused(f"S{number} drain needs {needed:.2f} V with its leads, allowed {drain.highest:g}")
