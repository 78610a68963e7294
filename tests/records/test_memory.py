"""What clients leave behind in a server: nothing, and at once, not only when the collector comes round."""

from __future__ import annotations

import asyncio
import gc
import socket
import struct
from collections import Counter
from collections.abc import Callable, Iterator

import pytest

from cryoioc.records import Record, Server, dbr, make_channel, messages
from cryoioc.records.circuit import Circuit
from cryoioc.records.field import Field
from cryoioc.records.fields import rows_of
from cryoioc.records.names import Names
from cryoioc.records.outlet import Outlet
from cryoioc.records.rights import Rights
from cryoioc.records.source import MOST_ENCODED, LongText
from cryoioc.records.subscription import Subscription

OF_CLIENTS = (Circuit, Outlet, Rights, Subscription, Field, LongText)
NAMES = ("T:R", "T:R.DESC", "T:R.DESC$", "T:R.HIHI")
TIME_DOUBLE = 20


def alive() -> Counter[type]:
    """Count what there is because of clients."""
    return Counter(type(one) for one in gc.get_objects() if type(one) in OF_CLIENTS)


class ServerThatTells(Server):
    """Sets ``gone`` when a client has gone."""

    gone: asyncio.Event

    def left(self, circuit):
        super().left(circuit)
        self.gone.set()


@pytest.fixture
def no_collector() -> Iterator[None]:
    """Only what nobody refers to any more is freed."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def leaves(writer: asyncio.StreamWriter) -> None:
    writer.close()


def is_reset(writer: asyncio.StreamWriter) -> None:
    sock = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.close()


def breaks_the_protocol(writer: asyncio.StreamWriter) -> None:
    writer.write(messages.header(77, 0, 0, 0, 0, 0))


def leaves_in_a_put(writer: asyncio.StreamWriter) -> None:
    writer.write(messages.header(messages.WRITE_NOTIFY, 8, dbr.DOUBLE, 1, 1, 9) + struct.pack(">d", 2.0))
    writer.close()


def requests() -> bytes:
    """Channels to a record and its fields, and a subscription to each."""
    out = [messages.header(messages.VERSION, 0, 0, 13, 0, 0)]
    mask = struct.pack(">fffHH", 0.0, 0.0, 0.0, 5, 0)
    for number, name in enumerate(NAMES, 1):
        payload = messages.padded(name.encode() + b"\0")
        out.append(messages.header(messages.CREATE_CHANNEL, len(payload), 0, 0, number, 13) + payload)
        kind = TIME_DOUBLE if number in (1, 4) else dbr.STRING
        out.append(messages.header(messages.EVENT_ADD, 16, kind, 1, number, number) + mask)
    return b"".join([*out, messages.echo()])


@pytest.mark.parametrize("ending", [leaves, is_reset, breaks_the_protocol, leaves_in_a_put])
def test_nothing_of_a_client_is_left_when_it_has_gone(free_port, no_collector, ending: Callable):
    async def run() -> None:
        record = make_channel(Record(name="R", kind="ao", doc="setpoint", unit="K", writable=True, initial=1.0))
        server = ServerThatTells([record], prefix="T:", port=free_port)
        server.gone = asyncio.Event()
        await server.start()
        reader, writer = await asyncio.open_connection("127.0.0.1", free_port)
        writer.write(requests())
        await reader.readuntil(messages.echo())
        assert alive() == {Circuit: 1, Outlet: 1, Rights: 1, Subscription: 4, Field: 2, LongText: 1}
        record.post(2.0)
        ending(writer)
        await server.gone.wait()
        await asyncio.sleep(0)  # the transport calls the circuit in one turn of the loop and lets it go in the next
        await asyncio.sleep(0)
        assert alive() == {}
        assert not record.subscribed and not record.watched
        await server.close()

    asyncio.run(run())


def test_fields_somebody_has_asked_for_are_not_kept():
    names = Names([make_channel(Record(name="R", kind="ai", doc="reading"))], "P:", {})
    here, there = names.find("P:R.HIHI"), names.find("P:R.HIHI")
    assert here is there, "two clients of a field share it"
    for field in rows_of(names.channels["P:R"]):
        assert names.find(f"P:R.{field}") is not None
    assert dict(names._fields) == {"P:R.HIHI": here}


def test_the_rows_of_fields_are_there_once():
    here, there = (make_channel(Record(name=name, kind="ai", doc="reading")) for name in "AB")
    other = make_channel(Record(name="C", kind="ao", doc="setpoint"))
    assert rows_of(here) is rows_of(there)
    assert rows_of(here) is not rows_of(other)


def test_an_array_asked_for_in_every_length_is_not_kept_in_every_length():
    channel = make_channel(Record(name="R", kind="waveform", doc="curve", length=500, initial=(1.0,)))
    for count in range(1, 501):
        assert channel.encoded(dbr.DOUBLE, count)[1] == count
    assert len(channel._encoded) <= MOST_ENCODED
