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
PERIODS = (0.0, 0.0, 0.0, 10.0, 5.0, 2.0, 1.0, 0.5, 0.2, 0.1)  # s, of SCAN; 0: not periodic
YES_NO = ("NO", "YES")
PINI = ("NO", "YES", "RUN", "RUNNING", "PAUSE", "PAUSED")
PRIORITY = ("LOW", "MEDIUM", "HIGH")
POST = ("Always", "On Change")
STRING_POST = ("On Change", "Always")
SIMM = ("NO", "YES", "RAW")
OMSL = ("supervisory", "closed_loop")
IVOA = ("Continue normally", "Don't drive outputs", "Set output to IVOV")
OIF = ("Full", "Incremental")
OOPT = ("Every Time", "On Change", "When Zero", "When Non-zero", "Transition To Zero", "Transition To Non-zero")
FTYPE = ("STRING", "CHAR", "UCHAR", "SHORT", "USHORT", "LONG", "ULONG", "INT64", "UINT64", "FLOAT", "DOUBLE", "ENUM")

_STATES = ("ZR", "ON", "TW", "TH", "FR", "FV", "SX", "SV", "EI", "NI", "TE", "EL", "TV", "TT", "FT", "FF")
STATE_NAMES = tuple(f"{state}ST" for state in _STATES)
STATE_SEVERITIES = tuple(f"{state}SV" for state in _STATES)
STATE_VALUES = tuple(f"{state}VL" for state in _STATES)
