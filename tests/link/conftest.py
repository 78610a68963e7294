"""A small instrument written for these tests alone, and a bench that puts a link in front of it.

Every answer carries the name of what was asked and the number of the message it was asked in, so that
an answer given to the wrong request shows.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from dataclasses import dataclass, replace

import pytest

from cryoioc.clock import Clock
from cryoioc.errors import LinkDown, ReplyError
from cryoioc.link.dialect import Dialect, Poll
from cryoioc.link.dialects import LAKESHORE
from cryoioc.link.owner import Link
from cryoioc.link.transport import PortSettings, memory_pair

IDENTITY = "MAKER,FAKE,0001,1.0"
CHAINED = replace(LAKESHORE, name="fake", steady=False)  # the number of a message is in every answer to it
SINGLE = Dialect(
    name="single",
    settings=PortSettings(baud=19200),
    send_terminator=b"\r",
    reply_terminator=b"\r",
    spacing=0.005,
    max_chars=80,
    timeout=0.3,
    chained=False,
)


@dataclass(frozen=True)
class Fault:
    """What goes wrong with one message: ``kind`` after ``delay``, [s]."""

    kind: str
    delay: float = 0.0


class FakeInstrument:
    """Obeys in order, one message after the other, and never speaks first."""

    def __init__(self, clock: Clock, dialect: Dialect = CHAINED) -> None:
        self.clock, self.dialect = clock, dialect
        self.latency = 0.008  # s
        self.identity = IDENTITY
        self.deaf: set[str] = set()  # what it never answers
        self.mute_when_deaf = False  # a message with a deaf element is not answered at all
        self.present = True  # plugged in
        self.faults: deque[Fault] = deque()  # one is used up by each message that asks something
        self.messages: list[tuple[float, str]] = []  # s, all but the line ends of a resynchronisation
        self.violations: list[tuple[float, str]] = []  # messages that came too early
        self.opened: list[float] = []  # s, when the port was opened
        self._input = b""
        self._jobs: asyncio.Queue[tuple[int, str, Fault]] = asyncio.Queue()
        self._quiet_since = -1.0
        self._line = None
        self.tasks: list[asyncio.Task[None]] = []

    async def open(self):
        """Plug a line in, as the opener of a link."""
        self.opened.append(self.clock.now())
        if not self.present:
            raise LinkDown("no such device")
        if not self.tasks:
            self.tasks.append(asyncio.create_task(self._work()))
        near, self._line = memory_pair()
        self.tasks.append(asyncio.create_task(self._listen(self._line)))
        return near

    def unplug(self) -> None:
        self.present = False
        self.hang_up()

    def hang_up(self) -> None:
        if self._line is not None:
            self._line.close()

    def say(self, data: bytes) -> None:
        """Write bytes nobody asked for."""
        self._quiet_since = self.clock.now()
        with contextlib.suppress(LinkDown):
            self._line.write(data)

    async def stop(self) -> None:
        for task in self.tasks:
            task.cancel()
        if self.tasks:
            await asyncio.wait(self.tasks)

    async def _listen(self, line) -> None:
        while data := await line.read():
            now = self.clock.now()
            if now - self._quiet_since < self.dialect.spacing - 1e-9:
                self.violations.append((now, data.decode()))
            self._quiet_since = now
            *complete, self._input = (self._input + data).split(self.dialect.send_terminator)
            for text in map(bytes.decode, complete):
                if text not in ("", self.dialect.nonsense):
                    self.messages.append((now, text))
                    fault = self.faults.popleft() if self.faults and "?" in text else Fault("none")
                    self._jobs.put_nowait((len(self.messages), text, fault))

    async def _work(self) -> None:
        while True:
            number, text, fault = await self._jobs.get()
            await self.clock.sleep(self.latency + fault.delay)
            answers = self._answers(number, text)
            if fault.kind == "short":
                del answers[:1]
            elif fault.kind == "long":
                answers[:0] = ["stray"]
            elif fault.kind == "unsealed" and self.dialect.chained and answers:
                answers[-1] = "0"
            if answers:
                await self._reply((";".join(answers)).encode() + self.dialect.reply_terminator, fault.kind)

    def _answers(self, number: int, text: str) -> list[str]:
        units = text.split(";")
        deaf = [unit for unit in units if unit.partition(" ")[2] in self.deaf]
        if deaf and (self.mute_when_deaf or not self.dialect.chained):
            return []
        answers = []
        for unit in units:
            header, _, name = unit.partition(" ")
            if header == "*IDN?":
                answers.append(self.identity)
            elif header == "*OPC?":
                answers.append("1")
            elif header == "NAME?":
                answers.append(f"a;b/{number}")
            elif header == "ASK?" and unit not in deaf:
                answers.append(f"{name}/{number}")
        return answers

    async def _reply(self, data: bytes, kind: str) -> None:
        end = self.dialect.reply_terminator
        if kind == "hang-up":
            self.hang_up()
        elif kind == "half":
            self.say(data[: len(data) // 2])
        elif kind == "split":
            self.say(data[: len(data) // 2])
            await self.clock.sleep(0.02)
            self.say(data[len(data) // 2 :])
        elif kind == "garbage before":
            self.say(b"%%" + end)
            await self.clock.sleep(0.15)
            self.say(data)
        elif kind == "garbage after":
            self.say(data)
            await self.clock.sleep(0.03)
            self.say(b"%%" + end)
        elif kind == "doubled":
            self.say(data + data)
        elif kind == "garbled":
            self.say(bytes([data[0] | 0x80]) + data[1:])
        elif kind == "endless":
            self.say(b"x" * 5000)
        elif kind != "silent":
            self.say(data)


class Recorder:
    """A listener that keeps what it is told and checks that each answer belongs to its request."""

    def __init__(self, instrument: FakeInstrument) -> None:
        self.instrument = instrument
        self.answers: dict[str, list[float]] = {}  # s, when each key was answered
        self.failures: list[tuple[float, str]] = []
        self.edges: list[str] = []
        self.reasons: list[str] = []
        self.unreadable: set[str] = set()

    def identified(self, reply: str) -> None:
        if reply != IDENTITY:
            raise ReplyError(f"{reply} is not the expected model")

    def received(self, key: str, reply: str, when: float) -> None:
        if key in self.unreadable or "%" in reply:
            raise ReplyError(f"{reply} cannot be read")
        name, _, number = reply.partition("/")
        assert name == ("a;b" if key == "name" else key)
        assert int(number) == len(self.instrument.messages)
        self.answers.setdefault(key, []).append(when)

    def failed(self, key: str, error) -> None:
        self.failures.append((self.instrument.clock.now(), key))

    def up(self) -> None:
        self.edges.append("up")

    def down(self, error) -> None:
        self.edges.append("down")
        self.reasons.append(str(error))


def poll(key: str, every: float = 0.1, **more) -> Poll:
    text = "NAME? x" if "name" in key else f"ASK? {key}"
    return Poll(key=key, text=text, every=every, reply_chars=len(key) + 6, alone=key == "name", **more)


POLLS = (*(poll(f"fast{n}") for n in range(4)), *(poll(f"slow{n}", 2.0) for n in range(8)), poll("name", 5.0))


class Bench:
    """A link in front of a fake instrument, running."""

    def __init__(self, *, polls=POLLS, dialect: Dialect = CHAINED) -> None:
        self.clock = Clock()
        self.instrument = FakeInstrument(self.clock, dialect)
        self.recorder = Recorder(self.instrument)
        self.link = Link("FAKE", self.instrument.open, dialect, polls, self.recorder, self.clock)
        self.mistaken = False  # the listener is meant to fail
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self.link.run())

    async def __aenter__(self) -> Bench:
        self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        if not self._task.done():
            self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task
        await self.instrument.stop()

    async def run_for(self, seconds: float) -> None:
        """Let ``seconds`` pass; an error of the link, its listener or the instrument ends the test."""
        await self.clock.sleep(seconds)
        statistics = self.link.statistics()
        assert self.mistaken or not statistics.internal, statistics.last_error
        for task in (self._task, *self.instrument.tasks):
            if task.done():
                task.result()

    async def rest(self) -> None:
        """Let time pass until the last answer is so old that a put has not to wait for the spacing."""
        while self.clock.now() - max(answers[-1] for answers in self.recorder.answers.values()) < 0.06:
            await self.run_for(0.005)

    def spoil(self, faults) -> None:
        """Let things go wrong with the next messages: pairs of a kind and a delay, [s]."""
        self.instrument.faults.extend(Fault(kind, delay) for kind, delay in faults)

    def sent(self) -> list[str]:
        """All messages the instrument has seen."""
        return [text for _, text in self.instrument.messages]


@pytest.fixture(scope="session")
def bench():
    """Return the class that builds a bench."""
    return Bench


@pytest.fixture(scope="session")
def make_poll():
    return poll


@pytest.fixture(scope="session")
def chained():
    return CHAINED


@pytest.fixture(scope="session")
def single():
    return SINGLE
