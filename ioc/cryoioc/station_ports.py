"""Where a station serves Channel Access: the port of its file, else that of the environment."""

from __future__ import annotations

import ipaddress
import os
import re
from pathlib import Path
from socket import gethostname, inet_aton, inet_ntoa
from typing import Any

from cryoioc.toml_tables import Reader

LOWEST, HIGHEST = 1024, 65535  # ports that need no privilege
CA_PORTS = ("EPICS_CAS_SERVER_PORT", "EPICS_CA_SERVER_PORT")  # the first that is set counts, as in EPICS base
PORT = re.compile(r"(socket|rfc2217)://(?P<host>[^/:\s]+):(?P<number>\d+)(\?\S*)?|(?!.*://).+")  # of an instrument
HERE = "localhost"
HOSTS = Path("/etc/hosts")


def with_port(table: Any, reader: Reader) -> Any:
    """Return the table ``[ca]`` with the environment's port, if there is one and the file names none.

    What a file names stays: ``EPICS_CA_SERVER_PORT`` is exported for clients too, and must not move a server.
    """
    if not isinstance(table, dict) or "port" in table:
        return table
    named = next((name for name in CA_PORTS if os.environ.get(name)), None)
    if named is None:
        return table
    text = os.environ[named].strip()
    if text.isdecimal() and LOWEST <= int(text) <= HIGHEST:
        return {**table, "port": int(text)}
    reader.complain("ca.port", f"expected a whole number from {LOWEST} to {HIGHEST} in ${named}, found {text!r}")
    return table


def far_end(port: str, hosts: Path = HOSTS) -> tuple[str, int] | Path:
    """Return what is at the end of an instrument's port, however it is written: equal ones are the same thing.

    Protocol, options and links in the file system are apart, so is the spelling of hosts: case, a final dot, the
    forms of an IPv4 address, every loopback address, names in ``hosts``.  No name server is asked, so two names of a
    terminal server that are only there are not seen to be one.

    >>> far_end("rfc2217://LOCALHOST.:07777?logging=debug") == far_end("socket://127.0.0.1:7777")
    True
    """
    found = PORT.fullmatch(port)
    if found is None or found["host"] is None:
        return Path(port.partition("?")[0]).resolve()
    return _machine(found["host"], hosts), int(found["number"])


def _machine(host: str, hosts: Path) -> str:
    """Return one name for a machine."""
    name = host.lower().rstrip(".")
    if name in (HERE, gethostname().lower()) or name.endswith(f".{HERE}"):
        return HERE
    try:
        address = ipaddress.ip_address(inet_ntoa(inet_aton(name)))  # 127.1 and 0x7f000001 are IPv4 too
    except OSError:
        listed = _listed(name, hosts)
        if listed is None:
            return name
        address = listed
    return HERE if address.is_loopback or address.is_unspecified else str(address)


def _listed(name: str, hosts: Path) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Return the first address that the file ``hosts`` has for a name; None without one, or without the file."""
    try:
        lines = hosts.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return None
    for line in lines:
        address, *names = line.partition("#")[0].split() or [""]
        if name in (one.lower().rstrip(".") for one in names):
            try:
                return ipaddress.ip_address(address)
            except ValueError:
                continue
    return None
