"""The acceptance test of 9 March 2019 as a script: the same valve, pump and set points, hour by hour.

Times are minutes after 6:45 of the sheet, when the pump is started.  The script only says what is done next
and takes down what is seen; whoever performs it has the hands, at the plant itself or through PVs.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Any

from cryosim.physics.helium_gas import ATMOSPHERE
from cryosim.plant.stvp_parameters import PSI

LIQUID_AT, FILL_AT = 45.0, 55.0  # 7:30, 7:40
FIVE_KELVIN_AT = (80.0, 90.0)  # 8:05, 8:15
ENDS = 160.0  # 9:25
PRESSURE = 1.25 * PSI  # Pa; sheet: 1-2 psi
COOLDOWN_TURNS, FULL_TURNS = 2.5, 3.0  # sheet: 2-3 turns
WAITING_FLOW = 21.8  # SLPM while the shield cools; just enough to keep liquid at the vaporizer
OVERPRESSURE = 500.0  # Pa at which the gauge shows that the pressure is positive
CURVE_ENDS = 2.0  # K; the sheet's T-UNDER at 2.0 K says that a curve that ends there was loaded
# Set points of vaporizer and sample, flow, from, to.
STEPS = ((13.0, 15.0, 8.8, 105.0, 110.0), (145.0, 150.0, 5.0, 110.0, 125.0), (295.0, 300.0, 4.5, 125.0, ENDS))


@dataclass(frozen=True)
class Look:
    """What an operator sees."""

    minutes: float
    vaporizer: float  # K
    sample: float  # K
    flow: float  # SLPM
    heater: float  # % of 1.414 A
    second_heater: float  # % of 0.95 A
    used: float  # L of liquid
    pressure: float  # Pa in the sample tube
    shield: float  # K; nobody sees it, for the figure


@dataclass(frozen=True)
class Turn:
    """Move one of the hands of ``stvp_hands``."""

    hand: str
    to: float | bool


@dataclass(frozen=True)
class Control:
    """Give both loops a set point and switch them to High."""

    vaporizer: float  # K
    sample: float  # K


@dataclass(frozen=True)
class HeatersOff:
    """Switch both loops off."""


@dataclass(frozen=True)
class ReadsUnder:
    """Say whether a controller whose Cernox curve ends at ``kelvin`` shows T.UNDER now."""

    kelvin: float


@dataclass(frozen=True)
class Wait:
    """Let the time until the next look pass."""


WAIT = Wait()
Action = Turn | Control | HeatersOff | ReadsUnder | Wait
Steps = Generator[Action, Any, None]


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


class Script:
    """The day, action by action.

    Parameters
    ----------
    first : Look
        Before anything is touched.

    Attributes
    ----------
    day : Day
        What has been written down so far.
    look : Look
        The last one.
    """

    def __init__(self, first: Look) -> None:
        self.day = Day(room=first.vaporizer)
        self.look = first
        self._valve = 0.0  # turns

    def see(self, look: Look) -> None:
        """Take a look down; owed after every ``Wait``."""
        self.look = look
        self.day.log.append(look)

    def steps(self) -> Steps:
        """Yield what is done next; ``ReadsUnder`` is to be answered, a ``Wait`` to be followed by :meth:`see`."""
        yield from self._cool_down()
        yield from self._liquid()
        yield from self._superfluid()
        yield from self._five_kelvin()
        for step in STEPS:
            yield from self._control(*step)
        yield HeatersOff()
        yield from self._turn_valve(0.0)
        self.day.used = self.look.used

    # --- parts of the day ---------------------------------------------------------------------------

    def _cool_down(self) -> Steps:
        yield Turn("dewar_pressure", PRESSURE)
        yield Turn("vent", False)
        yield Turn("pump", True)
        yield from self._turn_valve(COOLDOWN_TURNS)
        start = self.look.sample
        yield from self._watch(60.0, until=lambda look: look.sample < start - 5.0)
        self.day.sample_starts = self.look.minutes
        yield from self._watch(60.0, until=lambda look: look.vaporizer < 160.0)
        yield from self._vent_when_positive()
        yield from self._watch(60.0, until=lambda look: look.vaporizer < 10.0)
        self.day.cooldown = self.look.minutes

    def _vent_when_positive(self) -> Steps:
        """Close the pump valve, wait for positive pressure, then vent."""
        yield Turn("pump", False)
        wait = self.look.minutes + 10.0
        yield from self._watch(wait, until=lambda look: look.pressure > ATMOSPHERE + OVERPRESSURE)
        yield Turn("vent", True)

    def _liquid(self) -> Steps:
        """Wait for the shield, then record the readings in liquid."""
        yield from self._watch(LIQUID_AT, hand=self._for_flow(WAITING_FLOW))
        self.day.liquid = (self.look.vaporizer, self.look.sample)
        yield from self._watch(FILL_AT, hand=self._for_flow(WAITING_FLOW))

    def _superfluid(self) -> Steps:
        """Let liquid collect with the valve fully open, close it, and pump."""
        yield from self._turn_valve(FULL_TURNS)
        yield from self._watch(FILL_AT + 2.0)
        yield from self._turn_valve(0.0)
        yield Turn("vent", False)
        yield Turn("pump", True)
        begun = self.look.minutes
        yield from self._watch(begun + 3.0)
        self.day.superfluid = min(look.vaporizer for look in self.day.log if look.minutes > begun)
        self.day.under = yield ReadsUnder(CURVE_ENDS)
        yield from self._watch(begun + 15.0, until=lambda look: look.vaporizer > 2.5)
        self.day.superfluid_lasts = self.look.minutes - begun

    def _five_kelvin(self) -> Steps:
        """Hold the control sensor at 5 K with the valve alone."""
        yield from self._turn_valve(1.0)
        yield from self._vent_when_positive()

        def hand(look: Look) -> float:
            change = 0.04 * (look.vaporizer - 5.01)
            return self._valve * (1.0 + min(0.05, max(-0.05, change)))

        for minutes in FIVE_KELVIN_AT:
            yield from self._watch(minutes, hand=hand, every=15.0)
            self.day.five_kelvin.append((self.look.flow, self.look.vaporizer, self.look.sample))
        self.day.turns = self._valve
        yield from self._watch(STEPS[0][3], hand=hand, every=15.0)

    def _control(self, vaporizer: float, sample: float, flow: float, begin: float, end: float) -> Steps:
        """Set both loops, hold the flow, and judge when all has become stable."""
        yield Control(vaporizer, sample)
        yield from self._watch(end, hand=self._for_flow(flow))
        looks = [look for look in self.day.log if look.minutes > begin]
        restless = [look.minutes for look in looks if not _stable(look, vaporizer, sample, flow)]
        settled = max(restless, default=begin) - begin
        last = self.look
        if not _stable(last, vaporizer, sample, flow):
            settled = float("inf")
        self.day.held.append(Held(settled, last.heater, last.sample, last.flow))

    # --- time and hands -----------------------------------------------------------------------------

    def _watch(
        self,
        minutes: float,
        *,
        hand: Callable[[Look], float] | None = None,
        every: float = 10.0,
        until: Callable[[Look], bool] | None = None,
    ) -> Steps:
        """Let time pass up to a time of the day, with a hand on the valve.

        Parameters
        ----------
        minutes : float
            Of the day, [min].
        hand : callable, optional
            Returns the turns of the valve for the present look.
        every : float
            Seconds between two movements, [s].
        until : callable, optional
            Ends the watch early.
        """
        due = self.look.minutes
        while self.look.minutes < minutes - 1e-6:
            if until and until(self.look):
                return
            if hand and self.look.minutes >= due - 1e-6:
                yield from self._turn_valve(min(FULL_TURNS, max(0.02, hand(self.look))))
                due += every / 60.0
            yield WAIT

    def _turn_valve(self, turns: float) -> Steps:
        self._valve = turns
        yield Turn("valve", turns)

    def _for_flow(self, target: float) -> Callable[[Look], float]:
        """Return a slow hand that keeps the metered flow, [SLPM]."""

        def hand(look: Look) -> float:
            change: float = (target / max(look.flow, 0.01)) ** 0.15
            return self._valve * min(1.1, max(0.9, change))

        return hand


def _stable(look: Look, vaporizer: float, sample: float, flow: float) -> bool:
    """Sample within 0.05 K, vaporizer within 0.1 K, flow within 5 %."""
    near = abs(look.sample - sample) <= 0.05 and abs(look.vaporizer - vaporizer) <= 0.1
    return near and abs(look.flow - flow) <= 0.05 * flow
