"""Two hundred PVs at 10 Hz to twenty clients that stay, and one that comes and goes, for as long as asked."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from tests.ports import find_free_port

from benchmarks.records.measures import RATE
from benchmarks.records.processes import Client, Server, environment
from benchmarks.soak.census import Census, grown, unique
from benchmarks.soak.slope import percent_per_hour

PVS, CLIENTS = 200, 20
LOOK = 5.0  # s between two looks at memory
ROUND = 60.0  # s of latencies put together, and between two visits of the client that comes and goes
START = 60.0  # s until every client has its first values


@dataclass(frozen=True)
class Load:
    """What was seen."""

    seconds: float
    posted: int  # values of each PV
    sent: tuple[int, ...]  # events for each client, behind its first values
    received: tuple[int, ...]  # by each client
    broken: int  # values missing in a sequence, or out of order; clients that did not report
    latencies: tuple[float, ...]  # ms, 95 % within, the median of the clients, of each round
    middle: float  # ms, median of all events
    memory: tuple[tuple[float, float], ...]  # s, MB
    warm: float  # s, when the warm-up was over
    before: Census  # then
    after: Census

    @property
    def slope(self) -> float | None:
        """Growth of memory after the warm-up, in percent per hour."""
        return percent_per_hour(self.memory, self.warm)

    def slower(self) -> float | None:
        """Return the latency of the last quarter over that of the second; None with fewer than eight rounds."""
        quarter = len(self.latencies) // 4
        if quarter < 2:
            return None
        return median(self.latencies[-quarter:]) / median(self.latencies[quarter : 2 * quarter])


class Served:
    """The running server."""

    def __init__(self, port: int) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.soak.serve", str(port), str(PVS), str(1 / RATE)],
            env=environment(port), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.server = Server(port, self.process, 0.0)

    def census(self) -> Census:
        """Let it count itself."""
        return Census(**self._ask("census"))

    def stop(self) -> int:
        """Let it post no more; return the last value."""
        return int(self._ask("stop"))

    def _ask(self, what: str) -> Any:
        assert self.process.stdin is not None and self.process.stdout is not None
        print(what, file=self.process.stdin, flush=True)
        return json.loads(self.process.stdout.readline())


@contextmanager
def serving() -> Iterator[Served]:
    """Start the server, and end it."""
    served = Served(find_free_port())
    try:
        served.census()  # answered as soon as it serves
        yield served
    finally:
        served.process.communicate(timeout=START)


def load(program: Path, seconds: float, warm: float) -> Load:
    """Serve and watch for ``seconds``; what the server holds is counted after ``warm`` and in the end, [s]."""
    memory: list[tuple[float, float]] = []
    with ExitStack() as stack:
        served = stack.enter_context(serving())
        clients = [Client(program, served.server, "follow", "B:", PVS, ROUND) for _ in range(CLIENTS)]
        for client in clients:
            stack.callback(client.stop)
        if not all([client.await_ready(START) for client in clients]):
            raise RuntimeError("a client did not get its first values")
        begun, before, visits = time.monotonic(), None, 0
        while (passed := time.monotonic() - begun) < seconds:
            memory.append((passed, unique(served.process.pid)))
            if passed >= visits * ROUND:
                visits += 1
                Client(program, served.server, "connect", "B:", PVS, 0.0).result()
            if before is None and passed >= warm:
                before = served.census()
            time.sleep(min(LOOK, seconds - passed))
        after = served.census()
        final = served.stop()
        for client in clients:
            client.tell(str(final))
        found = [client.results() for client in clients]
    rounds = list(zip(*(one[:-1] for one in found), strict=False))
    ends = [one[-1] for one in found if one and "received" in one[-1]]
    return Load(
        passed,
        final,
        tuple(int(PVS * final - end["first"]) for end in ends),
        tuple(int(end["received"]) for end in ends),
        int(sum(end["lost"] + end["disorder"] for end in ends)) + CLIENTS - len(ends),
        tuple(median(one["p95"] for one in turn) for turn in rounds),
        median([one["p50"] for turn in rounds for one in turn] or [float("nan")]),
        tuple(memory),
        warm,
        before or after,
        after,
    )


def lines(one: Load) -> list[str]:
    """Say what was seen."""
    slower = one.slower()
    quarters = "" if slower is None else f"; that of the last quarter is {slower:.2f} of that of the second"
    blocks, kinds = grown(one.before, one.after)
    most = ", ".join(f"{number:+d} {name}" for number, name in kinds[:3]) or "no type has more"
    return [
        f"{PVS} PVs x {RATE:.0f} Hz x {CLIENTS} clients for {one.seconds:.0f} s: {sum(one.sent):,} events sent, "
        f"{sum(one.received):,} received, {one.broken} missing or out of order; "
        f"{one.posted / one.seconds:.2f} values of each PV per second.",
        f"Latency, 95 % within, of each minute the median of the clients: {median(one.latencies or (0,)):.1f} ms"
        f"{quarters}; median of all events {one.middle:.1f} ms.",
        f"Memory of the server: {one.memory[0][1]:.2f} MB at the start, {one.memory[-1][1]:.2f} MB in the end, "
        f"{said(one.slope, one.warm)}; {one.before.blocks:,} allocated blocks then, {blocks:+.2f} % in the end; "
        f"objects: {most}.",
    ]


def said(slope: float | None, warm: float) -> str:
    """Say a slope in words."""
    return "too short to say how it grows" if slope is None else f"{slope:+.2f} %/h after the first {warm:.0f} s"
