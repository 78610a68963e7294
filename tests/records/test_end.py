"""``cryoioc run`` does not outlive its Channel Access server, and says why."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

BROKEN = 1  # exit status: nobody's input was bad
STATION = Path(__file__).parents[2] / "db" / "stvp.toml"
BEACONS_FAIL = """
from cryoioc.records import server
async def fail(*arguments):
    raise OSError("network is gone")
server.send_beacons = fail
"""
TASK_IS_CANCELLED = """
import asyncio
from cryoioc.records import Server
start = Server.start
async def start_and_stop(self):
    await start(self)
    async def stop():
        [task] = [task for task in asyncio.all_tasks() if task.get_name() == "server"]
        task.cancel()
    asyncio.get_running_loop().call_later(0.1, lambda: asyncio.ensure_future(stop()))
Server.start = start_and_stop
"""


@pytest.mark.parametrize(
    ("fault", "line"),
    [
        (BEACONS_FAIL, "cryoioc: Channel Access server ended by itself: OSError('network is gone')"),
        (TASK_IS_CANCELLED, "cryoioc: Channel Access server has ended: its task was cancelled"),
    ],
)
def test_process_ends_when_the_server_does(free_port, tmp_path, fault, line):
    station = tmp_path / "station.toml"
    text = STATION.read_text().replace("/dev/serial/by-id/", "/dev/serial/by-id/not-there-")
    station.write_text(text)
    program = f"import sys\n{fault}\nfrom cryoioc.__main__ import main\nsys.exit(main(sys.argv[1:]))"
    done = subprocess.run(
        [sys.executable, "-c", program, "run", str(station), "--port", str(free_port)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == BROKEN
    assert line in done.stderr.splitlines()
    assert "Traceback" not in done.stderr
