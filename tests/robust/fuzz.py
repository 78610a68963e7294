"""Random bytes on every port an IOC opens, both ways.

An IOC of the STVP runs as a process of its own, on instruments whose answers are spoilt on their way.  Its
Channel Access ports get well-formed requests with any content, messages that break the protocol, and datagrams.
Well-formed requests must all be answered on the same connection; after each round the IOC must still serve a new
client; in the end nothing may have been left behind, and with the cables mended everything must be valid again.
"""

from __future__ import annotations

import contextlib
import random
import socket
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cryoioc.clock import Clock
from cryoioc.ioc import Ioc
from cryoioc.station import load

from ..system.raw_client import RawClient
from .ca_talk import CREATE, ECHO, Talk, message
from .proxy import BadCable
from .station import STVP, Instruments, RunningIoc, write_station

PER_CONNECTION = 150  # well-formed requests, before what breaks the protocol
CHANNELS = 15
PER_ROUND = 4000  # messages until the service is looked at
DATAGRAMS = 0.25  # of all messages
PATIENCE = 60.0  # s for an answer
LEAVING = 3  # files more in the end than before that may still be closing: of clients that have just left
WARM = 0.2  # of the messages, before memory is looked at
MOST_GROWTH = 5.0  # % of memory in the end over that after the first part
FEWEST = 500_000  # messages of which memory is judged: fewer have not asked for everything once
MARKS = ("Traceback", "internal error", "Exception in", "Fatal error", "put failed", "never retrieved")


class FuzzError(AssertionError):
    """The IOC did not survive something."""


@dataclass
class Result:
    """What a run has done and seen."""

    requests: int = 0  # well formed, all answered or obeyed
    breaking: int = 0
    datagrams: int = 0
    answers: int = 0  # of instruments, spoilt
    connections: int = 0
    warm: float = 0.0  # MB, of the IOC after the first part
    end: float = 0.0  # MB
    files: tuple[int, int] = (0, 0)  # open before and after
    threads: tuple[int, int] = (0, 0)
    seconds: float = 0.0

    @property
    def messages(self) -> int:
        """All that was sent."""
        return self.requests + self.breaking + self.datagrams + self.answers

    @property
    def growth(self) -> float:
        """Memory in the end over that after the first part, in percent more."""
        return 100.0 * (self.end / self.warm - 1.0)

    @property
    def leaks(self) -> bool:
        """Whether memory has grown by more than it may."""
        return self.messages >= FEWEST and self.growth > MOST_GROWTH

    def lines(self) -> list[str]:
        """Say it."""
        return [
            f"{self.messages:,} messages in {self.seconds:,.0f} s: {self.requests:,} well-formed requests on "
            f"{self.connections:,} connections, all answered; {self.breaking:,} that break the protocol; "
            f"{self.datagrams:,} datagrams; {self.answers:,} spoilt answers of instruments",
            f"resident memory {self.warm:.1f} MB after the first {WARM:.0%}, {self.end:.1f} MB in the end "
            f"({self.growth:+.1f} %, {MOST_GROWTH:g} % allowed from {FEWEST:,} messages on); "
            f"open files {self.files[0]} before, {self.files[1]} after; "
            f"threads {self.threads[0]} and {self.threads[1]}",
        ]


class Connection:
    """One connection of the fuzzer."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), PATIENCE)
        self._rest = b""

    def until_echo(self) -> list[tuple[int, int, int]]:
        """Return command, first and second number of every answer up to that to an ECHO."""
        found: list[tuple[int, int, int]] = []
        while True:
            taken = _header(self._rest)
            if taken is None:
                data = self.socket.recv(2**20)
                if not data:
                    raise FuzzError("the connection is closed though every request was well formed")
                self._rest += data
                continue
            *numbers, length = taken
            self._rest = self._rest[length:]
            if numbers[0] == ECHO:
                return found
            found.append((numbers[0], numbers[1], numbers[2]))

    def until_closed(self) -> None:
        """Say that nothing more comes, and wait until the other side has closed, too."""
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_WR)
            while self.socket.recv(2**20):
                pass
        self.socket.close()


def _header(data: bytes) -> tuple[int, int, int, int] | None:
    """Return command, first and second number and length of the message ``data`` begins with, once it is whole."""
    if len(data) < 16:
        return None
    command, size, _, _, first, second = struct.unpack_from(">HHHHII", data)
    length = 16 + size
    if size == 0xFFFF:
        if len(data) < 24:
            return None
        length = 24 + struct.unpack_from(">I", data, 16)[0]
    return (command, first, second, length) if len(data) >= length else None


class Fuzzer:
    """Says everything to one IOC.

    Parameters
    ----------
    ioc : RunningIoc
    seed : int
    """

    def __init__(self, ioc: RunningIoc, seed: int) -> None:
        self.ioc, self.random, self.result = ioc, random.Random(seed), Result()
        station = load(STVP)
        self.names = [station.prefix + name for name in Ioc(station, Clock()).desk.channels]
        self._udp = socket.socket(type=socket.SOCK_DGRAM)

    def round(self) -> None:
        """Talk for one round, and see whether a new client is served."""
        end = self.result.messages + PER_ROUND
        while self.result.messages < end:
            self._connection()
        self.look()

    def look(self) -> None:
        """Require that the IOC serves, and has nothing to complain of but others."""
        if self.ioc.popen.poll() is not None:
            raise FuzzError(f"the IOC has ended with status {self.ioc.popen.returncode}: {self.ioc.said[-3000:]}")
        client = RawClient(self.ioc.port, "HEARTBEAT")
        client.until("HEARTBEAT", 2)
        client.close()
        for mark in MARKS:
            if mark in self.ioc.said:
                raise FuzzError(self.ioc.said[self.ioc.said.index(mark) - 500 :][:4000])

    def _connection(self) -> None:
        talk, result = Talk(self.random, self.names), self.result
        line = Connection(self.ioc.port)
        result.connections += 1
        line.socket.sendall(message(0, count=13) + b"".join(talk.create(n) for n in range(CHANNELS)) + message(ECHO))
        talk.sids = [sid for command, _, sid in line.until_echo() if command == CREATE]
        result.requests += CHANNELS + 2
        if talk.sids:
            requests = [talk.request() for _ in range(PER_CONNECTION)]
            line.socket.sendall(b"".join(requests) + message(ECHO))
            line.until_echo()
            result.requests += PER_CONNECTION + 1
            with contextlib.suppress(OSError):
                line.socket.sendall(talk.breaking())
            result.breaking += 1
        line.until_closed()
        for _ in range(int(PER_CONNECTION * DATAGRAMS / (1 - DATAGRAMS))):
            self._udp.sendto(talk.datagram(), ("127.0.0.1", self.ioc.port))
            result.datagrams += 1


def run(messages: int, seed: int, folder: Path, tell: Callable[[str], None] = lambda line: None) -> Result:
    """Send so many messages; return what was seen; ``tell`` is told how far it is.

    Raises
    ------
    FuzzError
        When the IOC did not survive something, with what it said.
    """
    begun, instruments = time.monotonic(), Instruments()
    cables = {name: BadCable(url, seed + n) for n, (name, url) in enumerate(sorted(instruments.urls.items()))}
    ioc = RunningIoc(write_station(folder, {name: cable.url for name, cable in cables.items()}))
    try:
        ioc.await_service()
        fuzzer = Fuzzer(ioc, seed)
        result = fuzzer.result
        recovered(ioc)
        before = (ioc.files(), ioc.threads())
        for cable in cables.values():
            cable.spoiling.set()
        while result.messages < messages:
            fuzzer.round()
            result.answers = sum(cable.spoilt for cable in cables.values())
            if not result.warm and result.messages > WARM * messages:
                result.warm = ioc.memory()
            tell(f"{result.messages:,} of {messages:,} messages, {ioc.memory():.1f} MB")
        for cable in cables.values():
            cable.spoiling.clear()
        recovered(ioc)
        fuzzer.look()
        result.end, result.seconds = ioc.memory(), time.monotonic() - begun
        result.files, result.threads = (before[0], ioc.files()), (before[1], ioc.threads())
        if (status := ioc.end()) != 0:
            raise FuzzError(f"exit status {status}: {ioc.said[-3000:]}")
        return result
    except FuzzError as error:
        raise FuzzError(f"{error}; the IOC said: {ioc.said[-2000:]}") from error
    finally:
        ioc.close()
        for cable in cables.values():
            cable.close()
        instruments.close()


def recovered(ioc: RunningIoc) -> None:
    """Wait until every instrument is connected and the heartbeat goes on."""
    names = [f"{name}:CONNECTED" for name in ("TC1", "FM1", "LM1", "AI1")]
    client = RawClient(ioc.port, *names)
    for name in names:
        while [value for one, value in client.seen if one == name][-1] != 1.0:
            client.until(name, client.count(name) + 1)
    client.close()
