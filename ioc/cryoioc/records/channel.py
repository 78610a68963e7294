"""One record at run time, as the IOC has it: it posts values, and takes clients' puts.

Everything here is synchronous and belongs to the thread of the event loop; no instrument, no handler.
"""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from cryoioc.errors import Refused
from cryoioc.records import processing
from cryoioc.records.alarms import INVALID, NO_ALARM, Alarm, alarm
from cryoioc.records.dbr import Elements
from cryoioc.records.declaration import Record
from cryoioc.records.source import ALARM, LOG, PROPERTY, VALUE
from cryoioc.records.state import RecordState


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


class Channel(RecordState):
    """Base of the kinds of record.

    Attributes
    ----------
    on_put : callable or None
        Awaited with each checked :class:`Put`; it posts the accepted value itself and raises a
        ``CryoError`` to refuse.  Without it the value is posted as it came.  Puts of one channel run one
        after another.
    """

    def __init__(self, record: Record) -> None:
        super().__init__(record)
        self.accepts_puts = record.accepts_puts
        self.disp = 0  # DISP, other than 0: clients' puts are refused
        self.proc = 0  # PROC, whatever was put there last
        self.scan = 0  # SCAN
        self.timers: dict[str, asyncio.TimerHandle] = {}  # of SCAN and of a bo's HIGH, by field
        self.on_put: Callable[[Put], Awaitable[None]] | None = None
        self.on_regroup: Callable[[Channel], None] | None = None  # told when ASG was put
        self.turn = asyncio.Lock()  # puts wait for it
        self.posted = 0  # times the IOC has written a value
        self._marked = True  # the IOC said INVALID last

    @property
    def owner(self) -> Channel:
        """The record itself."""
        return self

    @property
    def asg(self) -> str:
        """Access group, as declared or as put to ASG since; "" is DEFAULT."""
        return str(self.held["ASG"])

    def regrouped(self) -> None:
        """Let who gives the rights look again: ASG is another."""
        if self.on_regroup is not None:
            self.on_regroup(self)

    @abstractmethod
    def check(self, elements: Elements) -> tuple[Any, int]:
        """Return what a client sent as value and index.

        Raises
        ------
        Refused
            When it is not a value for this record.
        """

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
        self.posted += 1
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

    def substitute(self) -> None:
        """Do with an output in INVALID what IVOA says."""
        if self.plain:
            processing.substitute(self)

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
