"""A Channel Access client that monitors PVs and does nothing else.

``python -m benchmarks.watcher`` takes one JSON list of names on standard input, prints a line when
all of them have answered, and at the end of its standard input how many events came after that.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

from aioca import FORMAT_TIME, camonitor

CONNECTING = 60.0  # s


async def watch() -> None:
    """Monitor until standard input ends."""
    reader = asyncio.StreamReader(limit=1 << 20)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    names = json.loads(await reader.readline())
    silent = set(names)
    complete = asyncio.Event()
    events = 0

    def note(value: Any, index: int) -> None:
        nonlocal events
        events += 1
        silent.discard(names[index])
        if not silent:
            complete.set()

    # With times, as every client asks: libca takes the event of an empty array of plain values for an end.
    subscriptions = camonitor(names, note, all_updates=True, format=FORMAT_TIME)
    async with asyncio.timeout(CONNECTING):
        await complete.wait()
    before = events
    print("ready", flush=True)
    await reader.read()
    print(events - before, flush=True)
    for subscription in subscriptions:
        subscription.close()


if __name__ == "__main__":
    asyncio.run(watch())
