"""A setting: ``X`` shows what the instrument has, ``X:SP`` is the wish and follows it (PVS.md 1-3)."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable
from typing import Any, cast

from cryoioc.errors import Refused
from cryoioc.pvs.about import NOTHING_SPECIAL, About
from cryoioc.pvs.desk import Group
from cryoioc.pvs.device import Device, Slot, Values
from cryoioc.pvs.saved import Saved
from cryoioc.quantities import Field
from cryoioc.records import Channel, Put, Record
from cryoioc.records.dbr import Elements
from cryoioc.wire.codecs import Bits, Choice, HourMinuteSecond, Integer, Letter, Number, Scaled, SixDigits, Text


def shape(field: Field) -> dict[str, Any]:
    """Return the keyword arguments of a :class:`Record` that follow from a field, ``kind`` as read."""
    codec = field.codec
    common: dict[str, Any] = {"doc": field.doc, "unit": field.unit}
    match codec:
        case Choice(words=words):
            return common | {"kind": "bi" if len(words) == 2 else "mbbi", "states": words}
        case Letter(letters=letters):
            return common | {"kind": "bi" if len(letters) == 2 else "mbbi", "states": letters}
        case Text():
            return common | {"kind": "stringin"}
        case Integer(low=low, high=high):
            return common | {"kind": "longin", "low": low, "high": high}
        case Bits() | HourMinuteSecond():
            return common | {"kind": "longin"}
        case Number(low=low, high=high, decimals=decimals):
            limits = {"low": low, "high": high} if abs(low) < float("inf") and high < float("inf") else {}
            return common | {"kind": "ai", "precision": decimals} | limits
        case SixDigits(decimals=decimals):
            return common | {"kind": "ai", "precision": decimals}
        case Scaled(scale=scale):
            return common | {"kind": "ai", "precision": max(0, -math.floor(math.log10(abs(scale))))}


def readable(keywords: dict[str, Any]) -> dict[str, Any]:
    """Return the keywords without drive limits and access: they bind wishes, not readings."""
    return {k: v for k, v in keywords.items() if k not in ("low", "high", "asg", "stays_open")}


def wish(keywords: dict[str, Any]) -> dict[str, Any]:
    """Return the keywords for the writable record of the same shape."""
    out = {"ai": "ao", "bi": "bo", "mbbi": "mbbo", "longin": "longout", "stringin": "stringout", "waveform": "waveform"}
    return keywords | {"kind": out[keywords["kind"]], "writable": True}


class Pair:
    """The two channels of a setting, and the rule that the wish follows the truth.

    Parameters
    ----------
    group : Group
        Where they are declared.
    suffix : str
        Name of the truth within the group; the wish is ``suffix:SP``.
    keywords : dict
        Arguments of :class:`Record` for the truth, see :func:`shape`.
    """

    def __init__(self, group: Group, suffix: str, keywords: dict[str, Any], *, instrument: str = "", query: str = "",
                 set: str = "", every: float = 0.0, about: About = NOTHING_SPECIAL) -> None:  # fmt: skip
        self.group = group
        self.suffix = suffix
        self.truth = group.declare(
            Record(name=group.pv(suffix), **readable(keywords)), instrument=instrument, query=query, every=every
        )
        self.wish = group.declare(
            Record(name=group.pv(f"{suffix}:SP"), **wish(keywords)),
            instrument=instrument,
            query=query,
            set=set,
            about=about,
        )
        group.desk.alias(group.pv(f"{suffix}:SP:RBV"), group.pv(suffix))
        self.ours = False  # a put to the wish is being carried out
        self.told = True  # a change by others is told in MSG
        self._seen = False

    def show(self, value: Any) -> None:
        """Take the truth; a change that was not ours is told, and the wish follows."""
        changed = self._seen and self.truth.value != value
        self.truth.post(value)
        if self.ours:
            return
        if changed or not self._seen or not self.wish.valid:
            self.wish.post(value, force=True)
        if changed and self.told:
            self.group.say(f"{self.suffix} changed to {self.truth.value} by others")
        self._seen = True

    def hide(self, status: str) -> None:
        """The truth is unknown: keep the last value, INVALID."""
        self.truth.invalidate(status)
        self.wish.invalidate(status)

    async def carry_out(self, work: Callable[[], Awaitable[None]]) -> None:
        """Await ``work()``; whatever comes of it, the wish takes the truth as it is then."""
        self.ours = True
        try:
            await work()
        finally:
            self.ours = False
            if self.truth.valid:
                self._seen = True
                self.wish.post(self.truth.value, force=True)


class Setting:
    """A pair behind one field of an exchange, or behind a value made of several.

    Parameters
    ----------
    field : str
        The field shown; its unit, limits, states and doc become the PV's.
    show : callable, optional
        Values of the exchange -> value of the PV; the field itself when left out.
    changes : callable, optional
        Value put -> fields to change; may raise :class:`cryoioc.errors.Refused`.
    guard : callable, optional
        Called with the value put; raises :class:`cryoioc.errors.Refused` before anything is sent.
    about : About, optional
        What other programs need to know of the wish.
    **overrides
        Arguments of :class:`Record` that differ from what the field says.
    """

    def __init__(self, group: Group, suffix: str, device: Device, slot: Slot, field: str, *,
                 show: Callable[[Values], Any] | None = None, changes: Callable[[Any], Values] | None = None,
                 guard: Callable[[Any], None] | None = None, about: About = NOTHING_SPECIAL,
                 **overrides: Any) -> None:  # fmt: skip
        self.device, self.slot, self.guard = device, slot, guard
        self._show = show or (lambda values: values[field])
        self._restore = about.restorable  # what a save set may not bring back, a failed put may not either
        self._changes = changes or (lambda value: {field: value})
        row = slot.row
        self.pair = Pair(
            group,
            suffix,
            shape(row[field]) | overrides,
            instrument=device.name,
            query=row.ask(*slot.address),
            set=row.set,
            every=row.every,
            about=about,
        )
        device.watch(slot, self._good, self.pair.hide)
        group.accept(self.pair.wish, self.put)

    @property
    def truth(self) -> Channel:
        """The channel that shows what the instrument has."""
        return self.pair.truth

    def _good(self, values: Values) -> None:
        self.pair.show(self._show(values))

    async def put(self, request: Put) -> None:
        """Carry out a put to the wish."""
        if self.guard is not None:
            self.guard(request.value)
        changes = self._changes(request.value)
        now = self.pair.group.desk.clock.now

        async def work() -> None:
            await self.device.write(self.slot, changes, now, restore=self._restore)

        await self.pair.carry_out(work)


class OwnSetting:
    """A setting of the IOC itself: truth and wish are always the same, nothing goes to the wire.

    What was put survives a restart, until ``initial`` is another.
    """

    def __init__(self, group: Group, suffix: str, initial: Any, keywords: dict[str, Any],
                 changed: Callable[[], None] | None = None) -> None:  # fmt: skip
        self.pair = Pair(group, suffix, keywords | {"initial": initial})
        self.changed = changed
        self._initial = initial
        self._restore(group.desk.saved)
        group.accept(self.pair.wish, self.put)

    def _restore(self, saved: Saved) -> None:
        name = self.pair.truth.record.name
        kept = saved.setting(name, self._initial)
        if kept is None:
            return
        try:
            value, _ = self.pair.wish.check(cast(Elements, (kept,)))
        except Refused as error:
            saved.drop(name, str(error))
            return
        self._post(value)

    def _post(self, value: Any) -> None:
        self.pair.truth.post(value)
        self.pair.wish.post(value, force=True)

    @property
    def value(self) -> Any:
        """The value in force."""
        return self.pair.truth.value

    async def put(self, request: Put) -> None:
        """Take a new value."""
        self._post(request.value)
        same = request.value == self._initial
        self.pair.group.desk.saved.put(self.pair.truth.record.name, None if same else request.value, self._initial)
        if self.changed is not None:
            self.changed()
