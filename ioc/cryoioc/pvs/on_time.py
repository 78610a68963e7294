"""How long an output is on by now, over restarts: an IOC that is killed again and again still ends it in time."""

from __future__ import annotations

from cryoioc.pvs.about import About
from cryoioc.pvs.desk import Group
from cryoioc.records import Record


class OnTime:
    """``<group>:ONTIME``, in minutes.

    While there is no IOC nothing is counted.  An output that is found on goes on from what was saved, also if somebody
    has switched it off and on meanwhile: it ends too early rather than too late.

    Parameters
    ----------
    group : Group
        The output's.

    Attributes
    ----------
    since : float or None
        Clock time since which it is on, [s]; None while it is off, and before it was read.
    """

    def __init__(self, group: Group) -> None:
        self._clock, self._saved, self._name = group.desk.clock, group.desk.saved, group.pv("ONTIME")
        self._before = self._saved.get(self._name) or 0.0  # min, of an earlier run, until the output is read
        self.since: float | None = None
        self._pv = group.declare(Record(name=self._name, kind="ai", unit="min", precision=2, initial=0.0,
                                        doc="On since it was seen switched on"), about=About(sampled=60.0))  # fmt: skip

    def see(self, *, on: bool) -> None:
        """Take what was read."""
        if not on:
            self.since = None
        elif self.since is None:
            self.since = self._clock.now() - 60.0 * self._before
        self._before = 0.0

    @property
    def minutes(self) -> float:
        """Time it is on for sure, [min]; 0 while it is off or not read yet."""
        return 0.0 if self.since is None else (self._clock.now() - self.since) / 60.0

    def tick(self) -> None:
        """Bring it up to date; called about once a second."""
        minutes = self.minutes or self._before
        self._pv.post(minutes)
        self._saved.put(self._name, minutes or None)
