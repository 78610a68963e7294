"""kill -9 at any moment: of what a client has last seen of totals and hours, less than a second is lost.

That holds for every moment of the virtual clock and disks of any speed in ``tests/pvs/test_kill.py``; here a process is
killed.  A disk that is slow is told in IOC:STATE, and then nothing is promised.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from .raw_client import TIMEOUT, RawClient

STVP = Path(__file__).parents[2] / "db" / "stvp.toml"
HOUR = 3600.0  # s
# What a second of each is worth.
SECOND = {"FLOW:LIQUID:TOTAL": 8.8 * 2.761e-3 / 124.7, "IOC:HOURS": 1 / HOUR, "LOOP1:HOURS": 1 / HOUR}
NAMES = tuple(SECOND)
OK = 1.0  # of IOC:STATE
MOMENTS = 3
STATION = """
[station]
include = ["{stvp}"]
state_dir = "state"
[sim]
plant = "dummy"
"""


@pytest.fixture
def with_instruments(tmp_path) -> Iterator[Path]:
    """A station whose instruments are emulated by a process that outlives the IOC."""
    twin = subprocess.Popen(
        [sys.executable, "-m", "cryosim", "run", str(STVP), "--announce"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    path = tmp_path / "station.toml"
    ports = json.loads(twin.stdout.readline())
    wires = "".join(f'[instrument.{name}]\nport = "{url}"\n' for name, url in ports.items())
    path.write_text(STATION.format(stvp=STVP) + wires)
    yield path
    twin.stdin.close()
    twin.wait(TIMEOUT)
    twin.stdout.close()


def begin(start, station: Path):
    """Start the IOC; return it when it serves."""
    service = start("run", station=station)
    for line in service.popen.stdout:
        if "state in" in line:
            return service
    raise AssertionError(service.stderr)


def last(watcher: RawClient, name: str) -> float:
    """Return what a PV was when it was last heard of."""
    return [value for one, value in watcher.seen if one == name][-1]


def test_totals_lose_less_than_a_second_of_what_was_seen_under_kill(start, with_instruments):
    rng, saved = random.Random(3), dict.fromkeys(NAMES, 0.0)
    state = with_instruments.parent / "state"
    for _ in range(MOMENTS):
        service = begin(start, with_instruments)
        watcher = RawClient(service.port, *NAMES, "IOC:STATE", "HEARTBEAT", "LOOP1:RANGE:SP")
        first = {name: next(value for one, value in watcher.seen if one == name) for name in NAMES}
        assert all(first[name] >= saved[name] for name in NAMES), (first, saved)
        while watcher.put("LOOP1:RANGE:SP", 1) != 1:  # before everything was read, interlocks refuse it
            watcher.until("HEARTBEAT", watcher.count("HEARTBEAT") + 1)
        watcher.until("LOOP1:HOURS", watcher.count("LOOP1:HOURS") + 4)
        # A reading comes every 0.1 s: a moment between all else, and not one chosen by what is written when.
        watcher.until("FLOW:LIQUID:TOTAL", watcher.count("FLOW:LIQUID:TOTAL") + rng.randrange(1, 15))
        service.popen.kill()
        watcher.rest()
        watcher.close()
        service.wait()
        seen = {name: last(watcher, name) for name in NAMES}
        assert all(seen[name] > first[name] for name in NAMES)
        saved = {name: json.loads((state / "saved.json").read_text())["values"][name][0] for name in NAMES}
        if last(watcher, "IOC:STATE") == OK:
            assert all(saved[name] > seen[name] - SECOND[name] for name in NAMES), (saved, seen)
    puts = [json.loads(line) for line in (state / "puts.jsonl").read_text().splitlines()]
    done = [(put["pv"], put["new"]) for put in puts if put["result"] == "accepted"]
    assert done == [("STVP:LOOP1:RANGE:SP", "Low")] * MOMENTS
