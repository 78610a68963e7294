"""A link over real ports: unplugged and plugged in again, on a pseudo-terminal and over TCP."""

from __future__ import annotations

import asyncio
import ctypes
import os
import socket
import struct
import sys
import threading
import tty

import pytest

from cryoioc.clock import Clock
from cryoioc.link.owner import Link
from cryoioc.link.transport import open_port, settings_for

SO_ATTACH_FILTER, BPF_RET = 26, 0x06  # asm-generic/socket.h, linux/bpf_common.h


class Edges:
    """A listener that lets a test wait for what it is told."""

    def __init__(self) -> None:
        self.told: asyncio.Queue[str] = asyncio.Queue()
        self.reading = asyncio.Event()

    def identified(self, reply: str) -> None:
        assert reply == "MAKER,REAL,0001,1.0"

    def received(self, key: str, reply: str, when: float) -> None:
        assert reply == f"{key} is well"
        self.reading.set()

    def failed(self, key: str, error: Exception) -> None:
        raise AssertionError(f"{key}: {error}")

    def up(self) -> None:
        self.told.put_nowait("up")

    def down(self, error: Exception) -> None:
        self.told.put_nowait("down")


def answer(message: bytes) -> bytes:
    """Answer one message as the instrument."""
    words = []
    for unit in message.decode().split(";"):
        header, _, name = unit.partition(" ")
        words += {"*IDN?": ["MAKER,REAL,0001,1.0"], "*OPC?": ["1"], "ASK?": [f"{name} is well"]}.get(header, [])
    return (";".join(words) + "\r\n").encode() if words else b""


async def follow(link: Link, edges: Edges, *, break_line) -> None:
    """Run a link through a loss of its line and back."""
    running = asyncio.create_task(link.run())
    try:
        async with asyncio.timeout(20.0):
            assert await edges.told.get() == "up"
            await edges.reading.wait()
            await break_line()
            assert await edges.told.get() == "down"
            edges.reading.clear()
            assert await edges.told.get() == "up"
            await edges.reading.wait()
            assert link.statistics().reconnects == 1
    finally:
        running.cancel()
        await asyncio.wait({running})


def run(main) -> None:
    """Run on a real loop; no thread of a port may be left."""
    before = set(threading.enumerate())
    asyncio.run(main())
    for thread in set(threading.enumerate()) - before:
        thread.join(20.0)
        assert not thread.is_alive()


def test_over_tcp(chained, make_poll) -> None:
    async def main() -> None:
        writers = []

        async def instrument(reader, writer) -> None:
            writers.append(writer)
            while message := await reader.readline():
                writer.write(answer(message.strip()))
            writer.close()

        async def hang_up() -> None:
            writers[0].close()

        server = await asyncio.start_server(instrument, "127.0.0.1", 0)
        url = f"socket://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        edges = Edges()
        settings = settings_for(url, chained.settings)
        link = Link("TCP", lambda: open_port(url, settings), chained, [make_poll("a"), make_poll("b")], edges, Clock())
        await follow(link, edges, break_line=hang_up)
        server.close()

    run(main)


def vanish(sock) -> None:
    """Let the host behind a connection be gone without a word: what comes for it is dropped, unacknowledged."""
    drop = ctypes.create_string_buffer(struct.pack("HBBI", BPF_RET, 0, 0, 0))  # linux/filter.h: keep 0 bytes
    sock.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, struct.pack("HP", 1, ctypes.addressof(drop)))


@pytest.mark.skipif(sys.platform != "linux", reason="drops packets with a socket filter")
def test_a_host_that_forgets_the_connection_without_a_word_is_noticed_and_connected_again(chained, make_poll) -> None:
    async def main() -> None:
        writers, ended = [], []

        async def instrument(reader, writer) -> None:
            writers.append(writer)
            while message := await reader.readline():
                writer.write(answer(message.strip()))
            ended.append(writer)

        async def lose() -> None:
            vanish(writers[0].get_extra_info("socket"))

        server = await asyncio.start_server(instrument, "127.0.0.1", 0)
        url = f"socket://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        edges, settings = Edges(), settings_for(url, chained.settings)
        link = Link("TCP", lambda: open_port(url, settings), chained, [make_poll("a"), make_poll("b")], edges, Clock())
        await follow(link, edges, break_line=lose)
        assert len(writers) == 2
        assert writers[0] not in ended, "its end has heard of nothing, neither data nor the close"
        assert link.statistics().timeouts >= 1
        for writer in writers:
            writer.close()
        server.close()

    run(main)


def test_over_a_pseudo_terminal_that_comes_back_under_the_same_name(chained, make_poll, tmp_path) -> None:
    path = tmp_path / "LINK"
    masters = []

    def plug(loop) -> None:
        master, slave = os.openpty()
        tty.setraw(slave)
        path.unlink(missing_ok=True)
        path.symlink_to(os.ttyname(slave))
        held = bytearray()

        def talk() -> None:
            held.extend(os.read(master, 1000))
            while b"\n" in held:
                message, _, rest = bytes(held).partition(b"\n")
                held[:] = rest
                os.write(master, answer(message))

        loop.add_reader(master, talk)
        masters.append((master, slave))

    def unplug(loop) -> None:
        master, slave = masters.pop()
        loop.remove_reader(master)
        os.close(slave)
        os.close(master)

    async def main() -> None:
        loop = asyncio.get_running_loop()

        async def replug() -> None:
            unplug(loop)
            plug(loop)

        plug(loop)
        edges = Edges()
        polls = [make_poll("a"), make_poll("b")]
        link = Link("PTY", lambda: open_port(str(path), chained.settings), chained, polls, edges, Clock())
        await follow(link, edges, break_line=replug)
        unplug(loop)

    run(main)
