"""The collector of an IOC looks at what has come since the start, each minute."""

from __future__ import annotations

import asyncio
import gc
import weakref

import pytest

from cryoioc.clock import Clock, run_virtual
from cryoioc.garbage import EVERY, collect_each_minute


class Knot:
    """Garbage that only the collector can free."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture
def no_other_collection():
    gc.disable()
    yield
    gc.unfreeze()
    gc.enable()


def test_a_knot_is_gone_within_a_minute_and_what_was_there_is_looked_at_no_more(no_other_collection):
    async def run() -> None:
        there = Knot()
        gc.collect()  # what earlier tests left behind is not what a start has made
        before = len(gc.get_objects())
        task = asyncio.create_task(collect_each_minute(Clock()))
        await asyncio.sleep(1.0)
        assert gc.get_freeze_count() > 0.9 * before
        assert not any(one is there for one in gc.get_objects())
        gone = weakref.ref(Knot())
        assert gone() is not None
        await asyncio.sleep(EVERY)
        assert gone() is None
        task.cancel()

    run_virtual(run())
