"""Where a station serves Channel Access, and what is at the end of the port of an instrument."""

from __future__ import annotations

import os
from typing import Any

from cryoioc.toml_tables import Reader

LOWEST, HIGHEST = 1024, 65535  # ports that need no privilege
CA_PORTS = ("EPICS_CAS_SERVER_PORT", "EPICS_CA_SERVER_PORT")  # the first that is set counts, as in EPICS base


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
