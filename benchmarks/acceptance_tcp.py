"""The acceptance day by a pyepics client: IOC and twin in processes of their own, faster than the clock.

    python -m benchmarks.acceptance_tcp [--speed 60] [--doc docs/twin-stvp.md]

Everything between the processes is TCP and UDP on loopback.  Ends with status 1 when a row does not hold.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import tempfile
import threading
from asyncio.subprocess import PIPE
from pathlib import Path
from typing import Any

import serial
from rich.console import Console
from tests.ports import find_free_port

from benchmarks.rig import LOOPBACK, ROOT, RigError, stop, wait_for_port
from cryoioc.errors import CryoError
from cryoioc.rehearsal import report
from cryoioc.rehearsal.acceptance import CUT_SLOT, TIME, Performer, Played
from cryosim.acceptance_day import CURVE_ENDS
from cryosim.acceptance_rig import cut_curve
from cryosim.presets import curve_upload

STVP = ROOT.parent / "db" / "stvp.toml"
PREFIX = "STVP:"
TITLE = "Acceptance sheet by a pyepics client over TCP"
INVALID = 3  # severity
KNOWN = ("LOOP1:P", "LOOP2:P", "LOOP1:DWELL", "VAP:CURVE")  # polled last
ANSWERS = 30.0  # s of ours


class PutRefused(CryoError):
    """A put that the IOC did not take; the message is the IOC's."""


class PyepicsClient:
    """Puts and gets as any script does; what a put is worth says ``MSG``."""

    def __init__(self) -> None:
        import epics  # reads its addresses from the environment, once

        self._make = epics.PV
        self._pvs: dict[str, Any] = {}
        self._moved = threading.Event()
        self._pv(TIME).add_callback(lambda **_: self._moved.set())

    def _pv(self, name: str) -> Any:
        if name not in self._pvs:
            pv = self._pvs[name] = self._make(PREFIX + name, auto_monitor=True, form="ctrl")
            if not pv.wait_for_connection(ANSWERS) or pv.get(timeout=ANSWERS) is None:
                raise RigError(f"{PREFIX}{name} is not served")
        return self._pvs[name]

    def get(self, name: str) -> Any:
        """Return the value that was last sent, of an enumeration the word."""
        pv = self._pv(name)
        return pv.enum_strs[int(pv.value)] if pv.enum_strs else pv.value

    def known(self, *names: str) -> bool:
        """Say whether these have been read by the IOC."""
        return all(self._pv(name).severity < INVALID for name in names)

    async def put(self, name: str, value: Any) -> None:
        """Put, wait for the completion, and look into MSG as a script must."""
        self._pv(name).put(value, wait=True, timeout=ANSWERS)
        said = self._pv(f"{name.partition(':')[0]}:MSG").get(use_monitor=False, timeout=ANSWERS)
        if said:
            raise PutRefused(f"{PREFIX}{name}: {said}")

    async def wait(self) -> None:
        """Return when the time of the plant has moved."""
        self._moved.clear()
        if not self._moved.wait(ANSWERS):
            raise RigError("the plant stands still")


async def played(speed: float, folder: Path, progress: report.Progress) -> Played:
    """Start twin and IOC, play the day, end them."""
    ioc_port, twin_port = find_free_port(), find_free_port()
    os.environ.update(
        EPICS_CA_ADDR_LIST=f"{LOOPBACK}:{ioc_port} {LOOPBACK}:{twin_port}",
        EPICS_CA_AUTO_ADDR_LIST="NO",
        EPICS_CA_REPEATER_PORT=str(find_free_port()),
    )
    twin = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "cryosim", "run", str(STVP), "--announce", "--speed", str(speed),
        "--ca-port", str(twin_port), stdin=PIPE, stdout=PIPE)  # fmt: skip
    try:
        assert twin.stdout is not None
        urls = json.loads(await asyncio.wait_for(twin.stdout.readline(), ANSWERS))
        load_cut_curve(urls["TC1"])
        station = folder / "station.toml"
        station.write_text(overlay(urls))
        ioc = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "cryoioc", "run", str(station), "--port", str(ioc_port),
            "--clock-speed", str(speed), stdout=PIPE)  # fmt: skip
        try:
            await wait_for_port(ioc_port, ioc)
            client = PyepicsClient()
            while not client.known("OK", *KNOWN):
                await client.wait()
            return await Performer(client, progress=progress).play()
        finally:
            await stop(ioc)
    finally:
        await stop(twin)


def overlay(urls: dict[str, str]) -> str:
    """Return a station file that is the STVP's on other ports, its interlocks off.

    They trip on readings older than a second or so of the station's clock, which at this speed all are.
    """
    lines = ["[station]", f"include = [{json.dumps(str(STVP))}]", "[interlock]", "enabled = false"]
    for name, url in urls.items():
        lines += [f"[instrument.{name}]", f"port = {json.dumps(url)}"]
    return "\n".join(lines) + "\n"


def load_cut_curve(url: str) -> None:
    """Store the curve that ends early, as the laboratory has done before anybody connects."""
    with serial.serial_for_url(url, timeout=ANSWERS) as port:
        for message in curve_upload(CUT_SLOT, cut_curve(CURVE_ENDS), limit=325.0):
            port.write(f"{message};*OPC?\n".encode("ascii"))
            port.readline()


def main() -> int:
    """Run the command line; return the exit status."""
    parser = argparse.ArgumentParser(prog="benchmarks.acceptance_tcp", description=__doc__)
    parser.add_argument("--speed", type=float, default=60.0, help="seconds of the plant per second")
    parser.add_argument("--doc", type=Path, metavar="FILE.md", help="publish the table between its markers")
    options = parser.parse_args()
    place = report.Place(options.doc, "tcp") if options.doc else None
    console = Console(width=None if Console().is_terminal else report.WIDTH)
    with tempfile.TemporaryDirectory(prefix="acceptance-") as folder, console.status("") as status:
        day = asyncio.run(
            played(options.speed, Path(folder), lambda minutes: status.update(f"{int(minutes)} min of the day"))
        )
    holds = report.tell(console, TITLE, day, f"{options.speed:g} x real time", place)
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
