"""One client (libca) of all IOCs of a host: lines on stdin say when to look, lines on stdout what is seen, in JSON."""

from __future__ import annotations

import asyncio
import json
import sys

import aioca

TIMEOUT = 60.0  # s, only ever reached by a failing test


class Host:
    """All IOCs at once."""

    def __init__(self, names: list[str]) -> None:
        self.names = names
        self.beats = dict.fromkeys(names, 0)
        self.lost = dict.fromkeys(names, 0)
        self.changed = asyncio.Condition()
        self.monitors = [
            aioca.camonitor(name, self._take(name), notify_disconnect=True, all_updates=True) for name in names
        ]

    def _take(self, name: str):
        async def take(value) -> None:
            if value.ok:
                self.beats[name] += 1
            else:
                self.lost[name] += 1
            async with self.changed:
                self.changed.notify_all()

        return take

    async def beaten(self, more: int) -> dict[str, int]:
        """Wait until every IOC has beaten so often again; return how often each connection was lost."""
        wanted = {name: count + more for name, count in self.beats.items()}
        async with asyncio.timeout(TIMEOUT), self.changed:
            await self.changed.wait_for(lambda: all(self.beats[name] >= wanted[name] for name in self.names))
        return self.lost

    async def gone(self, name: str) -> dict[str, int]:
        """Wait until the connection to one is lost."""
        async with asyncio.timeout(TIMEOUT), self.changed:
            await self.changed.wait_for(lambda: self.lost[name] > 0)
        return self.lost


async def main() -> None:
    host = Host(sys.argv[1:])
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        operation, argument = json.loads(line)
        print(json.dumps(await getattr(host, operation)(argument)), flush=True)  # noqa: T201


asyncio.run(main())
