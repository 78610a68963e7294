"""The hosts of an access file, as the addresses a connection can come from."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable

LOCAL = "localhost"  # whoever connects from this machine, over whichever of its addresses
Resolve = Callable[[str], frozenset[str]]


def addresses_of(name: str) -> frozenset[str]:
    """Return the IPv4 addresses of a host, none for one that is not known; this may wait for a name server."""
    try:
        found = socket.getaddrinfo(name, None, socket.AF_INET, socket.SOCK_STREAM)
    except (OSError, UnicodeError):  # not known, or no name at all
        return frozenset()
    return frozenset(str(address[0]) for *_, address in found)


def resolve(names: Iterable[str], addresses: Resolve = addresses_of) -> dict[str, frozenset[str]]:
    """Return the addresses of each host; ``localhost`` stands for itself."""
    return {name: frozenset({LOCAL}) if name == LOCAL else addresses(name) for name in names}
