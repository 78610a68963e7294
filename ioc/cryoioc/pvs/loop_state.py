"""What a control loop is doing, decided from what is known about it.  Pure functions only."""

from __future__ import annotations

from dataclasses import dataclass

STATES = (
    "Tripped",
    "Invalid",
    "Off",
    "Tuning",
    "OpenLoop",
    "RangeOff",
    "Ramping",
    "Settling",
    "Zone",
    "InPos",
    "Holding",
)
SEVERITIES = {"Tripped": "MAJOR", "Invalid": "INVALID"}


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What is known of a loop at one moment; None is unknown."""

    tripped: bool = False
    reading: float | None  # K, None: invalid
    target: float | None  # K
    mode: str | None
    tuning: bool = False
    range_on: bool | None
    ramping: bool | None
    in_position: bool = False
    in_tolerance: bool = False


def state(facts: Facts) -> str:
    """Return the first state that applies."""
    unknown = None in (facts.reading, facts.mode, facts.range_on, facts.ramping)
    checks = (
        ("Tripped", facts.tripped),
        ("Invalid", unknown),
        ("Off", facts.mode == "Off"),
        ("Tuning", facts.tuning),
        ("OpenLoop", facts.mode not in ("Closed loop", "Zone")),
        ("RangeOff", not facts.range_on),
        ("Ramping", bool(facts.ramping)),
        ("Settling", not facts.in_tolerance),
        ("Zone", facts.mode == "Zone"),
        ("InPos", facts.in_position),
    )
    return next((name for name, applies in checks if applies), "Holding")


class InPosition:
    """INPOS: within tolerance of the target for the dwell time, ramp finished, nothing refused since.

    ``now`` is the station's clock, [s].  RANGE does not matter.
    """

    def __init__(self) -> None:
        self.refused = False  # a refused put keeps INPOS at 0 until the next accepted one
        self._since: float | None = None

    def restart(self) -> None:
        """An accepted put, or a change of the control input: the dwell starts anew."""
        self.refused = False
        self._since = None

    def refuse(self) -> None:
        """Note that a put of the target was refused."""
        self.refused = True
        self._since = None

    def update(self, now: float, facts: Facts, tolerance: float, dwell: float) -> bool:
        """Return whether the loop is in position at ``now``."""
        known = facts.reading is not None and facts.target is not None and facts.ramping is False
        if self.refused or facts.tripped or not known or not within(facts, tolerance):
            self._since = None
            return False
        if self._since is None:
            self._since = now
        return now - self._since >= dwell


def within(facts: Facts, tolerance: float) -> bool:
    """Say whether the reading is within ``tolerance`` [K] of the target."""
    return (
        facts.reading is not None
        and facts.target is not None
        and abs(facts.reading - facts.target) <= tolerance * (1 + 1e-12)
    )
