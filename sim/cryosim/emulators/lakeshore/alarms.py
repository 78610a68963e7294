"""Alarms of an input: hysteresis and latch (lakeshore-protocol.md 4.3, 6.5)."""

from __future__ import annotations

from dataclasses import dataclass

from cryosim.emulators.lakeshore.memory import InputSettings


@dataclass(frozen=True)
class AlarmState:
    """Which alarms of an input are active."""

    high: bool = False
    low: bool = False


def next_alarm(state: AlarmState, settings: InputSettings, value: float) -> AlarmState:
    """Judge one reading.

    Parameters
    ----------
    state : AlarmState
        Before this reading.
    settings : InputSettings
        With the alarm's limits and deadband, in the input's preferred units.
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
