"""PVs of an IOC that is a process of its own: what is watched is always known, a put ends when it is done."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any

from cryoioc.records.client import Client
from cryoioc.records.ports import LOOPBACK


class Remote:
    """An IOC on loopback.  Names of PVs are without its prefix.

    Parameters
    ----------
    prefix : str
    port : int

    Attributes
    ----------
    values : dict
        Of what is watched, by name; of an enumeration the word.
    """

    def __init__(self, prefix: str, port: int) -> None:
        self.prefix, self.port = prefix, port
        self.values: dict[str, Any] = {}
        self._client = Client((LOOPBACK, port))
        self._changed = asyncio.Event()
        self.connect, self.close = self._client.connect, self._client.close

    async def watch(self, *names: str) -> None:
        """Have values from now on; return when the first ones are there."""
        for name in names:
            await self._client.subscribe(self.prefix + name, None, partial(self._take, name))
        await self.until(lambda: all(name in self.values for name in names))

    async def until(self, condition: Callable[[], bool]) -> None:
        """Return when a condition on the values holds; ``Lost`` when the connection ends before."""
        while not condition():
            self._changed.clear()
            await self._client.until(self._changed.wait(), f"news of {self.prefix}")

    async def put(self, name: str, value: float | str) -> None:
        """Put and wait for the completion; a ``CryoError`` when it is refused, or the connection ends."""
        await self._client.put(self.prefix + name, value)

    def _take(self, name: str, event: Any) -> None:
        value = event.data[0] if len(event.data) else b""
        self.values[name] = value.decode("ascii", "replace") if isinstance(value, bytes) else float(value)
        self._changed.set()
