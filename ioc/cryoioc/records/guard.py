"""Who may read and put: what a server asks, of whoever it was given to ask."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, Protocol

from cryoioc.errors import Refused
from cryoioc.records.channel import Channel
from cryoioc.records.source import Source


class Origin(NamedTuple):
    """Who asks: names as the client claims them, and where the connection comes from."""

    user: str = ""
    host: str = ""
    peer: str = ""  # address and port
    local: bool = False  # the other end is this machine

    @classmethod
    def of(cls, peer: tuple[str, int], own: tuple[str, int]) -> Origin:
        """Return the origin of a connection by the addresses of its two ends, which the kernel knows."""
        return cls(peer=f"{peer[0]}:{peer[1]}", local=peer[0] == own[0] or peer[0].startswith("127."))

    @property
    def address(self) -> str:
        """Address of the peer without its port."""
        return self.peer.rpartition(":")[0]


class NoAccess(Refused):
    """A put by somebody who may not; nobody but the log is told, for a stranger must not be able to do even that."""


class Grant(NamedTuple):
    """What one client may do with one channel."""

    read: bool = True
    write: bool = True
    logged: bool = True  # its puts


EVERYTHING = Grant()
Find = Callable[[str], Source | None]
Review = Callable[[Channel | None], None]


class Guard(Protocol):
    """Decides who may do what; told of every server it guards."""

    def attach(self, find: Find, review: Review) -> None:
        """Begin: ``find`` gives records by their names; ``review`` is to be called when grants may have changed."""

    def grant(self, source: Source, origin: Origin) -> Grant:
        """Return what a client may do."""
