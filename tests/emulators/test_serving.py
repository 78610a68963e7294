"""Doors to a line: TCP and pseudo-terminals, with real sockets and pyserial."""

from __future__ import annotations

import asyncio
import os
import socket
import termios
from collections.abc import Callable
from pathlib import Path

import pytest
import serial

from cryoioc.clock import Clock
from cryosim.emulators.line import Line, LineSettings
from cryosim.serving import LOOPBACK, ServingError, pty, tcp

PATIENCE = 10.0  # s, before a test gives up; nothing is measured with it


class Parrot:
    """Answers every line with itself."""

    def receive(self, data: bytes) -> bytes:
        return data.rstrip(b"\r\n") + b"\r\n"

    def advance(self, dt: float) -> None:
        del dt

    def power_cycle(self) -> None:
        return


def parrot_line(max_clients: int = 2) -> Line:
    return Line(Parrot(), Clock(), LineSettings(latency=0.0, max_clients=max_clients))


def talk(address: tuple[str, int], *lines: bytes) -> list[bytes]:
    with socket.create_connection(address, PATIENCE) as connection, connection.makefile("rb") as replies:
        heard = []
        for line in lines:
            connection.sendall(line)
            heard.append(replies.readline())
        return heard


def test_tcp_serves_on_loopback_and_the_port_is_free_afterwards():
    async def play() -> None:
        async with tcp(parrot_line()) as port:
            assert await asyncio.to_thread(talk, (LOOPBACK, port), b"A\n", b"B\n") == [b"A\r\n", b"B\r\n"]
        async with tcp(parrot_line(), port) as again:
            assert again == port
            assert await asyncio.to_thread(talk, (LOOPBACK, port), b"C\n") == [b"C\r\n"]

    asyncio.run(play())


def test_third_client_is_closed_at_once():
    async def play() -> bytes:
        async with tcp(parrot_line()) as port:
            kept = [await asyncio.open_connection(LOOPBACK, port) for _ in range(2)]
            for reader, writer in kept:
                writer.write(b"A\n")
                assert await reader.readline() == b"A\r\n"
            reader, writer = await asyncio.open_connection(LOOPBACK, port)
            rest = await reader.read()
            for _, writer in kept:
                writer.close()
            return rest

    assert asyncio.run(play()) == b""


def test_a_taken_port_is_named():
    async def play() -> None:
        async with tcp(parrot_line()) as port:
            with pytest.raises(ServingError, match=f"cannot listen on 127.0.0.1:{port}: Address already in use"):
                async with tcp(parrot_line(), port):
                    pytest.fail("opened a port that is taken")

    asyncio.run(play())


def test_leaving_closes_the_connections():
    async def play() -> bytes:
        async with tcp(parrot_line()) as port:
            reader, writer = await asyncio.open_connection(LOOPBACK, port)
            writer.write(b"A\n")
            assert await reader.readline() == b"A\r\n"
        return await reader.read()

    assert asyncio.run(play()) == b""


def ask_over_serial(path: Path, line: bytes) -> bytes:
    """Open the port as the maker says, 7 bits and odd parity, ask once and close."""
    with serial.Serial(str(path), 57600, bytesize=serial.SEVENBITS, parity=serial.PARITY_ODD, timeout=PATIENCE) as port:
        port.write(line)
        return bytes(port.readline())


def test_an_unmodified_7o1_client_can_come_back_to_a_pty_at_once(tmp_path: Path):
    async def play() -> None:
        link = tmp_path / "ttyTC1"
        async with pty(parrot_line(max_clients=1), link):
            for number in range(10):
                line = f"KRDG? {number}\n".encode()
                assert await asyncio.to_thread(ask_over_serial, link, line) == line.strip() + b"\r\n"
        assert not link.is_symlink()

    asyncio.run(play())


def test_linux_refuses_7o1_on_a_pty_that_was_opened_before(tmp_path: Path):
    """The reason for a new one each time; when this fails, re-pointing has become unnecessary."""

    async def play() -> None:
        link = tmp_path / "ttyTC1"
        async with pty(parrot_line(max_clients=1), link):
            first = link.readlink()
            keep = os.open(first, os.O_RDWR | os.O_NOCTTY)
            assert await asyncio.to_thread(ask_over_serial, first, b"A\n") == b"A\r\n"
            assert link.readlink() != first
            with pytest.raises(termios.error, match="Invalid argument"):
                await asyncio.to_thread(ask_over_serial, first, b"A\n")
            os.close(keep)

    asyncio.run(play())


def test_unplugged_pty_hangs_up_and_has_no_link_until_it_is_back(tmp_path: Path):
    async def play() -> None:
        link = tmp_path / "ttyTC1"
        line = parrot_line(max_clients=1)
        async with pty(line, link):
            port = serial.Serial(str(link), 57600, timeout=PATIENCE)
            port.write(b"A\n")
            assert await asyncio.to_thread(port.readline) == b"A\r\n"
            line.accepting.clear()
            line.disconnect()
            with pytest.raises(serial.SerialException):
                await asyncio.to_thread(port.read)
            port.close()
            await asyncio.to_thread(wait_for, lambda: not link.is_symlink())
            line.accepting.set()
            await asyncio.to_thread(wait_for, link.is_symlink)
            assert await asyncio.to_thread(ask_over_serial, link, b"B\n") == b"B\r\n"

    asyncio.run(play())


def wait_for(condition: Callable[[], bool]) -> None:
    for _ in range(1_000_000):
        if condition():
            return
    raise AssertionError("it never happened")


def test_a_file_in_the_place_of_the_link_is_left_alone(tmp_path: Path):
    taken = tmp_path / "notes.txt"
    taken.write_text("keep me")

    async def play(path: Path) -> None:
        async with pty(parrot_line(), path):
            pytest.fail("served")

    with pytest.raises(ServingError, match=r"notes.txt exists and is not a symbolic link"):
        asyncio.run(play(taken))
    assert taken.read_text() == "keep me"
    with pytest.raises(ServingError, match="cannot write .*: No such file or directory"):
        asyncio.run(play(tmp_path / "nowhere" / "ttyTC1"))
