"""A kill at any moment, on whatever disk: what is lost is less than a second, or it was told that it is more."""

from __future__ import annotations

import asyncio
import errno
import os
import queue
import random
import shutil
import threading
from functools import partial
from pathlib import Path

from cryoioc.pvs import saved
from cryoioc.pvs.saved import EVERY, PATIENCE, Saved

from .laboratory import Laboratory, perform

KILLS = 200
MOST = 1.0  # s of the flow, and of hours, that a kill may lose
LITRE = 0.1247  # kg of liquid helium at its boiling point
HOUR = 3600.0  # s
ROUNDED = 1e-7  # L
TIMEOUT = 60.0  # s, only ever reached by a failing test


class Disk:
    """A disk whose time is virtual, under the thread that writes.

    The thread waits in :meth:`replace` until the virtual time of the writing has passed; the loop waits for nothing
    but that the thread is where it must be by then, so that the same seed gives the same moments.
    """

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.state = "fast"
        self.writing: str | None = None  # what is on its way
        self._due: asyncio.TimerHandle
        self._seen: queue.Queue[str | None] = queue.Queue()  # of the thread: what it writes, None when it has nothing
        self._end: queue.Queue[OSError | None] = queue.Queue()
        self._replace = saved._replace

    def replace(self, path: Path, text: str) -> None:
        """Write, on the thread."""
        self._seen.put(text)
        fault = self._end.get(timeout=TIMEOUT)
        if fault is not None:
            path.with_suffix(".new").write_text(text[: len(text) // 2])  # as far as there is room
            raise fault
        self._replace(path, text)

    def idle(self) -> None:
        """Be told, by the thread, that it has nothing to write."""
        self._seen.put(None)

    def follow(self) -> None:
        """Wait until the thread has begun to write, or has nothing to write; end the writing when its time has come."""
        self.writing = self._seen.get(timeout=TIMEOUT)
        if self.writing is not None:
            seconds = {"fast": self.rng.uniform(0.001, 0.1), "slow": self.rng.uniform(0.02, 0.99 * PATIENCE),
                       "stuck": self.rng.uniform(EVERY, 3.0), "full": 0.001}[self.state]  # fmt: skip
            self._due = asyncio.get_running_loop().call_later(seconds, self.finish)

    def finish(self) -> None:
        """End what is being written."""
        self._due.cancel()
        self._end.put(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)) if self.state == "full" else None)
        self.follow()


class News(threading.Condition):
    """Tells when the thread begins to wait, and when it is woken."""

    def __init__(self, disk: Disk) -> None:
        super().__init__()
        self.disk, self.notified = disk, False

    def notify(self, n: int = 1) -> None:
        self.notified = True
        super().notify(n)

    def wait_for(self, predicate, timeout=None) -> bool:
        if not predicate():
            self.disk.idle()
        return super().wait_for(predicate, timeout)


class OnDisk(Saved):
    """What an IOC remembers, on a virtual disk."""

    def __init__(self, disk: Disk, folder: Path) -> None:
        super().__init__(folder, lambda: asyncio.get_running_loop().time())
        self.disk, self._news = disk, News(disk)

    def open(self) -> None:
        super().open()
        self.disk.follow()

    def flush(self) -> None:
        self._news.notified = False
        super().flush()
        if self._news.notified and self.disk.writing is None:
            self.disk.follow()

    def close(self) -> None:
        self.disk.state = "fast"
        while self.disk.writing is not None:
            self.disk.finish()
        self.flush()
        while self.disk.writing is not None:
            self.disk.finish()
        super().close()


def restarted(state: Path, place: Path, disk: Disk) -> Saved:
    """Return what the next IOC knows when this one is killed now, in the middle of what is being written."""
    shutil.copytree(state, place)
    if disk.writing is not None:
        part = disk.rng.randrange(len(disk.writing) + 1)
        (place / "saved.new").write_text(disk.writing[:part])
    return Saved(place)


def test_a_kill_at_any_moment_loses_less_than_a_second_or_it_was_told(tmp_path, monkeypatch):
    rng = random.Random(7)
    disk, told = Disk(rng), []
    state = tmp_path / "state"

    async def play(lab: Laboratory) -> None:
        await lab.put("LOOP1:RANGE:SP", "Low")
        began, heating = 0.0, lab.clock.now()  # s: of the loop, with the IOC; the put of the range is complete
        await lab.run(2.0)
        start, litres = lab.clock.now(), lab["FLOW:LIQUID:TOTAL"]
        flow = lab.world.plant.flow().mass_flow / LITRE  # L/s, of the twin
        assert flow > 1e-4
        for n in range(KILLS):
            await lab.run(rng.uniform(0.0, 0.3))
            now = lab.clock.now()
            truth = {"FLOW:LIQUID:TOTAL": litres + flow * (now - start), "IOC:HOURS": (now - began) / HOUR,
                     "LOOP1:HOURS": (now - heating) / HOUR}  # fmt: skip
            second = {name: flow if name.startswith("FLOW") else 1.0 / HOUR for name in truth}  # what one is worth
            after = restarted(state, tmp_path / f"{n}", disk)
            assert after.aside == ""
            lost = {name: (truth[name] - (after.get(name) or 0.0)) / second[name] for name in truth}
            assert all(one > -0.5 for one in lost.values()), "nothing is counted twice"
            told.append((lab["IOC:STATE"], max(lost.values())))
            if rng.random() < 0.1:
                disk.state = rng.choice(("fast", "slow", "stuck", "full"))

    monkeypatch.setattr(saved, "_replace", disk.replace)
    monkeypatch.setattr("cryoioc.ioc.Saved", partial(OnDisk, disk))
    perform(play, state=state)
    assert [lost for word, lost in told if word == "OK" and lost > MOST] == []
    words = [word for word, _ in told]
    assert set(words) == {"OK", "Late", "Failing"} and words.count("OK") > KILLS / 4
    assert max(lost for word, lost in told if word == "Failing") > 2.0, "the disk was full for longer"
    assert max(lost for word, lost in told if word == "Late") > MOST


class Killed(BaseException):
    """The process has ended here."""


def test_killed_between_two_steps_of_a_writing_the_old_text_is_there_or_the_new_one(tmp_path, monkeypatch):
    """And the new one is synced before it takes the place of the old, or a power cut could leave neither."""
    path, steps, rename = tmp_path / "saved.json", [], Path.replace
    left = 0

    def step(name: str) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise Killed
        steps.append(name)

    def fsync(file: int) -> None:
        step(f"sync {Path(f'/proc/self/fd/{file}').readlink().name}")

    def replace(self: Path, target: Path) -> None:
        step(f"rename to {target.name}")
        rename(self, target)

    monkeypatch.setattr(saved.os, "fsync", fsync)
    monkeypatch.setattr(Path, "replace", replace)
    found = []
    for before in range(4):
        left = before
        path.write_text(saved._written({"A": (1.0, None)}))
        steps.clear()
        try:
            saved._replace(path, saved._written({"A": (2.0, None)}))
        except Killed:
            assert len(steps) < 3
        found.append(Saved(tmp_path).get("A"))
    assert steps == ["sync saved.new", "rename to saved.json", f"sync {tmp_path.name}"]
    assert found == [1.0, 1.0, 2.0, 2.0]
