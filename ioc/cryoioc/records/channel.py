"""One record at run time: value, alarm, time stamp, and who is told of which change.

Everything here is synchronous and belongs to the thread of the event loop; no instrument, no handler.
"""

from __future__ import annotations

import asyncio
import math
from abc import abstractmethod
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Protocol

from cryoioc.errors import Refused
from cryoioc.records import held, processing
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
    was: Any = None  # the value before


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
        self.disp = 0  # DISP, other than 0: clients' puts are refused
        self.proc = 0  # PROC, whatever was put there last
        self.message = ""  # AMSG
        self.scan = 0  # SCAN
        self.held = held.first_values(record.kind)
        self.held["PINI"] = int(record.initial is not None)
        self.timers: dict[str, asyncio.TimerHandle] = {}  # of SCAN and of a bo's HIGH, by field
        self.on_put: Callable[[Put], Awaitable[None]] | None = None
        self.turn = asyncio.Lock()  # puts wait for it
        self.watched: dict[Watched, None] = {}  # fields somebody subscribes to
        self._given = NO_ALARM  # what was known last, before the limits were judged
        self._marked = True  # the IOC said INVALID last
        self._said = ""  # and the text with it
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
    def changes(self, mask: int) -> int:
        """Return VALUE and LOG where the value has left the deadband; remember that it is sent, also for ``mask``."""

    def judge(self, given: Alarm, elapsed: float = 0.0) -> Alarm:
        """Return the larger of ``given`` and the record's own alarm, ``elapsed`` s after the last time."""
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

    def post(
        self,
        value: Any,
        *,
        status: str = "NO_ALARM",
        severity: str = "NO_ALARM",
        message: str = "",
        force: bool = False,
    ) -> None:
        """Write as the IOC; the put handler does not run, limits do not refuse.

        Parameters
        ----------
        value : Any
            New value; NaN and infinity are never published, they keep the last value and make it UDF.
        status, severity : str
            Alarm from outside; the limits' alarm wins only if it is larger.
        message : str
            Text that goes with the alarm (AMSG), at most 39 characters.
        force : bool
            Send the value to subscribers though it is unchanged.
        """
        given = NO_ALARM if severity == "NO_ALARM" else alarm(status, severity)
        if not self.store(value):
            self.invalidate("UDF", message)
            return
        self.undefined = False
        self._mark(given, VALUE | LOG if force else 0, message)

    def invalidate(self, status: str, message: str = "") -> None:
        """Keep the last value and mark it INVALID with ``status``; each call sends an event with a new time."""
        self._mark(alarm(status, "INVALID"), VALUE | LOG | ALARM, message)

    def _mark(self, given: Alarm, mask: int, message: str) -> None:
        # Clients of VALUE or LOG alone are told when the IOC marks a value and when it is good again: EPICS
        # would leave an archiver with the last sample it got, whatever became of it.
        marked = given.severity == INVALID
        if marked != self._marked:
            self._marked = marked
            mask |= VALUE | LOG
        self.update(given, mask, message)

    @property
    def plain(self) -> bool:
        """Whether clients' puts do what EPICS base does with a record without device support."""
        return not self.record.refuses and self.on_put is None

    def take(self, value: Any) -> None:
        """Take a client's value that nobody handles."""
        if self.plain:
            processing.put(self, value)
        else:
            self.post(value)

    def process(self) -> None:
        """Do what a put of a field asks for: EPICS processes the record, an instrument's only judges again."""
        if not self.plain:
            self.judge_again()
        elif self.scan == 0:
            processing.process(self)

    def show_again(self) -> None:
        """Send the present value as it is, with its time: a refused put has changed nothing."""
        self.publish(VALUE | LOG)

    def judge_again(self, mask: int = 0) -> None:
        """Judge the present value anew and send what has changed."""
        self.update(self._given, mask, self._said)

    def properties_changed(self) -> None:
        """Judge the present value by new limits, and tell subscribers of PROPERTY."""
        self._properties = None
        self.judge_again(PROPERTY)

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
        if worst.severity == INVALID and self.plain:
            processing.substitute(self)
        worst = worst.or_worse(simulated)
        text = message if worst == given else ""
        if worst != self.alarm or text != self.message:
            mask |= ALARM
            self._raise(worst, text)
        mask |= self.changes(mask)
        if mask:
            self.tell(mask)

    def _take_time(self) -> float:
        """Stamp the value; return the seconds since the last one."""
        before = self.stamp
        if self.held["TSE"] == 0:
            self.stamp = stamp_now()
        return self.stamp[0] - before[0] + (self.stamp[1] - before[1]) * 1e-9

    def _undefined(self, given: Alarm, elapsed: float) -> Alarm:
        if self.record.kind == "stringin" and self.plain:
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
        if self.disp:
            raise Refused("puts are disabled (DISP)")
