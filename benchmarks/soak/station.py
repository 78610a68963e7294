"""The STVP as it runs in a laboratory: IOC and twin as processes, TCP between them, a client that watches."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from tests.robust.station import Instruments, RunningIoc, write_station

from benchmarks.records.processes import environment
from benchmarks.soak.census import unique
from benchmarks.soak.load import LOOK, said
from benchmarks.soak.slope import percent_per_hour
from cryoioc.clock import Clock
from cryoioc.ioc import Ioc
from cryoioc.station import load


@dataclass(frozen=True)
class Watched:
    """What was seen."""

    seconds: float
    events: int  # of the client
    memory: tuple[tuple[float, float], ...]  # s, MB of the IOC
    warm: float  # s, when the warm-up was over
    files: tuple[int, int]  # open after the warm-up and in the end
    threads: tuple[int, int]
    said: str  # on standard error

    @property
    def slope(self) -> float | None:
        """Growth of memory after the warm-up, in percent per hour."""
        return percent_per_hour(self.memory, self.warm)


def watched(seconds: float, warm: float) -> Watched:
    """Let IOC and twin run for ``seconds`` of their own time; files and threads are counted after ``warm``, [s]."""
    memory: list[tuple[float, float]] = []
    before: tuple[int, int] | None = None
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        instruments = Instruments()
        stack.callback(instruments.close)
        path = write_station(Path(folder), instruments.urls)
        station = load(path)
        ioc = RunningIoc(path)
        stack.callback(ioc.close)
        ioc.await_service()
        channels = Ioc(station, Clock()).desk.channels
        client = _watcher(ioc.port, [station.prefix + name for name in channels])
        stack.callback(client.kill)
        begun = time.monotonic()
        while (passed := time.monotonic() - begun) < seconds:
            memory.append((passed, unique(ioc.popen.pid)))
            if before is None and passed >= warm:
                before = ioc.files(), ioc.threads()
            time.sleep(min(LOOK, seconds - passed))
        after = ioc.files(), ioc.threads()
        events, _ = client.communicate()
        before = before or after
        files, threads = zip(before, after, strict=True)
        return Watched(passed, int(events), tuple(memory), warm, files, threads, ioc.said)


def _watcher(port: int, names: list[str]) -> subprocess.Popen[str]:
    client = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.watcher"],
        env=environment(port), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert client.stdin is not None and client.stdout is not None
    print(json.dumps(names), file=client.stdin, flush=True)
    client.stdout.readline()
    return client


def lines(one: Watched) -> list[str]:
    """Say what was seen."""
    return [
        f"IOC and twin of the STVP as processes over TCP at their own speed for {one.seconds:.0f} s, one client that "
        f"watches every PV: {one.events:,} events; open files {one.files[0]} after {one.warm:.0f} s "
        f"and {one.files[1]} in the end, threads {one.threads[0]} and {one.threads[1]}.",
        f"Memory of that IOC: {one.memory[0][1]:.2f} MB at the start, {one.memory[-1][1]:.2f} MB in the end, "
        f"{said(one.slope, one.warm)}.",
    ]
