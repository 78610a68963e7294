"""Transports: in memory, over a real pseudo-terminal and over a real TCP connection."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
import sys
import threading
import tty

import pytest
import serial
import serial.rfc2217

from cryoioc.clock import run_virtual
from cryoioc.errors import LinkDown
from cryoioc.link.transport import PortSettings, memory_pair, open_port, settings_for

SERIAL = PortSettings(baud=57600, bytesize=7, parity="O")


def test_memory_pair_carries_bytes_both_ways_at_once() -> None:
    async def main() -> None:
        near, far = memory_pair()
        near.write(b"ask")
        near.write(b"ing")
        assert await far.read() == b"asking"
        far.write(b"answer")
        assert await near.read() == b"answer"

    run_virtual(main())


def test_memory_pair_read_waits() -> None:
    async def main() -> None:
        near, far = memory_pair()
        reading = asyncio.create_task(near.read())
        await asyncio.sleep(1.0)  # of virtual time: everything that could run has run
        assert not reading.done()
        far.write(b"late")
        assert await reading == b"late"

    run_virtual(main())


def test_memory_pair_close_ends_both_sides_after_what_was_written() -> None:
    async def main() -> None:
        near, far = memory_pair()
        waiting = asyncio.create_task(near.read())
        await asyncio.sleep(0)
        near.write(b"last")
        near.close()
        near.close()
        assert await waiting == b""
        assert await far.read() == b"last"
        assert await far.read() == b""
        with pytest.raises(LinkDown):
            near.write(b"more")

    run_virtual(main())


@pytest.mark.parametrize(
    ("settings", "bits"),
    [(SERIAL, 10), (PortSettings(baud=57600), 10), (PortSettings(baud=57600, parity="E", stopbits=2), 12)],
)
def test_character_time_counts_the_bits(settings: PortSettings, bits: int) -> None:
    assert settings.character_time == pytest.approx(bits / 57600)


def test_a_network_socket_has_no_line_rate() -> None:
    assert settings_for("socket://127.0.0.1:7777", SERIAL).character_time == 0.0
    assert settings_for("rfc2217://127.0.0.1:7777", SERIAL) == SERIAL
    assert settings_for("/dev/ttyUSB0", SERIAL) == SERIAL


def port_threads() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if thread.name.startswith("port ")}


def real(coroutine, limit: float = 20.0):
    """Run on a real loop, and require that no thread of a port is left behind."""
    before = port_threads()
    result = asyncio.run(asyncio.wait_for(coroutine, limit))
    for thread in port_threads() - before:
        thread.join(limit)
        assert not thread.is_alive()
    return result


async def receive(port, count: int) -> bytes:
    data = b""
    while len(data) < count:
        data += await port.read()
    return data


@contextlib.contextmanager
def pseudo_terminal():
    """Yield the master of a new pty and the path of its slave."""
    master, slave = os.openpty()
    tty.setraw(slave)
    try:
        yield master, os.ttyname(slave)
    finally:
        for descriptor in (master, slave):
            with contextlib.suppress(OSError):
                os.close(descriptor)


def test_a_pty_is_opened_8n1_again_and_again_and_says_so(caplog) -> None:
    async def main() -> None:
        for _ in range(3):
            port = await open_port(path, SERIAL)
            port.write(b"KRDG? A\n")
            assert os.read(master, 100) == b"KRDG? A\n"
            os.write(master, b"+273.150\r\n")
            assert await receive(port, 10) == b"+273.150\r\n"
            port.close()
            assert await port.read() == b""
            await ended(path)

    caplog.set_level(logging.INFO, "cryoioc.link")
    with pseudo_terminal() as (master, path):
        real(main())
    assert f"{path} is a pseudo-terminal: opened 8N1 instead of 7O1" in caplog.messages


async def ended(path: str) -> None:
    """Wait until the thread of the port has gone."""
    for thread in port_threads():
        if path in thread.name:
            await asyncio.to_thread(thread.join)


def test_a_port_has_one_owner() -> None:
    async def main() -> None:
        port = await open_port(path, SERIAL)
        with pytest.raises(LinkDown, match="lock"):
            await open_port(path, SERIAL)
        port.close()

    with pseudo_terminal() as (_, path):
        real(main())


def test_an_unplugged_device_is_link_down_and_can_be_opened_again_elsewhere(tmp_path) -> None:
    link = tmp_path / "LINK"

    async def main() -> None:
        for _ in range(2):
            master, slave = os.openpty()
            tty.setraw(slave)
            link.unlink(missing_ok=True)
            link.symlink_to(os.ttyname(slave))
            port = await open_port(str(link), SERIAL)
            os.close(slave)
            os.write(master, b"1\r\n")
            assert await receive(port, 3) == b"1\r\n"
            os.close(master)
            with pytest.raises(LinkDown, match="LINK"):
                await port.read()
            with pytest.raises(LinkDown):
                port.write(b"more")
            port.close()

    real(main())


@pytest.mark.parametrize(
    "url",
    [
        "/dev/no-such-device",
        "socket://127.0.0.1:{free}",
        "socket://127.0.0.1",
        "nonsense://x",
        "rfc2217://127.0.0.1:{free}",
    ],
)
def test_what_cannot_be_opened_is_link_down(url: str) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))  # bound and not listening: nobody else can take it
        url = url.format(free=probe.getsockname()[1])

        async def main() -> None:
            with pytest.raises(LinkDown, match=url):
                await open_port(url, PortSettings(baud=9600))

        real(main())


class Server:
    """A TCP instrument that says what it is told to say."""

    def __init__(self) -> None:
        self.connections: asyncio.Queue = asyncio.Queue()

    async def __aenter__(self) -> Server:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.url = f"socket://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def _accept(self, reader, writer) -> None:
        await self.connections.put((reader, writer))

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        await self._server.wait_closed()


def test_tcp_carries_bytes_and_a_hang_up_is_known_and_reopened() -> None:
    async def main() -> None:
        async with Server() as server:
            for _ in range(2):
                port = await open_port(server.url, SERIAL)
                reader, writer = await server.connections.get()
                port.write(b"*IDN?\n")
                assert await reader.readline() == b"*IDN?\n"
                answer = bytes(range(32, 127)) * 20
                writer.write(answer)
                assert await receive(port, len(answer)) == answer
                writer.close()
                with pytest.raises(LinkDown, match="socket://"):
                    await port.read()
                port.close()

    real(main())


def test_a_far_end_that_takes_nothing_ends_the_line_and_holds_nobody_up() -> None:
    async def main() -> None:
        async with Server() as server:
            full, other = await open_port(server.url, SERIAL), await open_port(server.url, SERIAL)
            stuck, _ = await server.connections.get()
            reader, writer = await server.connections.get()
            stuck._transport.pause_reading()
            full.write(bytes(64 << 20))  # more than all buffers between the two take
            other.write(b"*IDN?\n")  # the loop is free to go on with other lines
            assert await reader.readline() == b"*IDN?\n"
            with pytest.raises(LinkDown, match="Write timeout"):
                await full.read()
            with pytest.raises(LinkDown):
                full.write(b"more")
            full.close()
            other.close()
            writer.close()

    real(main())


@pytest.mark.skipif(sys.platform != "linux", reason="names of Linux")
def test_a_tcp_line_on_which_nothing_is_said_is_probed_and_small_messages_go_at_once() -> None:
    async def main() -> None:
        async with Server() as server:
            port = await open_port(server.url, SERIAL)
            _, writer = await server.connections.get()
            with socket.socket(fileno=os.dup(port._serial.fileno())) as line:
                assert line.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
                assert line.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
                idle, interval, probes = (
                    line.getsockopt(socket.IPPROTO_TCP, option)
                    for option in (socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT)
                )
            assert idle + interval * probes <= 30, "seconds until a dead peer is known"
            port.close()
            writer.close()

    real(main())


def test_tcp_close_is_seen_by_the_far_end() -> None:
    async def main() -> None:
        async with Server() as server:
            port = await open_port(server.url, SERIAL)
            reader, writer = await server.connections.get()
            port.close()
            assert await reader.read() == b""
            assert await port.read() == b""
            with pytest.raises(LinkDown):
                port.write(b"more")
            writer.close()

    real(main())


class Telnet:
    """What pyserial's port manager needs to answer through."""

    def __init__(self, writer) -> None:
        self._writer = writer

    def write(self, data) -> None:
        self._writer.write(bytes(data))


def test_rfc2217_sets_the_line_up_and_carries_bytes() -> None:
    device = serial.serial_for_url("loop://")

    async def terminal_server(server: Server) -> None:
        reader, writer = await server.connections.get()
        manager = serial.rfc2217.PortManager(device, Telnet(writer))
        while data := await reader.read(1000):
            if b"".join(manager.filter(data)) == b"KRDG? A\n":
                writer.write(b"".join(manager.escape(b"+1.0\r\n")))
        writer.close()

    async def main() -> None:
        async with Server() as server:
            serving = asyncio.create_task(terminal_server(server))
            port = await open_port(server.url.replace("socket", "rfc2217"), SERIAL)
            assert (device.baudrate, device.bytesize, device.parity) == (57600, 7, "O")
            port.write(b"KRDG? A\n")
            assert await receive(port, 6) == b"+1.0\r\n"
            port.close()
            await serving

    real(main())


def test_an_abandoned_opening_leaves_nothing_behind() -> None:
    async def main() -> None:
        async with Server() as server:
            opening = asyncio.create_task(open_port(server.url, SERIAL))
            await asyncio.sleep(0)
            opening.cancel()
            with pytest.raises(asyncio.CancelledError):
                await opening

    real(main())
