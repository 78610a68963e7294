"""The records of ``declared`` served by cryoioc, until stdin is closed."""

from __future__ import annotations

import asyncio
import sys

from declared import records

from cryoioc.records import Server, make_channel


async def main(port: int, prefix: str) -> None:
    channels = [make_channel(record) for record in records()]
    server = Server(channels, prefix=prefix, port=port)
    await server.start()
    serving = asyncio.create_task(server.run())
    print("serving", flush=True)  # noqa: T201
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)


asyncio.run(main(int(sys.argv[1]), sys.argv[2]))
