"""Who is sent what when a client's socket takes nothing, on virtual time and a socket that does as it is told."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import pytest

from cryoioc.clock import Clock, run_virtual
from cryoioc.records import outlet
from cryoioc.records.outlet import Outlet


class Socket:
    """A transport whose other side takes bytes when the test says so."""

    def __init__(self) -> None:
        self.waiting, self.writes, self.blocked = 0, [], False

    def set_write_buffer_limits(self, high):
        assert high == 0

    def get_write_buffer_size(self):
        return self.waiting

    def write(self, data):
        self.writes.append(data)
        if self.blocked:
            first = not self.waiting
            self.waiting += len(data)
            if first:
                self.outlet.blocked()

    def take(self, count):
        self.waiting = max(0, self.waiting - count)
        if not self.waiting:
            self.outlet.unblocked()


@dataclass(eq=False)
class Pv:
    """A subscription of a value that is sent as text."""

    name: str
    value: int = 0
    sent: list = field(default_factory=list)

    def message(self):
        self.sent.append(self.value)
        return f"{self.name}={self.value};".encode(), b""


def opened():
    socket = Socket()
    socket.outlet = Outlet(socket, Clock())
    return socket, socket.outlet


async def update(to, *pvs):
    for pv in pvs:
        pv.value += 1
        to.event(pv)
    await asyncio.sleep(0)


def test_one_write_a_turn_in_the_order_made():
    async def run():
        socket, out = opened()
        out.send(b"answer;")
        await update(out, Pv("A"), Pv("B"), Pv("C"))
        await update(out, Pv("D"))
        assert socket.writes == [b"answer;A=1;B=1;C=1;", b"D=1;"]

    run_virtual(run())


def test_a_socket_that_takes_some_bytes_every_second_is_never_spared_an_event():
    async def run():
        socket, out = opened()
        socket.blocked = True
        pv = Pv("A")
        for _ in range(36000):
            await asyncio.sleep(0.1)
            await update(out, pv)
            if pv.value % 9 == 0:
                socket.take(1)
        assert pv.sent == list(range(1, 36001))

    run_virtual(run())


def test_a_socket_that_takes_nothing_for_a_second_is_sent_the_newest_when_it_has_taken_the_rest():
    async def run():
        socket, out = opened()
        socket.blocked = True
        often, seldom, never = Pv("A"), Pv("B"), Pv("C")
        await update(out, often)
        for _ in range(600):
            await asyncio.sleep(0.1)
            await update(out, often)
        await update(out, seldom)
        assert often.sent == list(range(1, 12)), "one second of events, then none"
        socket.blocked = False
        socket.take(10**9)
        await asyncio.sleep(0)
        assert (often.sent[11:], seldom.sent, never.sent) == ([601], [1], [])
        await update(out, often)
        assert often.sent[-1] == 602

    run_virtual(run())


def test_five_hundred_values_at_ten_hertz_for_a_minute_cost_a_second_of_events():
    async def run():
        socket, out = opened()
        socket.blocked = True
        pvs = [Pv(f"PV{i}") for i in range(500)]
        handed = 0
        for _ in range(600):
            await update(out, *pvs)
            handed = handed or len(socket.writes[0])
            await asyncio.sleep(0.1)
        assert socket.waiting < 12.5 * handed
        socket.blocked = False
        socket.take(10**9)
        await asyncio.sleep(0)
        assert {pv.sent[-1] for pv in pvs} == {600}

    run_virtual(run())


def test_a_client_that_takes_too_little_costs_no_more_than_the_most(monkeypatch):
    monkeypatch.setattr(outlet, "MOST", 1000)

    async def run():
        socket, out = opened()
        socket.blocked = True
        pv = Pv("A")
        for _ in range(10000):
            await update(out, pv)
            socket.take(1)
        assert socket.waiting < 1020
        socket.blocked = False
        socket.take(10**9)
        await asyncio.sleep(0)
        assert pv.sent[-1] == 10000

    run_virtual(run())


def test_requests_wait_while_much_is_waiting():
    async def run():
        socket, out = opened()
        socket.blocked = True
        out.send(b"x" * (outlet.HELD + 1))
        assert not out.full
        await asyncio.sleep(0)
        assert out.full
        socket.take(2)
        assert not out.full

    run_virtual(run())


@pytest.mark.parametrize("stalled", [False, True])
def test_silence_on_request_then_the_newest(stalled):
    async def run():
        socket, out = opened()
        pv = Pv("A")
        out.silence(True)
        for _ in range(3):
            await update(out, pv)
        if stalled:
            socket.blocked = True
            out.send(b"answer;")
            await asyncio.sleep(0)
        assert pv.sent == []
        out.silence(False)
        await asyncio.sleep(0)
        assert pv.sent == [3], "what waits for less than a second is sent, too"

    run_virtual(run())


def test_nothing_is_written_once_it_is_closed():
    async def run():
        socket, out = opened()
        out.send(b"answer;")
        out.close()
        out.event(Pv("A"))
        await asyncio.sleep(0)
        assert socket.writes == []

    run_virtual(run())
