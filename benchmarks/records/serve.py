"""One server process: ``python -m benchmarks.records.serve KIND PORT WATCHED SETPOINTS PERIOD``.

Serves ``B:0`` ... that count up once a period, and ``B:SP:0`` ... that take puts, until it is told to stop.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryoioc.records import Channel

GROUP = 50  # values posted between two turns of the event loop: about what one reply of an instrument brings


async def serve_ours(port: int, watched: int, setpoints: int, period: float) -> None:
    """Serve with cryoioc.records."""
    from cryoioc.records import Record, Server, make_channel

    readings = [make_channel(Record(name=str(i), kind="ai", doc="counts", unit="K")) for i in range(watched)]
    puts = [
        make_channel(Record(name=f"SP:{i}", kind="ao", doc="takes puts", unit="K", writable=True, initial=0.0))
        for i in range(setpoints)
    ]
    server = Server([*readings, *puts], prefix="B:", port=port)
    await server.start()
    serving = asyncio.create_task(server.run())
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, serving.cancel)
    counting = asyncio.create_task(Counting(readings, period).run())
    try:
        await serving
    except asyncio.CancelledError:
        counting.cancel()


class Counting:
    """Readings that count up together once a period.

    Attributes
    ----------
    count : int
        The value they have.
    wanted : bool
        False: no further value is begun.
    """

    def __init__(self, readings: Sequence[Channel], period: float) -> None:
        self._readings, self._period = readings, period
        self.count, self.wanted = 0, bool(readings)

    async def run(self) -> None:
        """Count until it is not wanted any more."""
        loop = asyncio.get_running_loop()
        due = loop.time()
        while self.wanted:
            self.count += 1
            for start in range(0, len(self._readings), GROUP):
                for reading in self._readings[start : start + GROUP]:
                    reading.post(float(self.count))
                await asyncio.sleep(0)
            due = max(due + self._period, loop.time())
            await asyncio.sleep(due - loop.time())


def serve_caproto(port: int, watched: int, setpoints: int, period: float) -> None:
    """Serve with caproto as it comes."""
    os.environ["EPICS_CA_SERVER_PORT"] = str(port)
    from caproto.server import PVGroup, pvproperty, run

    async def count(group: PVGroup, async_lib: object) -> None:
        loop = asyncio.get_running_loop()
        readings = [group.pvdb[f"B:{i}"] for i in range(watched)]
        due, value = loop.time(), 0
        while readings:
            value += 1
            for reading in readings:
                await reading.write(float(value))
            due = max(due + period, loop.time())
            await asyncio.sleep(due - loop.time())

    def made(name: str, **given: object) -> pvproperty:
        return pvproperty(value=0.0, name=name, units="K", **given)

    members = {f"r{i}": made(str(i), record="ai") for i in range(watched)}
    members |= {f"s{i}": made(f"SP:{i}", record="ao") for i in range(setpoints)}
    group = type("Bench", (PVGroup,), members)(prefix="B:")
    run(group.pvdb, interfaces=["127.0.0.1"], log_pv_names=False, startup_hook=lambda lib: count(group, lib))


def serve_base(port: int, watched: int, setpoints: int, period: float) -> None:
    """Serve with EPICS base."""
    os.environ["EPICS_CAS_SERVER_PORT"] = str(port)
    from epicscorelibs.ioc import start_ioc

    scan = {0.1: ".1 second", 1.0: "1 second"}[period]
    records = [
        f'record(calc, "B:{i}") {{ field(SCAN, "{scan}") field(INPA, "B:{i}") field(CALC, "A+1") field(EGU, "K") }}'
        for i in range(watched)
    ]
    records += [f'record(ao, "B:SP:{i}") {{ field(EGU, "K") field(PINI, YES) }}' for i in range(setpoints)]
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "bench.db"
        database.write_text("\n".join(records))
        start_ioc(dbs=[(str(database), "")])
    signal.pause()


def main() -> None:
    """Serve until SIGTERM."""
    kind, *numbers = sys.argv[1:]
    port, watched, setpoints = map(int, numbers[:3])
    period = float(numbers[3])
    if kind == "ours" or kind == "uvloop":
        if kind == "uvloop":
            import uvloop

            uvloop.install()
        asyncio.run(serve_ours(port, watched, setpoints, period))
    else:
        {"caproto": serve_caproto, "base": serve_base}[kind](port, watched, setpoints, period)


if __name__ == "__main__":
    main()
