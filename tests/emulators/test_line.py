"""The line in front of an instrument: times, pacing, clients and faults, on the virtual clock."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cryoioc.clock import Clock, run_virtual
from cryoioc.link.transport import memory_pair
from cryosim.emulators.line import Line, LineSettings, Spacing
from cryosim.faults import other_identity

LATENCY = 0.008
TICK = 5e-6  # s, the virtual loop counts in microseconds


class Parrot:
    """Answers every line that ends in ``?`` with itself, and keeps what it has heard."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []
        self.said = b""

    def receive(self, data: bytes) -> bytes:
        self.heard.append(data)
        text = data.rstrip(b"\r\n")
        return text + b"\r\n" if text.endswith(b"?") else b""

    def advance(self, dt: float) -> None:
        del dt

    def power_cycle(self) -> None:
        self.heard.clear()

    def speak(self) -> bytes:
        said, self.said = self.said, b""
        return said


class Client:
    """One end of a connection to a line."""

    def __init__(self, line: Line) -> None:
        self.end, far = memory_pair()
        self.serving = asyncio.create_task(line.serve(far))

    def send(self, data: bytes) -> None:
        self.end.write(data)

    async def receive(self) -> bytes:
        return await self.end.read()


def on_a_line(scene: Callable[[Line, Clock], Awaitable[None]], line_settings: LineSettings | None = None) -> Line:
    """Play a scene with a parrot behind a line; return the line."""

    async def play() -> Line:
        clock = Clock()
        line = Line(Parrot(), clock, line_settings or LineSettings())
        line.log = []
        await scene(line, clock)
        line.disconnect()
        return line

    return run_virtual(play())


def heard(line: Line) -> list[bytes]:
    assert isinstance(line.instrument, Parrot)
    return line.instrument.heard


def test_reply_leaves_one_latency_after_the_request():
    async def scene(line: Line, clock: Clock) -> None:
        client = Client(line)
        await clock.sleep(1.0)
        client.send(b"KRDG? A?\n")
        sent = clock.now()
        assert await client.receive() == b"KRDG? A?\r\n"
        assert clock.now() == pytest.approx(sent + LATENCY)

    line = on_a_line(scene)
    assert [(direction, data) for _, direction, data in line.log or []] == [
        (">", b"KRDG? A?\n"),
        ("<", b"KRDG? A?\r\n"),
    ]


def test_baud_rate_counts_in_both_directions():
    async def scene(line: Line, clock: Clock) -> None:
        client = Client(line)
        client.send(b"12345678?\n")
        await client.receive()
        (arrived, _, _), (left, _, _) = line.log or []
        assert arrived == pytest.approx(10 * 10 / 9600)
        assert left == pytest.approx(arrived + LATENCY + 11 * 10 / 9600, abs=TICK)
        assert clock.now() == pytest.approx(left, abs=TICK)

    on_a_line(scene, LineSettings(baud=9600))


def test_characters_queue_on_a_slow_wire():
    async def scene(line: Line, clock: Clock) -> None:
        client = Client(line)
        for _ in range(3):
            client.send(b"1234\n")
            await clock.sleep(0.001)
        await clock.sleep(1.0)

    line = on_a_line(scene, LineSettings(baud=1000))
    assert [when for when, _, _ in line.log or []] == pytest.approx([0.05, 0.10, 0.15])


@pytest.mark.parametrize(("gap", "violations"), [(0.049, 1), (0.050, 0), (0.051, 0)])
def test_spacing_is_counted_from_the_end_of_the_reply(gap: float, violations: int):
    async def scene(line: Line, clock: Clock) -> None:
        client = Client(line)
        client.send(b"A?\n")
        await client.receive()
        await clock.sleep(gap)
        client.send(b"B?\n")
        assert await client.receive() == b"B?\r\n"

    assert on_a_line(scene, LineSettings(spacing=Spacing.COUNT)).counters.violations == violations


@pytest.mark.parametrize(("gap", "dropped"), [(0.049, 1), (0.050, 0)])
def test_spacing_is_counted_from_the_last_character_of_a_command(gap: float, dropped: int):
    async def scene(line: Line, clock: Clock) -> None:
        client = Client(line)
        client.send(b"RANGE 1,0\n")
        await clock.sleep(10 * 10 / 57600 + gap)
        client.send(b"RANGE 1,1\n")
        await clock.sleep(1.0)

    line = on_a_line(scene, LineSettings(spacing=Spacing.DROP, baud=57600))
    assert line.counters.dropped == dropped
    assert len(heard(line)) == 2 - dropped


def test_a_message_during_the_reply_violates_the_spacing():
    async def scene(line: Line, clock: Clock) -> None:
        client = Client(line)
        client.send(b"A?\nB?\n")
        assert await client.receive() == b"A?\r\n"
        await clock.sleep(1.0)

    line = on_a_line(scene, LineSettings(spacing=Spacing.DROP))
    assert (line.counters.violations, heard(line)) == (1, [b"A?\n"])


def test_spacing_off_loses_nothing():
    async def scene(line: Line, clock: Clock) -> None:
        client = Client(line)
        client.send(b"A?\nB?\nC?\n")
        replies = b""
        while replies.count(b"\n") < 3:
            replies += await client.receive()
        assert replies == b"A?\r\nB?\r\nC?\r\n"
        assert clock.now() == pytest.approx(3 * LATENCY)

    assert on_a_line(scene).counters.violations == 0


def test_third_client_is_refused_until_one_has_gone():
    async def scene(line: Line, clock: Clock) -> None:
        first, second = Client(line), Client(line)
        await clock.sleep(0.1)
        third = Client(line)
        assert await third.receive() == b""
        assert line.counters.refused == 1
        first.end.close()
        await first.serving
        fourth = Client(line)
        fourth.send(b"X?\n")
        assert await fourth.receive() == b"X?\r\n"
        second.send(b"Y?\n")
        assert await second.receive() == b"Y?\r\n"

    on_a_line(scene)


def test_halves_of_two_clients_do_not_mix():
    async def scene(line: Line, clock: Clock) -> None:
        one, two = Client(line), Client(line)
        one.send(b"KRDG")
        await clock.sleep(0.01)
        two.send(b"SETP? 1?\n")
        assert await two.receive() == b"SETP? 1?\r\n"
        one.send(b"? A?\n")
        assert await one.receive() == b"KRDG? A?\r\n"

    on_a_line(scene)


@pytest.mark.parametrize(("clients", "first_heard"), [(1, b"KRDX?\n"), (2, b"X?\n")])
def test_only_a_serial_line_keeps_half_a_message_of_a_client_that_left(clients: int, first_heard: bytes):
    async def scene(line: Line, clock: Clock) -> None:
        gone = Client(line)
        gone.send(b"KRD")
        await clock.sleep(0.1)
        gone.end.close()
        await gone.serving
        client = Client(line)
        client.send(b"X?\n")
        await client.receive()

    assert heard(on_a_line(scene, LineSettings(max_clients=clients))) == [first_heard]


def test_silence_is_neither_heard_nor_answered():
    async def scene(line: Line, clock: Clock) -> None:
        client = Client(line)
        line.faults.silence = True
        client.send(b"A?\n")
        await clock.sleep(10.0)
        line.faults.silence = False
        client.send(b"B?\n")
        assert await client.receive() == b"B?\r\n"

    assert heard(on_a_line(scene)) == [b"B?\n"]


def test_no_reply_is_heard_all_the_same():
    async def scene(line: Line, clock: Clock) -> None:
        client = Client(line)
        line.faults.no_reply = True
        client.send(b"A?\n")
        await clock.sleep(10.0)
        line.faults.no_reply = False
        client.send(b"B?\n")
        assert await client.receive() == b"B?\r\n"

    assert heard(on_a_line(scene)) == [b"A?\n", b"B?\n"]


def test_delay_adds_to_the_latency():
    async def scene(line: Line, clock: Clock) -> None:
        client = Client(line)
        line.faults.delay = 2.5
        client.send(b"A?\n")
        assert await client.receive() == b"A?\r\n"
        assert clock.now() == pytest.approx(LATENCY + 2.5)

    on_a_line(scene)


def one_reply(prepare: Callable[[Line], None]) -> bytes:
    replies: list[bytes] = []

    async def scene(line: Line, clock: Clock) -> None:
        client = Client(line)
        prepare(line)
        client.send(b"LSCI,MODEL335,1/2,3.2?\n")
        replies.append(await client.receive())

    on_a_line(scene)
    return replies[0]


def test_garbage_has_the_length_and_the_end_of_the_reply_and_is_repeatable():
    def garble(line: Line) -> None:
        line.faults.garbage = True

    reply = one_reply(garble)
    assert reply != b"LSCI,MODEL335,1/2,3.2?\r\n"
    assert (len(reply), reply[-2:]) == (24, b"\r\n")
    assert one_reply(garble) == reply


def test_half_a_line_has_no_end():
    def halve(line: Line) -> None:
        line.faults.half_line = True

    assert one_reply(halve) == b"LSCI,MODEL3"


def test_extra_line_comes_first():
    def add(line: Line) -> None:
        line.faults.extra_line = b"+300.000\r\n"

    assert one_reply(add) == b"+300.000\r\nLSCI,MODEL335,1/2,3.2?\r\n"


def test_wrong_identity():
    def swap(line: Line) -> None:
        line.faults.wrong_id = other_identity

    assert one_reply(swap) == b"LSCI,MODEL999,1/2,3.2?\r\n"
    assert other_identity(b"A +014.70     He\r") == b"B +014.70     He\r"
    assert other_identity(b"B +014.70     He\r") == b"A +014.70     He\r"
    assert other_identity(b"TPG 362,PTG28290,44990000\r\n") == b"TPG 999,PTG28290,44990000\r\n"
    assert other_identity(b"253ACKCC,PR,NC;FF") == b"201ACKCC,PR,NC;FF"
    assert other_identity(b":0F03027163004D363231323334354100\r\n") == b":0F03027163005836323132333435" b"4100\r\n"


def test_disconnect_ends_every_conversation_and_loses_the_reply_under_way():
    async def scene(line: Line, clock: Clock) -> None:
        one, two = Client(line), Client(line)
        one.send(b"A?\n")
        await clock.sleep(LATENCY / 2)
        line.disconnect()
        assert await one.receive() == b""
        assert await two.receive() == b""
        await asyncio.gather(one.serving, two.serving)
        again = Client(line)
        again.send(b"B?\n")
        assert await again.receive() == b"B?\r\n"

    on_a_line(scene)


def test_what_is_said_unasked_goes_to_every_client():
    async def scene(line: Line, clock: Clock) -> None:
        one, two = Client(line), Client(line)
        await clock.sleep(0.01)
        line.instrument.said = b"+014.70\r"  # type: ignore[attr-defined]
        line.pump()
        assert await one.receive() == b"+014.70\r"
        assert await two.receive() == b"+014.70\r"

    on_a_line(scene)


def test_a_stream_without_end_is_handed_over_in_pieces():
    async def scene(line: Line, clock: Clock) -> None:
        client = Client(line)
        client.send(b"x" * 10_000)
        await clock.sleep(1.0)

    assert heard(on_a_line(scene)) == [b"x" * 10_000]


MESSAGES = st.lists(st.text("ABC? ,;1\r", min_size=0, max_size=12), min_size=1, max_size=8)


@settings(max_examples=60, deadline=None)
@given(MESSAGES, st.data())
def test_any_split_of_the_stream_gives_the_same_messages(messages: list[str], data: st.DataObject):
    stream = "".join(message + "\n" for message in messages).encode()
    cuts = sorted(data.draw(st.sets(st.integers(0, len(stream)), max_size=10)))
    pieces = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True) if a < b]

    async def scene(line: Line, clock: Clock) -> None:
        client = Client(line)
        for piece in pieces:
            client.send(piece)
            await clock.sleep(0.003)
        await clock.sleep(10.0)

    assert heard(on_a_line(scene)) == [message.encode() + b"\n" for message in messages]
