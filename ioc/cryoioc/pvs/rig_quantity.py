"""A quantity of the rig, wherever it comes from: value, age and status, INVALID when it is too old."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from cryoioc.pvs.about import About, Alert
from cryoioc.pvs.desk import Group
from cryoioc.records import Channel, Record

HOUR = 3600.0  # s
# Words of X:STATUS; X itself carries the alarm.
STATUS = ("OK", "Measuring", "Entered by hand", "Age assumed", "Too old", "Open loop", "Under range", "Over range",
          "Wrong setting", "Sensor fault", "No reading", "Not entered", "Between")  # fmt: skip


class RigQuantity:
    """``X``, ``X:AGE`` and ``X:STATUS``.

    Parameters
    ----------
    group : Group
    suffix : str
        Name within the group; "" for the group's own.
    max_age : float
        Age from which the value is INVALID, [h].
    alert : Alert or None
        What operators are told when ``X`` alarms; None for what is not known most of the time and alarms nobody.
    wire : dict
        Instrument, query and period behind it, as :meth:`Group.declare` takes them; empty for what is entered.
    **keywords
        Of the :class:`Record` of ``X``, without name; its kind is ``ai`` if it is not among them.
    """

    def __init__(self, group: Group, suffix: str, *, max_age: float, alert: Alert | None, wire: dict[str, Any],
                 **keywords: Any) -> None:  # fmt: skip
        self.group, self.name = group, group.pv(suffix)
        self.clock = group.desk.clock
        self.max_age = max_age
        self.changed: Callable[[], None] = lambda: None  # called when the value or its validity may have changed
        self.value: float | None = None  # None: not valid now
        self.when: float | None = None  # s, clock time of the measurement or entry; None: not known
        needs = wire.get("needs", wire.get("instrument"))
        self.channel: Channel = group.declare(
            Record(name=self.name, **({"kind": "ai"} | keywords)), about=About(alert=alert), **wire
        )
        self._age = group.declare(
            Record(name=f"{self.name}:AGE", kind="ai", unit="s", precision=0, doc="Since it was measured or entered"),
            needs=needs,
            about=About(sampled=60.0),
        )
        self._status = group.declare(
            Record(name=f"{self.name}:STATUS", kind="mbbi", states=STATUS, doc="Where it comes from, what is wrong"),
            needs=needs,
        )

    @property
    def word(self) -> str:
        """Where it comes from, or what is wrong with it, as ``X:STATUS`` says."""
        return str(self._status.value)

    @property
    def age(self) -> float | None:
        """Age of the value, [s]; None where it is not known."""
        return None if self.when is None else self.clock.now() - self.when

    def take(self, value: float, when: float, word: str = "OK", severity: str = "NO_ALARM") -> None:
        """Take a value that was measured or entered at clock time ``when``, [s]."""
        self.when = when
        age = self.clock.now() - when
        if not math.isfinite(value) or age > self.max_age * HOUR:
            self.show(value)
            self.lose("Too old", "READ")
            return
        self.value = value
        self.show(value, status="READ" if severity != "NO_ALARM" else "NO_ALARM", severity=severity)
        self._status.post(word)
        self._age.post(max(0.0, age))
        self.changed()

    def show(self, value: float, status: str = "NO_ALARM", severity: str = "NO_ALARM") -> None:
        """Show a value."""
        self.channel.post(value, status=status, severity=severity)

    def lose(self, word: str, status: str) -> None:
        """Keep the last value as INVALID, and say in a word why."""
        self.value = None
        self.channel.invalidate(status)
        self._status.post(word)
        self.changed()

    def tick(self) -> None:
        """Bring the age up to date and judge it; called about once a second."""
        age = self.age
        if age is None:
            return
        self._age.post(max(0.0, age))
        if self.value is not None and age > self.max_age * HOUR:
            self.lose("Too old", "READ")
