"""Status registers of the 218 (6.1.3)."""

from __future__ import annotations

OPERATION_COMPLETE, QUERY_ERROR, DEVICE_ERROR, EXECUTION_ERROR, COMMAND_ERROR, POWER_ON = 1, 4, 8, 16, 32, 128
"""Standard event bits; 4 and 8 never occur here."""

NEW_READING, OVERLOAD, ALARM, ERROR, EVENT_SUMMARY, SERVICE_REQUEST, LOG_DONE = 1, 4, 8, 16, 32, 64, 128
"""Status byte bits; 16 never occurs here."""


class Status:
    """The event register, the enables, and what is told once."""

    def __init__(self) -> None:
        self.power_up()

    def power_up(self) -> None:
        """Set power-on, clear everything else; a key counts as pressed."""
        self.event = POWER_ON
        self.event_enable = 0
        self.request_enable = 0
        self.key_pressed = True
        self.new_reading = False

    def clear(self) -> None:
        """Clear the event register (``*CLS``)."""
        self.event = 0
        self.new_reading = False

    def take_event(self) -> int:
        """Return the event register and clear it."""
        event, self.event = self.event, 0
        return event

    def take_key(self) -> bool:
        """Say whether a key was pressed since the last time."""
        pressed, self.key_pressed = self.key_pressed, False
        return pressed

    def byte(self, *, overload: bool, alarm: bool, log_done: bool) -> int:
        """Return the status byte for the conditions of now."""
        bits = NEW_READING * self.new_reading | OVERLOAD * overload | ALARM * alarm | LOG_DONE * log_done
        bits |= EVENT_SUMMARY if self.event & self.event_enable else 0
        enabled = self.request_enable & ~SERVICE_REQUEST
        return bits | (SERVICE_REQUEST if self.request_enable & SERVICE_REQUEST and bits & enabled else 0)
