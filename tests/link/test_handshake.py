"""Instruments that acknowledge a message and wait to be asked for what it brought."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest

from cryoioc.errors import ReplyError, ReplyTimeout
from cryoioc.link import Conversation
from cryoioc.link.dialect import Handshake, message_time
from cryoioc.link.transport import Transport

from . import listening
from .listening import Listener

ACK, NAK, ENQ = b"\x06\r", b"\x15\r", b"\x05"


async def instrument(line: Transport, deaf: set[str]) -> None:
    """Accept ``*IDN?`` and ``VALUE``; of what is in ``deaf`` the acknowledge comes and nothing behind it."""
    pending, answer = b"", b"0001\r"
    while data := await line.read():
        for byte in data:
            if bytes([byte]) == ENQ:
                line.write(answer)
                continue
            pending += bytes([byte])
            if byte != 0x0D:
                continue
            text, pending = pending.strip().decode(), b""
            known = {"*IDN?": b"MAKER\r", "VALUE": b"1.5\r"} | dict.fromkeys(deaf, b"")
            line.write((b"0,9.9E9\r" if text == "VALUE" else b"") + (ACK if text in known else NAK))
            answer = known.get(text, b"0001\r")


def play(single, poll, work, deaf=frozenset()):
    """Return the result of a transaction, the answers to polls, and the counters."""
    dialect = replace(single, handshake=Handshake(), send_terminator=b"\r", reply_terminator=b"\r")
    listener = Listener("MAKER")
    far_end = partial(instrument, deaf=set(deaf))
    result, counted = listening.play(far_end, dialect, [replace(poll, text="VALUE")], listener, work)
    return result, listener.answers, counted


def test_what_is_said_unasked_is_no_acknowledge(single, make_poll):
    async def work(talk: Conversation) -> list[str]:
        return await talk.chain(["VALUE", "VALUE"])

    result, answers, counted = play(single, make_poll("value", 1.0), work)
    assert result == ["1.5", "1.5"] and set(answers) == {"1.5"} and len(answers) > 5
    assert (counted.bad_replies, counted.timeouts) == (0, 0)
    assert counted.unsolicited >= len(answers)


def test_a_refusal_holds_the_error_word_and_nothing_is_shifted(single, make_poll):
    async def work(talk: Conversation) -> list[str]:
        with pytest.raises(ReplyError, match="'0001'"):
            await talk.chain(["NONSENSE"])
        return await talk.chain(["VALUE"])

    result, answers, counted = play(single, make_poll("value", 1.0), work)
    assert result == ["1.5"] and set(answers) == {"1.5"}
    assert counted.bad_replies == 1


def test_an_acknowledge_without_an_answer_is_a_time_out(single, make_poll):
    async def work(talk: Conversation) -> list[str]:
        with pytest.raises(ReplyTimeout):
            await talk.chain(["DEAF"])
        return await talk.chain(["VALUE"])

    result, answers, counted = play(single, make_poll("value", 1.0), work, {"DEAF"})
    assert result == ["1.5"] and set(answers) == {"1.5"}
    assert (counted.timeouts, counted.resyncs) == (1, 1)


def test_the_plan_counts_the_handshake(single, make_poll):
    poll = replace(make_poll("value", 1.0), text="VALUE")
    shaken = replace(single, handshake=Handshake())
    more = single.wire_time(2 + len(single.reply_terminator)) + single.latency
    assert message_time([poll], shaken) == pytest.approx(message_time([poll], single) + more)
