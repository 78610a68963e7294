"""A station in processes of its own: emulated instruments, and an IOC to be measured, killed and started again."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from ..ports import find_free_port

STVP = Path(__file__).parents[2] / "db" / "stvp.toml"
TIMEOUT = 60.0  # s, only ever reached by a failing test
TEXT = """
[station]
include = ["{stvp}"]
state_dir = "state"
{ports}
[sim]
plant = "dummy"
"""


class Instruments:
    """The emulated instruments of the STVP, which outlive any IOC."""

    def __init__(self) -> None:
        self.popen = subprocess.Popen(
            [sys.executable, "-m", "cryosim", "run", str(STVP), "--announce"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self.popen.stdout is not None
        self.urls: dict[str, str] = json.loads(self.popen.stdout.readline())

    def close(self) -> None:
        assert self.popen.stdin is not None and self.popen.stdout is not None
        self.popen.stdin.close()
        self.popen.wait(TIMEOUT)
        self.popen.stdout.close()


def write_station(folder: Path, urls: dict[str, str], more: str = "") -> Path:
    """Write a station file whose instruments are at ``urls``."""
    ports = "\n".join(f'[instrument.{name}]\nport = "{url}"' for name, url in urls.items())
    path = folder / "station.toml"
    path.write_text(TEXT.format(stvp=STVP, ports=ports) + more)
    return path


class RunningIoc:
    """``cryoioc run`` as a process."""

    def __init__(self, station: Path, **how: Any) -> None:
        self.port = find_free_port()
        self.printed = ""  # since it serves, when it has ended
        self.errors = station.parent / f"{self.port}.stderr"
        self._errors = self.errors.open("w")
        self.popen = subprocess.Popen(
            [sys.executable, "-m", "cryoioc", "run", str(station), "--port", str(self.port)],
            **{"stdout": subprocess.PIPE, "stderr": self._errors, "text": True, **how},
        )

    def await_service(self) -> None:
        """Wait until it has said that it serves."""
        assert self.popen.stdout is not None
        for line in self.popen.stdout:
            if "state in" in line:
                return
        raise AssertionError(f"ended early: {self.said}")

    @property
    def said(self) -> str:
        """What it has said on standard error."""
        return self.errors.read_text()

    def memory(self) -> float:
        """Return its resident memory, [MB]."""
        status = Path(f"/proc/{self.popen.pid}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0]) / 1024

    def files(self) -> int:
        """Return how many files and sockets it has open."""
        return len(list(Path(f"/proc/{self.popen.pid}/fd").iterdir()))

    def threads(self) -> int:
        """Return how many threads it has."""
        return len(list(Path(f"/proc/{self.popen.pid}/task").iterdir()))

    def kill(self) -> None:
        """End it as a power cut would, as far as a process can be."""
        self.popen.kill()
        self._reap()

    def end(self) -> int:
        """Ask it to end; return the exit status."""
        self.popen.send_signal(signal.SIGTERM)
        return self._reap()

    def _reap(self) -> int:
        self.printed = self.popen.communicate(timeout=TIMEOUT)[0] or ""
        self._errors.close()
        return self.popen.returncode

    def close(self) -> None:
        """Kill it if it still runs."""
        if self.popen.poll() is None:
            self.kill()
