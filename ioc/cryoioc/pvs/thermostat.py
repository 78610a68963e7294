"""Whether the thermostats of a heater line are closed: from its current, or from a wire that brings out its voltage.

Seed 001, section 2.2.2, has such a wire for the heaters and one for the zeolite resistors (``calef_mon``,
``regen_mon``).  With thermostats in parallel it tells that all are open, or that one at least is closed.
"""

from __future__ import annotations

from cryoioc.clock import Clock

STATES = ("Closed", "Open", "Unknown")
CLOSED = 0.75  # of what is expected of current or voltage: above
NO_CURRENT, NO_VOLTAGE = 0.05, 0.1  # the same: below
NOTHING = 0.2  # V that an input may show of none
RISE = 1.0  # s after switching on from which it is looked at: the output has risen, and an input averages


def from_current(volts: float, amperes: float, ohm: float, resolution: float) -> str:
    """Return what the current says of the thermostats in a heater line.

    Several heaters in parallel of which one is open are neither closed nor open.

    >>> from_current(40.5, 0.5, 81.0, 0.001), from_current(40.5, 0.001, 81.0, 0.001)
    ('Closed', 'Open')
    >>> from_current(0.01, 0.0, 81.0, 0.001)
    'Unknown'
    """
    expected = abs(volts) / ohm
    if expected * NO_CURRENT < resolution:
        return "Unknown"
    share = abs(amperes) / expected
    return "Closed" if share >= CLOSED else "Open" if share <= NO_CURRENT else "Unknown"


def from_monitor(monitor: float, volts: float, amperes: float, lead_ohm: float) -> str:
    """Return what the monitor line says of the thermostats in a heater line.

    Parameters
    ----------
    monitor : float
        Voltage behind the thermostats, [V].
    volts, amperes : float
        What the supply delivers, [V] and [A].
    lead_ohm : float
        Resistance of the leads, there and back, [ohm].

    Examples
    --------
    >>> from_monitor(25.0, 40.5, 0.5, 31.0), from_monitor(0.1, 40.5, 0.0, 31.0), from_monitor(0.0, 0.0, 0.0, 31.0)
    ('Closed', 'Open', 'Unknown')
    """
    expected = abs(volts) - abs(amperes) * lead_ohm
    if expected * NO_VOLTAGE < NOTHING:
        return "Unknown"
    share = abs(monitor) / expected
    return "Closed" if share >= CLOSED else "Open" if share <= NO_VOLTAGE else "Unknown"


class MonitorLine:
    """What the input of a monitor line has last said; its source calls :meth:`take` and :meth:`lose`."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._volts: float | None = None
        self._when = 0.0

    def take(self, value: float, when: float) -> None:
        """Take a voltage, [V], that was measured at clock time ``when``, [s]."""
        self._volts, self._when = value, when

    def lose(self, word: str, status: str) -> None:
        """Hear that it cannot be read."""
        self._volts = None

    def since(self, switched: float) -> float | None:
        """Return the voltage, [V], if it was measured long enough after the output was ``switched``, [s]."""
        return self._volts if self._volts is not None and self._when >= switched + RISE else None
