"""One record at run time: value, alarm, time stamp, and who is told of which change.

Everything here is synchronous and belongs to the thread of the event loop; no instrument, no handler.
"""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Protocol

from cryoioc.errors import Refused
from cryoioc.records.alarms import INVALID, NO_ALARM, SEVERITIES, STATUSES, UNDEFINED, Alarm, alarm
from cryoioc.records.dbr import Elements, Properties, Reading
from cryoioc.records.declaration import LONG_STRINGS, Record
from cryoioc.records.source import ALARM, LOG, PROPERTY, VALUE, Source, stamp_now


class Watched(Protocol):
    """A field somebody subscribes to."""

    def refresh(self, mask: int) -> None:
        """Send the field if it has changed with the record."""


@dataclass(frozen=True)
class Put:
    """A client's request, converted and checked: a handler need not look at type, limits or states again."""

    channel: Channel
    value: Any  # float, int, enum state, str or tuple of floats
    index: int  # of the enum state, else 0
    user: str  # as the client claims
    host: str  # as the client claims
    peer: str  # address and port the request came from


class Channel(Source):
    """Base of the kinds of record.

    Attributes
    ----------
    on_put : callable or None
        Awaited with each checked :class:`Put`; it posts the accepted value itself and raises a
        ``CryoError`` to refuse.  Without it the value is posted as it came.  Puts of one channel run one
        after another.
    """

    def __init__(self, record: Record) -> None:
        super().__init__()
        self.record = record
        self.name = self.full_name = record.name  # the server adds its prefix to the full name
        self.record_type = "waveform" if record.kind in LONG_STRINGS else record.kind  # RTYP
        self.accepts_puts = record.accepts_puts
        self.doc, self.unit, self.precision = record.doc, record.unit, record.precision
        self.display = record.display_range
        self.alarm = UNDEFINED
        self.stamp = (0, 0)  # as EPICS base before the first processing
        self.undefined = True  # UDF
        self.acknowledge_transient, self.to_acknowledge = 1, 0  # ACKT, ACKS
        self.puts_disabled = False  # DISP
        self.on_put: Callable[[Put], Awaitable[None]] | None = None
        self.turn = asyncio.Lock()  # puts wait for it
        self.watched: dict[Watched, None] = {}  # fields somebody subscribes to
        self._given = UNDEFINED  # what the IOC said last, before the limits were judged
        self._properties: Properties | None = None

    @property
    def owner(self) -> Channel:
        """The record itself."""
        return self

    # What a kind of record says about itself.

    @property
    @abstractmethod
    def value(self) -> Any:
        """Value as Python has it: float, int, enum state, str or tuple of floats."""

    @property
    def index(self) -> int:
        """Number of the enum state, else 0."""
        return 0

    @abstractmethod
    def store(self, value: Any) -> bool:
        """Take the IOC's own value; say False, and keep the last one, when it is no value (NaN).

        Raises
        ------
        ValueError
            For what this record cannot hold.
        """

    @abstractmethod
    def check(self, elements: Elements) -> tuple[Any, int]:
        """Return what a client sent as value and index.

        Raises
        ------
        Refused
            When it is not a value for this record.
        """

    @abstractmethod
    def elements(self) -> Elements:
        """Return the value as Channel Access has it."""

    @abstractmethod
    def changes(self, force: bool) -> int:
        """Return VALUE and LOG where the value has left the deadband, and remember that it is sent."""

    def judge(self, given: Alarm) -> Alarm:
        """Return the larger of ``given`` and the record's own alarm."""
        return given

    def describe(self) -> Properties:
        """Return unit, limits and states as clients see them."""
        return Properties(self.unit, self.precision)

    # What the IOC does with it.

    @property
    def status(self) -> str:
        """Name of the alarm status."""
        return STATUSES[self.alarm.status]

    @property
    def severity(self) -> str:
        """Name of the alarm severity."""
        return SEVERITIES[self.alarm.severity]

    @property
    def valid(self) -> bool:
        """Whether the value may be used."""
        return self.alarm.severity != INVALID

    def post(self, value: Any, *, status: str = "NO_ALARM", severity: str = "NO_ALARM", force: bool = False) -> None:
        """Write as the IOC; the put handler does not run, limits do not refuse.

        Parameters
        ----------
        value : Any
            New value; NaN and infinity are never published, they keep the last value and make it UDF.
        status, severity : str
            Alarm from outside; the limits' alarm wins only if it is larger.
        force : bool
            Send the value to subscribers though it is unchanged.
        """
        given = NO_ALARM if severity == "NO_ALARM" else alarm(status, severity)
        if not self.store(value):
            self.invalidate("UDF")
            return
        self.undefined = False
        self._process(given, VALUE | LOG if force else 0)

    def invalidate(self, status: str) -> None:
        """Keep the last value and mark it INVALID with ``status``; each call sends an event with a new time."""
        self._process(alarm(status, "INVALID"), VALUE | LOG | ALARM)

    def show_again(self) -> None:
        """Send the present value as it is, with its time: a refused put has changed nothing."""
        self.publish(VALUE | LOG)

    def judge_again(self, mask: int = 0) -> None:
        """Judge the present value anew and send what has changed."""
        self._process(self._given, mask)

    def properties_changed(self) -> None:
        """Judge the present value by new limits, and tell subscribers of PROPERTY."""
        self._properties = None
        self.judge_again(PROPERTY)

    def description_changed(self) -> None:
        """Tell subscribers of PROPERTY of a change that leaves value and alarm alone."""
        self._properties = None
        self.forget_encoded()
        self._tell(PROPERTY)

    def _process(self, given: Alarm, mask: int) -> None:
        # Clients of VALUE or LOG alone are told when the IOC marks a value and when it is good again: EPICS
        # would leave an archiver with the last sample it got, whatever became of it.
        if (given.severity == INVALID) != (self._given.severity == INVALID):
            mask |= VALUE | LOG
        self._given = given
        self.stamp = stamp_now()
        self.forget_encoded()
        worst = given.or_worse(UNDEFINED) if self.undefined else self.judge(given)
        if worst != self.alarm:
            mask |= ALARM
            self._raise(worst)
        mask |= self.changes(force=bool(mask & VALUE))
        if mask:
            self._tell(mask)

    def _tell(self, mask: int) -> None:
        """Tell the subscribers of the record and of its fields."""
        self.publish(mask)
        for field in self.watched:
            field.refresh(mask)

    def _raise(self, worst: Alarm) -> None:
        """Take over an alarm, and what is to be acknowledged of it (``recGblResetAlarms``)."""
        self.alarm = worst
        if not self.acknowledge_transient or worst.severity >= self.to_acknowledge:
            self.to_acknowledge = worst.severity

    def reading(self) -> Reading:
        """Return value, alarm, time and properties as they are now."""
        if self._properties is None:
            self._properties = self.describe()
        return Reading(
            self.kind,
            self.elements(),
            self.alarm,
            self.stamp,
            self._properties,
            (self.acknowledge_transient, self.to_acknowledge),
            self.record_type,
        )

    def acknowledge(self, severity: int) -> None:
        """Acknowledge alarms up to ``severity`` (DBR_PUT_ACKS)."""
        if severity >= self.to_acknowledge:
            self.to_acknowledge = 0
            self._acknowledgement_changed()

    def set_acknowledge_transient(self, on: int) -> None:
        """Say whether an alarm that has gone must be acknowledged (DBR_PUT_ACKT)."""
        self.acknowledge_transient = int(bool(on))
        if not on:
            self.to_acknowledge = min(self.to_acknowledge, self.alarm.severity)
        self._acknowledgement_changed()

    def _acknowledgement_changed(self) -> None:
        self.forget_encoded()
        self._tell(ALARM)

    def set_limits(self, low: float | None, high: float | None) -> None:
        """Change DRVL and DRVH.

        Raises
        ------
        TypeError
            When the record has none.
        """
        raise TypeError(f"{self.name}: {self.record.kind} has no limits")

    def set_alarm(
        self,
        *,
        lolo: float | None = None,
        low_alarm: float | None = None,
        high_alarm: float | None = None,
        hihi: float | None = None,
        hyst: float | None = None,
    ) -> None:
        """Set all four alarm limits in the record's unit, MAJOR MINOR MINOR MAJOR.

        None switches a side off; None for ``hyst`` keeps it.

        Raises
        ------
        TypeError
            When the record has none.
        """
        raise TypeError(f"{self.name}: {self.record.kind} has no alarm limits")

    def refuse_if_disabled(self) -> None:
        """Refuse a put to a record that takes none.

        Raises
        ------
        Refused
            With the reason.
        """
        if not self.accepts_puts:
            raise Refused("read-only")
        if self.puts_disabled:
            raise Refused("puts are disabled (DISP)")
