"""What was posted before a put completes reaches the client before its completion."""

from __future__ import annotations

import asyncio

import caproto as ca

from cryoioc.errors import Refused
from cryoioc.records import Put, Record

RECORDS = [
    Record(name="TEMP", kind="ai", doc="reading", initial=4.0),
    Record(name="SP", kind="ao", doc="setpoint", writable=True, initial=4.0),
    Record(name="TARGET", kind="ai", doc="target", initial=4.0),
    Record(name="INPOS", kind="bi", doc="in position", states=("No", "Yes"), initial="Yes"),
    Record(name="MSG", kind="stringin", doc="reason", initial=""),
    Record(name="OTHER", kind="ao", doc="another setpoint", writable=True, initial=0.0),
]
MESSAGES = (ca.EventAddResponse, ca.WriteNotifyResponse, ca.ReadNotifyResponse)


def subscribe(raw, name):
    channel = raw.channel(name)
    request = channel.subscribe(data_type=ca.ChannelType.DOUBLE)
    raw.send(request)
    raw.next(ca.EventAddResponse)
    return request.subscriptionid


def written(raw, channel, value):
    """Put with completion and return all that comes up to the completion."""
    raw.send(channel.write((value,), data_type=ca.ChannelType.DOUBLE, notify=True))
    came = [raw.next(MESSAGES)]
    while not isinstance(came[-1], ca.WriteNotifyResponse):
        came.append(raw.next(MESSAGES))
    return came


def test_events_posted_by_the_handler_precede_the_completion(ioc, raw):
    async def accept(put: Put) -> None:
        ioc["INPOS"].post("No")
        await asyncio.sleep(0)
        ioc["TARGET"].post(put.value)
        put.channel.post(put.value)

    ioc.post("INPOS", "Yes")
    ioc["SP"].on_put = accept
    inpos, target = subscribe(raw, "T:INPOS"), subscribe(raw, "T:TARGET")
    *events, completion = written(raw, raw.channel("T:SP"), 10.0)
    assert [(event.subscriptionid, event.data[0]) for event in events] == [(inpos, 0.0), (target, 10.0)]
    assert completion.status.name == "ECA_NORMAL"


def test_reason_of_a_refusal_precedes_the_failed_completion(ioc, raw):
    async def refuse(put: Put) -> None:
        raise Refused("link down")

    ioc["SP"].on_put = refuse
    ioc.server.refused = lambda channel, reason: ioc["MSG"].post(f"{channel.name}: {reason}")
    channel = raw.channel("T:MSG")
    raw.send(channel.subscribe(data_type=ca.ChannelType.STRING))
    raw.next(ca.EventAddResponse)
    event, completion = written(raw, raw.channel("T:SP"), 10.0)
    assert event.data[0] == b"SP: link down"
    assert completion.status.name == "ECA_PUTFAIL"


def test_readback_right_after_the_completion_is_the_new_one(ioc, pyepics):
    async def accept(put: Put) -> None:
        put.channel.post(put.value)
        ioc["TARGET"].post(put.value)

    ioc["SP"].on_put = accept
    for value in (11.0, 12.0, 13.0, 14.0, 15.0):
        assert pyepics.caput_caget("T:SP", value, "T:TARGET") == value


def test_a_read_behind_a_put_sees_it(ioc, raw):
    ioc["SP"].on_put = None
    channel = raw.channel("T:SP")
    raw.send(channel.write((21.0,), notify=False), channel.read())
    assert raw.next(ca.ReadNotifyResponse).data[0] == 21.0


def test_other_clients_requests_go_on_while_a_put_waits(ioc, raw, aioca):
    entered, release = asyncio.Event(), asyncio.Event()

    async def wait(put: Put) -> None:
        entered.set()
        await release.wait()
        put.channel.post(put.value)

    ioc["SP"].on_put = wait
    channel = raw.channel("T:SP")
    raw.send(channel.write((31.0,), notify=True))
    ioc.wait(entered.wait())
    assert aioca.put("T:OTHER", 1.0) == 1
    raw.send(channel.read())
    assert isinstance(raw.next(MESSAGES), ca.ReadNotifyResponse), "the same client can read meanwhile"
    assert ioc["SP"].value != 31.0
    ioc.do(release.set)
    assert raw.next(MESSAGES).status.name == "ECA_NORMAL"
    assert ioc["SP"].value == 31.0


def test_puts_of_one_channel_run_one_after_another(ioc, raw):
    running, most, values = 0, 0, []

    async def count(put: Put) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)
        values.append(put.value)
        running -= 1

    ioc["SP"].on_put = count
    channel = raw.channel("T:SP")
    raw.send(*(channel.write((float(i),), notify=True) for i in range(10)))
    for _ in range(10):
        raw.next(ca.WriteNotifyResponse)
    assert (most, values) == (1, [float(i) for i in range(10)])


def test_a_put_goes_on_when_its_client_leaves(ioc, raw):
    entered, release, done = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def wait(put: Put) -> None:
        entered.set()
        await release.wait()
        put.channel.post(put.value)
        done.set()

    ioc["SP"].on_put = wait
    channel = raw.channel("T:SP")
    raw.send(channel.write((41.0,), notify=True))
    ioc.wait(entered.wait())
    raw.close()
    ioc.do(release.set)
    ioc.wait(done.wait())
    assert ioc["SP"].value == 41.0


def test_server_side_posts_never_run_the_handler(ioc):
    calls = []

    async def note(put: Put) -> None:
        calls.append(put)

    ioc["SP"].on_put = note
    ioc.post("SP", 50.0)
    ioc.do(ioc["SP"].invalidate, "COMM")
    ioc.do(ioc["SP"].set_limits, 0.0, 100.0)
    assert calls == []
