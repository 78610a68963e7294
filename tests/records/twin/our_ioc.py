"""The records of ``declared`` served by cryoioc, until stdin is closed.

A line ``{"post": [value, severity, status]}`` on stdin writes FORCED as the IOC itself, ``{"finish": null}`` lets
the put of SLOW end.
"""

from __future__ import annotations

import asyncio
import json
import sys

from declared import FORCED, SLOW, records

from cryoioc.records import Put, Server, make_channel
from cryoioc.records.alarms import SEVERITIES


async def main(port: int, prefix: str) -> None:
    forced, slow, finish = make_channel(FORCED), make_channel(SLOW), asyncio.Event()

    async def take_time(put: Put) -> None:
        await finish.wait()
        finish.clear()
        slow.post(put.value)

    slow.on_put = take_time
    server = Server([forced, slow, *map(make_channel, records())], prefix=prefix, port=port)
    await server.start()
    serving = asyncio.create_task(server.run())
    print("serving", flush=True)  # noqa: T201
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        ((what, arguments),) = json.loads(line).items()
        if what == "finish":
            finish.set()
        else:
            value, severity, status = arguments
            forced.post(value, status="NO_ALARM" if status == "NO" else status, severity=SEVERITIES[severity])
        print("done", flush=True)  # noqa: T201
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)


asyncio.run(main(int(sys.argv[1]), sys.argv[2]))
