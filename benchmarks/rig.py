"""One set of processes: the twin on its lines and the IOC on the twin's ports."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.ports import find_free_port

from cryoioc.errors import CryoError

LOOPBACK = "127.0.0.1"
ROOT = Path(__file__).parent
STARTING = 60.0  # s
LOOK = 0.01  # s between two looks at a port that is not open yet


class RigError(CryoError):
    """A process of the benchmark did not do what it must."""


@dataclass(frozen=True)
class Setup:
    """What stands on the bench."""

    title: str
    station: Path
    instrument: str  # whose line is looked at
    serial: bool  # pseudo-terminals at the line's rate, else TCP


STVP_335 = Setup("335, 57600 baud", ROOT.parent / "db" / "stvp.toml", "TC1", serial=True)
ETHERNET_336 = Setup("336, TCP", ROOT / "stations" / "lakeshore336.toml", "TC1", serial=False)


def use_loopback(port: int) -> None:
    """Let Channel Access clients of this process and its children look for one server only."""
    os.environ.update(
        EPICS_CA_ADDR_LIST=LOOPBACK,
        EPICS_CA_AUTO_ADDR_LIST="NO",
        EPICS_CA_SERVER_PORT=str(port),
        EPICS_CA_REPEATER_PORT=str(find_free_port()),
    )


async def wait_for_port(port: int, process: Process) -> None:
    """Return as soon as something listens on ``port``; RigError when its process ends before."""
    async with asyncio.timeout(STARTING):
        while process.returncode is None:
            try:
                _, writer = await asyncio.open_connection(LOOPBACK, port)
            except OSError:
                await asyncio.sleep(LOOK)
                continue
            writer.close()
            return
    raise RigError(f"process {process.pid} has ended with status {process.returncode}")


async def stop(process: Process) -> None:
    """End a process that we started, and wait for it."""
    if process.returncode is None:
        process.send_signal(signal.SIGTERM)
    await process.wait()


class Rig:
    """Twin and IOC of one set-up, running while the context lasts.

    Parameters
    ----------
    setup : Setup
    prefix : str
        Of the PVs; another one for each rig, so that no client takes one IOC for the other.
    port : int
        Channel Access port.
    folder : Path
        For station file, pseudo-terminals and logs; empty.
    """

    def __init__(self, setup: Setup, prefix: str, port: int, folder: Path) -> None:
        self.setup, self.prefix, self.port, self.folder = setup, prefix, port, folder
        self.station = folder / "station.toml"

    async def __aenter__(self) -> Self:
        door = ["--pty", str(self.folder)] if self.setup.serial else ["--tcp"]
        self.twin = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "benchmarks.twin", str(self.setup.station), "--log", str(self._log), *door,
            stdin=PIPE, stdout=PIPE, cwd=ROOT.parent)  # fmt: skip
        try:
            self.station.write_text(self._overlay(await self._hear()))
            self.ioc = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "cryoioc", "run", str(self.station), "--port", str(self.port))  # fmt: skip
        except BaseException:  # cancellation too: no process is left behind
            await stop(self.twin)
            raise
        try:
            await wait_for_port(self.port, self.ioc)
        except BaseException:  # as above
            await self._stop()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stop()

    async def _stop(self) -> None:
        await stop(self.ioc)
        await stop(self.twin)

    async def mute(self, *queries: str, bad_unit: str = "others") -> float:
        """Let the instruments not answer ``queries`` any more; return since when, [s], monotonic."""
        assert self.twin.stdin is not None
        self.twin.stdin.write(json.dumps({"mute": queries, "bad_unit": bad_unit}).encode() + b"\n")
        return float((await self._hear())["at"])

    def log(self) -> dict[str, Any]:
        """Return the line log of the instrument and its ``violations``, once the rig has stopped."""
        report: dict[str, dict[str, Any]] = json.loads(self._log.read_text())
        return report[self.setup.instrument]

    @property
    def _log(self) -> Path:
        return self.folder / "lines.json"

    async def _hear(self) -> dict[str, Any]:
        assert self.twin.stdout is not None
        line = await asyncio.wait_for(self.twin.stdout.readline(), STARTING)
        if not line:
            raise RigError("the emulated instruments have ended; what they said is above")
        heard: dict[str, Any] = json.loads(line)
        return heard

    def _overlay(self, urls: dict[str, str]) -> str:
        """Return a station file that is the set-up's with other ports and another prefix."""
        lines = ["[station]", f'prefix = "{self.prefix}"', f"include = [{json.dumps(str(self.setup.station))}]"]
        for name, url in urls.items():
            lines += [f"[instrument.{name}]", f"port = {json.dumps(url)}"]
        return "\n".join(lines) + "\n"
