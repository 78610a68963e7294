"""Both sides as processes: EPICS base with the generated database, and cryoioc with the declarations."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from declared import records
from tests.ports import find_free_port

from cryoioc.records import Record
from cryoioc.views import db

HERE = Path(__file__).parent
BASE, OURS = "B:", "O:"


class Server:
    """One of the two processes."""

    def __init__(self, command: list[str], prefix: str) -> None:
        self.prefix = prefix
        self._process = subprocess.Popen(
            [sys.executable, *command],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def expect(self, line: str) -> None:
        """Return when it has printed a line."""
        assert self._process.stdout is not None
        if line not in iter(self._process.stdout.readline, ""):
            raise RuntimeError(f"the server of {self.prefix} has ended")

    def post(self, value: float, severity: int = 0, status: str = "NO") -> None:
        """Write FORCED as the server's own device support does."""
        self._do("post", [value, severity, status])

    def finish(self) -> None:
        """Let the put of SLOW end."""
        self._do("finish", None)

    def _do(self, what: str, arguments: object) -> None:
        print(json.dumps({what: arguments}), file=self._process.stdin, flush=True)
        self.expect("done\n")

    def stop(self) -> None:
        """End it."""
        self._process.kill()
        self._process.communicate()


def database(record: Record, prefix: str) -> str:
    """Return a record as ``cryoioc describe --as db`` prints it."""
    fields = "\n".join(f'  field({name}, "{value}")' for name, value in db.fields(record))
    return f'record({db.record_type(record)}, "{prefix}{record.name}") {{\n{fields}\n}}\n'


@contextmanager
def side_by_side(base: list[str], ours: Callable[[int], list[str]]) -> Iterator[tuple[Server, Server]]:
    """Start EPICS base and cryoioc, and let libca of this process find them.

    Parameters
    ----------
    base : list of str
        Command of the one.
    ours : callable
        Returns the command of the other for a port.
    """
    ports = find_free_port(), find_free_port()
    os.environ.update(
        EPICS_CA_ADDR_LIST=" ".join(f"127.0.0.1:{port}" for port in ports),
        EPICS_CA_AUTO_ADDR_LIST="NO",
        EPICS_CA_REPEATER_PORT=str(find_free_port()),
        EPICS_CAS_SERVER_PORT=str(ports[0]),
        EPICS_CAS_INTF_ADDR_LIST="127.0.0.1",
        EPICS_CAS_AUTO_BEACON_ADDR_LIST="NO",
        EPICS_CAS_BEACON_ADDR_LIST=f"127.0.0.1:{find_free_port()}",
    )
    servers = Server([str(HERE.parent / "soft_ioc.py"), *base], BASE), Server(ours(ports[1]), OURS)
    try:
        for server in servers:
            server.expect("serving\n")
        yield servers
    finally:
        for server in servers:
            server.stop()


@contextmanager
def both() -> Iterator[tuple[Server, Server]]:
    """Serve what is declared for the comparison on both sides."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "twin.db"
        file.write_text("".join(database(record, BASE) for record in records()))
        with side_by_side([str(file), BASE], lambda port: [str(HERE / "our_ioc.py"), str(port), OURS]) as servers:
            yield servers
