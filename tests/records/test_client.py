"""A connection to a server: what is watched is known, a refusal is told, and every way of being lost is said."""

from __future__ import annotations

import asyncio
import contextlib
import math
import struct
from collections.abc import AsyncIterator, Callable

import caproto
import pytest

from cryoioc.clock import run_virtual
from cryoioc.errors import Refused
from cryoioc.records import Grant, Guard, Put, Record, Server, client, make_channel, messages, monitor
from cryoioc.records.client import Client, Lost
from cryoioc.records.monitor import Wanted
from cryoioc.records.ports import LOOPBACK
from cryoioc.rehearsal.remote import Remote

from ..ports import find_free_port
from ..robust.ca_answers import honest, requests


async def obey(put: Put) -> None:
    if put.value > 50.0:
        raise Refused("too hot")
    put.channel.post(put.value)


@contextlib.asynccontextmanager
async def serving(port: int, guard: Guard | None = None) -> AsyncIterator[dict]:
    """Serve a setpoint and a state; yield their channels."""
    records = [
        Record(name="T:SP", kind="ao", doc="wish", unit="K", low=0.0, high=100.0, writable=True, initial=4.2),
        Record(name="WORD", kind="stringin", doc="no number", initial="hello"),
        Record(name="ON", kind="bi", doc="state", states=("No", "Yes"), initial="No"),
        Record(name="KEYS", kind="charout", doc="long text", length=100, writable=True, initial=""),
    ]
    channels = {record.name: make_channel(record) for record in records}
    channels["T:SP"].on_put = obey
    server = Server(channels.values(), prefix="X:", port=port, guard=guard)
    await server.start()
    running = asyncio.create_task(server.run())
    try:
        yield channels
    finally:
        running.cancel()
        await asyncio.wait({running})


def test_what_is_watched_is_known_until_the_server_ends():
    async def play() -> None:
        remote = Remote("X:", find_free_port())
        async with serving(remote.port) as channels:
            await remote.connect()
            await remote.watch("T:SP", "ON")
            assert remote.values == {"T:SP": 4.2, "ON": "No"}
            await remote.put("T:SP", 20.0)
            channels["ON"].post("Yes")
            await remote.until(lambda: remote.values == {"T:SP": 20.0, "ON": "Yes"})
            with pytest.raises(Refused, match=r"^X:T:SP: "):
                await remote.put("T:SP", 60.0)
        with pytest.raises(Lost):
            await remote.until(lambda: False)
        await remote.close()

    asyncio.run(play())


def test_a_text_longer_than_a_string_arrives_whole():
    async def play() -> None:
        remote, text = Remote("X:", find_free_port()), "SETP 1,20;" * 7
        async with serving(remote.port) as channels:
            await remote.connect()
            await remote.put("KEYS", text)
            assert channels["KEYS"].value == text
            await remote.close()

    asyncio.run(play())


def test_what_is_no_number_cannot_be_read_as_one():
    async def play() -> None:
        port = find_free_port()
        async with serving(port):
            one = Client((LOOPBACK, port))
            await one.connect()
            assert (await one.read("X:T:SP", caproto.ChannelType.GR_DOUBLE)).metadata.units == b"K"
            with pytest.raises(Lost, match="Buffer size too small"):
                await one.read("X:WORD", caproto.ChannelType.GR_DOUBLE)
            await one.close()

    asyncio.run(play())


class Rules:
    """Everybody reads, until nobody does."""

    readable = True

    def attach(self, find, review) -> None:
        self._review = review

    def grant(self, source, origin) -> Grant:
        return Grant(read=self.readable)

    def change(self) -> None:
        self.readable = False
        self._review(None)


def test_zeros_instead_of_a_value_that_may_not_be_read_any_more_are_no_value():
    async def play() -> None:
        rules, remote = Rules(), Remote("X:", find_free_port())
        async with serving(remote.port, rules):
            await remote.connect()
            await remote.watch("T:SP")
            rules.change()
            with pytest.raises(Lost, match="no reading: ECA_NORDACCESS"):
                await remote.until(lambda: False)
            assert remote.values == {"T:SP": 4.2}
            await remote.close()

    asyncio.run(play())


def test_a_name_that_is_not_served_and_nobody_who_listens():
    async def play() -> None:
        port = find_free_port()
        with pytest.raises(Lost, match=f"^{LOOPBACK}:{port}: "):
            await Client((LOOPBACK, port)).connect()
        async with serving(port):
            remote = Remote("X:", port)
            await remote.connect()
            with pytest.raises(Lost, match="a name is not served"):
                await remote.watch("NOWHERE")
            await remote.close()

    asyncio.run(play())


@pytest.mark.parametrize(("answer", "said"), [
    (None, "silent for 0.2 s"),
    (b"\x00\xc8" + bytes(14), "no Channel Access"),
    (bytes(caproto.ErrorResponse(client.HELLO, 0, caproto.CAStatus.ECA_ALLOCMEM, "no room left")), "no room left"),
    (struct.pack(">4H2I", 2, 0, 5, 1, 1, 3), "EventCancelResponse that nobody asked for"),
    (b"", "connection closed"),
])  # fmt: skip
def test_a_server_that_is_none_is_given_up(answer, said):
    """It says nothing at all and is asked in vain; or something else than was asked for; or it closes."""
    heard = bytearray()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.extend(await reader.read(1000))
        if answer is not None:
            writer.write(answer)
            writer.close()
        while data := await reader.read(1000):
            heard.extend(data)
        writer.close()

    async def play() -> None:
        async with await asyncio.start_server(accept, LOOPBACK, 0) as server:
            one = Client(server.sockets[0].getsockname(), silence=0.2)
            await one.connect()
            with pytest.raises(Lost, match=said):
                await one.ended()
            await one.close()

    asyncio.run(play())
    assert heard.startswith(bytes(client.HELLO))
    if answer is None:
        assert heard.count(bytes(client.ECHO)) >= 3


def events(*said: bytes) -> Callable[[int], bytes]:
    """Return what answers a subscription."""
    return lambda number: b"".join(said).replace(b"NUMB", struct.pack(">I", number))


def event(payload: bytes, count: int = 1) -> bytes:
    return messages.header(messages.EVENT_ADD, len(payload), 13, count, 1, 0)[:-4] + b"NUMB" + payload


SOUND = event(struct.pack(">HHxxxxd", 0, 0, 4.2))


@pytest.mark.parametrize(("answer", "told", "after"), [
    (events(SOUND), [4.2], 30.0),  # and silent from then on
    (events(SOUND, event(struct.pack(">HHxxxxd", 0, 0, math.nan))), [4.2, None], 30.0),
    (events(SOUND, event(struct.pack(">HHxxxxd", 0, 3, 5.0))), [4.2, None], 30.0),
    (events(SOUND, event(struct.pack(">HHxxxxd", 0, 0xFFFF, 5.0))), [4.2, None], 30.0),  # none there is
    (events(SOUND, messages.header(messages.EVENT_ADD, 16, 0, 2**32 - 1, 1, 1)[:24] + bytes(16)), [4.2], 0.0),
    (events(SOUND, event(bytes(16), 2)), [4.2], 0.0),
    (events(SOUND, event(bytes(8), 0)), [4.2], 0.0),
    (events(SOUND, messages.header(messages.EVENT_ADD, 2**32 - 8, 13, 1, 1, 1)), [4.2], 0.0),
    (events(SOUND, messages.header(messages.EVENT_ADD, 16, 13, 1, 1, 77) + bytes(16)), [4.2], 0.0),
    (events(), [], 60.0),  # it answers to all but this
    (None, [4.2], 30.0),  # a byte now and then of a message that never ends
])  # fmt: skip
def test_what_another_ioc_says_is_a_value_or_none_and_its_silence_is_noticed(answer, told, after):
    heard: list[float | None] = []

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = bytearray()
        while data := await reader.read(1000):
            asked += data
            for command, kind, _, first, second in requests(asked):
                if command != messages.EVENT_ADD:
                    # Of one that sends bytes for ever, not even ECHO is answered: it would be in between.
                    alive = answer is not None and not answer(0) or command != messages.ECHO
                    writer.write(honest(command, kind, first, second) if alive else b"")
                elif answer is not None:
                    writer.write(answer(second))
                else:
                    writer.write(events(SOUND)(second) + messages.header(messages.EVENT_ADD, 64, 13, 1, 1, second))
                    trickling.append(asyncio.create_task(trickle(writer)))
        writer.close()

    trickling: list[asyncio.Task[None]] = []

    async def trickle(writer: asyncio.StreamWriter) -> None:
        for _ in range(60):
            await asyncio.sleep(1.0)
            writer.write(b"\0")

    async def play() -> None:
        server = await asyncio.start_server(accept, LOOPBACK, 5064)
        loop = asyncio.get_running_loop()
        begun = loop.time()
        with pytest.raises(Lost) as lost:
            await monitor.listen(Wanted("X:T"), (LOOPBACK, 5064), lambda _, news: heard.append(news.value))
        assert loop.time() - begun == pytest.approx(after, abs=0.1), lost.value
        for task in trickling:
            task.cancel()
        server.close()

    run_virtual(play())
    assert heard == told


def test_no_answer_is_waited_for_longer_than_patience(monkeypatch):
    async def play() -> None:
        remote = Remote("X:", find_free_port())
        async with serving(remote.port):
            await remote.connect()
            with pytest.raises(Lost, match=r"news of X:: nothing for 0.05 s"):
                await remote.until(lambda: False)
            await remote.close()

    monkeypatch.setattr(client, "PATIENCE", 0.05)
    asyncio.run(play())
