"""Command line of the benchmarks: all figures, as tables and in ``docs/performance.md``."""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from tests.ports import find_free_port

from benchmarks import curves, load, puts, rates, start
from benchmarks.report import Table, show, write
from benchmarks.rig import ETHERNET_336, ROOT, STVP_335, Rig, Setup, use_loopback
from benchmarks.session import BadUnit, Pace, Session, measure

PAGE = ROOT.parent / "docs" / "performance.md"
COMMAND = "python -m benchmarks"
SEED = 1
PARTS = ("335", "336", "start", "load", "curves")

Scenario = tuple[Setup, BadUnit | None]


@dataclass(frozen=True)
class Extent:
    """How much is measured."""

    pace: Pace
    scenarios: tuple[Scenario, ...]
    starts: int
    load: float  # s for each number of clients


FULL = Extent(
    Pace(settle=5.0, rates=60.0, puts=100, onsets=12),
    tuple((setup, bad_unit) for setup in (STVP_335, ETHERNET_336) for bad_unit in (None, "others", "all")),
    starts=5,
    load=30.0,
)
QUICK = Extent(
    Pace(settle=1.0, rates=4.0, puts=4, onsets=1),
    ((STVP_335, None), (STVP_335, "all"), (ETHERNET_336, None)),
    starts=1,
    load=2.0,
)


class Bench:
    """One run of the benchmarks."""

    def __init__(self, extent: Extent, parts: tuple[str, ...], folder: Path) -> None:
        self.extent, self.parts, self.folder = extent, parts, folder
        self.port = find_free_port()
        use_loopback(self.port)
        self._rigs = 0

    async def tables(self) -> AsyncIterator[Table]:
        """Measure, and yield each table when it is there."""
        for number, (setup, bad_unit) in enumerate(self.extent.scenarios):
            if setup.station == STVP_335.station and "335" not in self.parts:
                continue
            if setup.station == ETHERNET_336.station and "336" not in self.parts:
                continue
            session = await measure(self._rig(setup), self.extent.pace, bad_unit, SEED + number)
            for table in figures(session):
                yield table
        if "start" in self.parts:
            yield await start.measure(self.extent.starts, self.port)
        if "load" in self.parts:
            yield await load.measure(self._rig(STVP_335), self.extent.pace.settle, self.extent.load)
        if "curves" in self.parts:
            yield curves.measure()

    def _rig(self, setup: Setup) -> Rig:
        self._rigs += 1
        folder = self.folder / str(self._rigs)
        folder.mkdir()
        return Rig(setup, f"BENCH{self._rigs}:", self.port, folder)


def figures(session: Session) -> Iterator[Table]:
    """Yield the tables of one session."""
    yield rates.table(session)
    yield puts.table(session)
    if session.bad_unit is not None:
        yield rates.beginnings(session)
        yield puts.beginning(session)


def machine() -> str:
    """Say what it was measured on."""
    load_average = os.getloadavg()[0]
    return (
        f"`{COMMAND}` on {platform.system()} {platform.machine()}, {os.cpu_count()} cores, "
        f"Python {platform.python_version()}, load average {load_average:.1f} before it began; seed {SEED}."
    )


async def run(extent: Extent, parts: tuple[str, ...], page: Path | None) -> None:
    """Measure and show; write the page when it is given."""
    console, head = Console(), machine()
    console.print(head, highlight=False)
    tables = []
    with tempfile.TemporaryDirectory(prefix="benchmarks-") as folder:
        async for table in Bench(extent, parts, Path(folder)).tables():
            show(table, console)
            tables.append(table)
    if page is not None:
        write(page, head, tables)
        console.print(f"written into {page.name}", highlight=False)


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a short form, about a minute; writes nothing")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS, help="some parts; writes nothing")
    options = parser.parse_args()
    everything = not options.quick and tuple(options.only) == PARTS
    asyncio.run(run(QUICK if options.quick else FULL, tuple(options.only), PAGE if everything else None))


if __name__ == "__main__":
    main()
