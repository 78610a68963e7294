"""Is caproto the one this package was tried with?"""

from __future__ import annotations

import ctypes

import caproto as ca

VERSION = "1.3.0"

# What is relied on: the layout of the metadata, and what says where beacons go.
SIZES = {"TIME_DOUBLE": 16, "CTRL_DOUBLE": 80, "GR_ENUM": 422, "STSACK_STRING": 48}
FUNCTIONS = ("get_environment_variables", "get_beacon_address_list")


def check_caproto() -> str | None:
    """Return one line that says what is not as known, None when all is."""
    found = ca.__version__
    wrong = [
        f"{name} has {ctypes.sizeof(ca.DBR_TYPES[ca.ChannelType[name]])} bytes, not {size}"
        for name, size in SIZES.items()
        if ctypes.sizeof(ca.DBR_TYPES[ca.ChannelType[name]]) != size
    ]
    wrong += [f"{function} is missing" for function in FUNCTIONS if not hasattr(ca, function)]
    if found != VERSION:
        wrong.insert(0, f"version {found} instead of {VERSION}")
    return f"caproto is not the one known here: {'; '.join(wrong)}" if wrong else None
