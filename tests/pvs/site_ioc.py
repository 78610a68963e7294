"""The IOC of a site on the virtual clock: it serves one PV over a line in memory, and can be stopped or say more.

``Monitors`` has a thread and searches by UDP, which the virtual clock has not; what it runs there is the real thing.
"""

from __future__ import annotations

import asyncio
import contextlib
import struct
from collections.abc import AsyncIterator
from typing import Any

import pytest

from cryoioc.pvs.elsewhere import OtherIocs
from cryoioc.records import monitor
from cryoioc.records.ports import LOOPBACK

from ..robust.ca_answers import GR_DOUBLE, NORMAL, STS_DOUBLE, graphic, honest, requests, status
from ..robust.ca_talk import EVENT_ADD, READ_NOTIFY, message

PORT = 5064
STS_STRING = 7  # db_access.h


class SiteIoc:
    """One PV and its server.

    Parameters
    ----------
    value : float or str
        A word is a state; only as a number or as a word it can be asked for here.
    unit : str
    """

    def __init__(self, value: float | str, unit: str = "") -> None:
        self.value, self.unit = value, unit
        self.stopped = False  # as by SIGSTOP: connections stay, nobody answers
        self.said = 0.0  # s, when it said something last
        self._subscribed: list[tuple[asyncio.StreamWriter, int]] = []

    def post(self, value: float | str, severity: int = 0) -> None:
        """Change the value."""
        self.value = value
        for writer, number in self._subscribed:
            if not writer.is_closing():
                self._say(writer, self._event(number, severity))

    @contextlib.asynccontextmanager
    async def followed(self, others: OtherIocs) -> AsyncIterator[None]:
        """Have a station follow it as long as this lasts."""
        others.stop()

        async def find(*_: Any) -> tuple[str, int]:
            return LOOPBACK, PORT

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(monitor, "find", find)
            server = await asyncio.start_server(self._serve, LOOPBACK, PORT)
            following = [asyncio.create_task(monitor.follow(one, [], others.take)) for one in others.wanted]
            try:
                yield
            finally:
                for task in following:
                    task.cancel()
                await asyncio.gather(*following, return_exceptions=True)
                server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = bytearray()
        while data := await reader.read(1000):
            asked += data
            for command, kind, _, first, second in requests(asked):
                self._answer(writer, command, kind, first, second)
        writer.close()

    def _answer(self, writer: asyncio.StreamWriter, command: int, kind: int, first: int, second: int) -> None:
        if command == READ_NOTIFY:
            assert kind == GR_DOUBLE and not isinstance(self.value, str)
            answer = graphic(0, self.unit.encode(), self.value)
            self._say(writer, message(READ_NOTIFY, answer, GR_DOUBLE, 1, NORMAL, second))
        elif command == EVENT_ADD:
            assert kind == (STS_STRING if isinstance(self.value, str) else STS_DOUBLE)
            self._subscribed.append((writer, second))
            self._say(writer, self._event(second, 0))
        else:
            self._say(writer, honest(command, kind, first, second))

    def _event(self, number: int, severity: int) -> bytes:
        if isinstance(self.value, str):
            words = struct.pack(">HH40s", 0, severity, self.value.encode("latin-1"))
            return message(EVENT_ADD, words, STS_STRING, 1, NORMAL, number)
        return message(EVENT_ADD, status(severity, self.value), STS_DOUBLE, 1, NORMAL, number)

    def _say(self, writer: asyncio.StreamWriter, data: bytes) -> None:
        if not self.stopped:
            self.said = asyncio.get_running_loop().time()
            writer.write(data)
