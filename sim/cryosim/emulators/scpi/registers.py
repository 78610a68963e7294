"""Status registers: a condition, what of it has come since it was last read, and what of that is told upwards."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Register:
    """One group of status bits."""

    condition: int = 0
    event: int = 0
    enable: int = 0

    def update(self, condition: int) -> None:
        """Take the condition as it is now; bits that come are kept."""
        self.event |= condition & ~self.condition
        self.condition = condition

    def take(self) -> int:
        """Return the events and forget them."""
        event, self.event = self.event, 0
        return event

    @property
    def summary(self) -> bool:
        """Whether an enabled event is there."""
        return bool(self.event & self.enable)
