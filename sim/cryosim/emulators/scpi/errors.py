"""Errors of SCPI, and the queue in which an instrument keeps them (bias-flow-vacuum.md 1.2)."""

from __future__ import annotations

from collections import deque

TEXTS = {
    0: "No error",
    -102: "Syntax error",
    -104: "Data type error",
    -108: "Parameter not allowed",
    -109: "Missing parameter",
    -113: "Undefined header",
    -131: "Invalid suffix",
    -221: "Settings conflict",
    -222: "Data out of range",
    -224: "Illegal parameter value",
    -350: "Queue overflow",
}
DEPTH = 20
COMMAND, EXECUTION, DEVICE = 32, 16, 8  # bits of the standard event register


class ScpiError(Exception):
    """A unit of a message is not carried out."""

    def __init__(self, code: int) -> None:
        super().__init__(TEXTS[code])
        self.code = code

    @property
    def bit(self) -> int:
        """What it sets in the standard event register."""
        if self.code <= -300:
            return DEVICE
        return EXECUTION if self.code <= -200 else COMMAND


class ErrorQueue:
    """First in, first out; when it is full its last entry says so."""

    def __init__(self) -> None:
        self._codes: deque[int] = deque()

    def __len__(self) -> int:
        return len(self._codes)

    def add(self, code: int) -> None:
        """Keep an error."""
        if len(self._codes) < DEPTH:
            self._codes.append(code)
        else:
            self._codes[-1] = -350

    def take(self) -> int:
        """Return the oldest error and forget it; 0 when there is none."""
        return self._codes.popleft() if self._codes else 0

    def clear(self) -> None:
        """Forget all."""
        self._codes.clear()
