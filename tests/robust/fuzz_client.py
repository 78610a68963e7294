"""Any answer to a ``ca:`` input: of a server that is broken, or wants to break who asks it.

On the virtual clock: the input follows its PV through connection after connection to a server from a seed.  Whatever
that says, the input knows a finite number or nothing, keeps nothing of what it was told, and ends no connection by
anything but being lost.  In the end an honest server is found, and its value known.
"""

from __future__ import annotations

import asyncio
import logging
import math
import random
from dataclasses import dataclass, field
from typing import Any

import pytest

from cryoioc.clock import run_virtual
from cryoioc.records import monitor
from cryoioc.records.client import Client
from cryoioc.records.monitor import Heard
from cryoioc.records.ports import LOOPBACK

from .ca_answers import Answers, honest, requests

NAME = "X:T"
EVENTS = 20  # without being asked, on a connection that lives
WHOLE = 0.3  # of the connections break only when the server closes them or has spoilt an event


@dataclass
class Result:
    """What was said and heard."""

    messages: int = 0  # of the server
    datagrams: int = 0
    connections: int = 0
    values: int = 0  # that the input took for known
    faults: list[str] = field(default_factory=list)
    held: int = 0  # bytes of unfinished messages, at most

    def line(self) -> str:
        """Say it."""
        return (
            f"the other way round, {self.messages:,} answers to a `ca:` input on {self.connections:,} connections and "
            f"{self.datagrams:,} to its searches: {self.values:,} values were known, all finite; at most "
            f"{self.held:,} bytes of an unfinished message were kept"
        )


class Faults(logging.Handler):
    """Keeps what was logged as an error: nothing a server says is one of ours."""

    def __init__(self, result: Result) -> None:
        super().__init__(logging.ERROR)
        self.result = result

    def emit(self, record: logging.LogRecord) -> None:
        if not record.name.startswith("caproto"):  # which logs what it does not know, and goes on
            self.result.faults.append(self.format(record))


class Hostile:
    """A server that answers as its seed says, until it is to be honest."""

    def __init__(self, seed: int, result: Result) -> None:
        self.random, self.result = random.Random(seed), result
        self.honest = False
        self._open: set[asyncio.StreamWriter] = set()

    def reform(self) -> None:
        """Close what is open, and be honest."""
        self.honest = True
        for writer in self._open:
            writer.close()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Talk on one connection until either side closes it."""
        self.result.connections += 1
        answers = Answers(self.random, self.random.choice((0.5, 0.9, 1.0)))
        asked = bytearray()
        self._open.add(writer)
        while data := await reader.read(65536):
            asked += data
            for command, kind, _, first, second in requests(asked):
                self._say(writer, honest(command, kind, first, second) if self.honest else
                          answers.answer(command, kind, first, second))  # fmt: skip
            if not self.honest and answers.subscriptions:
                for _ in range(self.random.randrange(EVENTS)):
                    self._say(writer, answers.unasked())
                if self.random.random() < WHOLE:
                    break
        self._open.discard(writer)
        writer.close()

    def _say(self, writer: asyncio.StreamWriter, data: bytes) -> None:
        if data and not writer.is_closing():
            self.result.messages += 1
            writer.write(data)


def run(messages: int, seed: int) -> Result:
    """Answer so many times; return what was seen."""
    result = Result()
    handler = Faults(result)
    log = logging.getLogger()
    log.addHandler(handler)
    try:
        with pytest.MonkeyPatch.context() as patch:
            run_virtual(_play(messages, seed, result, patch))
    finally:
        log.removeHandler(handler)
    return result


async def _play(messages: int, seed: int, result: Result, patch: Any) -> None:
    hostile = Hostile(seed, result)
    search = monitor._Search()
    for _ in range(messages // 10):
        search.datagram_received(Answers(hostile.random, 0.0).datagram(), ("127.0.0.1", 5064))
        result.datagrams += 1
        if search.found.done():
            search = monitor._Search()
    server = await asyncio.start_server(hostile.serve, LOOPBACK, 5064)
    known = asyncio.Event()

    async def find(*_: Any) -> tuple[str, int]:
        return LOOPBACK, 5064

    def tell(wanted: monitor.Wanted, heard: Heard) -> None:
        if heard.value is not None:
            result.values += 1
            if not math.isfinite(float(heard.value)):
                result.faults.append(f"{heard.value} is a value")
            if hostile.honest:
                known.set()

    patch.setattr(monitor, "find", find)
    whole = Client._whole

    async def watched(self: Client, reader: asyncio.StreamReader) -> bytes:
        data = await whole(self, reader)
        result.held = max(result.held, len(self._rest) + len(self._circuit._data))
        return data

    patch.setattr(Client, "_whole", watched)
    following = asyncio.create_task(monitor.follow(monitor.Wanted(NAME), [(LOOPBACK, 5064)], tell))
    tasks = len(asyncio.all_tasks())
    while result.messages < messages:
        await asyncio.sleep(1.0)
        if following.done():
            following.result()
    hostile.reform()
    async with asyncio.timeout(600.0):
        await known.wait()
    if len(asyncio.all_tasks()) > tasks + 3:  # of the one connection
        result.faults.append(f"{len(asyncio.all_tasks())} tasks are left of {tasks}")
    following.cancel()
    await asyncio.gather(following, return_exceptions=True)
    server.close()
