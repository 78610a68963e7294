"""One instrument as the PVs see it: last known values by row, who watches them, and writes.

The device is the listener of its link.  A value is *known* once it was read and stays known while the
link is down (the PVs keep it and are INVALID); it is *good* while the instrument goes on answering.
What is read by polls and what is written in between changes the same values, so that both are here.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

from cryoioc.devices.lakeshore import COMMAND_ERROR, EXECUTION_ERROR
from cryoioc.errors import CryoError, DeviceRefused, LinkDown, LinkError, Refused, ReplyError
from cryoioc.link import Conversation, Link, LinkStatistics, Poll, Priority
from cryoioc.quantities import Address, Exchange, Identity, Model
from cryoioc.wire.chain import SEPARATOR

T = TypeVar("T")
Values = dict[str, Any]
Key = tuple[str, Address]
POWER_ON = 128  # bit of *ESR?

# error -> status of the PVs that show the value (epics-side.md 2.2)
STATUS = {LinkError: "COMM", ReplyError: "READ", CryoError: "READ"}


def status_of(error: CryoError) -> str:
    """Return the EPICS status that tells this error."""
    return next(status for kind, status in STATUS.items() if isinstance(error, kind))


def _fault_of(watcher: Callable[[], None]) -> Exception | None:
    """Call a watcher; return what went wrong in it, so that the next one is called all the same."""
    try:
        watcher()
    except Exception as fault:  # noqa: BLE001 - a PV whose watcher fails may not keep others from being INVALID
        return fault
    return None


@dataclass
class Slot:
    """One exchange at one address."""

    row: Exchange
    address: Address
    units: Slot | None = None  # what says in which units the values are, and is asked in front of them
    every: float = 0.0  # s between polls; 0: it is not polled
    values: Values | None = None  # last ones read, kept over faults
    when: float = 0.0  # s, clock time of the last good reply
    error: CryoError | None = None
    good: list[Callable[[Values], None]] = field(default_factory=list)
    bad: list[Callable[[str], None]] = field(default_factory=list)

    @property
    def queries(self) -> list[str]:
        """What is asked for the values, in one message."""
        own = self.row.ask(*self.address)
        return [own] if self.units is None else [*self.units.queries, own]

    def parse(self, replies: Sequence[str]) -> list[tuple[Slot, Values]]:
        """Return the values of everything asked, its own last; :class:`ReplyError` if one cannot be read."""
        *before, own = replies
        first = self.units.parse(before) if self.units is not None else []
        return [*first, (self, self.row.parse(own))]



def _status(slot: Slot, error: CryoError) -> str:
    """Return the status of what a slot shows; before the first reply nothing is known at all (PVS.md 5)."""
    return status_of(error) if slot.values is not None else "UDF"


class Device:
    """Last known values of an instrument, and transactions on its link."""

    def __init__(self, name: str, model: Model, identify: Callable[[str], Identity]) -> None:
        self.name = name
        self.model = model
        self.identify = identify
        self.identity: Identity | None = None
        self.background = asyncio.Lock()  # long readings beside the polls take turns
        self.switching_off = ""  # why heaters are being put off at this moment; empty: they are not
        self.connected = False
        self.answered = -math.inf  # s of the line's clock, when a poll was answered last
        self.down_reason = f"{name} has not been reached yet"
        self.power_cycled = False  # seen in *ESR? since the last connect
        self.link: Link | None = None
        self.distrust: Callable[[], None] | None = None  # makes all PVs INVALID that the instrument fills
        self._slots: dict[Key, Slot] = {}
        self._edges: list[Callable[[], None]] = []

    # --- declaration -------------------------------------------------------------------------

    def slot(self, row: str, *address: object) -> Slot:
        """Return the slot of an exchange; asking for it makes it polled."""
        return self.own_slot(self.model[row], *address)

    def own_slot(self, row: Exchange, *address: object) -> Slot:
        """Return the slot of an exchange that need not be one of the model's; asking for it makes it polled."""
        key = (row.name, address)
        if key not in self._slots:
            self._slots[key] = Slot(row, address, self._units_of(row, address), every=row.every)
        return self._slots[key]

    def _units_of(self, row: Exchange, address: Address) -> Slot | None:
        """Return the slot that says in which units a row answers: about the same place, or the whole instrument."""
        if not row.units:
            return None
        known = dict(zip(row.addresses, address, strict=True))
        return self.slot(row.units, *(known[name] for name in self.model[row.units].addresses))

    def slot_of(self, row: str, letter: str) -> Slot:
        """Return the slot of an exchange about an input, or about the group it belongs to."""
        grouped = "group" in self.model[row].addresses
        return self.slot(row, self.model.group_of(letter) if grouped else letter)

    def reading(self, row: str, letter: str) -> tuple[Slot, str]:
        """Return slot and field of a reading of an input: that of all inputs at once where the model has it."""
        if f"{row}.all" in self.model.rows:
            return self.slot(f"{row}.all"), f"input{letter}"
        slot = self.slot(row, letter)
        return slot, slot.row.fields[0].name

    def watch(self, slot: Slot, good: Callable[[Values], None], bad: Callable[[str], None] | None = None) -> None:
        """Call ``good(values)`` at each good reply and ``bad(status)`` when there is none."""
        slot.good.append(good)
        if bad is not None:
            slot.bad.append(bad)

    def on_edge(self, watcher: Callable[[], None]) -> None:
        """Call ``watcher`` when the instrument comes or goes."""
        self._edges.append(watcher)

    def polls(self) -> list[Poll]:
        """Return what is asked again and again, in the order of declaration."""
        order = {name: number for number, name in enumerate(self.model.rows)}
        slots = sorted(self.polled(), key=lambda s: order.get(s.row.name, -1))
        return [
            Poll(
                key=(s.row.name, s.address),
                text=SEPARATOR.join(s.queries),
                every=s.every,
                reply_chars=s.row.chars + (s.units.row.chars + 1 if s.units is not None else 0),
                alone=s.row.alone,
            )
            for s in slots
        ]

    def polled(self) -> list[Slot]:
        """Return the slots that are asked for again and again."""
        return [slot for slot in self._slots.values() if slot.every]

    # --- the link's listener -----------------------------------------------------------------

    def identified(self, reply: str) -> None:
        """Check that this is the model the station file names."""
        self.identity = self.identify(reply)

    def received(self, key: Hashable, reply: str, when: float) -> None:
        """Take one reply; :class:`ReplyError` if it cannot be read."""
        self.answered = when
        slot = self._slots[key]  # type: ignore[index]
        self.hear(slot, [reply] if slot.units is None else reply.split(SEPARATOR), when)

    def hear(self, slot: Slot, replies: Sequence[str], when: float) -> Values:
        """Take the replies to the queries of a slot; return its values."""
        heard = slot.parse(replies)
        for one, values in heard:
            self.learn(one, values, when)
        return heard[-1][1]

    def learn(self, slot: Slot, values: Values, when: float) -> None:
        """Take values that were read, by the poll or within a transaction."""
        slot.values, slot.when, slot.error = values, when, None
        for watcher in tuple(slot.good):
            watcher(values)

    def failed(self, key: Hashable, error: CryoError) -> None:
        """Note that an element was not answered or cannot be read."""
        self._fail(self._slots[key], error)  # type: ignore[index]

    def _fail(self, slot: Slot, error: CryoError) -> None:
        slot.error = error
        for watcher in tuple(slot.bad):
            watcher(_status(slot, error))

    def up(self) -> None:
        """The link is up; values follow."""
        self.connected, self.power_cycled = True, False
        for watcher in tuple(self._edges):
            watcher()

    def down(self, error: LinkError) -> None:
        """The link is down: nothing this instrument said is current any more, and every PV must hear of it."""
        self.connected, self.down_reason = False, str(error)
        told: list[Callable[[], None]] = []
        for slot in self._slots.values():
            slot.error = error
            told += [partial(watcher, _status(slot, error)) for watcher in slot.bad]
        faults = [fault for watcher in (*told, *self._edges) if (fault := _fault_of(watcher)) is not None]
        for fault in faults:
            self.give_up(fault)
        if faults and self.distrust is not None:
            self.distrust()

    def give_up(self, fault: BaseException) -> None:
        """Break the connection off: code that deals with this instrument has failed, nothing it shows is certain."""
        if self.link is not None:
            self.link.break_off(fault)

    # --- transactions ------------------------------------------------------------------------

    async def transact(
        self, work: Callable[[Conversation], Awaitable[T]], priority: Priority = Priority.PUT
    ) -> T:
        """Run ``work`` with the wire to itself; :class:`Refused` while the instrument is away."""
        if self.switching_off and priority is Priority.PUT:
            raise Refused(f"heaters are being put off: {self.switching_off}")
        self.insist_on_link()
        assert self.link is not None
        try:
            return await self.link.transact(work, priority)
        except LinkDown as error:
            raise LinkDown(f"{self.name} is not connected: {error}") from error

    def insist_on_link(self) -> None:
        """Raise :class:`Refused` with the reason while the instrument is away."""
        if self.link is None or not self.connected:
            raise Refused(f"{self.name} is not connected: {self.down_reason}")

    def known(self, slot: Slot) -> Values:
        """Return the values of a slot; :class:`Refused` until it has been read once."""
        if slot.values is None:
            self.insist_on_link()
            raise Refused(f"{slot.row.name} has not been read yet")
        return slot.values

    def statistics(self) -> LinkStatistics | None:
        """Return the link's counters; None before it exists."""
        return self.link.statistics() if self.link is not None else None

    async def checked(self, talk: Conversation, units: Sequence[str]) -> list[str]:
        """Send commands and queries in one message between two ``*ESR?``; return the replies.

        The first ``*ESR?`` clears what others left; the second is therefore about these commands.
        :class:`DeviceRefused` if it shows an execution or command error.
        """
        first, *replies, last = await talk.chain(["*ESR?", *units, "*ESR?"])
        before, after = (self.model["*ESR"].parse(r)["events"] for r in (first, last))
        self.power_cycled = self.power_cycled or bool((before | after) & POWER_ON)
        if after & (EXECUTION_ERROR | COMMAND_ERROR):
            what = "; ".join(u for u in units if "?" not in u)
            raise DeviceRefused(f"{self.name} did not accept {what}")
        return replies

    async def write(
        self, slot: Slot, changes: Values, now: Callable[[], float], *, restore: bool = True
    ) -> Values:
        """Change some fields of an exchange and read it back; return what the instrument has.

        A field of a multi-field command is read-modify-write within one transaction, refused until
        the exchange was read once.  Limits are checked before anything goes to the wire.  What the
        instrument has already is not sent, so that a save set can be restored twice; it is asked for,
        because somebody may have changed it at the front panel since the last poll.  What the
        instrument kept otherwise than asked is put back as it was, unless ``restore`` forbids it: a put
        that failed may not switch anything on again.
        """
        row, address = slot.row, slot.address
        many = len(row.fields) > 1
        row.tell({**(self.known(slot) if many else {}), **changes}, *address)

        def has(values: Values) -> bool:
            return all(row[name].codec.same(value, values[name]) for name, value in changes.items())

        async def work(talk: Conversation) -> Values:
            if many or (slot.values is not None and has(slot.values)):
                replies = await talk.chain(slot.queries)
                _, old = slot.parse(replies)[-1]
                if has(old):
                    return self.hear(slot, replies, now())
                kept = await self._set(talk, slot, {**old, **changes}, now)
            else:
                query = row.ask(*address)
                before, *replies = await self.checked(talk, [query, row.tell(changes, *address), *slot.queries])
                old, kept = row.parse(before), self.hear(slot, replies, now())
            if not has(kept):
                refused = ", ".join(f"{kept[name]} instead of {value}" for name, value in changes.items())
                if restore and kept != old:
                    await self._set(talk, slot, old, now)
                raise DeviceRefused(f"{self.name} kept {refused}")
            return kept

        return await self.transact(work)

    async def _set(self, talk: Conversation, slot: Slot, values: Values, now: Callable[[], float]) -> Values:
        """Write a whole exchange and read it back."""
        row, address = slot.row, slot.address
        replies = await self.checked(talk, [row.tell(values, *address), *slot.queries])
        return self.hear(slot, replies, now())

    async def tell(self, *commands: str) -> None:
        """Send commands that have no query, checked by the error register."""

        async def work(talk: Conversation) -> None:
            await self.checked(talk, commands)

        await self.transact(work)
