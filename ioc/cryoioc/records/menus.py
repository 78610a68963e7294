"""Menus of EPICS base 7 that fields choose from (``menuScan.dbd`` and neighbours), and the states' field names."""

from __future__ import annotations

SCAN = (
    "Passive",
    "Event",
    "I/O Intr",
    "10 second",
    "5 second",
    "2 second",
    "1 second",
    ".5 second",
    ".2 second",
    ".1 second",
)
YES_NO = ("NO", "YES")
PINI = ("NO", "YES", "RUN", "RUNNING", "PAUSE", "PAUSED")
PRIORITY = ("LOW", "MEDIUM", "HIGH")
POST = ("Always", "On Change")
FTYPE = ("STRING", "CHAR", "UCHAR", "SHORT", "USHORT", "LONG", "ULONG", "INT64", "UINT64", "FLOAT", "DOUBLE", "ENUM")

_STATES = ("ZR", "ON", "TW", "TH", "FR", "FV", "SX", "SV", "EI", "NI", "TE", "EL", "TV", "TT", "FT", "FF")
STATE_NAMES = tuple(f"{state}ST" for state in _STATES)
STATE_SEVERITIES = tuple(f"{state}SV" for state in _STATES)
