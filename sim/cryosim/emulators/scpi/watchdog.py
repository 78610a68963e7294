"""The output watchdog of an N6700: outputs off when nobody speaks to the instrument any more."""

from __future__ import annotations

FACTORY = 60.0  # s, N6702C operating guide p. 158
SHORTEST, LONGEST = 1.0, 3600.0  # s


class Watchdog:
    """Counts the time since the last message; the front panel does not feed it."""

    def __init__(self) -> None:
        self.on: bool = False
        self.delay: float = FACTORY  # s
        self._silence = 0.0  # s

    def reset(self) -> None:
        """Be off, with the delay from the factory."""
        self.on, self.delay, self._silence = False, FACTORY, 0.0

    def feed(self) -> None:
        """Take note of a message, whatever it says."""
        self._silence = 0.0

    def expired(self, dt: float) -> bool:
        """Let ``dt`` seconds pass, [s]; say whether the delay is over."""
        self._silence += dt
        return self.on and self._silence >= self.delay
