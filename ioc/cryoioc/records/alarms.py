"""Alarm state as EPICS base keeps it: one status and one severity per record, the larger wins.

Limits are judged in the order HIHI, LOLO, HIGH, LOW; a side without severity is skipped, and an alarm
that is active keeps its limit shifted by HYST (``aiRecord.c``, ``checkAlarms``).
"""

from __future__ import annotations

from dataclasses import dataclass
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

    def judge(self, value: float, given: Alarm) -> Alarm:
        """Return the larger of ``given`` and the alarm of the limits at ``value``."""
        hyst = self.hyst
        for status, severity, limit, sign in (
            (3, self.hhsv, self.hihi, 1),
            (5, self.llsv, self.lolo, -1),
            (4, self.hsv, self.high, 1),
            (6, self.lsv, self.low, -1),
        ):
            if not severity:
                continue
            beyond = (value - limit) * sign
            if beyond >= 0 or (self.last == limit and beyond >= -hyst):
                worst = given.or_worse(Alarm(status, severity))
                if worst is not given:
                    self.last = limit
                return worst
        self.last = value
        return given
