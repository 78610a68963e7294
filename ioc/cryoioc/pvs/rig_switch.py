"""Something of the rig that is Off or On, wherever that comes from: a contact on an input, another IOC, a hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cryoioc.pvs.rig_quantity import RigQuantity

STATES = ("Off", "On")
OFF_BELOW, ON_ABOVE = 0.4, 0.6  # of the way from Off to On: a contact is at one end, between them it is broken


class RigSwitch(RigQuantity):
    """A :class:`RigQuantity` whose value is 0 or 1; between them nobody knows, and it is INVALID.

    Attributes
    ----------
    judge : callable
        Whether it is on -> severity of that; no alarm where nobody sets it.
    """

    def __init__(self, *args: Any, **keywords: Any) -> None:
        self.judge: Callable[[bool], str] = lambda on: "NO_ALARM"
        self._judged = "NO_ALARM"  # what it said last
        super().__init__(*args, kind="bi", states=STATES, **keywords)

    @property
    def on(self) -> bool | None:
        """Whether it is on; None where that is not known."""
        return None if self.value is None else self.value > ON_ABOVE

    def take(self, value: float, when: float, word: str = "OK", severity: str = "NO_ALARM") -> None:
        """Take a state between 0 and 1 that was measured or entered at clock time ``when``, [s]."""
        if OFF_BELOW <= value <= ON_ABOVE:
            self.when = when
            self.lose("Between", "READ")
        else:
            super().take(value, when, word, severity)

    def judge_again(self) -> None:
        """Give the state another alarm where what it is judged by has changed; that is no reading."""
        if self.value is not None and self.judge(self.value > ON_ABOVE) != self._judged:
            self.show(self.value)

    def show(self, value: float, status: str = "NO_ALARM", severity: str = "NO_ALARM") -> None:
        """Show the state, with the alarm that it has here."""
        on = value > ON_ABOVE
        self._judged = self.judge(on)
        if self._judged != "NO_ALARM":
            status, severity = "STATE", self._judged
        self.channel.post(STATES[on], status=status, severity=severity)
