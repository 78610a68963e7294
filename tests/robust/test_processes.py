"""The IOC as a process: kill -9 at any moment, a full disk, a hundred clients, clients that never read, dead peers."""

from __future__ import annotations

import json
import random
import resource
import select
import socket
from collections.abc import Iterator
from pathlib import Path

import caproto as ca
import pytest

from cryoioc.station import load

from ..system.raw_client import RawClient
from .proxy import BadCable
from .questions import orders, units
from .station import TIMEOUT, Instruments, RunningIoc, write_station

FULL = Path("/dev/full")  # takes nothing: no space left on device
KILLS = 6
CLIENTS = 100
SLEEPING = 20  # of them never read
BEATS = 5
ECA_NORMAL = 1
INSTRUMENTS = ("TC1", "FM1", "LM1", "AI1")


@pytest.fixture(scope="module")
def instruments() -> Iterator[Instruments]:
    """Emulated instruments that outlive every IOC of this module."""
    running = Instruments()
    yield running
    running.close()


@pytest.fixture
def ioc(tmp_path, instruments) -> Iterator[RunningIoc]:
    """A running IOC on all of them."""
    running = RunningIoc(write_station(tmp_path, instruments.urls))
    running.await_service()
    yield running
    running.close()


def at_the_instrument(url: str, message: str) -> str:
    """Return what an instrument answers to somebody else than the IOC."""
    host, port = url.removeprefix("socket://").split(":")
    with socket.create_connection((host, int(port)), TIMEOUT) as line, line.makefile("rw", newline="\n") as talk:
        talk.write(f"{message}\n")
        talk.flush()
        return talk.readline().strip()


def test_sigterm_puts_off_what_the_station_file_wants_off_and_nothing_else(tmp_path, instruments):
    running = RunningIoc(write_station(tmp_path, instruments.urls, '[loop.LOOP1]\npark = "range off"\n'))
    running.await_service()
    client = RawClient(running.port, "OK")
    try:
        while dict(client.seen)["OK"] != 1.0:
            assert client.next(ca.EventAddResponse) is not None
        for loop in ("LOOP1", "LOOP2"):
            client.connect(f"{loop}:RANGE:SP")
            assert client.put(f"{loop}:RANGE:SP", 1) == ECA_NORMAL
        assert running.end() == 0
        assert at_the_instrument(instruments.urls["TC1"], "RANGE? 1;RANGE? 2") == "0;1"
        assert running.printed.splitlines() == [
            "LOOP1 is parked: range Off (was Low)", "LOOP2 is left as it is: range Low"
        ]  # fmt: skip
    finally:
        client.close()
        running.close()
        at_the_instrument(instruments.urls["TC1"], "RANGE 1,0;RANGE 2,0;*IDN?")  # for who comes next


def first_client(ioc: RunningIoc) -> RawClient:
    """Return a client of an IOC that cannot say when it serves."""
    while ioc.popen.poll() is None:
        try:
            return RawClient(ioc.port, "HEARTBEAT", "TC1:CONNECTED")
        except ConnectionRefusedError:
            select.select([], [], [], 0.1)  # asked again, as a client does that is too early
    raise AssertionError(f"ended with status {ioc.popen.returncode}")


def text_of(client: RawClient, name: str) -> str:
    client.connect(name)
    return client.get_text(name).rstrip("\0")


def becomes(client: RawClient, name: str, value: float) -> None:
    """Take events until a watched PV has a value."""
    while [seen for one, seen in client.seen if one == name][-1] != value:
        client.until(name, client.count(name) + 1)


def test_kill_at_any_moment_leaves_a_state_that_can_be_read(tmp_path, instruments):
    cables = {name: BadCable(url, 0) for name, url in instruments.urls.items()}  # not spoiling: they only listen
    path, rng = write_station(tmp_path, {name: cable.url for name, cable in cables.items()}), random.Random(9)
    tolerance = 0.0
    for n in range(KILLS):
        ioc = RunningIoc(path)
        try:
            ioc.await_service()
            client = RawClient(ioc.port, "HEARTBEAT", "IOC:STATE", "LOOP1:TOL", "LOOP1:RANGE", "LOOP1:TOL:SP")
            becomes(client, "IOC:STATE", 1.0)  # OK: neither set aside nor dropped
            if n:
                assert [value for one, value in client.seen if one == "LOOP1:TOL"][0] == tolerance
            client.until("HEARTBEAT", 2)
            tolerance = 0.2 + 0.01 * n
            assert client.put("LOOP1:TOL:SP", tolerance) == 1
            client.until("HEARTBEAT", client.count("HEARTBEAT") + 2)  # a second later it is written down
            for extra in range(rng.randrange(400)):  # something is always being written when the kill comes
                client.send(client.channels["LOOP1:TOL:SP"].write((tolerance,), notify=bool(extra % 2)))
            ioc.kill()
            client.close()
        finally:
            ioc.close()
        saved = json.loads((tmp_path / "state" / "saved.json").read_text())
        assert saved["values"]["LOOP1:TOL"][0] == pytest.approx(tolerance)
        assert not (tmp_path / "state" / "saved.bad").exists()
        whole = (tmp_path / "state" / "puts.jsonl").read_text().split("\n")[:-1]
        assert all(json.loads(line)["pv"] for line in whole)
    models = {name: spec.model for name, spec in load(path).instruments.items()}
    for name, cable in cables.items():
        said = units(bytes(cable.heard))
        assert len(said) >= KILLS
        assert orders(models[name], said) == [], f"{name}: what was put concerned the IOC alone"
        cable.close()


@pytest.mark.skipif(not FULL.exists(), reason="needs /dev/full")
def test_a_full_disk_is_told_and_what_is_waiting_is_written_when_there_is_room(tmp_path, ioc):
    state = tmp_path / "state"
    client = RawClient(ioc.port, "HEARTBEAT", "IOC:STATE", "IOC:PUT_LOG", "LOOP1:TOL:SP", "TC1:CONNECTED")
    becomes(client, "IOC:STATE", 1.0)
    becomes(client, "TC1:CONNECTED", 1.0)
    (state / "saved.new").unlink(missing_ok=True)
    (state / "saved.new").symlink_to(FULL)
    (state / "puts.jsonl").unlink(missing_ok=True)
    (state / "puts.jsonl").symlink_to(FULL)
    before = (state / "saved.json").read_bytes()
    assert client.put("LOOP1:TOL:SP", 0.37) == 1, "puts are accepted all the same"
    becomes(client, "IOC:STATE", 4.0)  # Failing
    becomes(client, "IOC:PUT_LOG", 2.0)
    assert (state / "saved.json").read_bytes() == before, "the last whole state stays"
    assert text_of(client, "IOC:STATE:WHY") == "No space left on device"
    client.until("HEARTBEAT", client.count("HEARTBEAT") + 3)
    assert [value for one, value in client.seen if one == "TC1:CONNECTED"][-1] == 1.0
    (state / "saved.new").unlink()
    (state / "puts.jsonl").unlink()
    assert client.put("LOOP1:TOL:SP", 0.38) == 1
    becomes(client, "IOC:STATE", 1.0)
    becomes(client, "IOC:PUT_LOG", 1.0)
    client.close()
    assert ioc.end() == 0
    assert json.loads((state / "saved.json").read_text())["values"]["LOOP1:TOL"][0] == 0.38
    assert [json.loads(line)["new"] for line in (state / "puts.jsonl").read_text().splitlines()] == [0.38]


@pytest.mark.skipif(not FULL.exists(), reason="needs /dev/full")
def test_a_log_that_cannot_be_written_stops_nothing(tmp_path, instruments):
    with FULL.open("w") as full:
        ioc = RunningIoc(write_station(tmp_path, instruments.urls), stdout=full, stderr=full)
        try:
            client = first_client(ioc)
            becomes(client, "TC1:CONNECTED", 1.0)
            client.until("HEARTBEAT", 3)
            client.close()
            assert ioc.popen.poll() is None
        finally:
            ioc.close()


def test_a_hundred_clients_of_which_twenty_never_read_get_every_beat(ioc):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, 4 * CLIENTS)), hard))
    clients = [RawClient(ioc.port, "HEARTBEAT", "VAP:TEMP", "FLOW") for _ in range(CLIENTS)]
    reading = clients[SLEEPING:]
    for client in reading:
        client.until("HEARTBEAT", BEATS)
    last = max(value for client in reading for one, value in client.seen if one == "HEARTBEAT")
    for client in reading:
        if ("HEARTBEAT", last) not in client.seen:
            becomes(client, "HEARTBEAT", last)
        beats = [value for one, value in client.seen if one == "HEARTBEAT"]
        assert beats == [beats[0] + n for n in range(len(beats))], "none is missing"
    late = RawClient(ioc.port, "LOOP1:TOL:SP", "IOC:CA_CLNT_CNT")
    assert late.put("LOOP1:TOL:SP", 0.2) == 1
    becomes(late, "IOC:CA_CLNT_CNT", CLIENTS + 1.0)
    for client in clients:
        client.close()
    becomes(late, "IOC:CA_CLNT_CNT", 1.0)
    late.close()
    assert ioc.end() == 0
    assert "Traceback" not in ioc.said


def test_instruments_that_accept_and_say_nothing_or_do_not_accept_delay_no_other(tmp_path, instruments):
    """Half-open: the peer's host takes the connection, or not even that, and nobody is at home."""
    with socket.create_server(("127.0.0.1", 0), backlog=16) as mute, socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        fillers = [socket.socket() for _ in range(4)]  # its queue is full: further SYNs are dropped
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(deaf.getsockname())
        dead = {"FM1": mute, "LM1": deaf}
        urls = instruments.urls | {
            name: f"socket://127.0.0.1:{sock.getsockname()[1]}" for name, sock in dead.items()
        }
        ioc = RunningIoc(write_station(tmp_path, urls))
        try:
            ioc.await_service()
            client = RawClient(ioc.port, "HEARTBEAT", *(f"{name}:CONNECTED" for name in INSTRUMENTS), "LOOP1:P:SP")
            becomes(client, "TC1:CONNECTED", 1.0)
            becomes(client, "AI1:CONNECTED", 1.0)
            client.until("HEARTBEAT", client.count("HEARTBEAT") + 15)  # longer than a connection is waited for
            beats = [value for one, value in client.seen if one == "HEARTBEAT"]
            assert beats == [beats[0] + n for n in range(len(beats))]
            states = {name: [v for one, v in client.seen if one == f"{name}:CONNECTED"][-1] for name in INSTRUMENTS}
            assert states == {"TC1": 1.0, "AI1": 1.0, "FM1": 0.0, "LM1": 0.0}
            becomes(client, "LOOP1:P:SP", 50.0)
            assert client.put("LOOP1:P:SP", 51.0) == 1
            assert client.put("LOOP1:P:SP", 50.0) == 1
            client.close()
            assert ioc.end() == 0
        finally:
            ioc.close()
            for filler in fillers:
                filler.close()
