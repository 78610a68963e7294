"""What may befall an upload, and what must hold however it ends."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence

from hypothesis import strategies as st
from tests.curves.rack import SLOT, Rack, later, points_of

from cryoioc.curves.upload import UploadFailed

Mishap = tuple[float, str, float]  # s after the beginning, kind, duration in s
KINDS = ["lose", "silence", "garbage", "half", "disconnect", "power cycle"]


def mishaps(latest: float, most: int) -> st.SearchStrategy[list[Mishap]]:
    """Return up to ``most`` of them, which begin by ``latest``, [s]."""
    return st.lists(st.tuples(st.floats(0.1, latest), st.sampled_from(KINDS), st.floats(0.1, 1.5)), max_size=most)


async def replaced_over_a_break(rack: Rack, at: float, kind: str) -> None:
    """Replace the curve in use, and lose the line ``at`` seconds after the beginning for 7 s: the new one is there."""
    rack.use()
    wanted = rack.prepared()
    begin, end = _switches(rack, kind, random.Random(0))
    events = [later(rack, at, begin), later(rack, at + 7.0, end)]
    await rack.upload(wanted, force=True)
    await asyncio.wait(events)
    await rack.verify(wanted)
    assert rack.uses() == SLOT


async def replaced_through(rack: Rack, faults: Sequence[Mishap], seed: int, settles: float) -> None:
    """Replace the curve in use: what is there ``settles`` seconds after the end is the new one, or the old one."""
    chance = random.Random(seed)
    rack.use()
    wanted = rack.prepared()
    for at, kind, duration in faults:
        begin, end = _switches(rack, kind, chance)
        later(rack, at, begin)
        later(rack, at + duration, end)
    try:
        await rack.upload(wanted, force=True)
    except UploadFailed as error:
        assert "as it was before" in str(error)
        expected = rack.watched.complete[0]
    else:
        expected = wanted.points
    await rack.clock.sleep(settles)
    assert points_of(rack.holds()) == expected
    assert rack.uses() == SLOT


def _switches(rack: Rack, kind: str, chance: random.Random) -> tuple[Callable[[], None], Callable[[], None]]:
    faults = rack.line.faults

    def unplug() -> None:
        if kind == "power cycle":
            rack.instrument.power_cycle()
        rack.line.accepting.clear()
        rack.line.disconnect()

    def lossy() -> None:
        rack.watched.lose = lambda unit: "?" not in unit and chance.random() < 0.3

    def well() -> None:
        rack.watched.lose = lambda unit: False

    return {
        "lose": (lossy, well),
        "silence": (lambda: setattr(faults, "silence", True), lambda: setattr(faults, "silence", False)),
        "garbage": (lambda: setattr(faults, "garbage", True), lambda: setattr(faults, "garbage", False)),
        "half": (lambda: setattr(faults, "half_line", True), lambda: setattr(faults, "half_line", False)),
        "disconnect": (unplug, rack.line.accepting.set),
        "power cycle": (unplug, rack.line.accepting.set),
    }[kind]
