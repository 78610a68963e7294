"""Two hundred PVs at 10 Hz to twenty clients, for as long as asked."""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.records.measures import RATE, SETTLE
from benchmarks.records.processes import Client, serving
from benchmarks.soak.slope import percent_per_hour

PVS, CLIENTS = 200, 20
ROUND = 60.0  # s of each look at events and latencies
START = 60.0  # s until every client has its first values


@dataclass(frozen=True)
class Load:
    """What was seen."""

    seconds: float
    events: int  # all clients
    due: int  # by the nominal rate; whether one is missing, ``lost`` says
    lost: int  # values missing in the sequences, and out of order
    failed: int  # clients that measured nothing in a round
    latencies: tuple[float, ...]  # ms, 95 % within, the worst client of each round
    medians: tuple[float, ...]  # ms, of each round
    memory: tuple[tuple[float, float], ...]  # s, MB

    def slope(self, after: float) -> float | None:
        """Return the growth of memory after ``after``, [s], in percent per hour."""
        return percent_per_hour(self.memory, after)


def load(program: Path, seconds: float) -> Load:
    """Serve and watch for ``seconds`` with one server, in rounds; the clients of each round are new ones."""
    found: list[list[dict[str, float]]] = []
    memory: list[tuple[float, float]] = []
    watched = 0.0
    with serving("ours", PVS) as server:
        begun = time.monotonic()
        while watched < seconds:
            length = min(ROUND, seconds - watched)
            with ExitStack() as stack:
                clients = [Client(program, server, "watch", "B:", PVS, length) for _ in range(CLIENTS)]
                for client in clients:
                    stack.callback(client.stop)
                if not all([client.await_ready(START) for client in clients]):
                    raise RuntimeError("a client did not get its first values")
                time.sleep(SETTLE)
                for client in clients:
                    client.go()
                end = time.monotonic() + length
                while (left := end - time.monotonic()) > 0:
                    memory.append((time.monotonic() - begun, server.memory()))
                    time.sleep(min(1.0, left))
                found.append([client.result() for client in clients])
            watched += length
    good = [[one for one in turn if one] for turn in found]
    return Load(
        watched,
        int(sum(one["events"] for turn in good for one in turn)),
        int(PVS * RATE * watched * CLIENTS),
        int(sum(one["lost"] + one["disorder"] for turn in good for one in turn)),
        sum(len(turn) - len(kept) for turn, kept in zip(found, good, strict=True)),
        tuple(max(one["p95"] for one in turn) for turn in good if turn),
        tuple(median(one["p50"] for one in turn) for turn in good if turn),
        tuple(memory),
    )


def lines(one: Load, after: float) -> list[str]:
    """Say what was seen; memory counts after ``after``, [s]."""
    slope = one.slope(after)
    thirds = max(1, len(one.latencies) // 3)
    first, last = median(one.latencies[:thirds]), median(one.latencies[-thirds:])
    grown = "too short to say how it grows" if slope is None else f"{slope:+.2f} %/h after the first {after:.0f} s"
    return [
        f"{PVS} PVs x {RATE:.0f} Hz x {CLIENTS} clients for {one.seconds:.0f} s: {one.events:,} events of "
        f"{one.due:,} due, {one.lost:,} missing or out of order, {one.failed} clients failed.",
        f"Latency, 95 % within, worst client of each minute: median {first:.1f} ms in the first third, "
        f"{last:.1f} ms in the last; median of all events {median(one.medians):.1f} ms.",
        f"Memory of the server: {one.memory[0][1]:.1f} MB at the start, {one.memory[-1][1]:.1f} MB in the end, "
        f"{grown}.",
    ]
