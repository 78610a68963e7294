"""``cryoioc demo`` as a process: how it begins, how it ends, and what it never touches."""

from __future__ import annotations

import os
import signal
import socket
from pathlib import Path

import pytest

from ..ports import find_free_port

BROKEN = 1
LOOPBACK = "127.0.0.1"
CRX = Path(__file__).parents[2] / "db" / "crx.toml"


def test_ends_by_itself_with_a_table(start):
    service = start("demo", "--for", "3")
    assert service.wait() == 0
    assert service.stderr == ""
    for expected in (f"EPICS_CA_SERVER_PORT={service.port}", "STVP:VAP:TEMP", "STVP:LOOP1:STATE", "SLPM", "RangeOff"):
        assert expected in service.printed


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signal_ends_it_and_its_instruments(demo, number):
    (instruments,) = demo.children()
    assert demo.end(number) == 0
    assert demo.stderr == ""
    assert instruments.ended(timeout=0.0)


def test_instruments_end_with_a_demo_that_was_killed(demo):
    (instruments,) = demo.children()
    demo.end(signal.SIGKILL)
    assert instruments.ended()


def test_demo_ends_with_its_instruments(demo):
    (instruments,) = demo.children()
    os.kill(instruments.number, signal.SIGKILL)
    assert demo.wait() == BROKEN  # nobody's input was bad
    assert demo.stderr.endswith("cryoioc: the emulated instruments have ended\n")
    assert "Traceback" not in demo.stderr


@pytest.mark.parametrize("command", ["demo", "run"])
@pytest.mark.parametrize(("kind", "name"), [(socket.SOCK_STREAM, "TCP"), (socket.SOCK_DGRAM, "UDP")])
def test_taken_port_is_named_in_one_line(start, command, kind, name):
    with socket.socket(type=kind) as taken:
        taken.bind((LOOPBACK, 0))
        if kind == socket.SOCK_STREAM:
            taken.listen()
        port = taken.getsockname()[1]
        service = start(command, "--port", str(port))  # the last one counts
        assert service.wait() == BROKEN  # whoever has it may leave
    assert service.stderr == f"cryoioc: {LOOPBACK} {name} port {port}: Address already in use\n"


def test_second_demo_on_the_same_port_leaves_the_first_one_alone(demo, start):
    second = start("demo", "--port", str(demo.port))
    assert second.wait() == BROKEN
    assert len(second.stderr.splitlines()) == 1
    assert demo.popen.poll() is None


def test_serves_on_loopback_only(start, station):
    """Whatever the station file says: emulated instruments are nobody else's business."""
    text = station.read_text().replace("[loop.LOOP1]", '[ca]\ninterfaces = ["0.0.0.0"]\n[loop.LOOP1]')
    station.write_text(text)
    service = start("demo")
    service.wait_for_hints()
    sockets = [line.split() for line in Path(f"/proc/{service.popen.pid}/net/tcp").read_text().splitlines()[1:]]
    listening = [local for _, local, _, state, *_ in sockets if state == "0A"]  # proc(5)
    mine = [local for local in listening if int(local.partition(":")[2], 16) == service.port]
    assert mine == [f"0100007F:{service.port:04X}"]
    assert service.end() == 0


def test_the_receiver_is_demonstrated_too(start):
    hands = find_free_port()
    service = start("demo", "--for", "6", "--twin-port", str(hands), station=CRX)
    while "CRX:LCP:BIAS:SP" not in service.printed:
        line = service.popen.stdout.readline()
        assert line, service.stderr
        service.printed += line
    socket.create_connection((LOOPBACK, hands), timeout=5.0).close()  # the simulator IOC
    assert service.wait() == 0
    assert service.stderr == ""
    for expected in ("CRX:STAGE2:TEMP", "CRX:LCP:BIAS:SP Cold", "CRX:RCP:READY", "CRX:HEATERS:THERMOSTAT", "CRX:COMP",
                     "CRX:VAC", "mbar", "CRX:STAGE1:LOAD"):  # fmt: skip
        assert expected in service.printed
