"""Status registers (lakeshore-protocol.md 3.1 [M350 6.2.4-6.2.6])."""

from __future__ import annotations

OPERATION_COMPLETE, QUERY_ERROR, EXECUTION_ERROR, COMMAND_ERROR, POWER_ON = 1, 4, 16, 32, 128
"""Standard event bits."""

ALARM, OVERLOAD, RAMP_2_DONE, RAMP_1_DONE, NEW_READING, NOT_TUNING = 1, 2, 4, 8, 16, 32
"""Operation bits; 64 (calibration) and 128 (input processor) never occur here."""

EVENT_SUMMARY, SERVICE_REQUEST, OPERATION_SUMMARY = 32, 64, 128
"""Status byte bits.  Message available is never seen: a reply leaves with the message that asks."""


class Status:
    """Event registers, their enables and the condition they are latched from."""

    def __init__(self) -> None:
        self.power_up()

    def power_up(self) -> None:
        """Set power-on, clear everything else."""
        self.event = POWER_ON
        self.event_enable = 0
        self.request_enable = 0
        self.condition = 0
        self.operation = 0
        self.operation_enable = 0

    def clear(self) -> None:
        """Clear both event registers (``*CLS``)."""
        self.event = 0
        self.operation = 0

    def take_event(self) -> int:
        """Return the standard event register and clear it."""
        event, self.event = self.event, 0
        return event

    def take_operation(self) -> int:
        """Return the operation event register and clear it."""
        operation, self.operation = self.operation, 0
        return operation

    def update(self, condition: int) -> None:
        """Store the live condition; bits that have come up are latched, each new reading anew."""
        self.operation |= condition & ~(self.condition & ~NEW_READING)
        self.condition = condition

    @property
    def byte(self) -> int:
        """The status byte, ``*STB?``."""
        summary = EVENT_SUMMARY if self.event & self.event_enable else 0
        summary |= OPERATION_SUMMARY if self.operation & self.operation_enable else 0
        return summary | (SERVICE_REQUEST if summary & self.request_enable else 0)
