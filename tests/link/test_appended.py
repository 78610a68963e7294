"""Instruments that take one query a message, behind any commands: what is sent, and what counts as an answer."""

from __future__ import annotations

import asyncio
import itertools
import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cryoioc.clock import Clock, run_virtual
from cryoioc.errors import ReplyError
from cryoioc.link.conversation import Conversation, appended
from cryoioc.link.dialects import MONITOR
from cryoioc.link.line import Line
from cryoioc.link.statistics import Tally
from cryoioc.link.transport import memory_pair
from cryoioc.wire.chain import is_query


def test_each_query_ends_a_message_of_its_own():
    # "INCRV 7,2;INCRV? 7" is the manual's own example (lakeshore-protocol.md 2.3 [M218])
    assert appended(["*ESR?", "INCRV 7,2", "INCRV? 7", "*ESR?"], MONITOR) == [
        (["*ESR?"], True),
        (["INCRV 7,2", "INCRV? 7"], True),
        (["*ESR?"], True),
    ]


def test_commands_alone_are_ended_by_the_sentinel():
    assert appended(["ALMRST", "MNMXRST"], MONITOR) == [(["ALMRST", "MNMXRST", "*OPC?"], False)]


UNITS = st.lists(
    st.builds(
        lambda name, query, arguments: f"{name}{'?' * query} {'1' * arguments}",
        st.sampled_from(["CRVPT", "INCRV", "KRDG"]),
        st.booleans(),
        st.integers(1, 48),
    ),
    max_size=12,
)


@given(units=UNITS)
def test_every_message_fits_and_nothing_is_lost_or_out_of_order(units):
    messages = appended(units, MONITOR)
    for message, asks in messages:
        assert len(";".join(message)) <= MONITOR.max_text
        assert [is_query(unit) for unit in message].count(True) == 1 and is_query(message[-1])
        assert asks or message[-1] == MONITOR.sentinel
    sent = [unit for message, asks in messages for unit in (message if asks else message[:-1])]
    assert sent == units


def talk(replies: list[str], units: list[str], *, poll: bool = False) -> tuple[list[str], list[str]]:
    """Return what a conversation, or a poll, makes of an instrument's replies, and what it sent."""

    async def play() -> tuple[list[str], list[str]]:
        near, far = memory_pair()
        line = Line(near, MONITOR, Clock(), logging.getLogger("test"), Tally())
        line.aligned = True
        sent: list[str] = []

        async def instrument() -> None:
            for reply in replies:
                sent.append((await far.read()).decode())
                far.write(f"{reply}\r\n".encode())

        async with asyncio.TaskGroup() as tasks:
            pump = tasks.create_task(line.pump())
            tasks.create_task(instrument())
            try:
                conversation = Conversation(line, itertools.count())
                asked = conversation.ask(units, 20, whole=False) if poll else conversation.chain(units)
                return await asked, sent
            finally:
                pump.cancel()

    return run_virtual(play())


def test_answers_are_those_to_our_queries():
    answers, sent = talk(["000", "02", "1"], ["*ESR?", "INCRV 7,2", "INCRV? 7", "ALMRST"])
    assert answers == ["000", "02"]
    assert sent == ["*ESR?\r\n", "INCRV 7,2;INCRV? 7\r\n", "ALMRST;*OPC?\r\n"]


def test_another_answer_to_the_sentinel_is_none():
    with pytest.raises(BaseExceptionGroup) as caught:
        talk(["+77.350"], ["ALMRST"])
    assert caught.group_contains(ReplyError, match=r"instead of 1 to ALMRST;\*OPC\?")


def test_a_poll_of_two_queries_is_two_messages():
    answers, sent = talk(["3", "+1.3273,+1.3273"], ["MNMX? 1", "MNMXRDG? 1"], poll=True)
    assert answers == ["3", "+1.3273,+1.3273"] and sent == ["MNMX? 1\r\n", "MNMXRDG? 1\r\n"]
