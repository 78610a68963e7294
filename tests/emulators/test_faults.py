"""Fault scripts: what they may say, and what they do to a world."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable
from copy import copy
from pathlib import Path

import pytest

from cryoioc.clock import Clock, run_virtual
from cryoioc.link.transport import memory_pair
from cryosim import faults
from cryosim.emulators.line import Line, Spacing
from cryosim.faults import KINDS, Fault, FaultFileError, load
from cryosim.plant import DummyPlant
from cryosim.plant.dummy import vaporizer
from cryosim.sensors import DiodeSensor
from cryosim.wiring import HeaterLeads, Wiring
from cryosim.world import Installed, World


class Echo:
    """Answers everything with ``OK`` and counts how often its mains were off."""

    def __init__(self) -> None:
        self.cycles = 0
        self.mute: set[str] = set()

    def receive(self, data: bytes) -> bytes:
        return b"" if data.decode().strip() in self.mute else b"OK\r\n"

    def advance(self, dt: float) -> None:
        del dt

    def power_cycle(self) -> None:
        self.cycles += 1


def make_world(clock: Clock) -> World:
    plant = DummyPlant((vaporizer("VAP"),), temperatures={"VAP": 20.0}, heaters={"L": ("VAP", 25.0)}, mass_flow=0.0)
    sensors = {"A": DiodeSensor(lambda: plant.temperature("VAP"))}
    echo = Echo()
    unit = Installed("echo", echo, Line(echo, clock), sensors, {1: HeaterLeads(plant.heater("L"))})
    return World(plant, clock, {"TC1": unit})


def play(scene: Callable[[World, Installed, Clock], Awaitable[None]], *script: Fault) -> None:
    """Run a scene while the world goes on with a script of faults."""

    async def run() -> None:
        clock = Clock()
        world = make_world(clock)
        world.schedule(script)
        stepping = asyncio.create_task(world.run())
        try:
            await scene(world, world.installed["TC1"], clock)
        finally:
            stepping.cancel()

    run_virtual(run())


def fault(kind: str, duration: float | None = 5.0, **parameters: object) -> Fault:
    return Fault(10.0, "TC1", kind, duration, parameters)


SWITCHES: list[tuple[Fault, Callable[[Installed], object], object]] = [
    (fault("silence"), lambda u: u.line.faults.silence, True),
    (fault("no_reply"), lambda u: u.line.faults.no_reply, True),
    (fault("delay", seconds=3), lambda u: u.line.faults.delay, 3.0),
    (fault("garbage"), lambda u: u.line.faults.garbage, True),
    (fault("half_line"), lambda u: u.line.faults.half_line, True),
    (fault("extra_line", text="+1"), lambda u: u.line.faults.extra_line, b"+1\r\n"),
    (fault("wrong_id"), lambda u: u.line.faults.wrong_id, faults.other_identity),
    (fault("disconnect"), lambda u: u.line.accepting.is_set(), False),
    (fault("power_cycle"), lambda u: (u.line.faults.silence, u.line.accepting.is_set()), (True, False)),
    (fault("power_cycle", line_stays=True), lambda u: (u.line.faults.silence, u.line.accepting.is_set()), (True, True)),
    (fault("unanswered", query="KRDG"), lambda u: u.instrument.mute, {"KRDG"}),  # type: ignore[attr-defined]
    (fault("spacing", mode="drop"), lambda u: u.line.spacing, Spacing.DROP),
    (fault("sensor_open", input="A"), lambda u: u.sensors["A"].read(), math.inf),
    (fault("sensor_short", input="A"), lambda u: u.sensors["A"].read(), 0.0),
    (fault("heater_open", output=1), lambda u: u.heaters[1].ohm(), math.inf),
    (fault("heater_short", output=1), lambda u: u.heaters[1].ohm(), 0.0),
]


def test_every_kind_is_tried():
    of_supplies = {"stuck_output", "front_panel"}  # tests/bias/test_bench.py
    assert {f.kind for f, _, _ in SWITCHES} == set(KINDS) - of_supplies


@pytest.mark.parametrize(("script", "look", "faulty"), SWITCHES, ids=[f.kind for f, _, _ in SWITCHES])
def test_fault_comes_at_its_time_and_goes_again(script: Fault, look: Callable[[Installed], object], faulty: object):
    async def scene(world: World, unit: Installed, clock: Clock) -> None:
        def seen() -> object:
            return copy(look(unit))

        await clock.sleep(9.85)
        assert seen() != faulty
        await clock.sleep(0.3)
        assert seen() == faulty
        await clock.sleep(4.7)
        assert seen() == faulty
        await clock.sleep(0.3)
        assert seen() != faulty
        assert unit.heaters[1].wiring is unit.sensors["A"].wiring is Wiring.OK

    play(scene, script)


def test_without_duration_a_fault_stays():
    async def scene(world: World, unit: Installed, clock: Clock) -> None:
        await clock.sleep(1e3)
        assert unit.line.faults.silence

    play(scene, fault("silence", None))


@pytest.mark.parametrize("kind", ["disconnect", "power_cycle"])
def test_without_duration_an_event_is_over_at_once(kind: str):
    async def scene(world: World, unit: Installed, clock: Clock) -> None:
        near, far = memory_pair()
        serving = asyncio.create_task(unit.line.serve(far))
        await clock.sleep(11.0)
        assert await near.read() == b""
        await serving
        near, far = memory_pair()
        again = asyncio.create_task(unit.line.serve(far))
        near.write(b"*IDN?\n")
        assert await near.read() == b"OK\r\n"
        again.cancel()
        assert unit.instrument.cycles == (2 if kind == "power_cycle" else 0)  # type: ignore[attr-defined]

    play(scene, fault(kind, None))


def test_one_fault_may_follow_another_at_the_same_instant():
    async def scene(world: World, unit: Installed, clock: Clock) -> None:
        await clock.sleep(15.05)
        assert unit.line.faults.delay == 2.0
        await clock.sleep(5.0)
        assert unit.line.faults.delay == 0.0

    play(scene, fault("delay", seconds=1), Fault(15.0, "TC1", "delay", 5.0, {"seconds": 2}))


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "script.toml"
    path.write_text(text)
    return path


def test_a_script_is_read(tmp_path: Path):
    path = write(
        tmp_path,
        """
[[fault]]
at = 60
instrument = "TC1"
kind = "sensor_open"
input = "A"
duration = 30

[[fault]]
at = 1.5
instrument = "TC1"
kind = "disconnect"
""",
    )
    assert load(path, make_world(Clock()).installed) == [
        Fault(60.0, "TC1", "sensor_open", 30, {"input": "A"}),
        Fault(1.5, "TC1", "disconnect", None, {}),
    ]


HEAD = '[[fault]]\nat = 1\ninstrument = "TC1"\n'


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (HEAD + 'kind = "silense"', "fault 1: kind: 'silense' is unknown; did you mean silence?"),
        (HEAD, "fault 1: kind: None is unknown"),
        (HEAD + 'kind = "delay"', "fault 1: seconds: missing; delay needs it"),
        (HEAD + 'kind = "delay"\nseconds = "2"', "fault 1: seconds: expected float, found '2'"),
        (HEAD + 'kind = "delay"\nseconds = true', "fault 1: seconds: expected float, found True"),
        (HEAD + 'kind = "silence"\nseconds = 2', "fault 1: seconds: unknown key of silence; known keys: none"),
        (HEAD + 'kind = "silence"\nduration = 0', "fault 1: duration: expected seconds, a number above 0"),
        (HEAD + 'kind = "sensor_open"\ninput = "C"', "fault 1: input: no sensor is wired to 'C'; wired: A"),
        (HEAD + 'kind = "heater_open"\noutput = 3', "fault 1: output: no heater is wired to 3; wired: [1]"),
        (HEAD + 'kind = "spacing"\nmode = "slow"', "fault 1: mode: expected off, count or drop, found 'slow'"),
        ('[[fault]]\nat = -1\ninstrument = "TC1"\nkind = "silence"', "fault 1: at: expected seconds"),
        ('[[fault]]\nat = inf\ninstrument = "TC1"\nkind = "silence"', "fault 1: at: expected seconds"),
        ('[[fault]]\nat = 1\ninstrument = "TC9"\nkind = "silence"', "instrument: expected one of TC1, found 'TC9'"),
        ("[faults]\n", "faults: unknown key; known: [[fault]]"),
        ("fault = 3", "fault: expected tables [[fault]]"),
        ("[[fault]\n", "not TOML"),
    ],
)
def test_each_mistake_is_one_line(tmp_path: Path, text: str, complaint: str):
    path = write(tmp_path, text)
    with pytest.raises(FaultFileError) as caught:
        load(path, make_world(Clock()).installed)
    (line,) = caught.value.lines
    assert line.startswith(str(path))
    assert complaint in line
    assert "\n" not in line


def test_all_mistakes_are_told_at_once(tmp_path: Path):
    text = HEAD + 'kind = "delay"\n' + HEAD + 'kind = "garbage"\n' + HEAD + 'kind = "nothing"\n'
    with pytest.raises(FaultFileError) as caught:
        load(write(tmp_path, text), make_world(Clock()).installed)
    assert ["fault 1" in caught.value.lines[0], "fault 3" in caught.value.lines[1]] == [True, True]


def test_a_missing_script_is_one_line(tmp_path: Path):
    with pytest.raises(FaultFileError) as caught:
        load(tmp_path / "none.toml", {})
    assert caught.value.lines == [f"{tmp_path}/none.toml: cannot be read: No such file or directory"]
