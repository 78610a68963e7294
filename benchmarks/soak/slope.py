"""How fast memory grows, whatever single samples say.

The estimator is Theil's and Sen's: the median of the slopes between all pairs of samples.  Up to 29 % of them may be
wrong by any amount (a garbage collection that is due, a burst of events that waits for a client) without changing it.
Single samples are put together to the median of each minute, so that an hour has 60 and not thousands.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from statistics import median

HOUR, MINUTE = 3600.0, 60.0  # s
FEWEST = 10  # minutes of which something can be said
WARM = 890.0  # s: 15 min less a look, before which all still fills, however slowly a busy machine goes through it

Samples = Sequence[tuple[float, float]]


def percent_per_hour(samples: Samples, after: float) -> float | None:
    """Return the slope of memory over time, in percent of its median per hour.

    Parameters
    ----------
    samples : sequence of (float, float)
        Time, [s], and memory, [MB].
    after : float
        Earlier samples do not count, [s].

    Returns
    -------
    float or None
        None with fewer than ten minutes of samples, or when the first 15 minutes count: nothing can be said.

    >>> percent_per_hour([(t, 100.0 + t / 3600.0) for t in range(0, 7200, 60)], 900.0)
    0.98...
    """
    points = _by_minute([(when, size) for when, size in samples if when >= after])
    if after < WARM or len(points) < FEWEST:
        return None
    slopes = [(size - earlier) / (when - before) for (before, earlier), (when, size) in combinations(points, 2)]
    return 100.0 * HOUR * median(slopes) / median(size for _, size in points)


def _by_minute(samples: Samples) -> list[tuple[float, float]]:
    minutes: dict[int, list[tuple[float, float]]] = {}
    for sample in samples:
        minutes.setdefault(int(sample[0] // MINUTE), []).append(sample)
    return [(median(when for when, _ in one), median(size for _, size in one)) for one in minutes.values()]
