"""The data log: records at intervals or at events, in a memory that outlives the power (5.3)."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from cryosim.emulators.lakeshore218.memory import Memory

CAPACITY = {1: 1500, 2: 1000, 3: 750, 4: 600, 5: 500, 6: 425, 7: 375, 8: 340}
"""Records by readings in each (Table 5-2)."""

OFF, CONTINUOUS, EVENT = 0, 1, 2
"""Modes that store; 3 and 4 print."""


@dataclass(frozen=True)
class Logged:
    """One reading of a record: value, status bits, source."""

    value: float
    status: int
    source: int


@dataclass(frozen=True)
class Record:
    """What was read at one moment."""

    when: datetime.datetime
    readings: tuple[Logged, ...]


class DataLog:
    """Records, and whether they are being taken."""

    def __init__(self) -> None:
        self.on = False
        self.done = False  # the memory is full: bit 7 of the status byte
        self.records: list[Record] = []
        self._since = 0.0  # s, since the last record
        self._seen: tuple[int, ...] | None = None  # status of the readings at the last look

    def switch(self, on: bool, memory: Memory) -> None:
        """Turn logging on or off; nothing happens while the mode is Off."""
        setup = memory.log[None]
        if on and setup.mode == OFF:
            return
        if on and not self.on and not setup.start:
            self.records.clear()
        self.on, self.done, self._since, self._seen = on, False, float(setup.period), None

    def erase(self) -> None:
        """Forget the records: the set-up has changed (5.3.1)."""
        self.on, self.done = False, False
        self.records.clear()

    def advance(self, dt: float, when: datetime.datetime, now: tuple[Logged, ...], memory: Memory) -> None:
        """Let ``dt`` seconds pass, [s], and take a record if it is time for one."""
        if not self.on:
            return
        setup = memory.log[None]
        self._since += dt
        states = tuple(reading.status for reading in now)
        event = setup.mode == EVENT and self._seen is not None and states != self._seen
        self._seen = states
        if event or (setup.mode == CONTINUOUS and self._since >= setup.period - 1e-9):
            self._since = 0.0
            self._store(Record(when, now), setup.overwrite, CAPACITY[setup.readings])

    def _store(self, record: Record, overwrite: int, capacity: int) -> None:
        if len(self.records) < capacity:
            self.records.append(record)
        elif overwrite:
            self.records = [*self.records[1:], record]
        if len(self.records) >= capacity and not overwrite:
            self.on, self.done = False, True
