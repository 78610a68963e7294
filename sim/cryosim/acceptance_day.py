"""The acceptance test of 9 March 2019 as a script: the same valve, pump and set points, hour by hour.

Times are minutes after 6:45 of the sheet, when the pump is started.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from cryosim.acceptance_rig import Look, Rig
from cryosim.physics.helium_gas import ATMOSPHERE
from cryosim.plant.stvp_parameters import PSI, Parameters

LIQUID_AT, FILL_AT = 45.0, 55.0  # 7:30, 7:40
FIVE_KELVIN_AT = (80.0, 90.0)  # 8:05, 8:15
ENDS = 160.0  # 9:25
PRESSURE = 1.25 * PSI  # Pa; sheet: 1-2 psi
COOLDOWN_TURNS, FULL_TURNS = 2.5, 3.0  # sheet: 2-3 turns
WAITING_FLOW = 21.8  # SLPM while the shield cools; just enough to keep liquid at the vaporizer
OVERPRESSURE = 500.0  # Pa at which the gauge shows that the pressure is positive
# Set points of vaporizer and sample, flow, from, to.
STEPS = ((13.0, 15.0, 8.8, 105.0, 110.0), (145.0, 150.0, 5.0, 110.0, 125.0), (295.0, 300.0, 4.5, 125.0, ENDS))


@dataclass(frozen=True)
class Held:
    """A row of the controller test."""

    settled: float  # min until it stayed stable; infinite when it never did
    heater: float  # %
    sample: float  # K
    flow: float  # SLPM


@dataclass
class Day:
    """What was written down."""

    room: float = 0.0  # K
    cooldown: float = 0.0  # min to 10 K
    sample_starts: float = 0.0  # min until the sample mount was 5 K colder
    liquid: tuple[float, float] = (0.0, 0.0)  # K, vaporizer and sample
    superfluid: float = 0.0  # K, vaporizer, lowest within 3 min of pumping
    superfluid_lasts: float = 0.0  # min below 2.5 K
    under: bool = False  # T.UNDER with the curve cut at 2.0 K
    five_kelvin: list[tuple[float, float, float]] = field(default_factory=list)  # SLPM, K, K
    turns: float = 0.0  # of the valve at 5 K
    held: list[Held] = field(default_factory=list)
    used: float = 0.0  # L
    log: list[Look] = field(default_factory=list)


def play(parameters: Parameters, progress: Callable[[float], None] | None = None) -> Day:
    """Play the whole day; return what was written down.

    Parameters
    ----------
    parameters : Parameters
        Of the cryostat.
    progress : callable, optional
        Told the time of the day, [min].
    """
    rig, day = Rig(parameters, progress), Day()
    day.log = rig.log
    day.room = rig.look.vaporizer
    _cool_down(rig, day)
    _liquid(rig, day)
    _superfluid(rig, day)
    _five_kelvin(rig, day)
    for step in STEPS:
        day.held.append(_control(rig, *step))
    rig.command("RANGE 1,0;RANGE 2,0")
    rig.plant.turn("valve", 0.0)
    day.used = rig.look.used
    return day


def _cool_down(rig: Rig, day: Day) -> None:
    plant = rig.plant
    plant.turn("dewar_pressure", PRESSURE)
    plant.turn("vent", False)
    plant.turn("pump", True)
    plant.turn("valve", COOLDOWN_TURNS)
    start = rig.look.sample
    rig.watch(60.0, until=lambda look: look.sample < start - 5.0)
    day.sample_starts = rig.look.minutes
    rig.watch(60.0, until=lambda look: look.vaporizer < 160.0)
    _vent_when_positive(rig)
    rig.watch(60.0, until=lambda look: look.vaporizer < 10.0)
    day.cooldown = rig.look.minutes


def _vent_when_positive(rig: Rig) -> None:
    """Close the pump valve, wait for positive pressure, then vent."""
    rig.plant.turn("pump", False)
    wait = rig.look.minutes + 10.0
    rig.watch(wait, until=lambda _: rig.plant.state.pressure > ATMOSPHERE + OVERPRESSURE)
    rig.plant.turn("vent", True)


def _liquid(rig: Rig, day: Day) -> None:
    """Wait for the shield, then record the readings in liquid."""
    rig.watch(LIQUID_AT, hand=_hold_flow(rig, WAITING_FLOW))
    day.liquid = (rig.look.vaporizer, rig.look.sample)
    rig.watch(FILL_AT, hand=_hold_flow(rig, WAITING_FLOW))


def _superfluid(rig: Rig, day: Day) -> None:
    """Let liquid collect with the valve fully open, close it, and pump."""
    plant = rig.plant
    plant.turn("valve", FULL_TURNS)
    rig.watch(FILL_AT + 2.0)
    plant.turn("valve", 0.0)
    plant.turn("vent", False)
    plant.turn("pump", True)
    begun = rig.look.minutes
    rig.watch(begun + 3.0)
    day.superfluid = min(look.vaporizer for look in rig.log if look.minutes > begun)
    day.under = rig.reads_under(2.0)
    rig.watch(begun + 15.0, until=lambda look: look.vaporizer > 2.5)
    day.superfluid_lasts = rig.look.minutes - begun


def _five_kelvin(rig: Rig, day: Day) -> None:
    """Hold the control sensor at 5 K with the valve alone."""
    plant = rig.plant
    plant.turn("valve", 1.0)
    _vent_when_positive(rig)

    def hand(look: Look) -> None:
        change = 0.04 * (look.vaporizer - 5.01)
        _set_valve(rig, plant.hands.valve * (1.0 + min(0.05, max(-0.05, change))))

    for minutes in FIVE_KELVIN_AT:
        rig.watch(minutes, hand=hand, every=15.0)
        day.five_kelvin.append((rig.look.flow, rig.look.vaporizer, rig.look.sample))
    day.turns = plant.hands.valve
    rig.watch(STEPS[0][3], hand=hand, every=15.0)


def _control(rig: Rig, vaporizer: float, sample: float, flow: float, begin: float, end: float) -> Held:
    """Set both loops, hold the flow, and judge when all has become stable."""
    rig.command(f"SETP 1,{vaporizer};SETP 2,{sample};RANGE 1,3;RANGE 2,3")
    rig.watch(end, hand=_hold_flow(rig, flow))
    looks = [look for look in rig.log if look.minutes > begin]
    restless = [look.minutes for look in looks if not _stable(look, vaporizer, sample, flow)]
    settled = max(restless, default=begin) - begin
    last = rig.look
    return Held(
        settled if _stable(last, vaporizer, sample, flow) else float("inf"), last.heater, last.sample, last.flow
    )


def _stable(look: Look, vaporizer: float, sample: float, flow: float) -> bool:
    """Sample within 0.05 K, vaporizer within 0.1 K, flow within 5 %."""
    near = abs(look.sample - sample) <= 0.05 and abs(look.vaporizer - vaporizer) <= 0.1
    return near and abs(look.flow - flow) <= 0.05 * flow


def _hold_flow(rig: Rig, target: float) -> Callable[[Look], None]:
    """Return a slow hand that keeps the metered flow, [SLPM]."""

    def hand(look: Look) -> None:
        change = (target / max(look.flow, 0.01)) ** 0.15
        _set_valve(rig, rig.plant.hands.valve * min(1.1, max(0.9, change)))

    return hand


def _set_valve(rig: Rig, turns: float) -> None:
    rig.plant.turn("valve", min(FULL_TURNS, max(0.02, turns)))
