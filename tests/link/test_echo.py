"""Instruments that send back what they are sent, and that answer queries only."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from cryoioc.clock import Clock, run_virtual
from cryoioc.errors import ReplyTimeout
from cryoioc.link import Conversation, Link, memory_pair
from cryoioc.link.transport import Transport


class Listener:
    def __init__(self) -> None:
        self.answers: list[str] = []

    def identified(self, reply: str) -> None:
        assert reply == "MAKER,ECHO"

    def received(self, key: object, reply: str, when: float) -> None:
        self.answers.append(reply)

    def failed(self, key: object, error: Exception) -> None:
        raise AssertionError(f"{key}: {error}")

    def up(self) -> None: ...

    def down(self, error: Exception) -> None: ...


async def instrument(line: Transport, *, echo: bool, obeyed: list[str]) -> None:
    """Answer ``NAME? x`` by ``x``, obey commands in silence; send everything back first if it echoes."""
    pending = b""
    while data := await line.read():
        *complete, pending = (pending + data).split(b"\r")
        for text in map(bytes.decode, complete):
            if echo:
                line.write(text.encode() + b"\r")
            if text == "*IDN?":
                line.write(b"MAKER,ECHO\r")
            elif text.startswith("NAME? "):
                line.write(text.removeprefix("NAME? ").encode() + b"\r")
            elif text and text != "DEAF?":
                obeyed.append(text)


def play(single, poll, work, *, echo: bool):
    """Return the result of a transaction, what was obeyed, and the counters."""
    dialect = replace(single, echo=True, quiet_commands=True)

    async def scene():
        near, far = memory_pair()
        obeyed: list[str] = []

        async def opened() -> Transport:
            return near

        link = Link("ECHO", opened, dialect, [poll], Listener(), Clock())
        async with asyncio.TaskGroup() as tasks:
            running = [tasks.create_task(instrument(far, echo=echo, obeyed=obeyed)), tasks.create_task(link.run())]
            await Clock().sleep(3.0)
            result = await link.transact(work)
            await Clock().sleep(3.0)
            for task in running:
                task.cancel()
        return result, obeyed, link.statistics()

    return run_virtual(scene())


@pytest.mark.parametrize("echo", [True, False])
def test_commands_in_silence_and_queries_are_told_apart_from_their_echo(single, make_poll, echo):
    async def work(talk: Conversation) -> list[str]:
        return await talk.chain(["REMOTE", "NAME? a", "MEAS 1", "NAME? b"])

    poll = replace(make_poll("name", 1.0), text="NAME? x")
    result, obeyed, counted = play(single, poll, work, echo=echo)
    assert (result, obeyed) == (["a", "b"], ["REMOTE", "MEAS 1"])
    assert (counted.unsolicited, counted.bad_replies, counted.timeouts, counted.resyncs) == (0, 0, 0, 0)


@pytest.mark.parametrize("echo", [True, False])
def test_an_echo_is_no_answer(single, make_poll, echo):
    async def work(talk: Conversation) -> str:
        with pytest.raises(ReplyTimeout):
            await talk.chain(["DEAF?"])
        return "given up"

    poll = replace(make_poll("name", 1.0), text="NAME? x")
    result, _, counted = play(single, poll, work, echo=echo)
    assert (result, counted.timeouts, counted.resyncs) == ("given up", 1, 1)
