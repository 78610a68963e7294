"""A station in processes of its own, and Channel Access clients in others (libca reads its ports once)."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from cryoioc.__main__ import main

from ..ports import find_free_port

TIMEOUT = 30.0  # s, only ever reached by a failing test
HERE = Path(__file__).parent
STVP = HERE.parents[1] / "db" / "stvp.toml"
# Colder than the lowest point of a test, and a dwell that a test can wait for.  Between many tests a station may be
# without a processor for seconds, and a heater without news of its helium then goes off: not in these tests.
STATION = """
[station]
include = ["{stvp}"]
[loop.LOOP1]
dwell = 1.0
[loop.LOOP2]
dwell = 1.0
[interlock.NOFLOW]
stale = 30.0
[interlock.VAP_STALE]
stale = 30.0
[interlock.SAMPLE_STALE]
stale = 30.0
[sim.temperatures]
VAP = 9.8
SAMPLE = 12.0
"""
LAST_HINT = "TEMP:SP 20"  # end of what the demo prints when it serves


class Process:
    """A process whose end can be waited for although it is not our child."""

    def __init__(self, number: int) -> None:
        self.number = number
        self._handle = os.pidfd_open(number)

    def ended(self, timeout: float = TIMEOUT) -> bool:
        """Wait for the end; say whether it came."""
        return bool(select.select([self._handle], [], [], timeout)[0])

    def close(self) -> None:
        os.close(self._handle)


class Service:
    """``python -m cryoioc`` in a process of its own, on a Channel Access port of its own.

    ``before`` is Python that the process runs first.
    """

    def __init__(self, folder: Path, command: str, station: Path, *arguments: str, before: str = "") -> None:
        self.port = find_free_port()
        self.station = station
        self.environment = {
            **os.environ,
            "EPICS_CA_SERVER_PORT": str(self.port),
            "EPICS_CA_REPEATER_PORT": str(find_free_port()),
            "STATION": str(station),
        }
        self._errors = (folder / f"{command}-{self.port}.stderr").open("w+")
        program = f"import sys\n{before}\nfrom cryoioc.__main__ import main\nsys.exit(main())"
        what = ["-c", program] if before else ["-m", "cryoioc"]
        self.popen = subprocess.Popen(
            [sys.executable, *what, command, str(station), "--port", str(self.port), *arguments],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
        )
        self._children: list[Process] = []
        self.printed = ""

    def wait_for_hints(self) -> None:
        """Wait until a demo has printed what to try."""
        assert self.popen.stdout is not None
        while not self.printed.rstrip().endswith(LAST_HINT):
            line = self.popen.stdout.readline()
            assert line, f"ended early: {self.stderr}"
            self.printed += line

    def children(self) -> list[Process]:
        """Return the child processes it has now."""
        number = self.popen.pid
        found = Path(f"/proc/{number}/task/{number}/children").read_text().split()
        self._children += [Process(int(child)) for child in found]
        return self._children

    @property
    def stderr(self) -> str:
        """All that was said on standard error so far."""
        self._errors.seek(0)
        return self._errors.read()

    def end(self, number: int = signal.SIGTERM) -> int:
        """Send a signal and return the exit status."""
        self.popen.send_signal(number)
        return self.wait()

    def wait(self) -> int:
        """Return the exit status when it has ended."""
        self.printed += self.popen.communicate(timeout=TIMEOUT)[0]
        return self.popen.returncode

    def let(self, library: str) -> None:
        """Let a client in a process of its own check the running station: ``clients/check_<library>.py``."""
        check = HERE / "clients" / f"check_{library}.py"
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--timeout=150", str(check)],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if done.returncode:
            said = f"the station said: {self.stderr}\nand of itself:\n{self.state()}"
            pytest.fail(f"{done.stdout}\n{said}", pytrace=False)

    def state(self) -> str:
        """Return what the station says is wrong with it, for whoever reads of a failed test."""
        said = self._get("OK:WHY", "INTLK:FIRST", "MSG:LONG", "LOOP1:MSG:LONG", "LOOP1:DROPPED:WHY")
        first = next((line.split("[")[1].strip("]") for line in said.splitlines() if "FIRST" in line), "")
        return said + (self._get(f"INTLK:{first}:WHY:LONG") if first else "")

    def _get(self, *names: str) -> str:
        command = [sys.executable, "-m", "caproto.commandline.get", "--no-repeater"]
        command += [f"STVP:{name}" for name in names]
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False).stdout

    def close(self) -> None:
        """Kill it if a failed test has left it running."""
        if self.popen.poll() is None:
            self.popen.kill()
        self.popen.communicate()
        self._errors.close()
        for child in self._children:
            child.close()


@dataclass(frozen=True)
class Said:
    """What a command left behind."""

    status: int
    stdout: str
    stderr: str


@pytest.fixture
def cryoioc(capsys: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    """Run a command of ``cryoioc`` that ends by itself."""

    def call(*arguments: object) -> Said:
        try:
            status = main([str(argument) for argument in arguments])
        except SystemExit as end:
            status = int(end.code or 0)
        return Said(status, *capsys.readouterr())

    return call


@pytest.fixture
def station(tmp_path: Path) -> Path:
    """The STVP station, cold and with short dwell times."""
    path = tmp_path / "station.toml"
    path.write_text(STATION.format(stvp=STVP))
    return path


@pytest.fixture
def start(tmp_path: Path, station: Path) -> Iterator[Callable[..., Service]]:
    """Start a command of ``cryoioc`` on the station, or on another one."""
    running: list[Service] = []

    def begin(command: str, *arguments: str, station: Path = station, before: str = "") -> Service:
        running.append(Service(tmp_path, command, station, *arguments, before=before))
        return running[-1]

    yield begin
    for service in running:
        service.close()


@pytest.fixture
def demo(start: Callable[..., Service]) -> Service:
    """A demo that has begun."""
    service = start("demo")
    service.wait_for_hints()
    return service
