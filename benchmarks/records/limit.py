"""What the machine allows: requests a second that an asyncio server answers when it only echoes."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time

from tests.ports import find_free_port

from benchmarks.records.processes import CLIENT_CORE, SERVER_CORE

SERVER = """
import asyncio, sys
class Echo(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport
    def data_received(self, data):
        self.transport.write(data)
async def main():
    server = await asyncio.get_running_loop().create_server(Echo, "127.0.0.1", int(sys.argv[1]))
    print("ready", flush=True)
    await server.serve_forever()
asyncio.run(main())
"""


def echo_rate(seconds: float) -> float:
    """Return the round trips of 24 bytes a second, server and client on cores of their own."""
    port, mine = find_free_port(), os.sched_getaffinity(0)
    process = subprocess.Popen(
        [sys.executable, "-c", SERVER, str(port)],
        stdout=subprocess.PIPE,
        preexec_fn=lambda: os.sched_setaffinity(0, {SERVER_CORE}),
    )
    try:
        os.sched_setaffinity(0, {CLIENT_CORE})
        assert process.stdout is not None
        process.stdout.readline()
        with socket.create_connection(("127.0.0.1", port)) as sock:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            count, end = 0, time.monotonic() + seconds
            while time.monotonic() < end:
                sock.sendall(b"x" * 24)
                sock.recv(24)
                count += 1
        return count / seconds
    finally:
        os.sched_setaffinity(0, mine)
        process.kill()
        process.wait()
