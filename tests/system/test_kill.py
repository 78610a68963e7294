"""kill -9 at any moment: totals and hours lose what came after the last writing, once a second.

Compared is with the second-last heartbeat, 1 to 2 s before the kill: what was published with the last may still be
on its way to the disk when the signal comes.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from .raw_client import TIMEOUT, RawClient

STVP = Path(__file__).parents[2] / "db" / "stvp.toml"
NAMES = ("FLOW:LIQUID:TOTAL", "IOC:HOURS", "LOOP1:HOURS")
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


def second_last_second(seen: list[tuple[str, float]], name: str) -> float:
    """Return what a PV was when the second-last heartbeat before the end was published."""
    beats = [i for i, (one, _) in enumerate(seen) if one == "HEARTBEAT"]
    return [value for one, value in seen[: beats[-2]] if one == name][-1]


def test_totals_lose_nothing_from_before_the_second_last_heartbeat_under_kill(start, with_instruments):
    before = dict.fromkeys(NAMES, 0.0)
    for events in (11, 14):
        service = begin(start, with_instruments)
        watcher = RawClient(service.port, "HEARTBEAT", *NAMES, "LOOP1:RANGE:SP")
        first = {name: next(value for one, value in watcher.seen if one == name) for name in NAMES}
        assert all(first[name] >= before[name] for name in NAMES), (first, before)
        while watcher.put("LOOP1:RANGE:SP", 1) != 1:  # before everything was read, interlocks refuse it
            watcher.until("HEARTBEAT", watcher.count("HEARTBEAT") + 1)
        watcher.until("HEARTBEAT", watcher.count("HEARTBEAT") + 3)
        watcher.until("FLOW:LIQUID:TOTAL", watcher.count("FLOW:LIQUID:TOTAL") + events)
        service.popen.kill()
        watcher.rest()
        watcher.close()
        service.wait()
        before = {name: second_last_second(watcher.seen, name) for name in NAMES}
        assert all(before[name] > first[name] for name in NAMES)
    service = begin(start, with_instruments)
    watcher = RawClient(service.port, *NAMES)
    last = {name: next(value for one, value in watcher.seen if one == name) for name in NAMES}
    assert all(last[name] >= before[name] for name in NAMES), (last, before)
    watcher.close()
    assert service.end() == 0
    puts = [json.loads(line) for line in (with_instruments.parent / "state" / "puts.jsonl").read_text().splitlines()]
    done = [(put["pv"], put["new"]) for put in puts if put["result"] == "accepted"]
    assert done == [("STVP:LOOP1:RANGE:SP", "Low")] * 2
