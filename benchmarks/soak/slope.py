"""How fast memory grows."""

from __future__ import annotations

from collections.abc import Sequence

HOUR = 3600.0  # s


def percent_per_hour(samples: Sequence[tuple[float, float]], after: float) -> float | None:
    """Return the slope of a straight line through samples, in percent of their mean per hour.

    Parameters
    ----------
    samples : sequence of (float, float)
        Time, [s], and memory, [MB].
    after : float
        Earlier samples do not count, [s].

    Returns
    -------
    float or None
        None with fewer than ten samples: nothing can be said.

    >>> percent_per_hour([(t, 100.0 + t / 3600.0) for t in range(0, 7200, 60)], 0.0)
    0.991...
    """
    points = [(when, size) for when, size in samples if when >= after]
    if len(points) < 10:
        return None
    mean_t = sum(when for when, _ in points) / len(points)
    mean_m = sum(size for _, size in points) / len(points)
    top = sum((when - mean_t) * (size - mean_m) for when, size in points)
    bottom = sum((when - mean_t) ** 2 for when, _ in points)
    return 100.0 * top / bottom * HOUR / mean_m
