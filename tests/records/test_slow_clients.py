"""Real sockets that take bytes slowly, or not at all: who gets which events, and what it costs."""

from __future__ import annotations

import socket

import caproto as ca
import pytest

from cryoioc.records import Record, circuit, outlet
from cryoioc.records.outlet import Laggards

RECORDS = [
    Record(name="AI", kind="ai", doc="reading", initial=1.0),
    Record(name="AO", kind="ao", doc="setpoint", writable=True, initial=1.0),
    Record(name="BIG", kind="waveform", doc="big", length=5000, initial=(0.0,)),
]
SIZE = 5000 * 8  # bytes of an event of BIG


@pytest.fixture
def laggards(ioc):
    """What has been counted, from zero."""
    ioc.server.laggards.stalled = ioc.server.laggards.closed = 0
    return ioc.server.laggards


def subscribed_to_big(raw):
    channel = raw.channel("T:BIG")
    raw.send(channel.subscribe(data_type=ca.ChannelType.DOUBLE, data_count=5000))
    raw.next(ca.EventAddResponse)
    return channel


def waiting_for(ioc, user="somebody"):
    (client,) = [c for c in ioc.server._circuits if c.origin.user == user]
    return ioc.do(client._transport.get_write_buffer_size)


def test_a_client_that_is_far_behind_but_alive_gets_every_event(ioc, raw, laggards, monkeypatch):
    monkeypatch.setattr(outlet, "PATIENCE", 10.0)  # whatever else this machine does
    subscribed_to_big(raw)
    posts, values, lag = 350, [], 0
    for i in range(posts):
        ioc.post("BIG", (float(i + 1),))
        lag = max(lag, waiting_for(ioc))
        if i % 10 == 0:
            values.append(raw.next(ca.EventAddResponse).data[0])
    while len(values) < posts:
        values.append(raw.next(ca.EventAddResponse).data[0])
    assert values == [float(i + 1) for i in range(posts)]
    assert lag > 200 * SIZE, "it was behind"
    assert laggards == Laggards()


def test_puts_of_a_client_that_is_behind_are_carried_out_at_once(ioc, raw, laggards, aioca):
    subscribed_to_big(raw)
    setpoint = raw.channel("T:AO")
    while waiting_for(ioc) < SIZE:
        ioc.post("BIG", (1.0,), force=True)
    wish = aioca.monitor("T:AO", 1)
    raw.send(setpoint.write((7.0,), notify=True))
    assert [event["value"] for event in aioca.events(wish, 2)][1] == 7.0
    assert waiting_for(ioc) >= SIZE
    assert raw.next(ca.WriteNotifyResponse).status.name == "ECA_NORMAL"


def test_a_client_that_does_not_read_costs_bounded_memory_and_then_gets_the_newest(
    ioc, raw, aioca, laggards, monkeypatch
):
    monkeypatch.setattr(outlet, "PATIENCE", 0.0)  # stalled as soon as it takes nothing between two events
    monitor = aioca.monitor("T:AI", 1)
    subscribed_to_big(raw)
    posts = 2000
    for i in range(posts):
        ioc.post("BIG", (float(i + 1),))
        ioc.post("AI", float(i))
    assert 0 < waiting_for(ioc) < 10 * SIZE
    assert [event["value"] for event in aioca.events(monitor, posts + 1)[1:]] == [float(i) for i in range(posts)]

    values = [0.0]
    while values[-1] != posts:
        values.append(raw.next(ca.EventAddResponse).data[0])
    assert values == sorted(values), "nothing overtakes"
    assert len(values) < posts
    assert laggards == Laggards(stalled=laggards.stalled) and laggards.stalled > 0


def test_a_client_that_takes_too_little_is_disconnected_and_the_others_are_not(
    ioc, raw, aioca, laggards, monkeypatch, caplog
):
    monkeypatch.setattr(outlet, "PATIENCE", 1e9)  # whatever it takes counts as something
    monkeypatch.setattr(outlet, "MOST", 100 * SIZE)
    monitor = aioca.monitor("T:AI", 1)
    subscribed_to_big(raw)
    posts = 300
    for i in range(posts):
        ioc.post("BIG", (float(i + 1),))
        ioc.post("AI", float(i))
    assert laggards == Laggards(closed=1)
    assert "connection closed: more than 4000000 bytes behind" in caplog.text
    assert [event["value"] for event in aioca.events(monitor, posts + 1)[1:]] == [float(i) for i in range(posts)]
    values = []
    while (event := raw.next(ca.EventAddResponse)) is not ca.DISCONNECTED:
        values.append(event.data[0])
    assert values == [float(i + 1) for i in range(len(values))], "all it could take before, none left out"


def test_bytes_the_other_side_has_not_taken_are_known():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        sending = socket.create_connection(listening.getsockname())
        receiving, _ = listening.accept()
    with sending, receiving:
        assert circuit.untaken(sending) == 0
        sending.setblocking(False)
        sent = 0
        with pytest.raises(BlockingIOError):
            while True:
                sent += sending.send(bytes(2**16))
        assert 0 < circuit.untaken(sending) < sent
        received = 0
        while circuit.untaken(sending):
            received += len(receiving.recv(2**12))
        assert 0 < received <= sent


def test_no_events_on_request_then_every_one_of_the_first_second(ioc, raw, laggards):
    channel = raw.channel("T:AI")
    raw.send(channel.subscribe())
    raw.next(ca.EventAddResponse)
    raw.send(ca.EventsOffRequest(), channel.read())
    raw.next(ca.ReadNotifyResponse)

    def post():
        for value in (7.0, 8.0, 9.0):
            ioc["AI"].post(value)

    ioc.do(post)
    raw.send(ca.EventsOnRequest())
    assert [raw.next(ca.EventAddResponse).data[0] for _ in range(3)] == [7.0, 8.0, 9.0]
