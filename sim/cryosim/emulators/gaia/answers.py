"""Errors of a GAIA board, in its own numbers and words (bias-flow-vacuum.md 1.3)."""

from __future__ import annotations

TEXTS = {
    1000: "ERROR_ARGS_NOT_VALID",
    1001: "ERROR_COMMAND_UNKNOWN",
    1002: "ERROR_FIRST_ARG_NOT_NUMBER",
    1003: "ERROR_FIRST_ARG_OUT_OF_RANGE",
    1004: "ERROR_NO_ARGS",
    1008: "ERROR_SECOND_ARG_NOT_PRESENT",
    1009: "ERROR_SECOND_ARG_NOT_NUMBER",
    1010: "ERROR_SECOND_ARG_OUT_OF_RANGE",
    1015: "ERROR_TOO_MANY_ARGS",
    1024: "ERROR_NO_COMMAND_ID",
}


class GaiaError(Exception):
    """The board answers an error."""

    def __init__(self, code: int) -> None:
        super().__init__(TEXTS[code])
        self.code = code

    def answer(self, *, as_bytes: bool) -> str:
        """Return its text on the wire, without frame and id."""
        text = TEXTS[self.code]
        coded = text.encode("ascii").hex()
        return f"ERROR({self.code})[{text}]({repr(coded.encode('ascii')) if as_bytes else coded})"
