"""What a TPG does by itself: relays that follow a gauge, and gauges that it switches.

Manual BG 5195 of the TPG 261, p. 76 and 82; what a lower and an upper threshold do: manual BG 805 970 of the TPG 300,
p. 33.  Which gauge is the other one where there are six is unverified.  The external inputs are not modelled.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cryosim.emulators.gauge_heads import Condition, Head

READS = (Condition.GOOD, Condition.UNDER, Condition.OVER)
NONE, AUTO, MANUAL, EXTERNAL, LAST = range(5)  # LAST: hot start of what switches on, self control of what switches off


def reading(heads: Sequence[Head], socket: int) -> float | None:
    """Return what a gauge reads, [mbar]; the end of its range where it is beyond, None where it reads nothing."""
    condition, mbar = heads[socket].read() if socket < len(heads) else (Condition.ABSENT, 0.0)
    return mbar if condition in READS else None


@dataclass
class Relay:
    """One switching function; pressures in mbar as delivered are ours."""

    gauge: int = 0
    below: float = 1e-3
    above: float = 2e-3
    on: bool = False

    def follow(self, heads: Sequence[Head]) -> None:
        """Switch on below the lower threshold, off above the upper one and without a reading."""
        mbar = reading(heads, self.gauge)
        if mbar is None or mbar > self.above:
            self.on = False
        elif mbar < self.below:
            self.on = True


@dataclass
class Control:
    """What switches the high voltage of one gauge; pressures in mbar as delivered are ours."""

    activation: int = MANUAL
    deactivation: int = MANUAL
    below: float = 1e-3
    above: float = 2e-3

    def follow(self, heads: Sequence[Head], socket: int) -> None:
        """Switch by the other gauge, or off by its own."""
        head = heads[socket]
        others = [n for n, one in enumerate(heads) if n != socket and not one.kind.switched]
        other = reading(heads, others[0]) if others else None
        judge = {AUTO: other, LAST: reading(heads, socket)}.get(self.deactivation)
        if head.on and judge is not None and judge > self.above:
            head.switch(False)
        elif not head.on and self.activation == AUTO and other is not None and other < self.below:
            head.switch(True)
