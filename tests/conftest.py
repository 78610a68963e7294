"""Shared by all tests: Channel Access stays on loopback, whatever the environment says, and no example is timed."""

from __future__ import annotations

import os

from hypothesis import settings

LOOPBACK = {
    "EPICS_CA_ADDR_LIST": "127.0.0.1",
    "EPICS_CA_AUTO_ADDR_LIST": "NO",
    "EPICS_CAS_INTF_ADDR_LIST": "127.0.0.1",
    "EPICS_CAS_BEACON_ADDR_LIST": "127.0.0.1",
    "EPICS_CAS_AUTO_BEACON_ADDR_LIST": "NO",
}
os.environ.update(LOOPBACK)  # before anything imports an EPICS library
settings.register_profile("unhurried", parent=settings.default, deadline=None)  # a busy machine is no failure
settings.load_profile("unhurried")
