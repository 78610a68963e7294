"""Hours of operation: what has run how long, over all restarts."""

from __future__ import annotations

from collections.abc import Callable

from cryoioc.pvs.about import About
from cryoioc.pvs.desk import Group
from cryoioc.records import Record

GAP = 5.0  # s of real time without a look, after which nobody knows what ran meanwhile


class Hours:
    """Hours something has run.

    Parameters
    ----------
    group : Group
        Where the PV is declared.
    suffix, doc : str
        Of the PV.
    running : callable
        Says whether it runs now.
    """

    def __init__(self, group: Group, suffix: str, doc: str, running: Callable[[], bool]) -> None:
        self._saved, self._running = group.desk.saved, running
        self._clock = group.desk.clock
        self._name = group.pv(suffix)
        self._hours = self._saved.get(self._name) or 0.0
        self._when: float | None = None  # s, of the last look
        self._pv = group.declare(
            Record(name=self._name, kind="ai", unit="h", precision=4, doc=doc, initial=0.0), about=About(sampled=600.0)
        )
        self._pv.post(self._hours)

    def tick(self) -> None:
        """Count the time since the last look; called whenever it is written down."""
        now = self._clock.now()
        if self._when is not None and self._running() and now - self._when < GAP * self._clock.speed:
            self._hours += (now - self._when) / 3600.0
            self._pv.post(self._hours)
            self._saved.put(self._name, self._hours)
        self._when = now
