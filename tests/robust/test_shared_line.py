"""Two programs on one instrument: commands of another in between, and answers that another has taken."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable

import pytest

from cryoioc.clock import run_virtual
from cryoioc.link import Transport, memory_pair
from cryoioc.rehearsal import Stage

from ..unguarded import unguarded

READINGS = ("VAP:TEMP", "SAMPLE:TEMP", "VAP:SENSOR", "LOOP1:SETPOINT", "LOOP1:P", "FLOW", "FLOW:GASTEMP")


class Watch:
    """Keeps every value that a PV published as good."""

    mask = 1 | 4  # DBE_VALUE, DBE_ALARM

    def __init__(self, stage: Stage, name: str) -> None:
        self.channel = stage.channel(name)
        self.good: list[float] = []
        self.bad = 0
        self.channel.subscribe(self)

    def deliver(self) -> None:
        if self.channel.severity == "INVALID":
            self.bad += 1
        else:
            self.good.append(float(self.channel.value))


class Thief:
    """The IOC's end of a serial line that a second program reads, too: each byte goes to one of the two."""

    def __init__(self, line: Transport, random_: random.Random, share: Callable[[], float]) -> None:
        self._line, self._random, self._share = line, random_, share

    def write(self, data: bytes) -> None:
        self._line.write(data)

    async def read(self) -> bytes:
        while data := await self._line.read():
            if self._random.random() >= self._share():
                return data
            # The kernel gives a program what is there when it reads: pieces, not single bytes.
            start = self._random.randrange(len(data))
            stolen = self._random.randrange(1, len(data) - start + 1)
            if left := data[:start] + data[start + stolen :]:
                return left
        return b""

    def close(self) -> None:
        self._line.close()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_stolen_answers_are_never_a_wrong_number(monkeypatch, seed):
    share = 0.0

    def opener(self, unit):
        async def open_line() -> Transport:
            near, far = memory_pair()
            serving = asyncio.create_task(unit.line.serve(far))
            self._lines.add(serving)
            serving.add_done_callback(self._lines.discard)
            return Thief(near, rng, lambda: share)

        return open_line

    async def run() -> None:
        nonlocal share
        stage = Stage(unguarded(plant="dummy"), seed=1)
        for name, kelvin in (("A", 12.3), ("B", 295.0)):
            stage.world.installed["TC1"].sensors[name].temperature = lambda kelvin=kelvin: kelvin
        async with stage.open():
            await stage.ready()
            await stage.clock.sleep(20.0)
            watches = {name: Watch(stage, name) for name in READINGS}
            truth = {name: watch.channel.value for name, watch in watches.items()}
            share = 0.1
            await stage.clock.sleep(300.0)
            share = 0.0
            before = {name: len(watch.good) for name, watch in watches.items()}
            await stage.clock.sleep(60.0)
            for name, watch in watches.items():
                wrong = [value for value in watch.good if value != pytest.approx(truth[name], rel=0.01, abs=0.02)]
                assert wrong == [], f"{name} is {truth[name]}"
            assert sum(watch.bad for watch in watches.values()) > 10, "it was noticed"
            assert before is not None
            for name in watches:
                assert watches[name].channel.severity != "INVALID", f"{name} came back"
            told = {device.name: device.statistics() for device in stage.ioc.devices.values()}
            assert not any(one.internal for one in told.values()), told

    rng = random.Random(seed)
    monkeypatch.setattr(Stage, "_opener", opener)
    run_virtual(run())


def test_commands_of_another_program_are_seen_and_nothing_is_mixed_up():
    async def run() -> None:
        stage = Stage(unguarded(plant="dummy"), seed=1)
        rng = random.Random(4)
        async with stage.open():
            await stage.ready()
            await stage.clock.sleep(20.0)
            near, far = memory_pair()
            other = asyncio.create_task(stage.world.installed["TC1"].line.serve(far))
            answers: list[bytes] = []

            async def listen() -> None:
                while data := await near.read():
                    answers.append(data)

            listening = asyncio.create_task(listen())
            asked = 0
            for n in range(60):
                setpoint = 20.0 + n
                near.write(f"SETP 1,{setpoint:.3f}\n".encode())
                near.write(b"SETP? 1\n")
                asked += 1
                await stage.clock.sleep(rng.uniform(0.05, 3.0))
            await stage.clock.sleep(10.0)
            assert len(answers) == asked, "the other one gets its own answers, all of them"
            assert [float(answer) for answer in answers] == [20.0 + n for n in range(60)]
            assert stage.get("LOOP1:SETPOINT") == stage.get("LOOP1:TEMP:SP") == 79.0
            assert stage.get("LOOP1:MSG"), "the change by somebody else is told"
            assert stage.get("TC1:CONNECTED") == "Yes"
            assert stage.get("TC1:ERRORS") == 0
            # Each put of ours is read back in its own transaction: it ends as it was asked, or is refused.
            near.write(b"PID 1,10,20,30\n")
            await stage.put("LOOP1:TEMP:SP", 33.0)
            assert stage.get("LOOP1:SETPOINT") == 33.0
            near.close()
            await asyncio.gather(other, listening)

    run_virtual(run())
