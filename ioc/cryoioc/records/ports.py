"""The sockets a server listens on."""

from __future__ import annotations

import socket

from cryoioc.errors import Unavailable

LOOPBACK = "127.0.0.1"


class ServerError(Unavailable):
    """The server cannot start, or has ended though nobody stopped it."""


def bound(interface: str, port: int, kind: socket.SocketKind) -> socket.socket:
    """Return a socket that owns the port.

    SO_REUSEADDR lets TCP listen again beside connections that are still closing, not beside another
    listener.  UDP goes without: there it would let two servers share a port, and only one would hear.
    """
    sock = socket.socket(socket.AF_INET, kind)
    try:
        if kind == socket.SOCK_STREAM:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.setblocking(False)
        sock.bind((interface, port))
        if kind == socket.SOCK_STREAM:
            sock.listen(128)
    except OSError as error:
        sock.close()
        name = "TCP" if kind == socket.SOCK_STREAM else "UDP"
        raise ServerError(f"{interface} {name} port {port}: {error.strerror}") from error
    return sock


def free_port() -> int:
    """Return a port of the loopback interface that a server can have: free for TCP and UDP."""
    while True:
        with socket.socket() as stream, socket.socket(type=socket.SOCK_DGRAM) as datagram:
            stream.bind((LOOPBACK, 0))
            port: int = stream.getsockname()[1]
            try:
                datagram.bind((LOOPBACK, port))
            except OSError:
                continue
            return port
