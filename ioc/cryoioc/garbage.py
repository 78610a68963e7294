"""When the collector of garbage runs in an IOC: each minute, over what is younger than the start.

A station's records and tables live as long as the process.  Frozen, no collection walks through them again: one of all
objects would stop polling and serving for longer than most polls last.  One of the rest is short, and does what
otherwise hardly ever happens, since an IOC makes little that needs a collector: it gives back CPython's free lists.
A tuple made from a generator is freed into the list of its length without having come from there, and each of these
lists grows to 2000 tuples, which looks like a leak for an hour.
"""

from __future__ import annotations

import gc

from cryoioc.clock import Clock

EVERY = 60.0  # s


async def collect_each_minute(clock: Clock) -> None:
    """Keep what there is, and collect what becomes garbage of all that comes, until cancelled."""
    gc.collect()
    gc.freeze()
    while True:
        await clock.sleep(EVERY)
        gc.collect()
