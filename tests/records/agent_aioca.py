"""An aioca client in a process of its own: one request a line on stdin, one answer a line on stdout, in JSON."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

import aioca
import numpy as np
from epicscorelibs.ca.cadef import CAException

TIMEOUT = 20.0  # s, only ever reached by a failing test
FORMATS = {"raw": aioca.FORMAT_RAW, "time": aioca.FORMAT_TIME, "ctrl": aioca.FORMAT_CTRL}
METADATA = (
    "status",
    "severity",
    "timestamp",
    "units",
    "precision",
    "enums",
    "upper_disp_limit",
    "lower_disp_limit",
    "upper_alarm_limit",
    "lower_alarm_limit",
    "upper_warning_limit",
    "lower_warning_limit",
    "upper_ctrl_limit",
    "lower_ctrl_limit",
)


def plain(value: Any) -> dict[str, Any]:
    """Return an augmented value as JSON can hold it."""
    found = {name: getattr(value, name) for name in METADATA if hasattr(value, name)}
    found = {name: x.item() if isinstance(x, np.generic) else x for name, x in found.items()}
    bare = value.tolist() if isinstance(value, np.ndarray) else str(value) if isinstance(value, str) else +value
    return {"value": bare, **found}


class Agent:
    """The requests."""

    def __init__(self) -> None:
        self.events_of: list[list[dict[str, Any]]] = []
        self.changed = asyncio.Condition()
        self.subscriptions: list[Any] = []
        self.fence: int | None = None

    async def info(self, name: str) -> dict[str, Any]:
        found = await aioca.cainfo(name, timeout=TIMEOUT)
        return {"kind": found.datatype, "count": found.count, "read": found.read, "write": found.write}

    async def get(self, name: str, form: str = "time", kind: Any = None) -> dict[str, Any]:
        return plain(await aioca.caget(name, format=FORMATS[form], datatype=kind, timeout=TIMEOUT))

    async def put(self, name: str, value: Any, wait: bool = True, kind: Any = None) -> int:
        """Return the CA error code, 1 for success."""
        try:
            await aioca.caput(name, value, wait=wait, datatype=kind, timeout=TIMEOUT)
        except aioca.CANothing as error:
            return error.errorcode
        except CAException as error:  # libca itself knows that there is no write access
            return error.status
        return 1

    async def puts(self, names: list[str], value: Any) -> list[int]:
        """Put to all names at once."""
        return list(await asyncio.gather(*(self.put(name, value) for name in names)))

    async def monitor(self, name: str, mask: int = 5, form: str = "time") -> int:
        await aioca.connect(name, timeout=TIMEOUT)
        number = len(self.events_of)
        self.events_of.append([])

        async def received(value: Any) -> None:
            self.events_of[number].append(plain(value))
            async with self.changed:
                self.changed.notify_all()

        self.subscriptions.append(aioca.camonitor(name, received, events=mask, format=FORMATS[form], all_updates=True))
        await self.events(number, 1)
        return number

    async def settle(self, name: str) -> bool:
        """Return when every event before has been received: a put of ``name`` and its event come last."""
        if self.fence is None:
            self.fence = await self.monitor(name)
        seen = len(self.events_of[self.fence])
        await self.put(name, self.events_of[self.fence][-1]["value"] + 1)
        await self.events(self.fence, seen + 1)
        return True

    async def events(self, number: int, at_least: int) -> list[dict[str, Any]]:
        async with asyncio.timeout(TIMEOUT), self.changed:
            await self.changed.wait_for(lambda: len(self.events_of[number]) >= at_least)
        return self.events_of[number]


async def main() -> None:
    agent = Agent()
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        operation, arguments, keywords = json.loads(line)
        answer = await getattr(agent, operation)(*arguments, **keywords)
        print(json.dumps(answer), flush=True)  # noqa: T201


asyncio.run(main())
