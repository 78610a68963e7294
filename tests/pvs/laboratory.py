"""A station on the bench: IOC, lines, emulated instruments and plant in one process on one virtual clock.

A test is a scene: ``async def test_...(lab)`` under :func:`scene`.  The scene puts as a client does, turns
knobs at the front panel, breaks sensors and cables, waits in virtual time, and reads PVs and wire.
Behind the instruments is a plain thermal load that stays where it is put, unless a scene asks for the cryostat.
"""

from __future__ import annotations

import asyncio
import inspect
import re
import tempfile
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import replace
from functools import wraps
from pathlib import Path
from typing import Any

from cryoioc.clock import Clock, run_virtual
from cryoioc.errors import CryoError, LinkDown
from cryoioc.ioc import Ioc
from cryoioc.link import Transport, memory_pair
from cryoioc.records import Channel, Hooks, Origin, put
from cryoioc.records.field import Field
from cryoioc.records.fields import get_field
from cryoioc.records.puts import put_field
from cryoioc.station import Station, load
from cryosim.emulators.alicat import Alicat
from cryosim.emulators.lakeshore import LakeShore, Options
from cryosim.emulators.lakeshore218 import Monitor
from cryosim.emulators.lakeshore218 import Options as MonitorOptions
from cryosim.emulators.line import LineSettings
from cryosim.mounting.rack import Equipment
from cryosim.station_world import build
from cryosim.wiring import Wiring
from cryosim.world import Installed

STVP = Path(__file__).parents[2] / "db" / "stvp.toml"
# The smallest station that heats; a test adds what it is about.
ONE_LOOP = """
[station]
name = "LAB"
prefix = "LAB:"
[instrument.TC1]
model = "lakeshore335"
port = "socket://127.0.0.1:7001"
[thermometer.VAP]
instrument = "TC1"
input = "A"
curve = "DT-670"
unit = "V"
[loop.LOOP1]
instrument = "TC1"
output = 1
heater_ohm = 25.0
max_current = 0.5
sp_min = 1.4
sp_max = 300.0
"""
LOOK = 0.05  # s between two looks of `until`
PATIENCE = 60.0  # s until `until` gives up, unless a scene says otherwise
PLAIN = "dummy"  # plant of scenes that are about the IOC alone
NO_COMMAND = "ZZ"  # ends a message of which the instrument may have a part
SWEEP = 10.0  # s in which everything is polled at least once
# PVs that need a Channel Access server, those whose reading takes minutes, and what somebody has to enter or switch on.
LATER = re.compile(
    r"IOC:CA_\w+_CNT|\w+:CURVE:(CHECK|WHY)(:LONG)?|(VALVE|DEWAR:LEVEL|TUBE:PRESSURE)(:SP|:AGE)?|DEWAR:HOLD|VAC:CC|"
    r"\w+:(TN|GAIN)|STAGE\d:LOAD|YF:\w+(:SP|:AGE|:ERR)?"
)
VALUE, ALARM = 1, 4  # DBE_VALUE, DBE_ALARM

Scene = Callable[["Laboratory"], Awaitable[None]]


class Recorder:
    """A client's subscription: every event with its value, severity and time."""

    def __init__(self, lab: Laboratory, channel: Channel, mask: int) -> None:
        self.mask = mask
        self.events: list[tuple[Any, str, tuple[int, int]]] = []
        self._lab, self._channel = lab, channel
        channel.subscribe(self)

    def deliver(self) -> None:
        """Write an event down, for this channel and in the order of all of them."""
        channel = self._channel
        self.events.append((channel.value, channel.severity, channel.stamp))
        self._lab.diary.append((channel.name, channel.value))

    @property
    def values(self) -> list[Any]:
        """Values alone, in order."""
        return [value for value, _, _ in self.events]


class Laboratory:
    """What a test can see and do."""

    def __init__(self, station: Station, equipment: Equipment, state: Path | None = None) -> None:
        self.station = station
        self.clock = Clock()
        self.world = build(station, self.clock, equipment=equipment)
        for unit in self.world.installed.values():
            unit.line.log = []
        openers = {name: self._opener(unit) for name, unit in self.world.installed.items()}
        self.ioc = Ioc(station, self.clock, openers, state=state)
        # As Ioc.make_server wires it.
        ioc = self.ioc
        self.hooks = Hooks(refused=ioc.desk.refused, reported=ioc.who_put.note, field_put=ioc.kept.note)
        self.diary: list[tuple[str, Any]] = []  # events of all recorders, and ends of puts
        self.tasks: asyncio.TaskGroup | None = None
        self.mistaken = False  # the scene makes the IOC's own code fail

    def _opener(self, unit: Installed) -> Callable[[], Awaitable[Transport]]:
        async def open_line() -> Transport:
            if not unit.line.accepting.is_set():
                raise LinkDown("connection refused")
            near, far = memory_pair()
            assert self.tasks is not None
            self.tasks.create_task(unit.line.serve(far))
            return near

        return open_line

    # --- what a client does --------------------------------------------------------------------

    def channel(self, name: str) -> Channel:
        """Return a PV by its name or alias, without the station prefix."""
        desk = self.ioc.desk
        return desk.channels[desk.aliases.get(name, name)]

    def __getitem__(self, name: str) -> Any:
        """Return the value of a PV."""
        return self.channel(name).value

    def alarm(self, name: str) -> tuple[str, str]:
        """Return status and severity of a PV."""
        return self.channel(name).status, self.channel(name).severity

    async def put(self, name: str, value: Any = 1) -> None:
        """Put as a client and wait for the completion; a refusal is raised."""
        elements = value if isinstance(value, tuple | bytes) else (value,)
        await put(self.channel(name), elements, Origin(user="test"), self.hooks)
        self.diary.append((name, "completed"))

    async def put_field(self, name: str, field: str, value: Any) -> None:
        """Put a field of a record as a client."""
        found = get_field(self.channel(name), field)
        assert isinstance(found, Field)
        rest = put_field(found, (value,), Origin(user="test"), self.hooks)
        if rest is not None:
            await rest

    async def refused(self, name: str, value: Any = 1) -> str:
        """Put what must be refused; return the reason."""
        try:
            await self.put(name, value)
        except CryoError as error:
            return str(error)
        raise AssertionError(f"the put of {value!r} to {name} was accepted")

    def record(self, name: str, mask: int = VALUE) -> Recorder:
        """Subscribe to a PV."""
        return Recorder(self, self.channel(name), mask)

    # --- what happens in the laboratory --------------------------------------------------------

    def instrument(self, name: str = "TC1") -> LakeShore:
        """Return an emulated temperature controller."""
        instrument = self.world.installed[name].instrument
        assert isinstance(instrument, LakeShore)
        return instrument

    @property
    def meter(self) -> Alicat:
        """The emulated flow meter."""
        instrument = self.world.installed["FM1"].instrument
        assert isinstance(instrument, Alicat)
        return instrument

    def front_panel(self, message: str, name: str = "TC1") -> str:
        """Operate an instrument by hand, in the words of its own grammar; return what it shows."""
        instrument = self.world.installed[name].instrument
        if isinstance(instrument, Alicat):
            return instrument.receive(f"{message}\r".encode()).decode().strip()
        assert isinstance(instrument, LakeShore | Monitor)
        register = instrument._state.status
        before, register.event = register.event, 0
        shown = instrument.receive(f"{message}\n".encode()).decode().strip()
        assert register.event == 0, f"the front panel does not take {message!r}"
        register.event = before
        return shown

    def hold(self, kelvin: float, channel: str = "A", name: str = "TC1") -> None:
        """Keep a sensor at a temperature, whatever the plant does."""
        self.world.installed[name].sensors[channel].temperature = lambda: kelvin

    async def ramp_from(self, kelvin: float) -> None:
        """Hold a reading and let the first loop ramp at 6 K/min from now on."""
        self.hold(kelvin)
        await self.put("LOOP1:RAMP:RATE:SP", 6.0)
        await self.put("LOOP1:RAMP:SP", "On")

    def drift(self, start: float, rate: float, channel: str = "A") -> None:
        """Let a sensor's temperature move from ``start``, [K], at ``rate``, [K/s], from now on."""
        begun = self.clock.now()
        sensor = self.world.installed["TC1"].sensors[channel]
        sensor.temperature = lambda: start + rate * (self.clock.now() - begun)

    def break_sensor(self, channel: str = "A", wiring: Wiring = Wiring.OPEN, name: str = "TC1") -> None:
        """Open, short or mend the leads of a sensor."""
        self.world.installed[name].sensors[channel].wiring = wiring

    def break_heater(self, output: int = 1, wiring: Wiring = Wiring.OPEN) -> None:
        """Open, short or mend the leads of a heater."""
        self.world.installed["TC1"].heaters[output].wiring = wiring

    def unplug(self, name: str = "TC1") -> None:
        """Pull the cable of an instrument out."""
        line = self.world.installed[name].line
        line.accepting.clear()
        line.disconnect()

    def plug_in(self, name: str = "TC1") -> None:
        """Put the cable back."""
        self.world.installed[name].line.accepting.set()

    def mishear(self, said: bytes, heard: bytes, name: str = "TC1") -> None:
        """Let an instrument take ``said`` for ``heard``, once: it keeps something else than it was told."""
        instrument = self.world.installed[name].line.instrument
        receive = instrument.receive

        def take(data: bytes) -> bytes:
            if said in data:
                del instrument.receive
            return receive(data.replace(said, heard))

        instrument.receive = take

    # --- the wire ------------------------------------------------------------------------------

    def messages(self, name: str = "TC1", since: int = 0) -> list[str]:
        """Return what the IOC has sent, message by message."""
        log = self.world.installed[name].line.log
        assert log is not None
        return [data.decode().strip() for _, direction, data in log[since:] if direction == ">"]

    def mark(self, name: str = "TC1") -> int:
        """Return where the wire log stands."""
        log = self.world.installed[name].line.log
        assert log is not None
        return len(log)

    def commands(self, since: int, name: str = "TC1") -> list[str]:
        """Return the commands, not the queries, that the IOC has sent since a mark."""
        units = [unit for message in self.messages(name, since) for unit in message.split(";")]
        return [unit for unit in units if unit not in ("", NO_COMMAND) and "?" not in unit]

    def transaction(self, since: int, name: str = "TC1") -> list[str]:
        """Return the commands since a mark, after checking that no poll of readings came between them."""
        sent = self.messages(name, since)
        with_commands = [n for n, message in enumerate(sent) if any("?" not in u for u in message.split(";"))]
        if with_commands:
            between = sent[with_commands[0] : with_commands[-1] + 1]
            assert not any("KRDG?" in message for message in between), between
        return self.commands(since, name)

    # --- time ----------------------------------------------------------------------------------

    async def run(self, seconds: float) -> None:
        """Let virtual time pass, [s]."""
        await self.clock.sleep(seconds)

    async def until(self, condition: Callable[[], bool], within: float = PATIENCE) -> None:
        """Wait until a condition holds, at most ``within`` seconds of virtual time."""
        give_up = self.clock.now() + within
        while not condition():
            assert self.clock.now() < give_up, f"not within {within:g} s: {inspect.getsource(condition).strip()}"
            await self.clock.sleep(LOOK)

    async def becomes(self, name: str, value: Any, within: float = PATIENCE) -> None:
        """Wait until a PV has a value."""
        give_up = self.clock.now() + within
        while self[name] != value:
            assert self.clock.now() < give_up, f"{name} is {self[name]!r}, not {value!r}, after {within:g} s"
            await self.clock.sleep(LOOK)

    async def ready(self) -> None:
        """Wait until everything that is wired up has been read once."""
        unread = [name for name in self.ioc.desk.channels if not LATER.fullmatch(name)]
        give_up = self.clock.now() + PATIENCE
        while unread := [name for name in unread if self.channel(name).undefined]:
            assert self.clock.now() < give_up, f"never read: {unread}"
            await self.clock.sleep(LOOK)

    async def sweep(self) -> None:
        """Wait until every poll has come round."""
        await self.run(SWEEP)


def perform(
    play: Scene,
    *,
    station: str | Path = STVP,
    options: Options | None = None,
    monitor: MonitorOptions | None = None,
    lines: Mapping[str, LineSettings] | None = None,
    cold: bool = False,
    plant: str = PLAIN,
    state: Path | None = None,
) -> None:
    """Play a scene in a laboratory of its own.

    Parameters
    ----------
    play : callable
        The scene.
    station : Path or str
        A station file, or its text.
    options : Options, optional
        Readings of what the manuals leave open, for the temperature controllers.
    monitor : MonitorOptions, optional
        The same for temperature monitors.
    lines : mapping, optional
        Lines by model, when not the usual ones.
    cold : bool
        Begin before the IOC has read anything, instead of when it has read everything.
    plant : str
        What is behind the instruments, whatever the station file says.
    state : Path, optional
        Folder of what survives a restart of the IOC.
    """
    equipment = Equipment(lines or {}, options or Options(), monitor or MonitorOptions())
    run_virtual(_perform(play, with_plant(_station(station), plant), equipment, cold, state))


def with_plant(station: Station, plant: str) -> Station:
    """Return a station with another plant behind its instruments."""
    return replace(station, sim=replace(station.sim, plant=plant))


async def _perform(play: Scene, station: Station, equipment: Equipment, cold: bool, state: Path | None) -> None:
    lab = Laboratory(station, equipment, state)
    try:
        async with asyncio.TaskGroup() as lab.tasks:
            running = [lab.tasks.create_task(lab.world.run()), lab.tasks.create_task(lab.ioc.run())]
            if not cold:
                await lab.ready()
            await play(lab)
            faults = {device.name: device.statistics() for device in lab.ioc.devices.values()}
            assert lab.mistaken or not any(told.internal for told in faults.values()), faults
            for task in running:
                task.cancel()
    except BaseExceptionGroup as group:
        raise group.exceptions[0] from None


def _station(station: str | Path) -> Station:
    if isinstance(station, Path):
        return load(station)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "station.toml"
        path.write_text(station)
        return load(path)


def scene(**conditions: Any) -> Callable[[Callable[..., Coroutine[Any, Any, None]]], Callable[..., None]]:
    """Make a test of a scene; the conditions are those of :func:`perform`."""

    def decorate(play: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
        @wraps(play)
        def test(*args: Any, **kwargs: Any) -> None:
            perform(lambda lab: play(lab, *args, **kwargs), **conditions)

        # pytest reads the signature: the laboratory is no fixture, it exists only inside the virtual loop.
        _, *others = inspect.signature(play).parameters.values()
        test.__signature__ = inspect.Signature(others)  # type: ignore[attr-defined]
        return test

    return decorate


def edited(*changes: tuple[str, str], station: Path = STVP) -> str:
    """Return the text of a station file with some pieces replaced."""
    text = station.read_text()
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return text
