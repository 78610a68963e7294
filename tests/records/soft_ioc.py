"""EPICS base itself, by ``softioc``: serves the database file given as argument until its stdin is closed.

A line ``{"post": [value, severity, status]}`` on stdin writes its own record FORCED as device support would,
``{"finish": null}`` lets the put of its record SLOW end.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys

os.environ["PVXS_QSRV_ENABLE"] = "NO"  # Channel Access is all that is asked of it

from softioc import alarm, asyncio_dispatcher, builder, softioc  # noqa: E402

softioc.dbLoadDatabase(sys.argv[1])
dispatcher, finish = asyncio_dispatcher.AsyncioDispatcher(), asyncio.Event()


async def slow(value: float) -> None:
    await finish.wait()
    finish.clear()


if len(sys.argv) > 2:
    forced = builder.aIn(f"{sys.argv[2]}FORCED")
    builder.aOut(f"{sys.argv[2]}SLOW", initial_value=1.0, on_update=slow, blocking=True)
builder.LoadDatabase()
softioc.iocInit(dispatcher)
print("serving", flush=True)  # noqa: T201
for line in sys.stdin:
    ((what, arguments),) = json.loads(line).items()
    if what == "finish":
        dispatcher.loop.call_soon_threadsafe(finish.set)
    else:
        value, severity, status = arguments
        forced.set(value, severity=severity, alarm=getattr(alarm, f"{status}_ALARM"))
    print("done", flush=True)  # noqa: T201
