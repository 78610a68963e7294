"""EPICS base itself, by ``softioc``: serves the database file given as argument until its stdin is closed.

A line ``{"post": [value, severity, status]}`` on stdin writes its own record FORCED as device support would.
"""

from __future__ import annotations

import json
import os
import sys

os.environ["PVXS_QSRV_ENABLE"] = "NO"  # Channel Access is all that is asked of it

from softioc import alarm, asyncio_dispatcher, builder, softioc  # noqa: E402

softioc.dbLoadDatabase(sys.argv[1])
forced = builder.aIn(f"{sys.argv[2]}FORCED") if len(sys.argv) > 2 else None
builder.LoadDatabase()
softioc.iocInit(asyncio_dispatcher.AsyncioDispatcher())
print("serving", flush=True)  # noqa: T201
for line in sys.stdin:
    value, severity, status = json.loads(line)["post"]
    forced.set(value, severity=severity, alarm=getattr(alarm, f"{status}_ALARM"))
    print("posted", flush=True)  # noqa: T201
