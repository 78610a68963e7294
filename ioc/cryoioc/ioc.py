"""A station as a running IOC: devices and PV groups built from the station file, links and server."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from cryoioc.access import acf
from cryoioc.access.guard import AccessGuard
from cryoioc.access.rules import Rules, default_rules
from cryoioc.clock import Clock
from cryoioc.errors import StationError
from cryoioc.instruments import dialect_of, make_device
from cryoioc.link import Link, PlanError, PollPlan, PortSettings, Transport, open_port
from cryoioc.putlog import PutLog
from cryoioc.pvs.aliases import add_aliases
from cryoioc.pvs.amplifiers import make_amplifiers
from cryoioc.pvs.calibrated import add_checks, demanded_curves
from cryoioc.pvs.curve_header import CurveHeaders
from cryoioc.pvs.desk import Desk
from cryoioc.pvs.device import Device
from cryoioc.pvs.elsewhere import OtherIocs
from cryoioc.pvs.flow import FlowGroup
from cryoioc.pvs.guarded import Guarded, GuardedBias, GuardedColdBias, GuardedLoop, GuardedOutput
from cryoioc.pvs.health import Health
from cryoioc.pvs.heat_or_bias import HeatOrBias
from cryoioc.pvs.hours import Hours
from cryoioc.pvs.instrument import InstrumentGroup, listen_to
from cryoioc.pvs.interlock_inputs import Station as Inputs
from cryoioc.pvs.interlock_saved import InterlockMemory
from cryoioc.pvs.interlocks import Interlocks
from cryoioc.pvs.kept import Kept
from cryoioc.pvs.loop import LoopGroup
from cryoioc.pvs.power_output import PowerGroup
from cryoioc.pvs.rig import Rig
from cryoioc.pvs.rig_sources import Sources
from cryoioc.pvs.saved import Saved
from cryoioc.pvs.second_line import Compared, SecondLine, SupplyLine, of_loop, of_thermometer
from cryoioc.pvs.second_line_order import check_order
from cryoioc.pvs.station_group import StationGroup
from cryoioc.pvs.switch_bias import BiasSwitch
from cryoioc.pvs.switch_off import HeaterSwitch
from cryoioc.pvs.switch_power import PowerSwitch
from cryoioc.pvs.thermometer import ThermometerGroup
from cryoioc.pvs.thermostat import MonitorLine
from cryoioc.pvs.unanswered import Unanswered
from cryoioc.pvs.who_put import WhoPut
from cryoioc.records import Server, ServerError
from cryoioc.records.declaration import MAX_NAME
from cryoioc.safety.enforce import Switch
from cryoioc.station import Station
from cryoioc.station_power import Power

Opener = Callable[[], Awaitable[Transport]]
SEARCH_PORT = 5064  # of Channel Access
TICK = 1.0  # s, for ages, counters and repeated INVALID events


def opener_of(url: str, settings: PortSettings) -> Opener:
    """Return what opens a port by its pyserial URL."""
    return partial(open_port, url, settings)


def _guarded(devices: Sequence[Device], tick: Callable[[], None]) -> None:
    """Let a group of some instruments do what is due; a fault in it ends the service of these only."""
    try:
        tick()
    except Exception as fault:  # noqa: BLE001 - whatever is wrong with one instrument, the others stay served
        if not devices:
            raise
        for device in devices:
            device.give_up(fault)


async def _outlive(server: asyncio.Task[None]) -> None:
    """Raise when serving has ended without saying why; who cancels both does not wait for this."""
    await asyncio.wait({server})
    why = "its task was cancelled" if server.cancelled() else "it returned"
    raise ServerError(f"Channel Access server has ended: {why}")


def addresses_of(station: Station) -> list[tuple[str, int]]:
    """Return where PVs of other IOCs are searched for."""
    found = (address.partition(":") for address in station.ca.search)
    return [(host, int(port or SEARCH_PORT)) for host, _, port in found]


def access_rules(station: Station) -> Rules:
    """Return the rules of the access file a station names; this may wait for a name server."""
    if not station.ca.acf:
        return default_rules()
    return Rules(acf.load(station.path.parent / station.ca.acf, station.prefix))


class Ioc:
    """All PVs of a station, and what keeps them true.

    Parameters
    ----------
    station : Station
    clock : Clock
        Time of links, dwell and rates.
    openers : mapping, optional
        Instrument name -> how to open its port, instead of the station file's ``port``.
    state : Path, optional
        Folder for what survives a restart; nothing does without one.
    put_log : PutLog, optional
        Where clients' puts are written down.

    Raises
    ------
    cryoioc.errors.StationError
        If an alias cannot be served, what must be polled does not fit on a line, or the access file is wrong.
    """

    def __init__(
        self,
        station: Station,
        clock: Clock,
        openers: Mapping[str, Opener] | None = None,
        *,
        state: Path | None = None,
        put_log: PutLog | None = None,
    ) -> None:
        self.station, self.clock, self.folder = station, clock, station.path.parent
        curves = demanded_curves(station)
        check_order(station, curves)
        self.saved = Saved(state)
        self.desk = Desk(clock, self.saved)
        self.devices = {spec.name: make_device(spec, self.folder) for spec in station.instruments.values()}
        self.station_group = StationGroup(self.desk, tuple(self.devices.values()), clock)
        self.instruments = [
            InstrumentGroup(self.desk, spec, self.devices[spec.name], clock) for spec in station.instruments.values()
        ]
        self.thermometers = [
            ThermometerGroup(self.desk, spec, self.devices[spec.instrument], clock)
            for spec in station.thermometers.values()
        ]
        self.loops = [self._loop(name) for name in station.loops]
        self.flow = self._flow()
        self.sources = Sources(self.devices, self.saved, OtherIocs(clock, addresses_of(station)))
        self.heated = self._heated()
        own: list[ThermometerGroup | InstrumentGroup | FlowGroup]
        own = [*self.thermometers, *self.instruments, *([self.flow] if self.flow is not None else [])]
        self.ticking: list[tuple[Callable[[], None], tuple[Device, ...]]] = [(g.tick, (g.device,)) for g in own]
        self.rig = Rig(self.desk, station, self.sources, self.flow, {t.name: t for t in self.thermometers})
        self.ticking += [(group.tick, group.devices) for group in self.rig.groups]
        self.ticking += [(self.sources.others.tick, ())]
        self.ticking += [(loop.update, (loop.device,)) for loop in self.loops]
        self.heat_or_bias = HeatOrBias()
        self.powers = [self._power(spec) for spec in station.powers.values()]
        self.ticking += [(power.tick, power.devices) for power in self.powers]
        self.station_group.powers = self.powers
        self.amplifiers = make_amplifiers(station, self.desk, self.devices, {t.name: t for t in self.thermometers},
                                          self.heat_or_bias, self.rig.compressor)  # fmt: skip
        self.curves = [self._curves(device) for device in self.devices.values()]
        self.curve_checks = [
            add_checks(group, group.device, clock, curves.get(group.name)) for group in self.thermometers
        ]
        self.station_group.switches = self._switches()
        self.interlocks = self._interlocks()
        self.station_group.objections = [self.interlocks.objection, *(one.objection for one in self.amplifiers)]
        self.second_lines = self._second_lines()
        self.ticking += [(line.tick, (line.device,)) for line in self.second_lines]
        self.compared: list[Compared] = [*self.second_lines, *map(SupplyLine, self.powers)]
        self.ticking += [(self.interlocks.tick, ())]
        self.station_group.required = [*self.thermometers, *([self.flow] if self.flow is not None else [])]
        self.access = AccessGuard(access_rules(station))
        self.who_put = WhoPut(self.station_group, self.access, partial(access_rules, station), put_log)
        self.health = Health(self.station_group, station)
        self.ticks = 0  # since the start, for who watches
        self.kept = Kept(self.station_group, self.desk, self.saved)
        self.hours = [Hours(loop, "HOURS", "Heater on, over all restarts", loop.output.is_on) for loop in self.loops]
        self.hours.append(Hours(self.station_group, "IOC:HOURS", "IOC running, over all restarts", lambda: True))
        self.kept.restore()
        add_aliases(self.desk, station)
        self._check_names()
        self._connect(openers or {})

    def _check_names(self) -> None:
        longest = max((self.station.prefix + name for name in (*self.desk.channels, *self.desk.aliases)), key=len)
        if len(longest) > MAX_NAME:
            what = f"PV name {longest} has {len(longest)} characters, {MAX_NAME} are allowed"
            raise StationError([f"{self.station.path}: {what}: shorten prefix or name"])

    def _loop(self, name: str) -> LoopGroup:
        spec = self.station.loops[name]
        inputs = {t.spec.input: t for t in self.thermometers if t.spec.instrument == spec.instrument}
        return LoopGroup(self.desk, spec, self.devices[spec.instrument], inputs, self.clock, self.saved)

    def _power(self, spec: Power) -> PowerGroup:
        monitor = None
        if spec.monitor is not None:
            monitor = MonitorLine(self.clock)
            self.sources.measure(monitor, spec.monitor, "V", f"{spec.name}:THERMOSTAT")
        return PowerGroup(self.desk, spec, self.devices[spec.instrument], self.heat_or_bias, monitor)

    def _switches(self) -> list[HeaterSwitch]:
        controllers = [device for device in self.devices.values() if device.model.outputs]
        return [HeaterSwitch(d, [loop for loop in self.loops if loop.device is d], self.clock) for d in controllers]

    def _second_lines(self) -> list[SecondLine]:
        found = [of_thermometer(thermometer) for thermometer in self.thermometers]
        return [*(line for line in found if line is not None), *(of_loop(loop) for loop in self.loops)]

    def _interlocks(self) -> Interlocks:
        inputs = Inputs(desk=self.desk, thermometers={t.name: t for t in self.thermometers},
                        loops={loop.name: loop for loop in self.loops}, flow=self.flow, clock=self.clock,
                        heated=self.heated, guarded=self._guards(), others=self.sources.others)  # fmt: skip
        group = self.station_group
        switches: list[Switch] = [*group.switches, *map(PowerSwitch, self.powers), *map(BiasSwitch, self.amplifiers)]
        return Interlocks(inputs, self.station.interlocks, switches, group.all_off, InterlockMemory(self.saved))

    def _guards(self) -> dict[str, Guarded]:
        """Return everything that interlocks can guard, by name."""
        every: list[Guarded] = [*map(GuardedLoop, self.loops), *map(GuardedOutput, self.powers),
                                *map(GuardedBias, self.amplifiers), *map(GuardedColdBias, self.amplifiers)]  # fmt: skip
        return {one.name: one for one in every}

    def _heated(self) -> dict[str, Unanswered]:
        """Declare the balances of heat, where the helium is metered; of a body behind another one after that."""
        if self.flow is None:
            return {}
        loops, thermometers = {loop.name: loop for loop in self.loops}, {t.name: t for t in self.thermometers}
        found: dict[str, Unanswered] = {}
        for spec in sorted(self.station.heated.values(), key=lambda spec: bool(spec.behind)):
            found[spec.name] = Unanswered(loops[spec.name], spec, thermometers[spec.thermometer], self.flow, self.clock,
                                          found.get(spec.behind))  # fmt: skip
        return found

    def _flow(self) -> FlowGroup | None:
        spec = self.station.flow
        return FlowGroup(self.desk, spec, self.devices[spec.instrument], self.clock) if spec is not None else None

    def _curves(self, device: Device) -> CurveHeaders:
        thermometers = [t for t in self.thermometers if t.device is device]
        return CurveHeaders(device, thermometers, [loop for loop in self.loops if loop.device is device], self.clock)

    def _connect(self, openers: Mapping[str, Opener]) -> None:
        for spec in self.station.instruments.values():
            device, dialect = self.devices[spec.name], dialect_of(spec, self.folder)
            opener = openers.get(spec.name) or opener_of(spec.port, dialect.settings)
            try:
                # The line's time is real, however fast the station's clock runs.
                device.link = Link(spec.name, opener, dialect, device.polls(), device, Clock())
            except PlanError as error:
                raise StationError([f"{self.station.path}: instrument.{spec.name}: {error}"]) from error

    def plans(self) -> dict[str, PollPlan]:
        """Return the poll plan of each instrument, for ``cryoioc check``."""
        specs = self.station.instruments.values()
        return {spec.name: PollPlan(self.devices[spec.name].polls(), dialect_of(spec, self.folder)) for spec in specs}

    def make_server(self, port: int | None = None) -> Server:
        """Return the Channel Access server of this station; ``port`` overrules its own."""
        server = Server(
            self.desk.channels.values(),
            prefix=self.station.prefix,
            interfaces=self.station.ca.interfaces,
            port=port or self.station.ca.port,
            aliases=self.desk.aliases,
            guard=self.access,
        )
        server.hooks.refused = self.desk.refused
        server.hooks.reported = self.who_put.note
        server.hooks.field_put = self.kept.note
        return server

    async def run(self, server: Server | None = None) -> None:
        """Keep links, PVs and a started server going until cancelled.

        Raises
        ------
        cryoioc.errors.Unavailable
            If the server has ended though nobody stopped it, or another IOC has the state folder.
        cryoioc.errors.StationError
            If there can be no such state folder.
        """
        self.saved.open()
        if self.who_put.log is not None:
            self.who_put.log.open()
        self.sources.others.start()
        try:
            async with asyncio.TaskGroup() as tasks:
                for device in self.devices.values():
                    assert device.link is not None
                    tasks.create_task(device.link.run(), name=f"link {device.name}")
                tasks.create_task(self.interlocks.run(), name="interlocks")
                for amplifier in self.amplifiers:
                    tasks.create_task(amplifier.loop.run(), name=f"bias {amplifier.name}")
                tasks.create_task(self._tick(server), name="tick")
                tasks.create_task(self.kept.run(self.hours), name="keep")
                tasks.create_task(listen_to(self.instruments), name="listen")
                if server is not None:
                    tasks.create_task(_outlive(tasks.create_task(server.run(), name="server")))
        except BaseExceptionGroup as group:
            raise group.exceptions[0] from group
        finally:
            self.sources.others.stop()
            self.saved.close()
            if self.who_put.log is not None:
                self.who_put.log.close()

    async def _tick(self, server: Server | None) -> None:
        due = self.clock.now()
        while True:
            for tick, devices in self.ticking:
                _guarded(devices, tick)
            for channel in self.desk.channels.values():
                # A dead value goes on saying so: an archiver drops events that are not newer.
                if not channel.valid and channel.status != "UDF":
                    channel.invalidate(channel.status)
            self.station_group.tick(server)
            self.who_put.tick()
            self.health.tick(self.station_group.open_files)
            self.ticks += 1
            due += TICK
            await self.clock.sleep_until(due)
