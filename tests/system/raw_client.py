"""A Channel Access client in the test's own process: every message in order, to the last before a kill."""

from __future__ import annotations

import socket

import caproto as ca

TIMEOUT = 60.0  # s, only ever reached by a failing test


class RawClient:
    """A client of a station on loopback, on caproto's client side of the protocol.

    Attributes
    ----------
    seen : list of (str, float)
        Every event: name without the prefix, value.
    """

    def __init__(self, port: int, *watched: str, prefix: str = "STVP:") -> None:
        self.prefix = prefix
        self.socket = socket.create_connection(("127.0.0.1", port), TIMEOUT)
        self.protocol = ca.VirtualCircuit(ca.CLIENT, self.socket.getpeername(), 0)
        self.seen: list[tuple[str, float]] = []
        self.channels: dict[str, ca.ClientChannel] = {}
        self._waiting: list = []
        self._names: dict[int, str] = {}
        self.send(ca.VersionRequest(0, 13), ca.HostNameRequest("here"), ca.ClientNameRequest("ann"))
        for name in watched:
            self._watch(name)

    def _watch(self, name: str) -> None:
        self.connect(name)
        request = self.channels[name].subscribe()
        self._names[request.subscriptionid] = name
        self.send(request)
        while name not in dict(self.seen):
            self.next(ca.EventAddResponse)

    def send(self, *requests) -> None:
        self.socket.sendall(b"".join(map(bytes, self.protocol.send(*requests))))

    def next(self, kind):
        """Return the next message of a kind, noting events; None when the server is gone."""
        while True:
            while not self._waiting:
                data = self.socket.recv(65536)
                if not data:
                    return None
                self._waiting.extend(self.protocol.recv(data)[0])
            message = self._waiting.pop(0)
            if message is ca.DISCONNECTED:
                return None
            self.protocol.process_command(message)
            if isinstance(message, ca.EventAddResponse):
                self.seen.append((self._names[message.subscriptionid], float(message.data[0])))
            if isinstance(message, kind):
                return message

    def connect(self, name: str) -> int:
        """Make a channel and return the rights to it."""
        channel = self.channels[name] = ca.ClientChannel(self.prefix + name, self.protocol)
        self.send(channel.create())
        rights = int(self.next(ca.AccessRightsResponse).access_rights)
        self.next(ca.CreateChanResponse)
        return rights

    def put(self, name: str, value) -> int:
        """Put, wait for the completion and return its status."""
        self.send(self.channels[name].write((value,), notify=True))
        return self.next(ca.WriteNotifyResponse).status.code_with_severity

    def get_text(self, name: str) -> str:
        """Return a long text."""
        self.send(self.channels[name].read())
        return bytes(self.next(ca.ReadNotifyResponse).data).decode()

    def until(self, name: str, count: int) -> None:
        """Take events until ``count`` of a PV have come in all."""
        while self.count(name) < count:
            assert self.next(ca.EventAddResponse) is not None

    def count(self, name: str) -> int:
        """Return how many events of a PV have come."""
        return sum(one == name for one, _ in self.seen)

    def rest(self) -> None:
        """Take what was published before the end of the server."""
        try:
            while self.next(ca.EventAddResponse) is not None:
                pass
        except ConnectionResetError:
            pass

    def close(self) -> None:
        self.socket.close()
