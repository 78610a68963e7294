"""Every line between an IOC and its instruments spoilt, both ways, in one process on the virtual clock.

All instruments of a station at once: what a driver makes of nonsense, and what an emulated instrument makes of it, at
the twin's ports.  Nothing of ours fails, no PV shows what is no number, and with the lines mended every instrument is
connected again.
"""

from __future__ import annotations

import asyncio
import math
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from cryoioc.clock import run_virtual
from cryoioc.link import Transport, memory_pair
from cryoioc.rehearsal import Stage
from cryoioc.station import Station

from .proxy import spoilt

SPOILT = 0.3  # of the answers; of the questions a tenth of it
MENDED = 75.0  # s until everything is well: what is not answered is asked again after 60 s


@dataclass
class Result:
    """What was said and seen."""

    answers: int = 0  # spoilt
    questions: int = 0  # spoilt
    faults: list[str] = field(default_factory=list)

    def line(self, name: str) -> str:
        """Say it."""
        return (
            f"all lines of the {name} at once, on the virtual clock: {self.answers:,} answers and {self.questions:,} "
            "questions spoilt, nothing failed in drivers and emulators, and all were connected again"
        )


class Spoilt:
    """The IOC's end of a line that says anything."""

    def __init__(self, line: Transport, fuzz: Fuzz) -> None:
        self._line, self._fuzz = line, fuzz

    def write(self, data: bytes) -> None:
        fuzz = self._fuzz
        if fuzz.active and fuzz.random.random() < SPOILT / 10:
            fuzz.result.questions += 1
            data = fuzz.changed(data)
        if data:
            self._line.write(data)

    async def read(self) -> bytes:
        fuzz = self._fuzz
        while data := await self._line.read():
            if not fuzz.active or fuzz.random.random() >= SPOILT:
                return data
            fuzz.result.answers += 1
            try:
                if left := spoilt(data, fuzz.random):
                    return left
            except ConnectionError:
                self._line.close()
        return b""

    def close(self) -> None:
        self._line.close()


class Fuzz:
    """Spoils the lines of a stage."""

    def __init__(self, seed: int) -> None:
        self.random, self.result = random.Random(seed), Result()
        self.active = False
        self.serving: list[asyncio.Task[None]] = []

    def changed(self, data: bytes) -> bytes:
        """Return a question as nobody asks it."""
        try:
            return spoilt(data, self.random)
        except ConnectionError:
            return b""

    def opener(self, stage: Stage, unit: Any) -> Callable[[], Awaitable[Transport]]:
        """Return what opens a line, as a stage does."""

        async def open_line() -> Transport:
            near, far = memory_pair()
            self.serving.append(asyncio.create_task(unit.line.serve(far)))
            stage._lines.add(self.serving[-1])
            return Spoilt(near, self)

        return open_line

    async def play(self, station: Station, answers: int) -> None:
        """Spoil so many answers."""
        stage = Stage(station, seed=1)
        async with stage.open():
            await stage.ready()
            self.active = True
            while self.result.answers < answers:
                await stage.clock.sleep(10.0)
                self._look(stage)
            self.active = False
            await stage.clock.sleep(MENDED)
            self._look(stage)
            for name in stage.ioc.devices:
                if stage.get(f"{name}:CONNECTED") != "Yes":
                    self.result.faults.append(f"{name} is not connected again")

    def _look(self, stage: Stage) -> None:
        for task in [task for task in self.serving if task.done()]:
            self.serving.remove(task)
            if not task.cancelled() and task.exception() is not None:
                self.result.faults.append(f"an emulator: {task.exception()!r}")
        for name, device in stage.ioc.devices.items():
            told = device.statistics()
            if told is not None and told.internal:
                self.result.faults.append(f"{name}: {told}")
        for name, channel in stage.ioc.desk.channels.items():
            if isinstance(channel.value, float) and not math.isfinite(channel.value):
                self.result.faults.append(f"{name} is {channel.value}")


def run(station: Station, answers: int, seed: int) -> Result:
    """Spoil so many answers of a station's instruments; return what was seen."""
    fuzz = Fuzz(seed)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Stage, "_opener", lambda stage, unit: fuzz.opener(stage, unit))
        run_virtual(fuzz.play(replace(station, state_dir=""), answers))
    return fuzz.result
