"""A small IOC that stops on SIGINT and SIGTERM, with a put under way."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys

from cryoioc.records import Origin, Put, Record, Server, make_channel


async def main(port: int) -> None:
    reading = make_channel(Record(name="AI", kind="ai", doc="reading", initial=1.0))
    setpoint = make_channel(Record(name="AO", kind="ao", doc="setpoint", writable=True, initial=1.0))

    async def never_ends(put: Put) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            print("put ended", flush=True)  # noqa: T201

    setpoint.on_put = never_ends
    server = Server([reading, setpoint], prefix="T:", port=port)
    await server.start()
    running = asyncio.create_task(server.run())
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, running.cancel)
    server.spawn(server.put(setpoint, 6, (2.0,), Origin()))
    await asyncio.sleep(0)
    print("serving", flush=True)  # noqa: T201
    with contextlib.suppress(asyncio.CancelledError):
        await running
    print("shut down", flush=True)  # noqa: T201


asyncio.run(main(int(sys.argv[1])))
