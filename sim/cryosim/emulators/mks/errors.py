"""What a controller says instead of ``ACK``: table 9-15 of the 946 manual."""

from __future__ import annotations

CODES = {
    "NO_GAUGE": 151,
    "NOT_IONGAUGE": 152,
    "NOT_COLDCATHODE": 154,
    "UNRECOGNIZED_MSG": 160,
    "SET_CMD_LOCK": 161,
    "RLY_DIR_FIX_FOR_ION": 162,
    "INVALID_CHANNEL": 163,
    "INVALID_ARGUMENT": 169,
    "VALUE_OUT_OF_RANGE": 172,
    "INVALID_CTRL_CHAN": 173,
    "CMD_QUERY_BYTE_INVALID": 175,
    "CONTROL_SET_POINT_ENABLED": 195,
}


class Refused(Exception):
    """A message gets ``NAK``; the text is the error in words."""
