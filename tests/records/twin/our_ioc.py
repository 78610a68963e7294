"""The records of ``declared`` served by cryoioc, until stdin is closed.

A line ``{"post": [value, severity, status]}`` on stdin writes FORCED as the IOC itself.
"""

from __future__ import annotations

import asyncio
import json
import sys

from declared import FORCED, records

from cryoioc.records import Server, make_channel
from cryoioc.records.alarms import SEVERITIES


async def main(port: int, prefix: str) -> None:
    forced = make_channel(FORCED)
    server = Server([forced, *map(make_channel, records())], prefix=prefix, port=port)
    await server.start()
    serving = asyncio.create_task(server.run())
    print("serving", flush=True)  # noqa: T201
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        value, severity, status = json.loads(line)["post"]
        forced.post(value, status="NO_ALARM" if status == "NO" else status, severity=SEVERITIES[severity])
        print("posted", flush=True)  # noqa: T201
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)


asyncio.run(main(int(sys.argv[1]), sys.argv[2]))
