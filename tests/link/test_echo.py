"""Instruments that send back what they are sent, and that answer queries only."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest

from cryoioc.errors import ReplyTimeout
from cryoioc.link import Conversation
from cryoioc.link.transport import Transport

from . import listening
from .listening import Listener


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
    obeyed: list[str] = []
    dialect, asked = replace(single, echo=True, quiet_commands=True), replace(poll, text="NAME? x")
    far_end = partial(instrument, echo=echo, obeyed=obeyed)
    result, counted = listening.play(far_end, dialect, [asked], Listener("MAKER,ECHO"), work)
    return result, obeyed, counted


@pytest.mark.parametrize("echo", [True, False])
def test_commands_in_silence_and_queries_are_told_apart_from_their_echo(single, make_poll, echo):
    async def work(talk: Conversation) -> list[str]:
        return await talk.chain(["REMOTE", "NAME? a", "MEAS 1", "NAME? b"])

    result, obeyed, counted = play(single, make_poll("name", 1.0), work, echo=echo)
    assert (result, obeyed) == (["a", "b"], ["REMOTE", "MEAS 1"])
    assert (counted.unsolicited, counted.bad_replies, counted.timeouts, counted.resyncs) == (0, 0, 0, 0)


@pytest.mark.parametrize("echo", [True, False])
def test_an_echo_is_no_answer(single, make_poll, echo):
    async def work(talk: Conversation) -> str:
        with pytest.raises(ReplyTimeout):
            await talk.chain(["DEAF?"])
        return "given up"

    result, _, counted = play(single, make_poll("name", 1.0), work, echo=echo)
    assert (result, counted.timeouts, counted.resyncs) == ("given up", 1, 1)
