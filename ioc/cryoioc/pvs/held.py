"""What whoever can be switched off asks of the interlocks."""

from __future__ import annotations

from typing import Protocol


class Held(Protocol):
    """The interlocks, as what they guard sees them."""

    def refusal(self, guarded: str, *, switching_on: bool) -> str:
        """Return why a put is refused; empty: it is not."""

    def holds(self, guarded: str) -> bool:
        """Say whether an interlock holds it off, Tripped or Latched."""


class NotHeld:
    """No interlock: nothing is guarded."""

    def refusal(self, guarded: str, *, switching_on: bool) -> str:
        """Return nothing: no put is refused."""
        return ""

    def holds(self, guarded: str) -> bool:
        """Return that it is not held."""
        return False
