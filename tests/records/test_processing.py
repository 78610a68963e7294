"""What a record without an instrument does in time, and what it says with its alarms."""

from __future__ import annotations

import asyncio

from cryoioc.clock import run_virtual
from cryoioc.records import Hooks, Origin, Record, make_channel, put
from cryoioc.records.fields import get_field
from cryoioc.records.puts import put_field


class Listener:
    """A subscriber that keeps what it is told, and when."""

    def __init__(self, channel, mask=1):
        self.channel, self.mask, self.told = channel, mask, []
        channel.subscribe(self)

    def deliver(self):
        self.told.append((asyncio.get_running_loop().time(), self.channel.value))


def plain(**keywords):
    return make_channel(Record(**{"name": "X", "doc": "d", "writable": True, "refuses": False, **keywords}))


def put_to(channel, field, value):
    assert put_field(get_field(channel, field), (value,), Origin(), Hooks()) is None


def test_a_pulse_ends_by_itself_and_a_second_one_prolongs_it():
    async def run():
        channel = plain(kind="bo", states=("Off", "On"), initial="Off")
        listener = Listener(channel)
        put_to(channel, "HIGH", 5.0)
        await put(channel, (1,))
        await asyncio.sleep(3.0)
        await put(channel, (1,))
        await asyncio.sleep(60.0)
        (on, off) = listener.told
        assert (on[1], off) == ("On", (on[0] + 8.0, "Off"))

    run_virtual(run())


def test_a_scanned_record_sends_a_put_when_its_time_comes():
    async def run():
        channel = plain(kind="ai", initial=1.0)
        put_to(channel, "SCAN", "10 second")
        listener, begun = Listener(channel), asyncio.get_running_loop().time()
        await asyncio.sleep(1.0)
        await put(channel, (2.0,))
        assert (channel.value, listener.told) == (2.0, [])
        await asyncio.sleep(60.0)
        assert listener.told == [(begun + 10.0, 2.0)]
        put_to(channel, "SCAN", "Passive")
        assert channel.timers == {}

    run_virtual(run())


def test_an_interrupt_that_cannot_come_makes_it_passive():
    async def run():
        channel = plain(kind="ai", initial=1.0)
        put_to(channel, "SCAN", "I/O Intr")
        assert channel.scan == 0

    run_virtual(run())


def test_a_handler_sees_a_clipped_value():
    channel, seen = plain(kind="ao", low=0.0, high=10.0, initial=1.0), []

    async def note(request):
        seen.append(request.value)

    channel.on_put = note
    run_virtual(put(channel, (99.0,)))
    assert seen == [10.0]


def test_text_of_an_alarm_is_served_while_it_lasts():
    channel = make_channel(Record(name="X", kind="ai", doc="d", hihi=10.0, initial=1.0))
    told = []
    for act in (
        lambda: channel.invalidate("COMM", "TC1: no answer"),
        lambda: channel.judge_again(),
        lambda: channel.post(2.0),
        lambda: channel.post(11.0, status="SOFT", severity="MINOR", message="stale"),
        lambda: channel.post(3.0, status="SOFT", severity="MINOR", message="stale"),
    ):
        act()
        told.append(get_field(channel, "AMSG").value())
    assert told == ["TC1: no answer", "TC1: no answer", "", "", "stale"]
