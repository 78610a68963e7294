"""The supervisor is told that the IOC serves, that it is alive only while it is, and that it ends."""

from __future__ import annotations

import asyncio
import os
import re
import socket
from types import SimpleNamespace

import pytest

from cryoioc.clock import run_virtual
from cryoioc.supervisor import LINK_PATIENCE, TICK_PATIENCE, Watchdog, interval, notifier

from .raw_client import TIMEOUT, RawClient


@pytest.fixture
def supervisor(tmp_path, monkeypatch):
    """The socket of a supervisor."""
    path = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.bind(path)
        sock.settimeout(TIMEOUT)
        monkeypatch.setenv("NOTIFY_SOCKET", path)
        monkeypatch.setenv("WATCHDOG_USEC", "900000")
        yield sock


def told(sock: socket.socket) -> str:
    return sock.recv(4096).decode()


def test_a_station_tells_its_supervisor(supervisor, start, tmp_path):
    state = tmp_path / "state"
    os.environ["STATE_DIRECTORY"] = str(state)
    try:
        service = start("run")
    finally:
        del os.environ["STATE_DIRECTORY"]
    assert told(supervisor) == f"READY=1\nSTATUS=serving STVP:* on port {service.port}"
    assert [told(supervisor) for _ in range(3)] == ["WATCHDOG=1"] * 3
    service.popen.terminate()
    while (last := told(supervisor)) == "WATCHDOG=1":
        pass
    assert last == "STOPPING=1"
    assert service.wait() == 0
    assert f"state in {state}\n" in service.printed
    assert "LOOP1 is left as it is: range unknown\n" in service.printed
    assert (state / "saved.json").exists()


def test_a_second_ioc_with_the_same_state_folder_is_refused(start, station, tmp_path):
    station.write_text(station.read_text().replace("[station]", f'[station]\nstate_dir = "{tmp_path}/state"'))
    first = start("run")
    for line in first.popen.stdout:
        if line.startswith("state in"):
            break
    client = RawClient(first.port, "HEARTBEAT")
    client.until("HEARTBEAT", 2)  # it has taken the folder before it beats
    client.close()
    second = start("run")
    assert second.wait() == 1  # the other may be about to end
    assert second.stderr == f"cryoioc: {tmp_path}/state: state folder is in use by another IOC\n"
    assert first.end() == 0


def test_without_a_supervisor_nobody_is_told(monkeypatch):
    assert notifier({}) is None
    assert interval({}) == interval({"WATCHDOG_USEC": "0"}) == interval({"WATCHDOG_USEC": "no"}) == 10.0
    assert interval({"WATCHDOG_USEC": "30000000"}) == 10.0


def test_a_supervisor_that_is_gone_is_no_end(tmp_path):
    notify = notifier({"NOTIFY_SOCKET": str(tmp_path / "nobody")})
    notify("WATCHDOG=1")


def test_the_abstract_name_space_is_understood():
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.bind("")  # the kernel chooses an abstract name
        name = sock.getsockname().decode()
        sock.settimeout(TIMEOUT)
        notifier({"NOTIFY_SOCKET": "@" + name[1:]})("WATCHDOG=1")
        assert told(sock) == "WATCHDOG=1"


class Ioc:
    """An IOC as the watchdog sees it."""

    def __init__(self) -> None:
        self.ticks = 1
        self.messages = 0
        self.polls = ["KRDG?"]
        self.devices = {"TC1": self}
        self.station = SimpleNamespace(prefix="T:")

    def statistics(self):
        return SimpleNamespace(attempts=1, messages=self.messages, timeouts=0, state="up")


def watchdog(ioc: Ioc, sent: list[str], deaf: str = "") -> Watchdog:
    ioc.devices = {"TC1": SimpleNamespace(statistics=ioc.statistics, polls=lambda: ioc.polls)}
    watched = Watchdog(ioc, SimpleNamespace(port=1, interfaces=["127.0.0.1"]), sent.append, 5.0)

    async def answer() -> str:
        return deaf

    watched._deaf = answer
    return watched


async def live(ioc: Ioc, watched: Watchdog, seconds: float, *, ticks: bool = True, link: bool = True) -> None:
    """Let time pass while some of the IOC lives."""
    running = asyncio.ensure_future(watched.run())
    for _ in range(int(seconds)):
        await asyncio.sleep(1.0)
        ioc.ticks += ticks
        ioc.messages += link
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


def test_a_living_ioc_is_told_alive_for_hours():
    sent: list[str] = []

    async def scene() -> None:
        ioc = Ioc()
        await live(ioc, watchdog(ioc, sent), 7200.0)

    run_virtual(scene())
    assert set(sent[1:]) == {"WATCHDOG=1"} and len(sent) > 1000


@pytest.mark.parametrize(
    ("dead", "patience", "expected"),
    [({"ticks": False}, TICK_PATIENCE, "STATUS=no tick for "),
     ({"link": False}, LINK_PATIENCE, "STATUS=link TC1 has done nothing for ")],
)  # fmt: skip
def test_a_tick_or_a_link_that_hangs_is_not_told_alive(dead, patience, expected):
    sent: list[str] = []

    async def scene() -> None:
        ioc = Ioc()
        await live(ioc, watchdog(ioc, sent), 600.0, **dead)

    run_virtual(scene())
    alive = [line for line in sent if line == "WATCHDOG=1"]
    assert len(alive) == patience // 5 + 1
    assert sent[-1].startswith(expected)


def test_a_link_without_polls_may_be_silent():
    sent: list[str] = []

    async def scene() -> None:
        ioc = Ioc()
        ioc.polls = []
        await live(ioc, watchdog(ioc, sent), 600.0, link=False)

    run_virtual(scene())
    assert set(sent[1:]) == {"WATCHDOG=1"}


def test_a_server_that_does_not_answer_is_not_told_alive():
    sent: list[str] = []

    async def scene() -> None:
        ioc = Ioc()
        await live(ioc, watchdog(ioc, sent, deaf="Channel Access server does not answer: refused"), 60.0)

    run_virtual(scene())
    assert "WATCHDOG=1" not in sent
    assert sent[1:].count("STATUS=Channel Access server does not answer: refused") == 1


@pytest.mark.parametrize("what", ["nobody", "silent", "other", "closing"])
def test_the_probe_knows_a_server_from_none(what):
    async def scene() -> str:
        async def handle(reader, writer) -> None:
            if what == "other":
                writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n" + b" " * 30)
            if what == "closing":
                writer.close()
            await reader.read()
            writer.close()

        server = await asyncio.start_server(handle, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        if what == "nobody":
            server.close()
        watched = Watchdog(Ioc(), SimpleNamespace(port=port, interfaces=["127.0.0.1"]), print, 0.1)
        try:
            return await watched._deaf()
        finally:
            server.close()

    assert re.fullmatch(r"Channel Access server does not answer: \S.*", asyncio.run(scene()))
