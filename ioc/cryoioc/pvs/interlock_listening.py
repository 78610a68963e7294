"""How an interlock hears its input: at every reading as it is delivered, not at a tick.

Each function connects one kind of input; ``tell`` is called with the last word whenever there is a new one.  A
reading that fails tells nothing: the last good one grows old until its age is the finding.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from cryoioc.clock import Clock
from cryoioc.devices.lakeshore import MONITOR_STATUS_BITS, STATUS_BITS
from cryoioc.pvs.device import Device, Values
from cryoioc.pvs.elsewhere import OtherIocs
from cryoioc.pvs.flow import FlowGroup
from cryoioc.pvs.loop import LoopGroup
from cryoioc.pvs.thermometer import ThermometerGroup
from cryoioc.pvs.unanswered import Unanswered
from cryoioc.records import Channel
from cryoioc.safety.condition import Heard
from cryoioc.safety.interlock import START

Tell = Callable[[Heard], None]
# Warmer than the curve ends, or leads open or shorted: which of them it is cannot be seen (physics.md 3.9).
OVER = {word for bits in (STATUS_BITS, MONITOR_STATUS_BITS) for word in bits.words(32 + 64 + 128)}
UNUSED = ("Off", "Open loop", "Monitor out")  # output modes that look at no sensor
NOTHING_YET = Heard()


class _Last:
    """The last good value of an input and its time."""

    def __init__(self, clock: Clock, tell: Tell, heard: Heard = NOTHING_YET) -> None:
        self._clock, self._tell, self._heard = clock, tell, heard
        self._read: float | None = None  # s, when what lasts was last seen to last

    def good(self, value: float | str) -> None:
        self._heard = Heard(value, self._clock.now())
        self._tell(self._heard)

    def lasting(self, value: float | str, *, read: bool) -> None:
        """Take a value that holds until it is said to have ended; whether it was read just now."""
        if read:
            self._read = self._clock.now()
        self._heard = replace(self._heard, value=value, when=math.inf)
        self._tell(self._heard)

    def ends(self) -> None:
        """Let what was lasting be as old as its last reading."""
        if self._heard.when == math.inf:
            self._heard = replace(self._heard, when=self._clock.now() if self._read is None else self._read)
        self._tell(self._heard)

    def danger(self, word: str) -> None:
        self._tell(replace(self._heard, danger=word))

    def nothing(self) -> None:
        self._tell(self._heard)

    def follow(self, device: Device, heats: bool) -> None:
        """Excuse silence while ``device`` is away and just after, if it alone heats: nothing could be done then."""
        if not heats:
            return

        def edge() -> None:
            until = self._clock.now() + START * self._clock.speed if device.connected else math.inf
            self._heard = replace(self._heard, excused=until)
            self._tell(self._heard)

        device.on_edge(edge)


def temperature(thermometer: ThermometerGroup, clock: Clock, heats: bool, tell: Tell, *, above: bool) -> None:
    """Tell a temperature; a status that is itself the danger at once, where it is one that is too high."""
    last, reading = _Last(clock, tell), thermometer.reading
    last.follow(thermometer.device, heats)

    def bad(status: str) -> None:
        if above and reading.word in OVER:
            last.danger(reading.word)
        else:
            last.nothing()

    reading.watch(last.good, bad)


def rate(thermometer: ThermometerGroup, floor: float, clock: Clock, heats: bool, tell: Tell) -> None:
    """Tell the slope; 0 below the floor, where a small heat capacity lets every rate happen."""
    last, reading = _Last(clock, tell), thermometer.reading
    last.follow(thermometer.device, heats)

    def good(kelvin: float) -> None:
        slope = reading.rate.per_minute()
        if slope is not None:
            last.good(slope if kelvin >= floor else 0.0)

    reading.watch(good, lambda status: last.nothing())


def status(thermometer: ThermometerGroup, clock: Clock, heats: bool, tell: Tell) -> None:
    """Tell the reading status in a word."""
    last, reading = _Last(clock, tell), thermometer.reading
    last.follow(thermometer.device, heats)

    def bad(status: str) -> None:
        if reading.word != "No reading":
            last.good(reading.word)
        else:
            last.nothing()

    reading.watch(lambda kelvin: last.good("OK"), bad)


def helium(flow: FlowGroup, clock: Clock, tell: Tell) -> None:
    """Tell what flows for sure."""
    last = _Last(clock, tell)

    def good(values: Values) -> None:
        if flow.at_least is not None:
            last.good(flow.at_least)
        else:
            last.nothing()

    flow.device.watch(flow.frame, good)


def heater_fault(loop: LoopGroup, clock: Clock, tell: Tell) -> None:
    """Tell the latched heater fault."""
    last, output = _Last(clock, tell), loop.output
    last.follow(loop.device, True)
    loop.device.watch(output.fault_slot, lambda values: last.good(output.latched or "OK"))


def unanswered(balance: Unanswered, clock: Clock, tell: Tell) -> None:
    """Tell the heat that is left over."""
    last = _Last(clock, tell)
    last.follow(balance.thermometer.device, balance.loop.device is balance.thermometer.device)
    balance.watch(last.good)


def control(loop: LoopGroup, clock: Clock, tell: Tell) -> None:
    """Tell the name of the thermometer in control when its input is set up as the station file says."""
    last = _Last(clock, tell)
    last.follow(loop.device, True)

    def look(*_: Any) -> None:
        word = control_sensor(loop)
        if word:
            last.good(word)

    loop.device.watch(loop.outmode, look)
    for thermometer in loop.thermometers.values():
        loop.device.watch(thermometer.intype, look)
        thermometer.curve_name.follow(look)


def control_sensor(loop: LoopGroup) -> str:
    """Return the thermometer that controls a loop, or in words what is wrong with it; empty: not known yet."""
    outmode = loop.outmode
    if outmode.values is None or outmode.error is not None:
        return ""
    mode, letter = outmode.values["mode"], outmode.values["input"]
    if mode in UNUSED:
        return str(mode)
    thermometer = loop.thermometers.get(letter)
    if thermometer is None:
        return f"input {letter}"
    intype, curve, wanted = thermometer.intype.values, thermometer.curve_name, thermometer.spec.curve
    if intype is None or thermometer.intype.error is not None or (wanted and not curve.valid):
        return ""
    if not thermometer.type_fits():
        return f"{thermometer.name} as {intype['type']}"
    if wanted and wanted.partition(":")[0] not in (curve.value, thermometer.curve_serial.value):
        return f"{thermometer.name} on curve {curve.value}"
    return thermometer.name


class _AnotherIoc:
    """A PV of another IOC as the input of one interlock."""

    def __init__(self, unit: str, clock: Clock, tell: Tell) -> None:
        self.unit, self.clock, self._tell, self._heard = unit, clock, tell, NOTHING_YET

    def take(self, value: float | str, when: float) -> None:
        """Take a value that was known to be so at clock time ``when``, [s]."""
        self._heard = Heard(value, when)
        self._tell(self._heard)

    def lose(self, word: str, status: str) -> None:
        """Let the last value grow old."""
        lack = f"in another unit than {self.unit}" if word == "Wrong setting" else ""
        self._heard = replace(self._heard, lack=lack)
        self._tell(self._heard)


def another_ioc(name: str, unit: str, others: OtherIocs, tell: Tell, *, words: bool) -> None:
    """Tell a PV of another IOC: it is as fresh as the last answer of its server."""
    others.add(name, _AnotherIoc(unit, others.clock, tell), unit or None, name, words=words)


def declared(channel: Channel) -> Heard:
    """Return what a PV was declared with, which is not posted again."""
    return Heard() if channel.undefined else Heard(_plain(channel.value), math.inf)


def _plain(value: Any) -> float | str:
    return float(value) if isinstance(value, int | float) else str(value)


def pv(channel: Channel, clock: Clock, heater: Device | None, tell: Tell) -> None:
    """Tell a PV of this station: fresh as long as its group calls it valid, then as old as what was posted last.

    ``heater`` is the instrument that it comes from, where it is also the one that alone heats.
    """
    last = _Last(clock, tell, declared(channel))
    if heater is not None:
        last.follow(heater, True)

    posted = channel.posted

    def event() -> None:
        nonlocal posted
        if channel.valid:
            # Not each update is a reading: a client may have the value judged again.
            last.lasting(_plain(channel.value), read=channel.posted != posted)
            posted = channel.posted
        else:
            last.ends()

    channel.follow(event)
