"""Who is sent what when a client's socket takes nothing, on virtual time and a socket that does as it is told."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cryoioc.clock import Clock, run_virtual
from cryoioc.records import outlet
from cryoioc.records.outlet import PATIENCE, Laggards, Outlet

ROOM = 300  # bytes the kernel holds


class Socket:
    """A transport and its kernel; the other side takes bytes when the test says so."""

    def __init__(self) -> None:
        self.waiting, self.kernel, self.writes, self.blocked = 0, 0, [], False
        self.laggards, self.aborted, self.late = Laggards(), False, False

    def set_write_buffer_limits(self, high):
        assert high == 0

    def get_write_buffer_size(self):
        return self.waiting

    def get_extra_info(self, name):
        return name

    def untaken(self):
        return self.kernel

    def write(self, data):
        assert not self.aborted
        self.writes.append(data)
        if self.blocked:
            first = not self.waiting
            self.waiting += len(data)
            if not self.late:
                self.hand_over()
            if first and self.waiting:
                self.outlet.blocked()

    def hand_over(self):
        """Fill the kernel as far as it has room, which it tells only when a third of it is free."""
        if self.kernel <= ROOM * 2 // 3:
            moved = min(self.waiting, ROOM - self.kernel)
            self.waiting -= moved
            self.kernel += moved

    def take(self, count):
        """Let the other side take bytes."""
        was, left = self.waiting, count
        while left and self.kernel:
            taken = min(left, self.kernel)
            left -= taken
            self.kernel -= taken
            if not self.late:
                self.hand_over()
        if was and not self.waiting:
            self.outlet.unblocked()

    def abort(self):
        self.aborted, self.waiting, self.kernel = True, 0, 0


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
    socket.outlet = Outlet(socket, Clock(), socket.untaken, socket.laggards)
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


def values(socket, name="A"):
    """All that was handed to the transport about one PV."""
    return [int(part.partition("=")[2]) for part in b"".join(socket.writes).decode().split(";") if part[:1] == name]


def test_a_socket_that_takes_a_byte_a_second_is_never_spared_an_event():
    async def run():
        socket, out = opened()
        socket.blocked = True
        pv = Pv("A")
        for _ in range(36000):
            await asyncio.sleep(0.1)
            await update(out, pv)
            if pv.value % 9 == 0:
                socket.take(1)
        assert socket.waiting > 100_000
        assert values(socket) == list(range(1, 36001))
        assert socket.laggards == Laggards()

    run_virtual(run())


def test_a_loop_that_was_late_does_not_blame_the_client():
    async def run():
        socket, out = opened()
        socket.blocked = True
        pv = Pv("A")
        for _ in range(200):
            await update(out, pv)
        socket.late = True  # the client takes all the kernel has, and nobody hands it more
        socket.take(10**9)
        for _ in range(50):
            await asyncio.sleep(1.5)
            await update(out, pv)
        assert values(socket) == list(range(1, 251))
        assert socket.laggards == Laggards()

    run_virtual(run())


def test_a_socket_that_takes_nothing_for_a_second_is_sent_the_newest_when_it_has_taken_the_rest():
    async def run():
        socket, out = opened()
        socket.blocked = True
        often, seldom, never = Pv("A"), Pv("B"), Pv("C")
        while not socket.waiting:
            await update(out, often)
        full = often.value
        for _ in range(600):
            await asyncio.sleep(0.1)
            await update(out, often)
        await update(out, seldom)
        assert often.sent == list(range(1, full + 11)), "one second of events, then none"
        socket.blocked = False
        socket.take(10**9)
        await asyncio.sleep(0)
        assert (often.sent[full + 10 :], seldom.sent, never.sent) == ([full + 600], [1], [])
        await update(out, often)
        assert often.sent[-1] == full + 601
        assert socket.laggards == Laggards(stalled=1)

    run_virtual(run())


def test_five_hundred_values_at_ten_hertz_for_a_minute_cost_two_seconds_of_events():
    async def run():
        socket, out = opened()
        socket.blocked = True
        pvs = [Pv(f"PV{i}") for i in range(500)]
        handed = 0
        for _ in range(600):
            await update(out, *pvs)
            handed = handed or len(socket.writes[0])
            await asyncio.sleep(0.1)
        assert socket.waiting < 22 * handed
        socket.blocked = False
        socket.take(10**9)
        await asyncio.sleep(0)
        assert {pv.sent[-1] for pv in pvs} == {600}

    run_virtual(run())


def test_a_client_that_takes_too_little_gets_every_event_until_its_connection_is_closed(monkeypatch):
    monkeypatch.setattr(outlet, "MOST", 1000)

    async def run():
        socket, out = opened()
        socket.blocked = True
        pv = Pv("A")
        while not socket.aborted:
            await asyncio.sleep(0.5)
            await update(out, pv)
            socket.take(1)
            assert socket.waiting < 1020
        assert values(socket) == list(range(1, pv.value)), "none was left out before"
        await update(out, pv, pv)
        assert socket.laggards == Laggards(closed=1)

    run_virtual(run())


STEPS = st.one_of(
    st.tuples(st.just("post"), st.integers(1, 40)),
    st.tuples(st.just("wait"), st.sampled_from([0.1, 0.4, 0.9, 1.1, 3.0])),
    st.tuples(st.just("take"), st.integers(1, 400)),
    st.tuples(st.just("events"), st.booleans()),
)


class Watched:
    """Since when the client has taken nothing though something waited, or wanted no events."""

    def __init__(self, socket):
        self.socket, self.clock, self.excuse = socket, Clock(), False
        self.last, self.silent = self.clock.now(), None

    def took(self, count):
        if self.socket.kernel:
            self.last = self.clock.now()
        self.socket.take(count)

    def look(self):
        """Say whether the client may be spared an event from now on."""
        now = self.clock.now()
        if not self.socket.kernel:
            self.last = now
        long_silent = self.silent is not None and now - self.silent > PATIENCE
        self.excuse |= long_silent or (self.socket.waiting > 0 and now - self.last > PATIENCE)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.lists(STEPS, max_size=60))
def test_whoever_takes_bytes_every_second_gets_every_event_and_everybody_the_newest(steps):
    async def run():
        socket, out = opened()
        socket.blocked = True
        pv, seen = Pv("A"), Watched(socket)
        for what, how in steps:
            if what == "post":
                for _ in range(how):
                    seen.look()
                    await update(out, pv)
                    seen.look()
            elif what == "wait":
                await asyncio.sleep(how)
            elif what == "take":
                seen.took(how)
            else:
                seen.silent = None if how else seen.silent if seen.silent is not None else seen.clock.now()
                out.silence(not how)
        out.silence(False)
        for _ in range(3):
            await asyncio.sleep(0)
            socket.take(10**9)
        got = values(socket)
        assert got == sorted(set(got)), "in order, none twice"
        assert got[-1:] == ([pv.value] if pv.value else [])
        assert seen.excuse or got == list(range(1, pv.value + 1))

    run_virtual(run())


def test_requests_wait_while_much_is_waiting():
    async def run():
        socket, out = opened()
        socket.blocked = True
        out.send(b"x" * (outlet.HELD + ROOM + 1))
        assert not out.full
        await asyncio.sleep(0)
        assert out.full
        socket.take(ROOM)
        assert not out.full

    run_virtual(run())


def test_who_wants_no_events_for_less_than_a_second_gets_all_of_them_afterwards():
    async def run():
        socket, out = opened()
        pv, gone = Pv("A"), Pv("B")
        out.silence(True)
        for _ in range(9):
            await asyncio.sleep(0.1)
            await update(out, pv, gone)
        out.forget(gone)
        assert socket.writes == []
        out.silence(False)
        await update(out, pv)
        assert values(socket) == list(range(1, 11))
        assert values(socket, "B") == []

    run_virtual(run())


@pytest.mark.parametrize("blocked", [False, True])
def test_who_wants_no_events_for_long_gets_those_of_the_first_second_and_the_newest(blocked):
    async def run():
        socket, out = opened()
        pv = Pv("A")
        out.silence(True)
        for _ in range(100):
            await asyncio.sleep(0.1)
            await update(out, pv)
        if blocked:
            socket.blocked = True
            out.send(b"answer;" * 100)
            await asyncio.sleep(0)
            assert out.waiting
        out.silence(False)
        await asyncio.sleep(0)
        assert values(socket) == [*range(1, 11), 100], "what waits for less than a second is sent, too"

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
