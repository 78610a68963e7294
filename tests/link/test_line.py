"""One line: pacing from the last character, not from the call that wrote it."""

from __future__ import annotations

import asyncio
import logging

import pytest

from cryoioc.clock import Clock, run_virtual
from cryoioc.errors import LinkDown, ReplyError, ReplyTimeout
from cryoioc.link.line import Line
from cryoioc.link.statistics import Tally
from cryoioc.link.transport import memory_pair


def on_a_line(dialect, body):
    """Run ``body`` with a line, its far end and the clock."""

    async def main() -> None:
        clock = Clock()
        near, far = memory_pair()
        line = Line(near, dialect, clock, logging.getLogger("test"), Tally())
        pump = asyncio.create_task(line.pump())
        try:
            await body(line, far, clock)
        finally:
            near.close()
            await pump

    run_virtual(main())


def test_spacing_counts_from_the_last_character_that_leaves(chained) -> None:
    async def body(line, _far, clock) -> None:
        await line.quiet()
        began = clock.now()
        line.send("x" * 199)
        await line.quiet()
        assert clock.now() - began == pytest.approx(200 * 10 / 57600 + 0.05, abs=0.0002)

    on_a_line(chained, body)


def test_spacing_counts_from_the_last_character_that_comes(chained) -> None:
    async def body(line, far, clock) -> None:
        await line.quiet()
        line.send("KRDG? A")
        for _ in range(10):
            await clock.sleep(0.02)
            far.write(b"1")
            await clock.sleep(0.0)
        last = clock.now()
        await line.quiet()
        assert clock.now() - last == pytest.approx(0.05, abs=0.0002)

    on_a_line(chained, body)


def test_an_instrument_that_does_not_fall_silent_is_not_spoken_to(chained) -> None:
    async def body(line, far, clock) -> None:
        async def babble() -> None:
            while True:
                far.write(b"x\r\n")
                await clock.sleep(0.03)

        task = asyncio.create_task(babble())
        await clock.sleep(0.1)
        line.aligned = True
        with pytest.raises(ReplyTimeout, match="does not fall silent"):
            await line.exchange("KRDG? A", 10)
        task.cancel()

    on_a_line(chained, body)


def test_an_exchange_leaves_the_line_aligned_only_if_it_succeeds(chained) -> None:
    async def body(line, far, clock) -> None:
        async def instrument() -> None:
            await far.read()
            far.write(b"+1.0\r\n")
            await far.read()
            far.write(b"\xb1.0\r\n")

        task = asyncio.create_task(instrument())
        line.aligned = True
        assert await line.exchange("KRDG? A", 10) == "+1.0"
        assert line.aligned
        with pytest.raises(ReplyError, match="unreadable characters"):
            await line.exchange("KRDG? A", 10)
        assert not line.aligned
        await task
        line.aligned = True
        began = clock.now()
        with pytest.raises(ReplyTimeout, match="no answer within 0.3 s"):
            await line.exchange("KRDG? A", 10)
        assert not line.aligned
        assert clock.now() - began == pytest.approx(0.05 + 0.3 + 18 * 10 / 57600, abs=0.002)

    on_a_line(chained, body)


def test_a_line_that_has_ended_says_so_for_ever(chained) -> None:
    async def body(line, far, _clock) -> None:
        await line.quiet()
        far.close()
        with pytest.raises(LinkDown, match="far end closed"):
            await line.receive(1e9)
        with pytest.raises(LinkDown, match="far end closed"):
            line.send("KRDG? A")

    on_a_line(chained, body)
