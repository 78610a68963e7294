"""``cryosim run`` with a real client in front of the simulator IOC."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from ..ports import find_free_port
from .room import STVP, station_file

PATIENCE = 30.0  # s, only ever reached by a failing test
AGENT = Path(__file__).parents[1] / "records" / "agent_aioca.py"
PUT_FAILED = 160  # ECA_PUTFAIL (caerr.h)


@contextmanager
def process(*command: object, **environment: str) -> Iterator[subprocess.Popen[str]]:
    """Run a Python program; whatever happens, it ends with the test."""
    pipes: dict[str, Any] = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    started = subprocess.Popen(
        [sys.executable, *map(str, command)], **pipes, text=True, env={**os.environ, **environment}
    )
    try:
        yield started
    finally:
        started.kill()
        started.communicate()


class Client:
    """An aioca client in a process of its own."""

    def __init__(self, agent: subprocess.Popen[str]) -> None:
        self.agent = agent

    def __call__(self, operation: str, name: str, *arguments: Any, **keywords: Any) -> Any:
        assert self.agent.stdin is not None and self.agent.stdout is not None
        request = [operation, [f"STVP:TWIN:{name}", *arguments], keywords]
        print(json.dumps(request), file=self.agent.stdin, flush=True)
        answer = self.agent.stdout.readline()
        assert answer, self.agent.communicate()[1]
        return json.loads(answer)


@contextmanager
def client_of(port: int) -> Iterator[Client]:
    with process(AGENT, EPICS_CA_SERVER_PORT=str(port), EPICS_CA_REPEATER_PORT=str(find_free_port())) as agent:
        yield Client(agent)


def first_line(started: subprocess.Popen[str]) -> str:
    assert started.stdout is not None
    line = started.stdout.readline()
    assert line, started.communicate(timeout=PATIENCE)[1]
    return line


def test_a_client_turns_the_valve_and_reads_why_it_may_not(tmp_path: Path):
    port = find_free_port()
    run = ("-m", "cryosim", "run", station_file(tmp_path), "--ca-port", port, "--announce")
    # What the environment says about a server's port and interfaces is for the IOC, not for its twin.
    with process(*run, EPICS_CAS_SERVER_PORT=str(find_free_port()), EPICS_CAS_INTF_ADDR_LIST="0.0.0.0") as twin:
        assert set(json.loads(first_line(twin))) == {"TC1", "FM1", "LM1", "AI1"}
        with client_of(port) as client:
            about = client("get", "VALVE:SP", form="ctrl")
            assert (about["units"], about["lower_ctrl_limit"], about["upper_ctrl_limit"]) == ("turns", 0.0, 4.0)
            assert client("put", "VALVE:SP", 1.5) == 1
            assert client("get", "VALVE")["value"] == 1.5
            assert client("put", "VALVE:SP", 40.0) == PUT_FAILED
            assert client("get", "MSG")["value"] == "40 above maximum 4 turns"
            assert client("get", "VALVE:SP")["value"] == 1.5
            assert client("put", "SPEED:SP", -1.0) == PUT_FAILED
            assert client("put", "TC1:FAULT:SENSOR_OPEN:SP", "On") == 1
            assert client("get", "TC1:FAULT:SENSOR_OPEN")["severity"] == 1
            assert client("put", "SAVE", "here.json", kind=999) == 1  # DBR_CHAR_STR
            assert (tmp_path / "state" / "twin" / "here.json").is_file()
            assert client("put", "RESET:WARM", 1) == 1
            assert client("get", "TRUE:VAPORIZER")["value"] == pytest.approx(293.6, abs=0.1)
            number = client("monitor", "TIME")
            client.agent.stdin.write(json.dumps(["events", [number, 3], {}]) + "\n")  # the world goes on
            client.agent.stdin.flush()
            assert len(json.loads(client.agent.stdout.readline())) >= 3
        twin.send_signal(signal.SIGTERM)
        assert twin.wait(PATIENCE) == 0


def test_where_it_is_served_is_printed(tmp_path: Path):
    port = find_free_port()
    with process("-m", "cryosim", "run", STVP, "--ca-port", port) as twin:
        assert [first_line(twin).split()[0] for _ in range(4)] == ["TC1", "FM1", "LM1", "AI1"]
        assert first_line(twin).split() == ["Channel", "Access", "STVP:TWIN:", f"127.0.0.1:{port}"]


def test_a_taken_port_is_one_line_and_status_2():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with process("-m", "cryosim", "run", STVP, "--ca-port", port) as twin:
            out, err = twin.communicate(timeout=PATIENCE)
    assert (twin.returncode, out) == (2, "")
    assert err.startswith(f"cryosim: simulator IOC: 127.0.0.1 TCP port {port}: Address already in use;")
    assert err.count("\n") == 1
