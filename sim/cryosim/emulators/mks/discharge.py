"""A cold cathode under the controller's own protection: when it puts the high voltage off by itself.

937B manual 9.7: the protection set point acts on the gauge's own reading, is always enabled unless it is 0, and ends
automatic control; the control set point acts on another gauge's, ``SAFE`` only off, ``AUTO`` on and off.
"""

from __future__ import annotations

from dataclasses import dataclass

from cryosim.emulators.gauge_heads import Condition, Head

PROTECTION = 5e-3  # Torr, as delivered
CONTROL = 1e-3  # Torr, as delivered: ours, within the range of the manual
HYSTERESIS = 1.5  # of the control set point, as delivered
MBAR_PER_TORR = 1.33322368


@dataclass
class Settings:
    """What can be set for one cold cathode; pressures in Torr."""

    protection: float = PROTECTION
    control: float = CONTROL
    release: float = HYSTERESIS * CONTROL
    controller: str = "OFF"  # socket of the gauge that controls it
    mode: str = "OFF"
    correction: float = 1.0
    gas: str = "Nitrogen"


class Discharge:
    """The high voltage of one cold cathode.

    Parameters
    ----------
    head : Head
    delay : float
        Time from the high voltage to the first reading, [s].
    """

    def __init__(self, head: Head, delay: float) -> None:
        self.head, self.delay = head, delay
        self.settings = Settings()
        self.state = "O"  # of T: Wait, Off, Protect, Control, Rear panel, Good, No gauge
        self._on_for = 0.0  # s

    def switch(self, on: bool) -> None:
        """Put the high voltage on or off by command or at the front panel."""
        if on is not self.head.on:
            self._on_for = 0.0
        self.head.switch(on)
        self.state = "W" if on else "O"

    def trip(self, state: str) -> None:
        """Put the high voltage off by itself."""
        self.head.switch(False)
        self.state = state

    def advance(self, dt: float, controlling: float | None) -> None:
        """Let ``dt`` seconds pass; ``controlling`` is what the controlling gauge reads, [Torr], None if nothing."""
        self._follow(controlling)
        if not self.head.on:
            if self.state in ("W", "G"):  # the mains were off, or somebody pulled the plug
                self.state = "O"
            return
        self._on_for += dt
        self.state = "G" if self._on_for >= self.delay else "W"
        mbar = self.head.port.read() / 100.0
        if self.settings.protection and self.state == "G" and mbar / MBAR_PER_TORR > self.settings.protection:
            self.settings.mode = "OFF" if self.settings.mode == "AUTO" else self.settings.mode
            self.trip("P")

    def word(self, low: str) -> str | None:
        """Return what stands in place of a pressure; None where there is one."""
        condition, _ = self.head.read()
        if not self.head.on:
            return {"P": "PROT_OFF", "C": "CTRL_OFF", "R": "RP_OFF"}.get(self.state, "OFF")
        if condition is Condition.BROKEN:
            return "MISCONN"
        if self.state == "W":
            return "WAIT"
        return f"LO<{low}" if condition is Condition.UNDER else None

    def _follow(self, controlling: float | None) -> None:
        """Obey the controlling gauge."""
        settings = self.settings
        if settings.mode == "OFF" or settings.controller == "OFF" or controlling is None:
            return
        if self.head.on and controlling > settings.release:
            self.trip("C")
        elif not self.head.on and settings.mode == "AUTO" and self.state == "C" and controlling < settings.control:
            self.switch(True)
