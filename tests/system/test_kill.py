"""kill -9 at any moment: totals and hours go on from where they were at most one second before."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import caproto as ca
import pytest

STVP = Path(__file__).parents[2] / "db" / "stvp.toml"
TIMEOUT = 60.0  # s, only ever reached by a failing test
NAMES = ("FLOW:LIQUID:TOTAL", "IOC:HOURS", "LOOP1:HOURS")
STATION = """
[station]
include = ["{stvp}"]
state_dir = "state"
[instrument.TC1]
port = "{TC1}"
[instrument.FM1]
port = "{FM1}"
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
    path.write_text(STATION.format(stvp=STVP, **json.loads(twin.stdout.readline())))
    yield path
    twin.stdin.close()
    twin.wait(TIMEOUT)
    twin.stdout.close()


class Watcher:
    """A client that sees every event of some PVs in the order they were published."""

    def __init__(self, port: int, *names: str) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), TIMEOUT)
        self.protocol = ca.VirtualCircuit(ca.CLIENT, self.socket.getpeername(), 0)
        self.waiting: list = []
        self.names: dict[int, str] = {}
        self.seen: list[tuple[str, float]] = []
        self.channels = {}
        self.send(ca.VersionRequest(0, 13))
        for name in names:
            channel = self.channels[name] = ca.ClientChannel(f"STVP:{name}", self.protocol)
            self.send(channel.create())
            self.take(ca.CreateChanResponse)
            request = channel.subscribe()
            self.names[request.subscriptionid] = name
            self.send(request)
            while name not in dict(self.seen):
                self.take(ca.EventAddResponse)

    def send(self, *requests) -> None:
        self.socket.sendall(b"".join(map(bytes, self.protocol.send(*requests))))

    def take(self, kind):
        """Return the next message of a kind, noting events; None when the server is gone."""
        while True:
            while not self.waiting:
                data = self.socket.recv(65536)
                if not data:
                    return None
                self.waiting.extend(self.protocol.recv(data)[0])
            message = self.waiting.pop(0)
            if message is ca.DISCONNECTED:
                return None
            self.protocol.process_command(message)
            if isinstance(message, ca.EventAddResponse):
                self.seen.append((self.names[message.subscriptionid], float(message.data[0])))
            if isinstance(message, kind):
                return message

    def put(self, name: str, value) -> None:
        """Put, once the wish has been read from the instrument, and wait for the completion."""
        while sum(one == name for one, _ in self.seen) < 2:
            self.take(ca.EventAddResponse)
        self.send(self.channels[name].write((value,), notify=True))
        assert self.take(ca.WriteNotifyResponse).status.code_with_severity == 1

    def until(self, name: str, count: int) -> None:
        """Take events until ``count`` more of a PV have come."""
        wanted = sum(one == name for one, _ in self.seen) + count
        while sum(one == name for one, _ in self.seen) < wanted:
            assert self.take(ca.EventAddResponse) is not None

    def rest(self) -> None:
        """Take what was published before the end of the server."""
        try:
            while self.take(ca.EventAddResponse) is not None:
                pass
        except ConnectionResetError:
            pass


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


def test_totals_lose_at_most_the_last_second_under_kill(start, with_instruments):
    before = dict.fromkeys(NAMES, 0.0)
    for events in (11, 14):
        service = begin(start, with_instruments)
        watcher = Watcher(service.port, "HEARTBEAT", *NAMES, "LOOP1:RANGE:SP")
        first = {name: next(value for one, value in watcher.seen if one == name) for name in NAMES}
        assert all(first[name] >= before[name] for name in NAMES), (first, before)
        watcher.put("LOOP1:RANGE:SP", 1)
        watcher.until("HEARTBEAT", 3)
        watcher.until("FLOW:LIQUID:TOTAL", events)
        service.popen.kill()
        watcher.rest()
        watcher.socket.close()
        service.wait()
        before = {name: second_last_second(watcher.seen, name) for name in NAMES}
        assert all(before[name] > first[name] for name in NAMES)
    service = begin(start, with_instruments)
    watcher = Watcher(service.port, *NAMES)
    last = {name: next(value for one, value in watcher.seen if one == name) for name in NAMES}
    assert all(last[name] >= before[name] for name in NAMES), (last, before)
    watcher.socket.close()
    assert service.end() == 0
