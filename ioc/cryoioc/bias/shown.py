"""What a state means to somebody who looks at it."""

from __future__ import annotations

from dataclasses import dataclass

from cryoioc.bias.amplifier import Amplifier, Bias, Port
from cryoioc.bias.leads import Point, at_connector, outputs
from cryoioc.bias.reading import Reading
from cryoioc.bias.servo import drain_tolerance, found
from cryoioc.bias.state import Phase, State
from cryoioc.bias.watch import wrong_limits

MOVING = "Moving"


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What the PVs of an amplifier say."""

    bias: str | None  # Off, Warm, Cold, Custom, Moving; None: not known
    phase: Phase
    ready: bool  # every stage is where it is to be
    locked: tuple[bool, ...]  # per stage: the current is held
    why: str  # of the trip, until it is reset
    warnings: tuple[str, ...]
    unlimited: tuple[str, ...] | None  # outputs that are on and not limited as they are to be; None: not all are read

    @property
    def tripped(self) -> bool:
        """Whether something is latched."""
        return bool(self.why)


def show(amplifier: Amplifier, state: State, reading: Reading) -> Shown:
    """Return what a state, with the last reading, means."""
    points = at_connector(amplifier, reading)
    locked = tuple(_locked(amplifier, state, number, point)
                   for number, point in zip(amplifier.numbers, points, strict=True))  # fmt: skip
    there = state.phase is Phase.HOLD and all(
        _there(amplifier, state, number, point) for number, point in zip(amplifier.numbers, points, strict=True)
    )
    unlimited = wrong_limits(amplifier, reading, on=True)
    all_read = None not in outputs(amplifier, reading).values()
    return Shown(bias=_bias(amplifier, state), phase=state.phase, ready=there, locked=locked, why=state.why,
                 warnings=(*state.warnings, *unlimited, *_leaks(amplifier, points)),
                 unlimited=unlimited if unlimited or all_read else None)  # fmt: skip


def _bias(amplifier: Amplifier, state: State) -> str | None:
    if state.phase is Phase.UNREAD or not state.lost.isdisjoint(amplifier.terminals(Port.DRAIN)):
        return None
    if state.phase is Phase.TRIPPED:
        return Bias.OFF.value if len(state.dark) == len(amplifier.stages) else MOVING
    return state.bias.value if state.phase in (Phase.OFF, Phase.FOUND, Phase.HOLD) else MOVING


def _locked(amplifier: Amplifier, state: State, number: int, point: Point | None) -> bool:
    """Say whether the servo of a stage has its current."""
    if point is None or not state.targets or state.phase not in (Phase.SERVO, Phase.HOLD):
        return False
    if state.phase is Phase.SERVO and number > state.stage:
        return False
    target = state.targets[number - 1]
    return target.servo and found(amplifier.stages[number - 1], target, point.current, amplifier.pace.gain)


def _there(amplifier: Amplifier, state: State, number: int, point: Point | None) -> bool:
    if point is None:
        return False
    target, stage = state.targets[number - 1], amplifier.stages[number - 1]
    if abs(point.drain - target.drain) > drain_tolerance(amplifier, number):
        return False
    if target.gate is not None:
        return abs(point.gate - target.gate) <= stage.gate.agrees + stage.gate.step
    return found(stage, target, point.current, amplifier.pace.gain)


def _leaks(amplifier: Amplifier, points: tuple[Point | None, ...]) -> tuple[str, ...]:
    """Return which gates take more than they should, in sentences."""
    return tuple(
        f"S{number} gate takes {point.leak * 1e6:.0f} uA"
        for number, point in zip(amplifier.numbers, points, strict=True)
        if point is not None and point.leak is not None
        and abs(point.leak) >= amplifier.stages[number - 1].leak_warn
    )  # fmt: skip
