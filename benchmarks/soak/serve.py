"""The server of the soak: ``python -m benchmarks.soak.serve PORT WATCHED PERIOD``.

Counts as the server of ``benchmarks.records`` does.  A line on standard input is answered by a line of JSON: ``census``
by what the process holds, ``stop`` by the value behind which no other comes.  It ends when its standard input does.
"""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import asdict

from benchmarks.records.serve import Counting
from benchmarks.soak.census import census
from cryoioc.records import Record, Server, make_channel


async def serve(port: int, watched: int, period: float) -> None:
    """Serve until standard input ends."""
    readings = [make_channel(Record(name=str(i), kind="ai", doc="counts", unit="K")) for i in range(watched)]
    server, counting = Server(readings, prefix="B:", port=port), Counting(readings, period)
    await server.start()
    asked = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(asked), sys.stdin)
    async with asyncio.TaskGroup() as tasks:
        serving = tasks.create_task(server.run())
        count = tasks.create_task(counting.run())
        async for line in asked:
            answer: object = asdict(census())
            if line == b"stop\n":
                counting.wanted = False
                await count
                answer = counting.count
            print(json.dumps(answer), flush=True)
        counting.wanted = False
        serving.cancel()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])))
