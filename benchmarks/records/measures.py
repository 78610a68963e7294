"""One measurement each: monitors, requests, start and memory, a client that stops reading."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, fields, replace
from pathlib import Path
from statistics import median
from typing import TypeVar

from benchmarks.records.processes import Client, serving

RATE = 10.0  # Hz
SETTLE = 1.0  # s

Figures = TypeVar("Figures", "Monitors", "Requests")


@dataclass(frozen=True)
class Monitors:
    """What clients received of PVs that count at 10 Hz."""

    delivered: float  # events/s, all clients
    share: float  # of what is due
    worst: float  # share of the client that got least
    lost: int  # values missing in the sequences
    p50: float  # ms from the time stamp to the client
    p95: float
    cpu: float  # cores of the server
    put: float  # ms, 95 % of the puts with completion meanwhile


def monitors(program: Path, kind: str, pvs: int, clients: int, seconds: float) -> Monitors | None:
    """Let ``clients`` watch ``pvs`` PVs for ``seconds``; nothing when they cannot."""
    with ExitStack() as stack:
        server = stack.enter_context(serving(kind, pvs, setpoints=1))
        watching = [Client(program, server, "watch", "B:", pvs, seconds) for _ in range(clients)]
        for client in watching:
            stack.callback(client.stop)
        if not all([client.await_ready(SETTLE * 30) for client in watching]):
            return None
        time.sleep(SETTLE)
        used, begun = server.cpu(), time.monotonic()
        for client in watching:
            client.go()
        probe = Client(program, server, "probe", "B:SP:", 1, seconds * 0.8)
        stack.callback(probe.stop)
        puts = probe.result()
        found = [client.result() for client in watching]
        cpu = (server.cpu() - used) / (time.monotonic() - begun)
    if not all(found):
        return None
    due = pvs * RATE * seconds
    events = [client["events"] for client in found]
    lost = sum(int(client["lost"] + client["disorder"]) for client in found)
    return Monitors(
        sum(events) / seconds,
        sum(events) / (due * clients),
        min(events) / due,
        lost,
        median(client["p50"] for client in found),
        max(client["p95"] for client in found),
        cpu,
        puts.get("p95", float("nan")),
    )


@dataclass(frozen=True)
class Requests:
    """What one client got answered."""

    connect: float  # ms, 200 channels
    gets: float  # /s, one after another
    gets_at_once: float  # /s, 200 at a time
    puts: float  # /s with completion, one after another
    puts_at_once: float
    get: float  # ms, median of one
    put: float


def requests(program: Path, kind: str, seconds: float) -> Requests:
    """Measure connecting, reading and putting on an idle server."""
    with serving(kind, 0, setpoints=200) as server:

        def done(mode: str, count: int) -> dict[str, float]:
            return Client(program, server, mode, "B:SP:", count, seconds).result()

        connect = median(done("connect", 200)["connect"] * 1e3 for _ in range(5))
        get, gets, put, puts = done("get", 1), done("get", 200), done("put", 1), done("put", 200)
    rates = [found["events"] / found["seconds"] for found in (get, gets, put, puts)]
    return Requests(connect, *rates, get["p50"], put["p50"])


@dataclass(frozen=True)
class Start:
    """What a server of 500 records costs before anybody asks."""

    seconds: float  # from exec to the first search answered
    idle: float  # MB with 1 record
    per_pv: float  # kB


def start(kind: str, records: int) -> Start:
    """Start a server with one and with ``records`` records."""
    with serving(kind, 1) as one:
        time.sleep(SETTLE)
        idle = one.memory()
    with serving(kind, records) as many:
        time.sleep(SETTLE)
        return Start(many.started, idle, (many.memory() - idle) * 1024 / (records - 1))


@dataclass(frozen=True)
class Stopped:
    """What a client that stops reading costs."""

    seconds: float  # it read nothing
    before: float  # MB of the server
    after: float
    lost: int  # values the other client missed
    share: float  # of its events that came
    p95: float  # ms to the other client
    newest: bool  # the stopped one has the newest values when it goes on


def stopped(program: Path, pvs: int, seconds: float) -> Stopped:
    """Stop one of two clients for ``seconds``, and let it go on."""
    with serving("ours", pvs, setpoints=1) as server, ExitStack() as stack:
        sleeper = Client(program, server, "watch", "B:", pvs, 2.0)
        other = Client(program, server, "watch", "B:", pvs, seconds)
        for client in (sleeper, other):
            stack.callback(client.stop)
            client.await_ready(30.0)
        before = server.memory()
        os.kill(sleeper.process.pid, signal.SIGSTOP)
        other.go()
        found = other.result()
        after = server.memory()
        os.kill(sleeper.process.pid, signal.SIGCONT)
        time.sleep(2 * SETTLE)  # it takes what waited in the kernel and in the server
        sleeper.go()
        late = sleeper.result()
    newest = late["lost"] == 0 and late["p95"] < 1000 / RATE
    return Stopped(
        seconds, before, after, int(found["lost"]), found["events"] / (pvs * RATE * seconds), found["p95"], newest
    )


def medians(found: Sequence[Monitors]) -> Monitors:
    """Return the median of each figure; of what was missing the sum, of the client that got least the least."""
    one = middle(found)
    return replace(one, lost=sum(each.lost for each in found), worst=min(each.worst for each in found))


def middle(found: Sequence[Figures]) -> Figures:
    """Return the median of each figure."""
    kind = type(found[0])
    return kind(**{each.name: median(getattr(one, each.name) for one in found) for each in fields(kind)})
