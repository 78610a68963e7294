"""Alarm state as EPICS base keeps it: one status and one severity per record, the larger wins.

Limits are judged in the order HIHI, LOLO, HIGH, LOW; a side without severity is skipped, and an alarm
that is active keeps its limit shifted by HYST (``aiRecord.c``, ``checkAlarms``).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import NamedTuple

SEVERITIES = ("NO_ALARM", "MINOR", "MAJOR", "INVALID")
STATUSES = (
    "NO_ALARM",
    "READ",
    "WRITE",
    "HIHI",
    "HIGH",
    "LOLO",
    "LOW",
    "STATE",
    "COS",
    "COMM",
    "TIMEOUT",
    "HWLIMIT",
    "CALC",
    "SCAN",
    "LINK",
    "SOFT",
    "BAD_SUB",
    "UDF",
    "DISABLE",
    "SIMM",
    "READ_ACCESS",
    "WRITE_ACCESS",
)
INVALID = SEVERITIES.index("INVALID")


class Alarm(NamedTuple):
    """Status and severity by their EPICS numbers (``alarm.h``)."""

    status: int
    severity: int

    def or_worse(self, other: Alarm) -> Alarm:
        """Return ``other`` if its severity is strictly larger: of equals the first raised stays."""
        return other if other.severity > self.severity else self


def alarm(status: str, severity: str) -> Alarm:
    """Return the alarm of these names.

    Raises
    ------
    ValueError
        For a name EPICS does not have.
    """
    if status not in STATUSES or severity not in SEVERITIES:
        raise ValueError(f"EPICS has no alarm {status} {severity}")
    return Alarm(STATUSES.index(status), SEVERITIES.index(severity))


NO_ALARM = Alarm(0, 0)
UNDEFINED = alarm("UDF", "INVALID")


@dataclass
class Filter:
    """Smooths a level in time, so that an alarm that only flickers is not raised (AFTC of ``aiRecord.c``)."""

    seconds: float = 0.0  # AFTC, s; 0: off
    smoothed: float = 0.0  # AFVL; negative while it is rounded up

    def level(self, now: int, elapsed: float) -> int:
        """Return the level to be used instead of ``now``, ``elapsed`` s after the last one."""
        if self.seconds <= 0:
            self.smoothed = 0.0
            return now
        last = self.smoothed
        if last == 0.0:
            self.smoothed = float(now)
            return now
        weight = self.seconds / (elapsed + self.seconds)
        last = weight * last + (1 - weight) * (now if last > 0 else -now)
        if last - math.floor(last) > _REVERSAL:
            last = -last
        self.smoothed = last
        return abs(math.floor(last))


_REVERSAL = 0.6321  # of a step: one time constant of the filter
_LOLO, _LOW, _NORMAL, _HIGH, _HIHI = range(1, 6)


@dataclass
class Limits:
    """Alarm limits of a number, and which of them holds the alarm now."""

    hihi: float = 0.0
    high: float = 0.0
    low: float = 0.0
    lolo: float = 0.0
    hhsv: int = 0
    hsv: int = 0
    lsv: int = 0
    llsv: int = 0
    hyst: float = 0.0
    last: float = 0.0  # LALM: the limit that is alarmed, or the last value that was free of alarm
    filter: Filter = field(default_factory=Filter)

    def judge(self, value: float, given: Alarm, elapsed: float = 0.0) -> Alarm:
        """Return the larger of ``given`` and the alarm of the limits at ``value``, ``elapsed`` s after the last."""
        level = self._level(value)
        if self.filter.seconds > 0 or self.filter.smoothed:
            level = self.filter.level(level, elapsed)
        status, limit, severity = {
            _HIHI: (3, self.hihi, self.hhsv),
            _LOLO: (5, self.lolo, self.llsv),
            _HIGH: (4, self.high, self.hsv),
            _LOW: (6, self.low, self.lsv),
        }.get(level, (0, value, 0))
        if not severity:
            self.last = value
            return given
        worst = given.or_worse(Alarm(status, severity))
        if worst is not given:
            self.last = limit
        return worst

    def _level(self, value: float) -> int:
        for level, severity, limit, sign in (
            (_HIHI, self.hhsv, self.hihi, 1),
            (_LOLO, self.llsv, self.lolo, -1),
            (_HIGH, self.hsv, self.high, 1),
            (_LOW, self.lsv, self.low, -1),
        ):
            if severity:
                beyond = (value - limit) * sign
                if beyond >= 0 or (self.last == limit and beyond >= -self.hyst):
                    return level
        return _NORMAL
