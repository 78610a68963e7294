"""An IOC of four PVs with ``cryoioc.records`` alone: ``python examples/records_ioc.py``.

In another terminal:

    caget DEMO:TEMP DEMO:TEMP.HIHI          a reading with alarm limits
    caput -c DEMO:TEMP:SP 350               refused, DEMO:MSG says why
    caput DEMO:OFFSET 2000                  clipped, as EPICS does
    camonitor DEMO:TEMP DEMO:MSG
"""

from __future__ import annotations

import asyncio
import contextlib
import signal

from cryoioc.clock import Clock
from cryoioc.errors import Refused
from cryoioc.records import Channel, Put, Record, Server, make_channel

RECORDS = [
    Record(name="TEMP", kind="ai", doc="Temperature", unit="K", display=(0, 325), high_alarm=300, hihi=310, hyst=1),
    Record(name="TEMP:SP", kind="ao", doc="Wish", unit="K", low=1.5, high=325, writable=True, initial=4.2),
    Record(name="OFFSET", kind="ao", doc="A number of ours", low=-10, high=10, writable=True, refuses=False, initial=0),
    Record(name="MSG", kind="stringin", doc="Why a put was refused", initial=""),
]


def serve_puts(channels: dict[str, Channel], server: Server) -> None:
    """Say what a put of the wish does, and where its refusals are shown."""

    async def accept(put: Put) -> None:
        if put.value > channels["TEMP"].value + 100:  # type, range and limits are checked already
            raise Refused("more than 100 K above the reading")
        put.channel.post(put.value)  # this write is the IOC's own and runs no handler
        channels["MSG"].post("")

    channels["TEMP:SP"].on_put = accept
    server.refused = lambda channel, reason: channels["MSG"].post(reason)


async def approach(channels: dict[str, Channel], clock: Clock) -> None:
    """Let the reading follow the wish, and be INVALID for one second in twenty."""
    reading, wish, second = 4.2, channels["TEMP:SP"], 0
    while True:
        reading += (wish.value - reading) / 10
        if second % 20:
            channels["TEMP"].post(reading + channels["OFFSET"].value)
        else:
            channels["TEMP"].invalidate("COMM", "nobody answers")
        second += 1
        await clock.sleep(1.0)


async def main(port: int = 5064) -> None:
    """Serve on loopback until SIGINT or SIGTERM."""
    channels = {record.name: make_channel(record) for record in RECORDS}
    server = Server(channels.values(), prefix="DEMO:", port=port)
    serve_puts(channels, server)
    await server.start()
    running = asyncio.gather(server.run(), approach(channels, Clock()))
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, running.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await running


if __name__ == "__main__":
    asyncio.run(main())
