"""The wall clock is stepped: nothing moves but the time stamps of Channel Access."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

from cryoioc.clock import run_virtual
from cryoioc.records import Record, dbr, make_channel
from cryoioc.rehearsal import Stage
from cryoioc.station import load

from ..chronicle import Chronicle, chronicle

STVP = Path(__file__).parents[2] / "db" / "stvp.toml"
YEAR = 366 * 86400.0  # s
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


def lived() -> Chronicle:
    """Return what PVs and wires have seen of two minutes with a put, a ramp, a trip and a dead instrument."""

    async def run() -> Chronicle:
        stage = Stage(load(STVP), seed=3)
        told = chronicle(stage)
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
        return told

    return run_virtual(run())


def test_nothing_but_time_stamps_sees_a_step_of_the_clock(monkeypatch):
    lived_once = lived()
    wall = Wall(5)
    monkeypatch.setattr(time, "time", wall.time)
    monkeypatch.setattr(time, "time_ns", wall.time_ns)
    stepped = lived()
    monkeypatch.undo()
    assert wall.asked > 1000
    assert any("INTLK:NOFLOW" in name and "Tripped" in value for _, name, value, _ in stepped.heard)
    assert without_date(stepped) == without_date(lived_once)
    assert stepped.wire == lived_once.wire


def without_date(told: Chronicle) -> list:
    """Return what PVs have told, but for the reasons of trips, which say the time of day."""
    return [event for event in told.heard if ":WHY" not in event[1] and ":FIRST" not in event[1]]


@pytest.mark.parametrize(("wall", "stamp"), [(0, 0), (631152000, 0), (631152001, 1), (10**10, 2**32 - 1)])
def test_a_time_that_channel_access_does_not_know_is_the_nearest_it_does(monkeypatch, wall, stamp):
    channel = make_channel(Record(name="R", kind="ai", doc="reading"))
    monkeypatch.setattr(time, "time_ns", lambda: wall * 10**9)
    channel.post(20.5)
    assert channel.stamp == (stamp, 0)
    assert channel.encoded(dbr.DOUBLE + 14, 1)[1] == 1
