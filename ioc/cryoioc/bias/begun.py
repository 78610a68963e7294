"""How a sequence begins: from what is found at the outputs when they are first read, and when somebody puts one on."""

from __future__ import annotations

from dataclasses import replace

from cryoioc.bias.amplifier import Amplifier, Bias, Port, Target, Terminal
from cryoioc.bias.conditions import demand
from cryoioc.bias.leads import Point, at_connector, live, outputs
from cryoioc.bias.reading import Reading
from cryoioc.bias.state import Phase, State, Told, at_rest, enter
from cryoioc.bias.watch import OURS

LIKE_VOLTS = 0.05  # V, and
LIKE_CURRENT = 0.2  # of the current, within which a bias found is taken for one of the table


def begin(amplifier: Amplifier, state: State, now: float, reading: Reading, bias: Bias) -> State:
    """Return the state at the beginning of a bias, everything being off.

    Raises
    ------
    Refused
        It must not be begun; nothing is changed.
    """
    demand(amplifier, now, reading, bias)
    cold = reading.around.kelvin if bias is Bias.COLD else None
    return enter(state, Phase.LIMITS, now, bias=bias, basis=bias, targets=amplifier.targets[bias], then=None, stage=1,
                 told=as_read(amplifier, reading), moved={}, dark={}, limited=False, clear=False, coldest=cold,
                 failing=None, why="", warnings=())  # fmt: skip


def look(amplifier: Amplifier, state: State, now: float, reading: Reading) -> State:
    """Return the state that fits what is read, where nothing is ours: off, or found on."""
    found = outputs(amplifier, reading)
    drains = {terminal: read for terminal, read in found.items() if terminal.port is Port.DRAIN}
    on = [terminal for terminal, read in drains.items() if read is not None and live(amplifier, terminal, read)]
    if on:
        if unread := [terminal for terminal, read in found.items() if read is None]:
            return state if state.phase is Phase.FOUND else _unread(state, now, f"{on[0]} is on, {unread[0]} not read")
        bias = resemblance(amplifier, reading)
        if state.phase is Phase.FOUND:
            return replace(state, bias=bias, coldest=_coldest(amplifier, state.coldest, reading))
        return enter(state, Phase.FOUND, now, bias=bias, basis=None, targets=(), then=None, limited=False,
                     coldest=_coldest(amplifier, None, reading),
                     warnings=("found on: watched, not touched",))  # fmt: skip
    if state.phase is Phase.OFF:
        return _unread(state, now) if any(terminal in state.lost for terminal in drains) else state
    if any(read is None for read in drains.values()):
        return state
    return at_rest(state, now, then=state.then)


def _unread(state: State, now: float, *warnings: str) -> State:
    """Return the state in which it is not known what is on: a drain that was off may have been switched on by hand."""
    since = state.since if state.phase is Phase.UNREAD else now
    return enter(state, Phase.UNREAD, since, warnings=warnings)


def resemblance(amplifier: Amplifier, reading: Reading) -> Bias:
    """Return which bias what is read looks like, some drain being live."""
    points = at_connector(amplifier, reading)
    for bias, targets in amplifier.targets.items():
        if all(point is not None and _like(point, target) for point, target in zip(points, targets, strict=True)):
            return bias
    return Bias.CUSTOM


def taken_over(amplifier: Amplifier, state: State, now: float, reading: Reading) -> State:
    """Return the state that holds what was found as it was found, every gate where it is."""
    points = at_connector(amplifier, reading)
    targets = tuple(Target(drain=point.drain, current=point.current, gate=point.gate, servo=False)
                    for point in points if point is not None)  # fmt: skip
    coldest = _coldest(amplifier, state.coldest, reading)
    basis = Bias.COLD if coldest is not None else Bias.WARM
    return enter(state, Phase.HOLD, now, bias=Bias.CUSTOM, basis=basis, targets=targets, limited=True,
                 told=as_read(amplifier, reading), moved={}, coldest=coldest, warnings=())  # fmt: skip


def ended(amplifier: Amplifier, state: State, now: float, reading: Reading) -> State:
    """Return the state on the way down, from whatever is on."""
    told = state.told if state.phase in OURS else as_read(amplifier, reading)
    return enter(replace(state, told=told), Phase.DOWN, now)


def _coldest(amplifier: Amplifier, before: float | None, reading: Reading) -> float | None:
    """Return where the gates that were found must have been set, [K]; None: in the warm, or nobody knows yet.

    A thermometer may be read later than the supplies; what is not as warm as Warm demands is watched like a cold bias.
    """
    kelvin = reading.around.kelvin
    cold = before is None and kelvin is not None and kelvin <= amplifier.windows[Bias.WARM].above
    return kelvin if cold else before


def _like(point: Point, target: Target) -> bool:
    near = abs(point.drain - target.drain) <= LIKE_VOLTS
    return near and abs(point.current - target.current) <= LIKE_CURRENT * target.current


def as_read(amplifier: Amplifier, reading: Reading) -> dict[Terminal, Told]:
    """Return what the outputs must have been told to be as they are; they read so a moment ago."""
    told = {}
    for terminal, read in outputs(amplifier, reading).items():
        if read is not None:
            volts = read.volts if read.setting is None else read.setting
            told[terminal] = Told(volts, read.on, read.when, before=(volts, read.on))
    return told
