"""Enums: bi, bo, mbbi, mbbo, with state names and state severities."""

from __future__ import annotations

import math
from typing import Any

from cryoioc.errors import Refused
from cryoioc.records import dbr
from cryoioc.records.alarms import NO_ALARM, SEVERITIES, STATUSES, Alarm, alarm
from cryoioc.records.channel import Channel
from cryoioc.records.dbr import Elements, Properties
from cryoioc.records.declaration import MAX_STATES, TWO_STATES, Record
from cryoioc.records.source import LOG, VALUE

STATE, COS = STATUSES.index("STATE"), STATUSES.index("COS")
ILLEGAL = alarm("SOFT", "INVALID")


class EnumChannel(Channel):
    """One of at most sixteen named states."""

    kind = dbr.ENUM

    def __init__(self, record: Record) -> None:
        super().__init__(record)
        self.states = list(record.states)  # as clients see them; those of a record that does not refuse can be put
        self.values = [i if i < len(record.states) else 0 for i in range(MAX_STATES)]  # ZRVL .. FFVL
        self.severities = [0] * MAX_STATES
        for state, severity in record.severities.items():
            self.severities[record.states.index(state)] = SEVERITIES.index(severity)
        self.change_severity = self.unknown_severity = 0  # COSV, UNSV
        self.raw = 0  # RVAL of an output
        self._index = self.sent = 0
        self.judged = 0  # LALM: state at the last judgement

    @property
    def value(self) -> str:
        """Name of the state, as declared."""
        return self.record.states[self._index] if self._index < len(self.record.states) else ""

    @property
    def index(self) -> int:
        """Number of the state."""
        return self._index

    def store(self, value: Any) -> bool:
        """Take a state by name or number."""
        states = self.record.states
        if value not in (states if isinstance(value, str) else range(len(states))):
            raise ValueError(f"{self.name}: no state {value!r}")
        self._index = states.index(value) if isinstance(value, str) else int(value)
        self.convert()
        return True

    def hold(self, value: Any) -> None:
        """Take the number of any state, there or not."""
        self._index = int(value) & 0xFFFF

    def convert(self) -> Alarm:
        """Look up what stands for the state in ZRVL .. FFVL; a bo sends the state itself."""
        if self.record.kind in TWO_STATES:
            self.raw = self._index
        elif self._index >= MAX_STATES:
            return ILLEGAL
        else:
            self.raw = self.values[self._index]
        return NO_ALARM

    def check(self, elements: Elements) -> tuple[str | int, int]:
        """Return the state a client sent by name or by number."""
        if len(elements) != 1:
            raise Refused(f"one state expected, got {len(elements)}")
        (sent,) = elements
        if isinstance(sent, str) and sent in self.states:
            return self._state(self.states.index(sent))
        try:
            number = dbr.number(sent) if isinstance(sent, str) else sent
        except dbr.ConversionError as error:
            raise Refused(f"unknown state {sent!r}") from error
        if (self.record.refuses or isinstance(sent, str)) and number not in range(len(self.states)):
            raise Refused(f"no state {number:g}, last is {len(self.states) - 1}")
        return self._state(int(number) if math.isfinite(number) else 0)  # as base on the usual processors

    def _state(self, index: int) -> tuple[str | int, int]:
        """Return what a handler is given: the declared name; a record without one holds any number."""
        return (index, index) if self.plain else (self.record.states[index], index)

    def elements(self) -> Elements:
        """Return the number of the state as the only element."""
        return (self._index,)

    def changes(self, mask: int) -> int:
        """Send another state."""
        if self._index == self.sent:
            return 0
        self.sent = self._index
        return VALUE | LOG

    def judge(self, given: Alarm, elapsed: float = 0.0) -> Alarm:
        """Raise the severity of the state, and COSV for a change of it.

        Of a bi or bo that lasts for one event; an mbbi or mbbo keeps it until the state is the former one again
        (``biRecord.c``, ``mbbiRecord.c``).
        """
        worst = given.or_worse(Alarm(STATE, self._severity()))
        if self._index == self.judged or (self.record.kind == "bi" and self._index > 1):
            return worst
        changed = worst.or_worse(Alarm(COS, self.change_severity))
        if changed is worst or self.record.kind in TWO_STATES:
            self.judged = self._index
        return changed

    def _severity(self) -> int:
        if self.record.kind == "bo":
            return self.severities[min(self._index, 1)]
        return self.severities[self._index] if self._index < MAX_STATES else self.unknown_severity

    def renamed(self, index: int) -> None:
        """Send the present state again when it is the one that has a new name."""
        if index == self._index:
            self.forget_encoded()
            self.publish(VALUE | LOG)

    def describe(self) -> Properties:
        """Return the names of the states, up to the last that has one."""
        states = tuple(self.states)
        while states and not states[-1]:
            states = states[:-1]
        if self.record.kind in TWO_STATES:
            return Properties(states=states, room=2, illegal="Illegal_Value")
        return Properties(states=states, room=MAX_STATES, illegal="Illegal Value")
