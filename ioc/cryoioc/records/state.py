"""The state of a record that clients see: value, alarm, time stamp; and who is told of which change.

Everything here is synchronous and belongs to the thread of the event loop.
"""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Callable
from typing import Any, Protocol

from cryoioc.records import held
from cryoioc.records.alarms import INVALID, NO_ALARM, SEVERITIES, STATUSES, UNDEFINED, Alarm
from cryoioc.records.dbr import Elements, Properties, Reading
from cryoioc.records.declaration import LONG_STRINGS, Record
from cryoioc.records.source import ALARM, PROPERTY, Source, stamp_now


class Watched(Protocol):
    """A field somebody subscribes to."""

    def refresh(self, mask: int) -> None:
        """Send the field if it has changed with the record."""


class RecordState(Source):
    """What any kind of record holds, and when it tells its subscribers."""

    def __init__(self, record: Record) -> None:
        super().__init__()
        self.record = record
        self.name = self.full_name = record.name  # the server adds its prefix to the full name
        self.record_type = "waveform" if record.kind in LONG_STRINGS else record.kind  # RTYP
        self.doc, self.unit, self.precision = record.doc, record.unit, record.precision
        self.display = record.display_range
        self.alarm = UNDEFINED
        self.message = ""  # AMSG
        self.stamp = (0, 0)  # as EPICS base before the first processing
        self.undefined = True  # UDF
        self.acknowledge_transient, self.to_acknowledge = 1, 0  # ACKT, ACKS
        self.held = held.first_values(record.kind)
        self.held["ASG"] = record.asg
        self.held["PINI"] = int(record.initial is not None)
        self.watched: dict[Watched, None] = {}  # fields somebody subscribes to
        self._followers: dict[Callable[[], None], None] = {}
        self._given, self._said = NO_ALARM, ""  # what was known before the limits were judged, and the text with it
        self._properties: Properties | None = None

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

    @property
    def number(self) -> float:
        """The value as a number, NaN where it has none."""
        return math.nan

    def hold(self, value: Any) -> None:
        """Take a value a client may give a record that does not refuse, whatever it is."""
        self.store(value)

    def convert(self) -> Alarm:
        """Make of an output's value what would be sent (OVAL, RVAL)."""
        return NO_ALARM

    def always_posted(self) -> int:
        """Return VALUE and LOG where processing posts whether the value has changed or not."""
        return 0

    def substitute(self) -> None:
        """Do with an output in INVALID what IVOA says."""

    @abstractmethod
    def elements(self) -> Elements:
        """Return the value as Channel Access has it."""

    @abstractmethod
    def changes(self, mask: int) -> int:
        """Return VALUE and LOG where the value has left the deadband; remember that it is sent, also for ``mask``."""

    def judge(self, given: Alarm, elapsed: float = 0.0) -> Alarm:
        """Return the larger of ``given`` and the record's own alarm, ``elapsed`` s after the last time."""
        return given

    def describe(self) -> Properties:
        """Return unit, limits and states as clients see them."""
        return Properties(self.unit, self.precision)

    # What is made of it.

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
        return self.alarm.severity != INVALID and not self.undefined

    def description_changed(self) -> None:
        """Tell subscribers of PROPERTY of a change that leaves value and alarm alone."""
        self._properties = None
        self.forget_encoded()
        self.tell(PROPERTY)

    def update(
        self, given: Alarm, mask: int = 0, message: str = "", simulated: Alarm = NO_ALARM, stamped: bool = True
    ) -> None:
        """Give the present value a time and an alarm, and tell who wants to know.

        Parameters
        ----------
        given : Alarm
            What is known before the record's own limits are looked at.
        mask : int
            Changes to be told in any case.
        message : str
            Text of ``given``.
        simulated : Alarm
            What an output adds behind its limits.
        stamped : bool
            Whether the time of the value is now.
        """
        self._given, self._said = given, message
        elapsed = self._take_time() if stamped else 0.0
        self.forget_encoded()
        worst = self._undefined(given, elapsed) if self.undefined else self.judge(given, elapsed)
        if worst.severity == INVALID:
            self.substitute()
        worst = worst.or_worse(simulated)
        text = message if worst == given else ""
        if worst != self.alarm or text != self.message:
            mask |= ALARM
            self._raise(worst, text)
        mask |= self.changes(mask)
        if mask:
            self.tell(mask)
        for call in tuple(self._followers):
            call()

    def follow(self, call: Callable[[], None]) -> None:
        """Call this after each update: for the IOC itself, which no deadband may keep from a value."""
        self._followers[call] = None

    def leave(self, call: Callable[[], None]) -> None:
        """Call it no more."""
        self._followers.pop(call, None)

    def _take_time(self) -> float:
        """Stamp the value; return the seconds since the last one."""
        before = self.stamp
        if self.held["TSE"] == 0:
            self.stamp = stamp_now()
        return self.stamp[0] - before[0] + (self.stamp[1] - before[1]) * 1e-9

    def _undefined(self, given: Alarm, elapsed: float) -> Alarm:
        if self.record.kind == "stringin" and not self.record.refuses:
            return given  # ``stringinRecord.c`` raises no alarm at all
        worst = given.or_worse(Alarm(UNDEFINED.status, self.held["UDFS"]))
        return self.judge(worst, elapsed) if self.record.kind in ("bo", "mbbo") else worst

    def tell(self, mask: int) -> None:
        """Tell the subscribers of the record and of its fields."""
        self.publish(mask)
        for field in self.watched:
            field.refresh(mask)

    def _raise(self, worst: Alarm, text: str) -> None:
        """Take over an alarm, and what is to be acknowledged of it (``recGblResetAlarms``)."""
        self.alarm, self.message = worst, text
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
        self.tell(ALARM)
