"""Server and client processes: compiled, started on cores of their own, watched, stopped."""

from __future__ import annotations

import json
import os
import select
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.ports import find_free_port

from cryoioc.records import messages

HERE = Path(__file__).parent
LONGEST_START = 60.0  # s
CORES = sorted(os.sched_getaffinity(0))
SERVER_CORE, CLIENT_CORE = CORES[0], CORES[-1]


def compile_client(folder: Path) -> Path:
    """Return the client, compiled against the libca of epicscorelibs."""
    from epicscorelibs import path

    base, client = Path(path.base_path), folder / "client"
    includes = [f"-I{base / 'include' / part}" for part in ("", "os/Linux", "compiler/gcc")]
    libraries = [str(next((base / "lib").glob(f"lib{name}.so.*"))) for name in ("ca", "Com")]
    source = str(HERE / "client.c")
    subprocess.run(
        ["gcc", "-O2", "-o", str(client), source, *includes, *libraries, f"-Wl,-rpath,{base / 'lib'}", "-lm"],
        check=True,
    )
    return client


def environment(port: int) -> dict[str, str]:
    """Return the environment of servers and clients that see each other only."""
    return {
        **os.environ,
        "EPICS_CA_ADDR_LIST": "127.0.0.1",
        "EPICS_CA_AUTO_ADDR_LIST": "NO",
        "EPICS_CA_SERVER_PORT": str(port),
        "EPICS_CA_REPEATER_PORT": str(port - 1),
        "EPICS_CAS_INTF_ADDR_LIST": "127.0.0.1",
        "EPICS_CAS_BEACON_ADDR_LIST": "127.0.0.1",
        "EPICS_CAS_AUTO_BEACON_ADDR_LIST": "NO",
        "EPICS_CAS_BEACON_PORT": str(port - 1),
    }


@dataclass
class Server:
    """A running server process."""

    port: int
    process: subprocess.Popen[bytes]
    started: float  # s from exec to its first answer

    def cpu(self) -> float:
        """Return the processor time it has used, [s]."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self) -> float:
        """Return its resident memory, [MB]."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0]) / 1024


@contextmanager
def serving(kind: str, watched: int, setpoints: int = 0, period: float = 0.1) -> Iterator[Server]:
    """Start a server of one kind, and stop it in the end."""
    port, begun = find_free_port(), time.monotonic()
    arguments = [kind, str(port), str(watched), str(setpoints), str(period)]
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.records.serve", *arguments],
        env=environment(port),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=lambda: os.sched_setaffinity(0, {SERVER_CORE}),
    )
    try:
        _await_answer(port, f"B:{watched - 1}" if watched else f"B:SP:{setpoints - 1}", process)
        yield Server(port, process, time.monotonic() - begun)
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _await_answer(port: int, name: str, process: subprocess.Popen[bytes]) -> None:
    """Search a name until it is found."""
    payload = messages.padded(name.encode() + b"\0")
    search = messages.version() + struct.pack(">HHHHII", 6, len(payload), 5, 13, 1, 1) + payload
    with socket.socket(type=socket.SOCK_DGRAM) as sock:
        sock.settimeout(0.005)
        end = time.monotonic() + LONGEST_START
        while time.monotonic() < end and process.poll() is None:
            sock.sendto(search, ("127.0.0.1", port))
            try:
                sock.recv(1024)
            except (TimeoutError, ConnectionRefusedError):
                continue
            return
    raise RuntimeError(f"{name} was not found")


class Client:
    """A running client process."""

    def __init__(self, program: Path, server: Server, mode: str, prefix: str, count: int, seconds: float) -> None:
        self.process = subprocess.Popen(
            [str(program), mode, prefix, str(count), str(seconds)],
            env=environment(server.port),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            preexec_fn=lambda: os.sched_setaffinity(0, {CLIENT_CORE}),
        )

    def await_ready(self, seconds: float) -> bool:
        """Return whether it has received the first event of everything it watches, within ``seconds``."""
        assert self.process.stdout is not None
        readable, _, _ = select.select([self.process.stdout], [], [], seconds)
        return bool(readable) and self.process.stdout.readline() == "ready\n"

    def go(self) -> None:
        """Let it count from now on."""
        self.tell("go")

    def tell(self, line: str) -> None:
        """Write a line to its standard input."""
        assert self.process.stdin is not None
        print(line, file=self.process.stdin, flush=True)

    def results(self) -> list[dict[str, float]]:
        """Wait for its end and return all it has measured, one after the other."""
        out, _ = self.process.communicate(timeout=180)
        return [json.loads(line.replace("nan", "NaN")) for line in out.splitlines() if line.startswith("{")]

    def result(self) -> dict[str, float]:
        """Wait for its end and return what it measured last; nothing if it failed."""
        found = self.results()
        return found[-1] if found else {}

    def stop(self) -> None:
        """End it."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.communicate()
