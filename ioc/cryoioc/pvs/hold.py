"""How long the helium in the dewar lasts: from the fall of its level, and from the flow."""

from __future__ import annotations

from cryoioc.pvs.rate import Rate

WINDOW = 6 * 3600.0  # s of level readings that the fall is taken from
REFILL = 2.0  # %, a rise that is a fill and no scatter
LEAST = 0.05  # %/h, a fall that is not seen in a tenth of a per cent
LONGEST = 999.0  # h


class LevelFall:
    """The fall of the level between the last few measurements."""

    def __init__(self) -> None:
        self._rate = Rate(WINDOW)
        self._last: float | None = None

    def add(self, when: float, level: float) -> None:
        """Add a level, [%], measured at clock time ``when``, [s]; a rise begins anew."""
        if self._last is not None and level > self._last + REFILL:
            self._rate.clear()
        self._last = level
        self._rate.add(when, level)

    def per_hour(self) -> float | None:
        """Return by how much it falls, [%/h]; None while that cannot be told."""
        slope = self._rate.per_minute()
        return -60.0 * slope if slope is not None and -60.0 * slope > LEAST else None


def fall_from_flow(liquid: float, loss: float, litres: float) -> float:
    """Return the fall of the level, [%/h].

    Parameters
    ----------
    liquid : float
        Liquid drawn, [mL/h].
    loss : float
        What the dewar loses by itself, [L/day].
    litres : float
        Its volume, [L].

    >>> round(fall_from_flow(700.0, 0.6, 60.0), 3)
    1.208
    """
    return 100.0 * (max(0.0, liquid) / 1e3 + loss / 24.0) / litres


def hours_left(level: float, empty: float, per_hour: float) -> float:
    """Return how long a level, [%], lasts down to ``empty``, [%], at a fall in %/h; at most ``LONGEST``, [h].

    >>> hours_left(65.0, 5.0, 1.2)
    50.0
    """
    left = max(0.0, level - empty)
    return min(LONGEST, left / per_hour) if per_hour > 0.0 else LONGEST
