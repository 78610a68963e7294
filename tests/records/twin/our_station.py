"""The records of a station file served as they are declared, without instruments, until stdin is closed."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace
from pathlib import Path

from cryoioc.clock import Clock
from cryoioc.ioc import Ioc
from cryoioc.records import Server, make_channel
from cryoioc.station import load


async def main(file: str, port: int, prefix: str) -> None:
    desk = Ioc(replace(load(Path(file)), state_dir=""), Clock()).desk
    # Anew from the declarations: the IOC has posted what it knows already, its version for one.
    channels = [make_channel(entry.record) for entry in desk.entries.values()]
    server = Server(channels, prefix=prefix, port=port, aliases=desk.aliases)
    await server.start()
    serving = asyncio.create_task(server.run())
    print("serving", flush=True)  # noqa: T201
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)


asyncio.run(main(sys.argv[1], int(sys.argv[2]), sys.argv[3]))
