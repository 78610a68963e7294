"""Is the curve an input uses the one the station file demands?  Looked up, compared, told; never corrected.

At each connect, when an input gets another curve, and now and then, header and points are read slowly, one
message between many polls.  What differs is an alarm with words.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import cached_property
from typing import TypeVar

import numpy as np

from cryoioc.clock import Clock
from cryoioc.curves import BadCurve, ChebychevFit, Curve, catalogue, evaluator
from cryoioc.curves.rules import RULES, Point, Prepared, prepare
from cryoioc.curves.slots import POINTS, Slots, Stored
from cryoioc.curves.uncertainty import RANGES, Budget
from cryoioc.curves.upload import coarseness, differences
from cryoioc.errors import CryoError, Refused
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
TABLE = 400  # temperatures the uncertainty is computed at
STATES = ("OK", "Differs", "Unknown")


class CurveCheck:
    """PVs ``CURVE:CHECK``, ``CURVE:WHY`` and, for a sensor with a fit and uncertainties, ``TEMP:CAL``,
    ``TEMP:CAL:DIFF`` and ``UNC`` of one thermometer.

    Parameters
    ----------
    thermometer : ThermometerGroup
        Whose station table names a ``curve``.
    device : Device
    clock : Clock
    """

    def __init__(self, thermometer: ThermometerGroup, device: Device, clock: Clock) -> None:
        self.thermometer, self.device, self.clock = thermometer, device, clock
        self.wanted, self.missing = _wanted(thermometer.spec.curve, device)
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
            self._tell("Differs" if wrong else "OK", describe(number, self.wanted, stored, wrong) if wrong else note)
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


class Calibrated:
    """Temperature from the sensor reading through the full calibration, beside the instrument's own."""

    def __init__(self, thermometer: ThermometerGroup, device: Device, sensor: catalogue.Sensor, curve: Curve) -> None:
        self.thermometer, self._sensor, self.curve = thermometer, sensor, curve
        t, slot = thermometer, thermometer.sensor_slot
        query, every = slot.row.ask(*slot.address), slot.row.every
        self.kelvin = t.declare(
            Record(name=t.pv("TEMP:CAL"), kind="ai", unit="K", precision=4, doc="Temperature by the calibration itself",
                   adel=0.001), instrument=device.name, query=query, every=every)  # fmt: skip
        self.difference = t.declare(
            Record(name=t.pv("TEMP:CAL:DIFF"), kind="ai", unit="K", precision=4, doc="TEMP:CAL minus TEMP", adel=0.001)
        )
        self.uncertainty = t.declare(
            Record(name=t.pv("UNC"), kind="ai", unit="K", precision=4, doc="Expanded uncertainty of TEMP, k = 2",
                   adel=0.001)
        )  # fmt: skip
        device.watch(slot, self._good, self._bad)

    def _bad(self, status: str) -> None:
        for channel in (self.kelvin, self.difference, self.uncertainty):
            if not channel.undefined:
                channel.invalidate(status)

    def _good(self, values: Values) -> None:
        kelvin = self.curve.kelvin(self.thermometer.sensor_value(values), "nan")
        if not self.thermometer.type_fits() or not np.isfinite(kelvin):
            self._bad("CALC")
            return
        self.kelvin.post(kelvin)
        temperatures, expanded = self._uncertainties
        self.uncertainty.post(float(np.interp(kelvin, temperatures, expanded)))
        instrument = self.thermometer.reading.kelvin
        if instrument is not None:
            self.difference.post(kelvin - instrument)
        elif not self.difference.undefined:
            self.difference.invalidate("READ")

    @cached_property
    def _uncertainties(self) -> tuple[list[float], list[float]]:
        """Temperatures, [K], and expanded uncertainties with the instrument's breakpoints, [K]."""
        used = evaluator(catalogue.instrument_curve(self._sensor.serial))
        kelvin = np.geomspace(self.curve.low, self.curve.high, TABLE)[1:-1]
        found = Budget(self._sensor, self.curve, used, RANGES[self.curve.unit]).at(kelvin)
        return list(kelvin), list(found.expanded)


def add_checks(thermometer: ThermometerGroup, device: Device, clock: Clock) -> list[CurveCheck | Calibrated]:
    """Add what a thermometer's ``curve`` in the station file makes possible."""
    name = thermometer.spec.curve
    if not name:
        return []
    checks: list[CurveCheck | Calibrated] = [CurveCheck(thermometer, device, clock)]
    try:
        sensor, fit = catalogue.sensor(name), catalogue.delivered(name)
    except BadCurve:
        return checks
    if isinstance(fit, ChebychevFit) and "uncertainty" in sensor.manifest and "curve" in sensor.manifest:
        checks.append(Calibrated(thermometer, device, sensor, evaluator(fit)))
    return checks


def _wanted(name: str, device: Device) -> tuple[Prepared | None, str]:
    """Return the curve an instrument should hold, or None and why it is not known."""
    try:
        return prepare(catalogue.instrument_curve(name), RULES[device.model.name]), ""
    except (BadCurve, Refused) as error:
        return None, str(error)


def describe(number: int, wanted: Prepared, stored: Stored, wrong: list[int]) -> str:
    """Say what of a stored curve is not as wanted, the first thing first."""
    points = [n for n in wrong if n]
    parts = []
    if 0 in wrong:
        a, b = stored.header, wanted.header
        for what, is_, should in (
            ("name", a.name, b.name),
            ("serial", a.serial, b.serial),
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
