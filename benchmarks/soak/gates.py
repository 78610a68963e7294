"""What a soak must show: each sentence it does not, with the figure and the bound."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.soak.census import Census, grown
from benchmarks.soak.load import CLIENTS, Load
from benchmarks.soak.plant import Day
from benchmarks.soak.station import Watched

MOST_GROWTH = 0.5  # % of memory per hour, where it ran long enough to say
MOST_BLOCKS = 1.0  # % more allocated blocks in the end than after the warm-up
MOST_OBJECTS = 500  # objects more of any one type
MOST_SLOWER = 1.5  # latency of the last quarter over that of the second
LEAST_LATENCY = 5.0  # ms; what is faster may vary by any ratio: it is the scheduler of a machine that others use


def missed(load: Load, day: Day, station: Watched) -> list[str]:
    """Return what was not as it must be; nothing when the soak has passed."""
    return [
        *_of_load(load),
        *_of_slope("server", load.slope),
        *_of_census("server", load.before, load.after),
        *_of_slope("IOC and twin", day.slope),
        *_of_census("IOC and twin", day.before, day.after),
        *_of_slope("IOC over TCP", station.slope),
        *_of_station(station),
        *_of_day(day),
    ]


def _of_load(load: Load) -> Iterator[str]:
    if len(load.received) != CLIENTS:
        yield f"{CLIENTS - len(load.received)} clients did not report"
    for number, (sent, received) in enumerate(zip(load.sent, load.received, strict=True)):
        if sent != received:
            yield f"client {number}: {sent} events sent, {received} received"
    if load.broken:
        yield f"{load.broken} events missing or out of order"
    slower = load.slower()
    if slower is not None and slower > MOST_SLOWER and load.latencies[-1] > LEAST_LATENCY:
        yield f"latency of the last quarter {slower:.2f} times that of the second, {MOST_SLOWER:g} allowed"


def _of_day(day: Day) -> Iterator[str]:
    if day.plant < day.wanted:
        yield f"{day.plant:.0f} s of {day.wanted:.0f} s of plant time, the machine was too busy"
    if day.internal:
        yield f"{day.internal} internal faults"
    if day.reconnects < day.broken:
        yield f"{day.broken} broken lines, {day.reconnects} connected again"


def _of_station(station: Watched) -> Iterator[str]:
    for what, (before, after) in (("files", station.files), ("threads", station.threads)):
        if after > before:
            yield f"IOC over TCP: {before} {what} open after the warm-up, {after} in the end"
    if not station.events:
        yield "IOC over TCP: no event for its client"
    if "Traceback" in station.said:
        yield f"IOC over TCP: {station.said[:200]}"


def _of_slope(whose: str, slope: float | None) -> Iterator[str]:
    if slope is not None and slope > MOST_GROWTH:
        yield f"{whose}: memory grows by {slope:.2f} %/h, {MOST_GROWTH:g} allowed"


def _of_census(whose: str, before: Census, after: Census) -> Iterator[str]:
    blocks, kinds = grown(before, after)
    if blocks > MOST_BLOCKS:
        yield f"{whose}: {blocks:.2f} % more allocated blocks, {MOST_BLOCKS:g} allowed"
    for number, name in kinds:
        if number > MOST_OBJECTS:
            yield f"{whose}: {number} more {name}, {MOST_OBJECTS} allowed"
