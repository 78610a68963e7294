"""Is the curve an input uses the one the station file demands?  Looked up, compared, told; never corrected.

At each connect, when an input gets another curve, and now and then, header and points are read slowly, one
message between many polls.  What differs is an alarm with words.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from cryoioc.clock import Clock
from cryoioc.curves import BadCurve
from cryoioc.curves.demanded import Demanded
from cryoioc.curves.rules import RULES, Point, Prepared, Rules, as_sent, prepare
from cryoioc.curves.slots import POINTS, Slots, Stored
from cryoioc.curves.upload import coarseness, differences
from cryoioc.errors import CryoError
from cryoioc.link import Conversation, Priority
from cryoioc.pvs import alerts
from cryoioc.pvs.about import About
from cryoioc.pvs.desk import LONG, SHORT
from cryoioc.pvs.device import Device, Values, status_of
from cryoioc.pvs.thermometer import ThermometerGroup
from cryoioc.records import Record

T = TypeVar("T")
GAP = 6.0  # s between two messages of a check: the readings keep their rate
AGAIN = 3600.0  # s between two checks of the same curve; points can be edited at the front panel
STATES = ("OK", "Differs", "Unknown")


class CurveCheck:
    """PVs ``CURVE:CHECK`` and ``CURVE:WHY`` of one thermometer.

    Parameters
    ----------
    thermometer : ThermometerGroup
    device : Device
    demanded : Demanded
        What its ``curve`` in the station file stands for.
    clock : Clock
    """

    def __init__(self, thermometer: ThermometerGroup, device: Device, clock: Clock, demanded: Demanded) -> None:
        self.thermometer, self.device, self.clock = thermometer, device, clock
        self.wanted, self.missing = _wanted(demanded, device)
        self._checked: tuple[int, float] | None = None  # curve number, time
        self._running: asyncio.Task[None] | None = None
        t = thermometer
        self.state = t.declare(
            Record(name=t.pv("CURVE:CHECK"), kind="mbbi", states=STATES, doc="Curve is that of the station file",
                   severities={"Differs": "MAJOR", "Unknown": "MINOR"}),
            about=About(alert=alerts.CURVE))  # fmt: skip
        self.why = t.declare(Record(name=t.pv("CURVE:WHY"), kind="stringin", doc="What differs, in short"))
        self.why_long = t.declare(
            Record(name=t.pv("CURVE:WHY:LONG"), kind="charin", length=LONG, doc="What differs, in full")
        )
        device.watch(t.incrv, self._number, self._away)

    def _away(self, status: str) -> None:
        self._checked = None
        for channel in (self.state, self.why, self.why_long):
            if not channel.undefined:
                channel.invalidate(status)

    def _number(self, values: Values) -> None:
        number, when = self._checked or (-1, 0.0)
        due = number != values["curve"] or self.clock.now() - when >= AGAIN
        if due and self._running is None:
            self._running = asyncio.get_running_loop().create_task(self._check(values["curve"]))
            self._running.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._running = None
        if not task.cancelled() and (fault := task.exception()) is not None:
            self.device.give_up(fault)

    async def _check(self, number: int) -> None:
        name = self.thermometer.spec.curve
        if self.wanted is None:
            self._tell("Unknown", self.missing)
        elif not number:
            self._tell("Differs", f"no curve in use, {name} expected")
        else:
            try:
                stored = await Slots(self.device.model, self._gently, self.clock, patience=0.0).read(number)
            except CryoError as error:
                self._checked = None
                self._away(status_of(error))
                return
            wrong = differences(self.device.model, self.wanted, stored)
            coarse = coarseness(self.device.model, stored)
            note = "" if coarse is None else f"Compared to the {coarse} decimals shown"
            rules = RULES[self.device.model.name]
            why = describe(number, self.wanted, stored, wrong, rules) if wrong else note
            self._tell("Differs" if wrong else "OK", why)
        self._checked = number, self.clock.now()

    async def _gently(self, work: Callable[[Conversation], Awaitable[T]], /) -> T:
        async with self.device.background:
            await self.clock.sleep(GAP)
            return await self.device.transact(work, Priority.BACKGROUND)

    def _tell(self, state: str, why: str) -> None:
        plain = why.encode("ascii", "replace").decode()
        self.state.post(state)
        self.why.post(plain[:SHORT])
        self.why_long.post(plain[: LONG - 1])


def _wanted(demanded: Demanded, device: Device) -> tuple[Prepared | None, str]:
    """Return the curve an instrument should hold, or None and why it is not known."""
    if demanded.breakpoints is None:
        return None, f"{demanded.said} has no breakpoints for an instrument: make some with 'curve fit'"
    try:
        return prepare(demanded.breakpoints, RULES[device.model.name]), ""
    except BadCurve as error:
        return None, str(error)


def describe(number: int, wanted: Prepared, stored: Stored, wrong: list[int], rules: Rules) -> str:
    """Say what of a stored curve is not as wanted, the first thing first."""
    points = [n for n in wrong if n]
    parts = []
    if 0 in wrong:
        a, b = stored.header, wanted.header
        for what, is_, should in (
            ("name", as_sent(a.name, rules), b.name),
            ("serial", as_sent(a.serial, rules), b.serial),
            ("format", a.format.code, b.format.code),
            ("limit", a.limit, b.limit),
            ("coefficient", a.coefficient, b.coefficient),
        ):
            if is_ != should:
                parts.append(f"{what} is {is_!r} not {should!r}")
    if points:
        first = points[0]
        expected: Point | None = wanted.points[first - 1] if first <= len(wanted.points) else None
        should = "unused" if expected is None else f"{expected[0]:g}, {expected[1]:g} K"
        is_ = f"{stored.points[first - 1][0]:g}, {stored.points[first - 1][1]:g} K"
        parts.append(f"point {first} is {is_} not {should}; {len(points)} of {POINTS} points differ")
    return f"Curve {number}: {'; '.join(parts)}"
