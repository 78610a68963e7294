"""What goes with a PV beside its record: what an alarm handler is told, how it is archived, whether it is restored."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Alert:
    """What operators are told when a PV alarms.

    ``says`` and ``guidance`` may hold ``{group}``, ``{pv}`` (names without the station prefix) and ``{instrument}``.
    """

    says: str  # what is announced; a leading * leaves the severity out
    guidance: str  # what to do, in whole sentences
    panel: str  # name of the panel to open
    delay: int = 5  # s in alarm until it counts: longer than an instrument needs to be read anew after it came back
    latching: bool = True  # stays in the handler until acknowledged; False where the IOC itself latches
    annunciating: bool = True  # spoken


@dataclass(frozen=True, kw_only=True)
class About:
    """What the PV lists for other programs need to know of one PV."""

    alert: Alert | None = None  # None: not in the alarm tree
    sampled: float | None = None  # s between archived samples; 0 not archived; None each change beyond ADEL
    restorable: bool = True  # a setting: may be in a save set


NOTHING_SPECIAL = About()
