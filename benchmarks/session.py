"""The phases of one measurement: what a client does, and when; figures are made of it afterwards."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

from aioca import FORMAT_TIME, CANothing, caget, camonitor, caput, purge_channel_caches

from benchmarks.rig import Rig, Setup
from benchmarks.wirelog import Message, Window, read
from cryoioc.station import load

INVALID = 3  # alarm severity
BadUnit = Literal["others", "all"]
NEVER_ANSWERED = "DIOCUR? B"
# Asked often and by no put, so that each soon shows, one after the other, what it is to be found out.
FOUND_OUT = ("HTRST? 2", "ALARMST? A", "RELAYST? 1", "MDAT? B", "TUNEST?", "OPST?", "HTRST? 1", "ALARMST? B",
             "RELAYST? 2", "MDAT? A", "INCRV? A", "INCRV? B")  # fmt: skip
FINDING = 12.0  # s, until NEVER_ANSWERED has been asked and found out: settings are asked every 8 s
BEGINNING = 3.0  # s, after the first message with a query that is not answered
ONSET = 2.5  # s, until a query of FOUND_OUT has been asked
UNHURRIED = (0.10, 0.40)  # s between two puts, at random; three slots, so that every moment is as likely
PUT_TIMEOUT = 10.0  # s
STARTING = 30.0  # s


@dataclass(frozen=True)
class Pace:
    """How long to measure."""

    settle: float  # s, between connection and measurement
    rates: float  # s
    puts: int  # of each kind
    onsets: int  # of FOUND_OUT


@dataclass(frozen=True)
class Kind:
    """A put, and the command that must appear on the wire for it."""

    title: str
    suffix: str
    command: str
    one_message: bool  # else read-modify-write


SETPOINT = Kind("LOOP1:TEMP:SP", "LOOP1:TEMP:SP", "SETP 1,", one_message=True)
RANGE = Kind("LOOP1:RANGE:SP", "LOOP1:RANGE:SP", "RANGE 1,", one_message=True)
GAIN = Kind("LOOP1:P:SP", "LOOP1:P:SP", "PID 1,", one_message=False)
KINDS = (SETPOINT, RANGE, GAIN)


@dataclass(frozen=True)
class Put:
    """A put as its client saw it; times are monotonic, [s]."""

    kind: Kind
    value: float
    issued: float
    done: float
    error: str = ""


@dataclass
class Session:
    """What was done and heard."""

    setup: Setup
    bad_unit: BadUnit | None
    rates: Window = (0.0, 0.0)
    steady: Window = (0.0, 0.0)
    events: dict[str, list[tuple[float, float]]] = field(default_factory=dict)  # PV -> (time, value) in `rates`
    puts: list[Put] = field(default_factory=list)
    muted: list[tuple[float, str]] = field(default_factory=list)  # since when, which
    messages: list[Message] = field(default_factory=list)
    violations: int = 0


class Putter:
    """Puts of unique values at random moments."""

    def __init__(self, prefix: str, seed: int) -> None:
        self._prefix, self._random = prefix, random.Random(seed)
        self._values = {SETPOINT: _count(15.0, 0.001), RANGE: _alternate(1, 2), GAIN: _count(50.0, 0.1)}

    async def put(self, kind: Kind, pause: tuple[float, float]) -> Put:
        """Wait for a random time between the two of ``pause``, [s], then put and wait for the completion."""
        await asyncio.sleep(self._random.uniform(*pause))
        value, error = next(self._values[kind]), ""
        issued = time.monotonic()
        try:
            await caput(self._prefix + kind.suffix, value, wait=True, timeout=PUT_TIMEOUT)
        except CANothing as failure:
            error = str(failure)
        return Put(kind, value, issued, time.monotonic(), error)

    def shuffled(self, each: int) -> list[Kind]:
        """Return ``each`` of every kind in random order."""
        kinds = list(KINDS) * each
        self._random.shuffle(kinds)
        return kinds

    async def for_seconds(self, seconds: float) -> list[Put]:
        """Put for a while."""
        puts = []
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            puts.append(await self.put(self._random.choice(KINDS), UNHURRIED))
        return puts


def _count(start: float, step: float) -> Iterator[float]:
    number = 0
    while True:
        number += 1
        yield round(start + number * step, 6)


def _alternate(*values: float) -> Iterator[float]:
    while True:
        yield from values


async def measure(rig: Rig, pace: Pace, bad_unit: BadUnit | None, seed: int) -> Session:
    """Go through the phases with one client.

    Parameters
    ----------
    bad_unit : "others", "all" or None
        What the instrument does with the rest of a chain that holds a query it never answers; None:
        it answers everything.
    """
    session = Session(rig.setup, bad_unit)
    putter = Putter(rig.prefix, seed)
    async with rig:
        await valid_reading(rig.prefix)
        for kind in KINDS:
            await caget(rig.prefix + kind.suffix)  # connected before anything is timed
        await asyncio.sleep(pace.settle)
        if bad_unit is not None:
            session.muted.append((await rig.mute(NEVER_ANSWERED, bad_unit=bad_unit), NEVER_ANSWERED))
            session.puts += await putter.for_seconds(FINDING)
        begin = time.monotonic()
        async with _monitors(rig, session):
            await asyncio.sleep(pace.rates)
        session.rates = (begin, time.monotonic())
        for kind in putter.shuffled(pace.puts):
            session.puts.append(await putter.put(kind, UNHURRIED))
        session.steady = (begin, time.monotonic())
        if bad_unit is not None:
            for query in FOUND_OUT[: pace.onsets]:
                session.muted.append((await rig.mute(NEVER_ANSWERED, query, bad_unit=bad_unit), query))
                session.puts += await putter.for_seconds(ONSET + BEGINNING)
        purge_channel_caches()
    log = rig.log()
    session.messages, session.violations = read(log["log"]), log["violations"]
    return session


async def valid_reading(prefix: str) -> float:
    """Return when the first thermometer had its first valid reading at a client, [s], monotonic."""
    valid: asyncio.Future[float] = asyncio.get_running_loop().create_future()

    def look(value: Any) -> None:
        if value.severity < INVALID and not valid.done():
            valid.set_result(time.monotonic())

    subscription = camonitor(prefix + "VAP:TEMP", look, format=FORMAT_TIME, all_updates=True)
    try:
        return await asyncio.wait_for(valid, STARTING)
    finally:
        subscription.close()


def thermometers(setup: Setup) -> dict[str, str]:
    """Return query -> thermometer of a set-up."""
    return {f"KRDG? {t.input}": t.name for t in load(setup.station).thermometers.values()}


@asynccontextmanager
async def _monitors(rig: Rig, session: Session) -> AsyncIterator[None]:
    """Collect the events of all temperatures, with the time of their arrival at the client."""
    subscriptions = []
    for query, name in thermometers(rig.setup).items():
        heard: list[tuple[float, float]] = []
        session.events[query] = heard

        def note(value: Any, heard: list[tuple[float, float]] = heard) -> None:
            heard.append((time.monotonic(), float(value)))

        subscriptions.append(camonitor(f"{rig.prefix}{name}:TEMP", note, all_updates=True))
    yield
    for subscription in subscriptions:
        subscription.close()
