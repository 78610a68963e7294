"""Enums: bi, bo, mbbi, mbbo, with state names and state severities."""

from __future__ import annotations

from typing import Any

from cryoioc.errors import Refused
from cryoioc.records import dbr
from cryoioc.records.alarms import SEVERITIES, STATUSES, Alarm
from cryoioc.records.channel import Channel
from cryoioc.records.dbr import Elements, Properties
from cryoioc.records.declaration import MAX_STATES, Record
from cryoioc.records.source import LOG, VALUE

STATE, COS = STATUSES.index("STATE"), STATUSES.index("COS")


class EnumChannel(Channel):
    """One of at most sixteen named states."""

    kind = dbr.ENUM

    def __init__(self, record: Record) -> None:
        super().__init__(record)
        self.states = list(record.states)
        self.severities = [0] * MAX_STATES
        for state, severity in record.severities.items():
            self.severities[self.states.index(state)] = SEVERITIES.index(severity)
        self.change_severity = 0  # COSV
        self._index = self.sent = 0
        self._judged = 0  # LALM: state at the last judgement

    @property
    def value(self) -> str:
        """Name of the state."""
        return self.states[self._index]

    @property
    def index(self) -> int:
        """Number of the state."""
        return self._index

    def store(self, value: Any) -> bool:
        """Take a state by name or number."""
        index = self.states.index(value) if isinstance(value, str) else int(value)
        if not 0 <= index < len(self.states):
            raise ValueError(f"{self.name}: no state {value!r}")
        self._index = index
        return True

    def check(self, elements: Elements) -> tuple[str, int]:
        """Return the state a client sent by name or by number."""
        if len(elements) != 1:
            raise Refused(f"one state expected, got {len(elements)}")
        (sent,) = elements
        if isinstance(sent, str) and sent in self.states:
            return sent, self.states.index(sent)
        try:
            number = dbr.number(sent) if isinstance(sent, str) else sent
        except dbr.ConversionError as error:
            raise Refused(f"unknown state {sent!r}") from error
        if number not in range(len(self.states)):
            raise Refused(f"no state {number:g}, last is {len(self.states) - 1}")
        return self.states[int(number)], int(number)

    def elements(self) -> Elements:
        """Return the number of the state as the only element."""
        return (self._index,)

    def changes(self, force: bool) -> int:
        """Send another state."""
        if not force and self._index == self.sent:
            return 0
        self.sent = self._index
        return VALUE | LOG

    def judge(self, given: Alarm) -> Alarm:
        """Raise the severity of the state, and COSV for the one event of a change (``mbbiRecord.c``)."""
        worst = given.or_worse(Alarm(STATE, self.severities[self._index]))
        if self._index != self._judged:
            self._judged = self._index
            worst = worst.or_worse(Alarm(COS, self.change_severity))
        return worst

    def describe(self) -> Properties:
        """Return the names of the states."""
        return Properties(states=tuple(self.states))
