"""A server in a thread of its own, and real clients in processes of their own (libca reads its ports once)."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import caproto as ca
import pytest

from cryoioc.records import Channel, Server, make_channel

from ..ports import find_free_port

PREFIX = "T:"
TIMEOUT = 30.0  # s, only ever reached by a failing test


def client_environment(port: int) -> dict[str, str]:
    """Return the environment of a client that sees one server only."""
    return {
        **os.environ,
        "EPICS_CA_ADDR_LIST": "127.0.0.1",
        "EPICS_CA_AUTO_ADDR_LIST": "NO",
        "EPICS_CA_SERVER_PORT": str(port),
        "EPICS_CA_REPEATER_PORT": str(find_free_port()),
    }


class Ioc:
    """A running server; ``do`` runs something in its thread."""

    def __init__(self, records: list[Any], aliases: dict[str, str]) -> None:
        self.port = find_free_port()
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, name="ioc")
        self.thread.start()
        self.channels: dict[str, Channel] = {record.name: make_channel(record) for record in records}
        self.server = Server(self.channels.values(), prefix=PREFIX, port=self.port, aliases=aliases)
        self.refusals: list[tuple[str, str]] = []
        self.server.refused = lambda channel, reason: self.refusals.append((channel.name, reason))
        self.wait(self.server.start())
        self.serving = asyncio.run_coroutine_threadsafe(self.server.run(), self.loop)

    def __getitem__(self, name: str) -> Channel:
        return self.channels[name]

    def wait(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(TIMEOUT)

    def do(self, action: Callable[..., Any], *arguments: Any, **keywords: Any) -> Any:
        async def run() -> Any:
            return action(*arguments, **keywords)

        return self.wait(run())

    def post(self, name: str, value: Any, **keywords: Any) -> None:
        self.do(self[name].post, value, **keywords)

    def stop(self) -> None:
        self.serving.cancel()
        self.wait(self.server.close())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(TIMEOUT)
        self.loop.close()


class Client:
    """A client process; its requests are its methods."""

    def __init__(self, script: str, port: int) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name(script))],
            env=client_environment(port),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        if operation.startswith("_"):  # hypothesis asks for such when it prints
            raise AttributeError(operation)

        def request(*arguments: Any, **keywords: Any) -> Any:
            assert self.process.stdin is not None and self.process.stdout is not None
            print(json.dumps([operation, arguments, keywords]), file=self.process.stdin, flush=True)
            answer = self.process.stdout.readline()
            if not answer:
                raise RuntimeError(self.process.communicate()[1])
            return json.loads(answer)

        return request

    def stop(self) -> None:
        self.process.kill()
        self.process.communicate()


class RawClient:
    """A client that does what libca would not let through, on caproto's client side of the protocol."""

    def __init__(self, port: int, address: str = "127.0.0.1", user: str = "somebody", host: str = "here") -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), TIMEOUT, (address, 0))
        self.protocol = ca.VirtualCircuit(ca.CLIENT, self.socket.getpeername(), 0)
        self.received: deque[Any] = deque()
        self.send(ca.VersionRequest(0, 13), ca.HostNameRequest(host), ca.ClientNameRequest(user))
        assert isinstance(self.next(), ca.VersionResponse)

    def send(self, *requests: Any) -> None:
        self.socket.sendall(b"".join(map(bytes, self.protocol.send(*requests))))

    def next(self, kind: type | tuple[type, ...] = ca.Message) -> Any:
        """Return the next message of a kind; others before it are dropped."""
        while True:
            while not self.received:
                self.received.extend(self.protocol.recv(self.socket.recv(65536))[0])
            message = self.received.popleft()
            self.protocol.process_command(message)
            if message is ca.DISCONNECTED or isinstance(message, kind):
                return message

    def channel(self, name: str) -> Any:
        channel = ca.ClientChannel(name, self.protocol)
        self.send(channel.create())
        self.next(ca.CreateChanResponse)
        return channel

    def close(self) -> None:
        self.socket.close()


@pytest.fixture
def raw(ioc: Ioc) -> Iterator[RawClient]:
    """A raw client of ``ioc``."""
    client = RawClient(ioc.port)
    yield client
    client.close()


@pytest.fixture
def free_port() -> int:
    """A port that is free for TCP and UDP on loopback."""
    return find_free_port()


@pytest.fixture(scope="session")
def find_port() -> Callable[[], int]:
    """What finds a free port."""
    return find_free_port


@pytest.fixture(scope="session")
def raw_client() -> type[RawClient]:
    """What connects a raw client to a port."""
    return RawClient


@pytest.fixture(scope="session")
def start_client() -> Callable[[str, int], Client]:
    """What starts a client of a port."""
    return Client


@pytest.fixture(scope="module")
def ioc(request: pytest.FixtureRequest) -> Iterator[Ioc]:
    """The records of the test module's RECORDS, served."""
    running = Ioc(request.module.RECORDS, getattr(request.module, "ALIASES", {}))
    yield running
    running.stop()


@pytest.fixture(scope="module")
def aioca(ioc: Ioc) -> Iterator[Client]:
    """An aioca client of ``ioc``."""
    client = Client("agent_aioca.py", ioc.port)
    yield client
    client.stop()


@pytest.fixture(scope="module")
def pyepics(ioc: Ioc) -> Iterator[Client]:
    """A pyepics client of ``ioc``."""
    client = Client("agent_pyepics.py", ioc.port)
    yield client
    client.stop()
