"""Rate of change of a reading, by least squares over a window."""

from __future__ import annotations

from collections import deque

FEWEST = 5  # readings that are kept, however old


class Rate:
    """Slope of the readings of the last ``window`` seconds.

    A straight line through all readings of the window is used, because the difference of two
    readings 0.1 s apart shows the instrument's last digit and nothing else.  Where the station's clock runs
    so fast that few readings fall into the window, the last ``FEWEST`` make it longer.
    """

    def __init__(self, window: float = 10.0) -> None:
        self.window = window
        self._points: deque[tuple[float, float]] = deque()

    def add(self, when: float, value: float) -> None:
        """Add one reading taken at ``when``, [s]."""
        self._points.append((when, value))
        while len(self._points) > FEWEST and self._points[0][0] < when - self.window:
            self._points.popleft()

    def clear(self) -> None:
        """Forget everything, after a gap in the readings."""
        self._points.clear()

    def highest(self) -> float | None:
        """Return the highest reading of the window; None if there is none."""
        return max((value for _, value in self._points), default=None)

    def per_minute(self) -> float | None:
        """Return the slope per minute; None until a tenth of the window is covered."""
        points = self._points
        if len(points) < 3 or points[-1][0] - points[0][0] < self.window / 10:
            return None
        t0, v0 = points[-1]
        n = len(points)
        mean_t = sum(t - t0 for t, _ in points) / n
        mean_v = sum(v - v0 for _, v in points) / n
        top = sum((t - t0 - mean_t) * (v - v0 - mean_v) for t, v in points)
        bottom = sum((t - t0 - mean_t) ** 2 for t, _ in points)
        return 60.0 * top / bottom
