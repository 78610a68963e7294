"""Alarms of an input: hysteresis and latch (lakeshore-protocol.md 4.3, 6.5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


class AlarmSettings(Protocol):
    """What an alarm is set to; limits and deadband in the units of the reading it looks at."""

    @property
    def alarm_on(self) -> int:
        """Whether it looks at all."""

    @property
    def alarm_high(self) -> float:
        """High limit."""

    @property
    def alarm_low(self) -> float:
        """Low limit."""

    @property
    def alarm_deadband(self) -> float:
        """How far back inside an unlatched alarm ends."""

    @property
    def alarm_latch(self) -> int:
        """Whether it stays until it is reset."""


@dataclass(frozen=True)
class AlarmState:
    """Which alarms of an input are active."""

    high: bool = False
    low: bool = False


def next_alarm(state: AlarmState, settings: AlarmSettings, value: float) -> AlarmState:
    """Judge one reading.

    Parameters
    ----------
    state : AlarmState
        Before this reading.
    settings : AlarmSettings
    value : float
        The reading in the same units.
    """
    if not settings.alarm_on:
        return AlarmState()
    if settings.alarm_latch:
        return AlarmState(
            state.high or value > settings.alarm_high,
            state.low or value < settings.alarm_low,
        )
    band = settings.alarm_deadband
    return AlarmState(
        value > settings.alarm_high or (state.high and value > settings.alarm_high - band),
        value < settings.alarm_low or (state.low and value < settings.alarm_low + band),
    )


def energised(mode: int, kind: int, alarm: AlarmState) -> bool:
    """Say whether a relay is on: mode 0 off, 1 on, 2 by alarm, latched ones too; kind 0 low, 1 high, 2 both (6.5)."""
    follows = (alarm.high and kind in (1, 2)) or (alarm.low and kind in (0, 2))
    return follows if mode == 2 else mode == 1
