"""The wall clock is stepped: nothing moves but the time stamps of Channel Access."""

from __future__ import annotations

import random
import time
from pathlib import Path
from typing import Any

import pytest

from cryoioc.clock import run_virtual
from cryoioc.records import Record, dbr, make_channel
from cryoioc.rehearsal import Stage
from cryoioc.station import load

STVP = Path(__file__).parents[2] / "db" / "stvp.toml"
YEAR = 366 * 86400.0  # s
SHOWS_TIME_OR_PROCESS = ("IOC:",)
SECONDS = 120.0


class Wall:
    """A wall clock that somebody plays with: it runs, stands, and jumps, to before 1990 and behind 2106 too."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self.now = 1.6e9
        self.asked = 0

    def time(self) -> float:
        self.asked += 1
        if self._random.random() < 0.05:
            self.now = self._random.choice((0.0, 1.0, 1.6e9, 1.9e9, 5e9, self.now + YEAR, self.now - 3600.0))
        self.now += 0.001
        return self.now

    def time_ns(self) -> int:
        return int(self.time() * 1e9)


class Listener:
    """Keeps what a PV says, without its time stamp."""

    mask = 1 | 4  # DBE_VALUE, DBE_ALARM

    def __init__(self, stage: Stage, name: str, heard: list[tuple[Any, ...]]) -> None:
        self.stage, self.name, self.heard = stage, name, heard
        self.channel = stage.channel(name)
        self.channel.subscribe(self)

    def deliver(self) -> None:
        self.channel.encoded(dbr.DOUBLE + 14, 1) if self.channel.kind == dbr.DOUBLE else None
        self.heard.append((self.stage.clock.now(), self.name, repr(self.channel.value), self.channel.severity))


def lived() -> tuple[list[tuple[Any, ...]], list[tuple[float, str, bytes]]]:
    """Return what PVs and wires have seen of two minutes with a put, a ramp, a trip and a dead instrument."""
    heard: list[tuple[Any, ...]] = []
    wire: list[tuple[float, str, bytes]] = []

    async def run() -> None:
        stage = Stage(load(STVP), seed=3)
        for unit in stage.world.installed.values():
            unit.line.log = wire
        for name in stage.ioc.desk.channels:
            if not name.startswith(SHOWS_TIME_OR_PROCESS):
                Listener(stage, name, heard)
        async with stage.open():
            await stage.ready()
            await stage.clock.sleep(10.0)  # the slowest meter has been read
            await stage.put("LOOP1:TEMP:SP", 20.0)
            await stage.put("LOOP1:RANGE:SP", "High")
            await stage.clock.sleep(SECONDS / 3)
            stage.world.installed["FM1"].line.faults.silence = True
            await stage.clock.sleep(SECONDS / 3)
            stage.world.installed["FM1"].line.faults.silence = False
            await stage.clock.sleep(SECONDS / 3)

    run_virtual(run())
    return heard, wire


def test_nothing_but_time_stamps_sees_a_step_of_the_clock(monkeypatch):
    heard, wire = lived()
    wall = Wall(5)
    monkeypatch.setattr(time, "time", wall.time)
    monkeypatch.setattr(time, "time_ns", wall.time_ns)
    stepped, stepped_wire = lived()
    monkeypatch.undo()
    assert wall.asked > 1000
    assert any("INTLK:NOFLOW" in name and "Tripped" in value for _, name, value, _ in heard), "something happened"
    words = [event for event in heard if ":WHY" not in event[1] and ":FIRST" not in event[1]]
    assert [e for e in stepped if ":WHY" not in e[1] and ":FIRST" not in e[1]] == words
    assert stepped_wire == wire


@pytest.mark.parametrize(("wall", "stamp"), [(0, 0), (631152000, 0), (631152001, 1), (10**10, 2**32 - 1)])
def test_a_time_that_channel_access_does_not_know_is_the_nearest_it_does(monkeypatch, wall, stamp):
    channel = make_channel(Record(name="R", kind="ai", doc="reading"))
    monkeypatch.setattr(time, "time_ns", lambda: wall * 10**9)
    channel.post(20.5)
    assert channel.stamp == (stamp, 0)
    assert channel.encoded(dbr.DOUBLE + 14, 1)[1] == 1
