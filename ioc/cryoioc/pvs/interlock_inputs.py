"""Where an interlock hears its input: at every reading as it is delivered, not at a tick.

Each function connects one kind of input; ``tell`` is called with the last word whenever there is a new one.  A
reading that fails tells nothing: the last good one grows old until its age is the finding.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from cryoioc.clock import Clock
from cryoioc.devices.lakeshore import STATUS_BITS
from cryoioc.pvs.desk import Desk
from cryoioc.pvs.device import Device, Values
from cryoioc.pvs.flow import FlowGroup
from cryoioc.pvs.guarded import Guarded
from cryoioc.pvs.loop import LoopGroup
from cryoioc.pvs.thermometer import ThermometerGroup
from cryoioc.pvs.unanswered import Unanswered
from cryoioc.records import Channel
from cryoioc.safety.condition import Heard
from cryoioc.safety.interlock import START
from cryoioc.station_interlock import Interlock

Tell = Callable[[Heard], None]
# Warmer than the curve ends, or leads open or shorted: which of them it is cannot be seen (physics.md 3.9).
OVER = tuple(STATUS_BITS.words(32 + 64 + 128))
UNUSED = ("Off", "Open loop", "Monitor out")  # output modes that look at no sensor
NOTHING_YET = Heard()
VALUE, ALARM = 1, 4  # DBE_VALUE, DBE_ALARM


@dataclass(frozen=True, kw_only=True)
class Station:
    """The groups an input can be looked for in."""

    desk: Desk
    thermometers: Mapping[str, ThermometerGroup]
    loops: Mapping[str, LoopGroup]
    flow: FlowGroup | None
    clock: Clock
    heated: Mapping[str, Unanswered] = field(default_factory=dict)
    guarded: Mapping[str, Guarded] = field(default_factory=dict)


@dataclass(frozen=True)
class Found:
    """An input that the station has."""

    unit: str
    connect: Callable[[Tell], None]
    first: Heard = NOTHING_YET  # what is known of it before anything is read


def find_input(spec: Interlock, station: Station) -> Found | str:
    """Return the input of an interlock, or why the station has none."""
    found = _look_for(spec, station)
    if isinstance(found, Found) and spec.unit and found.unit != spec.unit:
        return f"{spec.input} is in {found.unit or 'no unit'}, not {spec.unit}"
    return found


def _look_for(spec: Interlock, station: Station) -> Found | str:
    name, _, suffix = spec.input.partition(":")
    if name in station.thermometers:
        return _of_thermometer(station.thermometers[name], suffix, spec, station)
    if name in station.loops:
        return _of_loop(station.loops[name], suffix, spec, station)
    if spec.input == "FLOW":
        flow = station.flow
        if flow is None:
            return "no [flow] in the station file"
        return Found("SLPM", lambda tell: _flow(flow, station.clock, tell))
    return _of_pv(spec.input, spec, station)


def healthy_states(spec: Interlock) -> tuple[str, ...]:
    """Return the states that do not trip; none for a number."""
    if not spec.is_state:
        return ()
    # A loop that looks at no sensor cannot look at a wrong one.
    return (*spec.healthy, *UNUSED) if spec.input.endswith(":SENSOR") else spec.healthy or ("OK",)


def _only_heater(spec: Interlock, station: Station) -> Device | None:
    """Return the instrument that alone switches everything an interlock guards; None: there are several."""
    guarded = [one for name, one in station.guarded.items() if name in spec.guards or (not spec.guards and one.heats)]
    devices = {device.name: device for one in guarded for device in one.devices}
    return next(iter(devices.values())) if len(devices) == 1 else None


def _of_pv(name: str, spec: Interlock, station: Station) -> Found | str:
    channel = station.desk.channels.get(name)
    if channel is None:
        return f"the station has no PV {name}"
    heater = _only_heater(spec, station)
    follows = heater if heater is not None and station.desk.entries[name].needs == heater.name else None
    return Found(channel.record.unit, lambda tell: _pv(channel, station.clock, follows, tell), _declared(channel))


def _of_thermometer(thermometer: ThermometerGroup, suffix: str, spec: Interlock, station: Station) -> Found | str:
    clock, heats = station.clock, _only_heater(spec, station) is thermometer.device
    if suffix == "TEMP":
        return Found("K", lambda tell: _temperature(thermometer, clock, heats, tell, above=spec.above is not None))
    if suffix == "RATE":
        return Found("K/min", lambda tell: _rate(thermometer, spec.floor or 0.0, clock, heats, tell))
    if suffix == "STATUS":
        return Found("", lambda tell: _status(thermometer, clock, heats, tell))
    return _of_pv(thermometer.pv(suffix), spec, station)


def _of_loop(loop: LoopGroup, suffix: str, spec: Interlock, station: Station) -> Found | str:
    if suffix == "SENSOR":
        return Found("", lambda tell: _control_sensor(loop, station.clock, tell))
    if suffix == "HEATER:STATUS":
        if not loop.output.has_setup:
            return f"output {loop.spec.output} does not tell heater faults"
        return Found("", lambda tell: _heater_fault(loop, station.clock, tell))
    if suffix == "UNANSWERED":
        balance = station.heated.get(loop.name)
        if balance is None:
            return f"no {'[flow]' if station.flow is None else f'[heated.{loop.name}]'} in the station file"
        return Found("J", lambda tell: _unanswered(balance, station.clock, tell))
    return _of_pv(loop.pv(suffix), spec, station)


# --- kinds of input ----------------------------------------------------------------------------------


class _Last:
    """The last good value of an input and its time."""

    def __init__(self, clock: Clock, tell: Tell, heard: Heard = NOTHING_YET) -> None:
        self._clock, self._tell, self._heard = clock, tell, heard

    def good(self, value: float | str) -> None:
        self._heard = Heard(value, self._clock.now())
        self._tell(self._heard)

    def lasting(self, value: float | str) -> None:
        """Take a value that holds until it is said to have ended."""
        self._heard = replace(self._heard, value=value, when=math.inf)
        self._tell(self._heard)

    def ends(self) -> None:
        """Let what was lasting grow old from now on."""
        if self._heard.when == math.inf:
            self._heard = replace(self._heard, when=self._clock.now())
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


def _temperature(thermometer: ThermometerGroup, clock: Clock, heats: bool, tell: Tell, *, above: bool) -> None:
    last, reading = _Last(clock, tell), thermometer.reading
    last.follow(thermometer.device, heats)

    def bad(status: str) -> None:
        if above and reading.word in OVER:
            last.danger(reading.word)
        else:
            last.nothing()

    reading.watch(last.good, bad)


def _rate(thermometer: ThermometerGroup, floor: float, clock: Clock, heats: bool, tell: Tell) -> None:
    """Tell the slope; 0 below the floor, where a small heat capacity lets every rate happen."""
    last, reading = _Last(clock, tell), thermometer.reading
    last.follow(thermometer.device, heats)

    def good(kelvin: float) -> None:
        slope = reading.rate.per_minute()
        if slope is not None:
            last.good(slope if kelvin >= floor else 0.0)

    reading.watch(good, lambda status: last.nothing())


def _status(thermometer: ThermometerGroup, clock: Clock, heats: bool, tell: Tell) -> None:
    last, reading = _Last(clock, tell), thermometer.reading
    last.follow(thermometer.device, heats)

    def bad(status: str) -> None:
        if reading.word != "No reading":
            last.good(reading.word)
        else:
            last.nothing()

    reading.watch(lambda kelvin: last.good("OK"), bad)


def _flow(flow: FlowGroup, clock: Clock, tell: Tell) -> None:
    last = _Last(clock, tell)

    def good(values: Values) -> None:
        if flow.at_least is not None:
            last.good(flow.at_least)
        else:
            last.nothing()

    flow.device.watch(flow.frame, good)


def _heater_fault(loop: LoopGroup, clock: Clock, tell: Tell) -> None:
    last, output = _Last(clock, tell), loop.output
    last.follow(loop.device, True)
    loop.device.watch(output.fault_slot, lambda values: last.good(output.latched or "OK"))


def _unanswered(balance: Unanswered, clock: Clock, tell: Tell) -> None:
    last = _Last(clock, tell)
    last.follow(balance.thermometer.device, balance.loop.device is balance.thermometer.device)
    balance.watch(last.good)


def _control_sensor(loop: LoopGroup, clock: Clock, tell: Tell) -> None:
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
        _Events(thermometer.curve_name, look)


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


class _Events:
    """A subscription of the IOC to one of its own channels."""

    def __init__(self, channel: Channel, call: Callable[[], None]) -> None:
        self.mask = VALUE | ALARM
        self._call = call
        channel.subscribe(self)

    def deliver(self) -> None:
        self._call()


def _declared(channel: Channel) -> Heard:
    """Return what a PV was declared with, which is not posted again."""
    return Heard() if channel.undefined else Heard(_plain(channel.value), math.inf)


def _plain(value: Any) -> float | str:
    return float(value) if isinstance(value, int | float) else str(value)


def _pv(channel: Channel, clock: Clock, heater: Device | None, tell: Tell) -> None:
    """Tell a PV of this station: as long as its group calls it valid it is fresh, however seldom it changes.

    ``heater`` is the instrument that it comes from, where it is also the one that alone heats.
    """
    last = _Last(clock, tell, _declared(channel))
    if heater is not None:
        last.follow(heater, True)

    def event() -> None:
        if channel.valid:
            last.lasting(_plain(channel.value))
        else:
            last.ends()

    _Events(channel, event)
