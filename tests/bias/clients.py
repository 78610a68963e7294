"""A station in time that hurries, and a client in a process of its own: libca reads its ports once."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.ports import find_free_port

ROOT = Path(__file__).parents[2]
TIMEOUT = 800.0  # s, only ever reached by a failing test


def let(client: str, station: Path, *arguments: str, given: str = "") -> str:
    """Serve a station and its twin, let ``tests.bias.<client>`` play with it, and return what that printed."""
    ports = find_free_port(), find_free_port()
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(map(str, (ROOT / "ioc", ROOT / "sim", ROOT))),
        "EPICS_CA_ADDR_LIST": " ".join(f"127.0.0.1:{port}" for port in ports),
        "EPICS_CA_AUTO_ADDR_LIST": "NO",
        "EPICS_CA_REPEATER_PORT": str(find_free_port()),
    }
    served = [sys.executable, "-m", "tests.bias.hurried", str(station), *map(str, ports)]
    ioc = subprocess.Popen(served, env=environment, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert ioc.stdout is not None
        assert ioc.stdout.readline() == "ready\n"
        done = subprocess.run([sys.executable, "-m", f"tests.bias.{client}", *arguments], input=given, env=environment,
                              cwd=ROOT, capture_output=True, text=True, timeout=TIMEOUT, check=False)  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout
    finally:
        ioc.communicate("\n", timeout=TIMEOUT)
