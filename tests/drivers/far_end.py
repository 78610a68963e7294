"""Our link and rows on a simulator that other people wrote, over a line in memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tests.link import listening

from cryoioc.devices.catalogue import DRIVERS
from cryoioc.link import LinkStatistics, Poll, Transport
from cryoioc.link.dialects import DIALECTS
from cryoioc.quantities import Identity


class Listener(listening.Strict):
    """Takes what the link hears, by our rows."""

    def __init__(self, model: str) -> None:
        self.driver = DRIVERS[model]
        self.identity: Identity | None = None
        self.heard: dict[Any, Any] = {}

    def identified(self, reply: str) -> None:
        self.identity = self.driver.identify(reply, self.driver.model)

    def received(self, key: Any, reply: str, when: float) -> None:
        *_, own = reply.split(";")
        name = key[0] if isinstance(key, tuple) else key
        self.heard[key] = self.driver.model[name].parse(own)


@dataclass(frozen=True)
class Heard:
    """What came of a conversation."""

    identity: Identity
    values: dict[Any, Any]  # by key of the poll
    result: Any  # of the work
    counted: LinkStatistics


def poll(model: str, row: str, *address: object) -> Poll:
    """Return the poll of a row, once a second."""
    text = DRIVERS[model].model[row].ask(*address)
    return Poll(key=(row, address), text=text, every=1.0, reply_chars=20)


def converse(model: str, polls: Sequence[Poll], answer: Callable[[bytes], bytes], work: listening.Work) -> Heard:
    """Let our link poll a simulator for a while, do some work, and poll again."""

    async def answering(line: Transport) -> None:
        while data := await line.read():
            line.write(answer(data))

    listener = Listener(model)
    unit = DRIVERS[model].model.units[0]
    dialect = replace(DIALECTS[model], identify=DIALECTS[model].identify.format(unit=unit))
    result, counted = listening.play(answering, dialect, polls, listener, work)
    assert listener.identity is not None
    return Heard(listener.identity, listener.heard, result, counted)


def by_lines(handle: Callable[[str], str | list[str] | None], end: str) -> Callable[[bytes], bytes]:
    """Return a simulator that takes whole lines as one that takes bytes."""
    rest = ""

    def answer(data: bytes) -> bytes:
        nonlocal rest
        *lines, rest = (rest + data.decode("ascii")).replace("\n", "\r").split("\r")
        replies = [handle(line) for line in lines if line]
        flat = [one for reply in replies if reply is not None for one in ([reply] if isinstance(reply, str) else reply)]
        return "".join(f"{one}{end}" for one in flat).encode("ascii")

    return answer
