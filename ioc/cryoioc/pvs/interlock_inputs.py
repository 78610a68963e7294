"""Where an interlock finds its input: in a group of the station, in any of its PVs, or at another IOC."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from cryoioc.clock import Clock
from cryoioc.pvs import interlock_listening as listen
from cryoioc.pvs.desk import Desk
from cryoioc.pvs.device import Device
from cryoioc.pvs.elsewhere import OtherIocs
from cryoioc.pvs.flow import FlowGroup
from cryoioc.pvs.guarded import Guarded
from cryoioc.pvs.interlock_listening import NOTHING_YET, UNUSED, Tell
from cryoioc.pvs.loop import LoopGroup
from cryoioc.pvs.thermometer import ThermometerGroup
from cryoioc.pvs.unanswered import Unanswered
from cryoioc.records.declaration import NUMBERS
from cryoioc.safety.condition import Heard
from cryoioc.station_interlock import Interlock


@dataclass(frozen=True, kw_only=True)
class Station:
    """The groups an input can be looked for in."""

    desk: Desk
    thermometers: Mapping[str, ThermometerGroup]
    loops: Mapping[str, LoopGroup]
    flow: FlowGroup | None
    clock: Clock
    others: OtherIocs
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
    if spec.elsewhere:
        return _of_another_ioc(spec, station)
    name, suffix = spec.input.partition(":")[0], spec.suffix
    if name in station.thermometers:
        return _of_thermometer(station.thermometers[name], suffix, spec, station)
    if name in station.loops:
        return _of_loop(station.loops[name], suffix, spec, station)
    if spec.input == "FLOW":
        flow = station.flow
        if flow is None:
            return "no [flow] in the station file"
        return Found("SLPM", lambda tell: listen.helium(flow, station.clock, tell))
    return _of_pv(spec.input, spec, station)


def healthy_states(spec: Interlock) -> tuple[str, ...]:
    """Return the states that do not trip; none for a number."""
    if not spec.is_state:
        return ()
    # A loop that looks at no sensor cannot look at a wrong one.
    return (*spec.healthy, *UNUSED) if spec.suffix == "SENSOR" else spec.healthy or ("OK",)


def _only_heater(spec: Interlock, station: Station) -> Device | None:
    """Return the instrument that alone switches everything an interlock guards; None: there are several."""
    guarded = [one for name, one in station.guarded.items() if name in spec.guards or (not spec.guards and one.heats)]
    devices = {device.name: device for one in guarded for device in one.devices}
    return next(iter(devices.values())) if len(devices) == 1 else None


def _of_pv(name: str, spec: Interlock, station: Station) -> Found | str:
    channel = station.desk.channels.get(name)
    if channel is None:
        return f"the station has no PV {name}"
    is_number = channel.record.kind in NUMBERS
    if is_number == spec.is_state:
        return f"{name} is a number: no healthy states" if is_number else f"{name} has states: say the healthy ones"
    heater = _only_heater(spec, station)
    follows = heater if heater is not None and station.desk.entries[name].needs == heater.name else None

    def connect(tell: Tell) -> None:
        listen.pv(channel, station.clock, follows, tell)
        station.others.hurry(name, spec.stale)

    return Found(channel.record.unit, connect, listen.declared(channel))


def _of_another_ioc(spec: Interlock, station: Station) -> Found:
    def connect(tell: Tell) -> None:
        listen.another_ioc(spec.elsewhere, spec.unit, station.others, tell, words=spec.is_state)
        station.others.hurry(spec.elsewhere, spec.stale)

    return Found(spec.unit, connect)


def _of_thermometer(thermometer: ThermometerGroup, suffix: str, spec: Interlock, station: Station) -> Found | str:
    clock, heats = station.clock, _only_heater(spec, station) is thermometer.device
    if suffix == "TEMP":
        above = spec.above is not None
        return Found("K", lambda tell: listen.temperature(thermometer, clock, heats, tell, above=above))
    if suffix == "RATE":
        return Found("K/min", lambda tell: listen.rate(thermometer, spec.floor or 0.0, clock, heats, tell))
    if suffix == "STATUS":
        return Found("", lambda tell: listen.status(thermometer, clock, heats, tell))
    return _of_pv(thermometer.pv(suffix), spec, station)


def _of_loop(loop: LoopGroup, suffix: str, spec: Interlock, station: Station) -> Found | str:
    if suffix == "SENSOR":
        return Found("", lambda tell: listen.control(loop, station.clock, tell))
    if suffix == "HEATER:STATUS":
        if not loop.output.has_setup:
            return f"output {loop.spec.output} does not tell heater faults"
        return Found("", lambda tell: listen.heater_fault(loop, station.clock, tell))
    if suffix == "UNANSWERED":
        balance = station.heated.get(loop.name)
        if balance is None:
            return f"no {'[flow]' if station.flow is None else f'[heated.{loop.name}]'} in the station file"
        return Found("J", lambda tell: listen.unanswered(balance, station.clock, tell))
    return _of_pv(loop.pv(suffix), spec, station)
