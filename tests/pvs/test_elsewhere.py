"""Quantities that another IOC serves: found, followed, lost, found again; never written, and never guessed."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from itertools import pairwise
from pathlib import Path

import pytest

from cryoioc.clock import Clock, run_virtual
from cryoioc.errors import StationError
from cryoioc.ioc import Ioc
from cryoioc.pvs.elsewhere import OtherIocs
from cryoioc.records import Record, Server, make_channel
from cryoioc.records.monitor import Heard, Wanted
from cryoioc.station import load

from ..ports import find_free_port
from .site_ioc import SiteIoc

STATION = """
[station]
name = "RX"
prefix = "RX:"
[ca]
search = ["127.0.0.1:{port}"]
[compressor.state]
source = "ca:SITE:COMP"
[y_factor]
unit = "mW"
[y_factor.hot]
source = "ca:SITE:HOT"
[y_factor.cold]
source = "ca:SITE:COLD"
[y_factor.power]
source = "ca:SITE:METER"
[y_factor.channel.B1]
low = 4.56
high = 5.06
polarisation = "RHCP"
"""
WITHIN = 30.0  # s, only ever reached when something is broken


class Site:
    """The IOC of a site: a compressor and a power meter."""

    def __init__(self, port: int) -> None:
        self.port = port
        records = [
            Record(name="COMP", kind="bi", doc="compressor", states=("Stopped", "Running"), initial="Running"),
            Record(name="HOT", kind="ai", doc="latched", unit="mW", initial=3.02),
            Record(name="COLD", kind="ai", doc="latched", unit="mW", initial=0.84),
            Record(name="METER", kind="ai", doc="in another unit", unit="W", initial=1e-3),
        ]
        self.channels = {record.name: make_channel(record) for record in records}

    @contextlib.asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        """Serve as long as this lasts."""
        server = Server(self.channels.values(), prefix="SITE:", port=self.port)
        await server.start()
        running = asyncio.create_task(server.run())
        try:
            yield
        finally:
            running.cancel()
            await asyncio.wait({running})


class Changes:
    """A subscription to every PV of a station: tells that something has changed."""

    mask = 5  # DBE_VALUE, DBE_ALARM

    def __init__(self, ioc: Ioc) -> None:
        self._news = asyncio.Event()
        for channel in ioc.desk.channels.values():
            channel.subscribe(self)

    def deliver(self) -> None:
        """Hear of a change."""
        self._news.set()

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until a condition holds."""
        async with asyncio.timeout(WITHIN):
            while not condition():
                self._news.clear()
                await self._news.wait()


def test_an_ioc_is_followed_through_its_end_and_its_return(tmp_path):
    async def play() -> None:
        site = Site(find_free_port())
        file = tmp_path / "rx.toml"
        file.write_text(STATION.format(port=site.port))
        ioc = Ioc(load(file), Clock())
        pv, until = ioc.desk.channels, Changes(ioc).until
        running = asyncio.create_task(ioc.run())
        try:
            async with site.serving():
                await until(lambda: pv["COMP"].valid and pv["YF:TRX"].valid)
                assert pv["COMP"].value == "On"
                assert pv["YF:TRX"].value == pytest.approx(7.0, abs=1e-6)
                # The meter is there, and in another unit than this station reckons in.
                await until(lambda: pv["YF:POWER:STATUS"].value == "Wrong setting")
                assert not pv["YF:POWER"].valid
                site.channels["COMP"].post("Stopped")
                await until(lambda: pv["COMP"].value == "Off")
                site.channels["HOT"].invalidate("READ")
                await until(lambda: pv["YF:HOT"].severity == "INVALID")
                assert pv["YF:HOT"].status == "LINK" and pv["YF:STATUS"].value == "No power"
                site.channels["HOT"].post(3.1)
                await until(lambda: pv["YF:HOT"].valid and pv["YF:HOT"].value == 3.1)
            await until(lambda: not pv["COMP"].valid and not pv["YF:HOT"].valid)
            assert (pv["COMP"].value, pv["COMP"].status) == ("Off", "LINK")  # the last that was known
            site.channels["COMP"].post("Running")
            async with site.serving():
                await until(lambda: pv["COMP"].valid)
                assert pv["COMP"].value == "On"
        finally:
            running.cancel()
            await asyncio.wait({running})

    asyncio.run(play())


def test_nobody_is_searched_for_where_nothing_is_elsewhere():
    async def play() -> None:
        others = OtherIocs(Clock(), [("127.0.0.1", find_free_port())])
        others.start()
        others.stop()

    asyncio.run(play())


class Quantity:
    """What a source keeps true."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.seen: list[object] = []

    def take(self, value: float, when: float) -> None:
        self.seen.append(value)

    def lose(self, word: str, status: str) -> None:
        self.seen.append(word)


T = Wanted("SITE:T")


def test_a_value_counts_from_the_last_word_of_its_server():
    async def play() -> None:
        others, quantity = OtherIocs(Clock(), []), Quantity()
        others.add("SITE:T", quantity, "K", "T")
        others.tick()
        assert quantity.seen == []  # nothing is known before it was heard
        for heard in (Heard(4.2, "K"), Heard(4.2, "C"), Heard(None, why="connection closed")):
            others.take(T, heard)
            others.tick()
        assert quantity.seen == [4.2, "Wrong setting", "No reading"]

    asyncio.run(play())


def test_no_value_counts_while_the_thread_that_watches_does_not_go_on():
    async def play() -> None:
        others, quantity = OtherIocs(Clock(speed=10.0), []), Quantity()
        others.add("SITE:T", quantity, "K", "T")
        others.hurry("T", 5.0)
        (wanted,) = others.wanted
        others.take(wanted, Heard(4.2, "K"))
        for _ in range(9):
            await others.clock.sleep(10.0)
            others.tick()
        assert quantity.seen == [4.2, "No reading"]
        others.take(wanted, Heard(4.2, "K"))
        assert quantity.seen[-1] == 4.2

    run_virtual(play())


class Dated(Quantity):
    """What a source keeps true, and when it did."""

    def __init__(self) -> None:
        super().__init__()
        self.times: list[float] = []

    def take(self, value: float, when: float) -> None:
        super().take(value, when)
        self.times.append(when)


@pytest.mark.parametrize(("silence", "asked"), [(30.0, 1.0), (5.0, 1.0), (0.6, 0.2)])
def test_a_value_that_does_not_change_is_as_old_as_the_last_answer(silence: float, asked: float):
    """It counts as long as its server answers, is asked for at least three times within its time, and then is lost."""

    async def play() -> None:
        site, others, quantity = SiteIoc(4.2, "K"), OtherIocs(Clock(), []), Dated()
        others.add("SITE:T", quantity, "K", "T")
        others.hurry("T", silence)
        async with site.followed(others):
            await others.clock.sleep(100.0)
            assert set(quantity.seen[1:]) == {4.2}  # the first one is that it is not found yet
            assert max(after - before for before, after in pairwise(quantity.times)) <= asked + 1e-3
            site.stopped = True
            last = quantity.times[-1]
            while quantity.seen[-1] == 4.2:
                await others.clock.sleep(0.01)
            assert others.clock.now() - last == pytest.approx(silence, abs=0.02)
            site.stopped = False
            await others.clock.sleep(2.0)
            assert quantity.seen[-1] == 4.2  # found again

    run_virtual(play())


def test_who_needs_to_know_soonest_says_how_long_a_server_may_be_silent():
    async def play() -> None:
        others = OtherIocs(Clock(), [])
        others.add("SITE:T", Quantity(), "K", "T")
        others.add("SITE:T", Quantity(), "K", "U")
        others.add("SITE:P", Quantity(), "W", "P")
        for shown, silence in (("U", 7.0), ("T", 5.0), ("U", 60.0), ("NONE", 1.0)):
            others.hurry(shown, silence)
        assert others.wanted == (Wanted("SITE:T", silence=5.0), Wanted("SITE:P", silence=30.0))

    asyncio.run(play())


WHERE = "ca.search: expected an IPv4 address, with :port or without, found"


@pytest.mark.parametrize(("old", "new", "line"), [
    ('"ca:SITE:COMP"', '"ca:"', "compressor.state.source: expected the name of a PV behind ca:, found 'ca:'"),
    ('"127.0.0.1:5064"', '"site"', f"{WHERE} 'site'"),
    ('"127.0.0.1:5064"', '"127.0.0.1:x"', f"{WHERE} '127.0.0.1:x'"),
])  # fmt: skip
def test_one_line_for_a_mistake(tmp_path: Path, old: str, new: str, line: str):
    text = STATION.format(port=5064)
    assert old in text
    path = tmp_path / "rx.toml"
    path.write_text(text.replace(old, new))
    with pytest.raises(StationError) as caught:
        load(path)
    assert caught.value.lines == [f"{path}: {line}"]
