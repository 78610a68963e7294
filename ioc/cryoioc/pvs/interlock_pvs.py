"""The PVs of one interlock, ``INTLK:<name>`` and its companions (PVS.md "Station")."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cryoioc.pvs import alerts
from cryoioc.pvs.about import About
from cryoioc.pvs.desk import ACCESS, LONG, SHORT, Group
from cryoioc.pvs.settings import Pair
from cryoioc.records import EPICS_EPOCH, Channel, Put, Record
from cryoioc.station_interlock import Interlock

STATES = ("OK", "Bypassed", "Latched", "Tripped")
SEVERITIES = {"Bypassed": "MINOR", "Latched": "MINOR", "Tripped": "MAJOR"}


@dataclass(frozen=True, kw_only=True)
class Calls:
    """What a person can ask of one interlock; each raises :class:`cryoioc.errors.Refused`."""

    reset: Callable[[], None]
    bypass: Callable[[float], None]  # s
    narrow: Callable[[float], None]  # unit of the input


class InterlockPvs:
    """State, reason, value, limit and bypass of one interlock.

    Parameters
    ----------
    group : Group
        Of all interlocks.
    spec : Interlock
    unit : str
        Of the input.
    calls : Calls
    """

    def __init__(self, group: Group, spec: Interlock, unit: str, calls: Calls) -> None:
        self.group, self.spec, self._calls = group, spec, calls
        name = spec.name
        self.state = group.declare(
            Record(name=f"INTLK:{name}", kind="mbbi", states=STATES, severities=SEVERITIES, asg=ACCESS,
                   doc=f"{name}: state"), about=About(alert=alerts.INTERLOCK))  # fmt: skip
        self.why = self._text("WHY", "stringin", "why it tripped, in short")
        self.why_long = self._text("WHY:LONG", "charin", "why it tripped")
        kind: dict[str, Any] = {"kind": "stringin"} if spec.is_state else {"kind": "ai", "unit": unit, "precision": 3}
        self.value = group.declare(Record(name=f"INTLK:{name}:VALUE", doc=f"{name}: input now", **kind),
                                   about=About(sampled=0))  # fmt: skip
        self._limit(kind)
        minutes = {"kind": "ai", "unit": "min", "precision": 1, "low": 0.0, "high": max(spec.bypass, 1.0),
                   "doc": f"{name}: bypass left", "initial": 0.0, "asg": ACCESS}  # fmt: skip
        self.bypass = Pair(group, f"{name}:BYPASS", minutes, about=About(restorable=False))
        group.accept(self.bypass.wish, self._put_bypass)
        self.trips = group.declare(
            Record(name=f"INTLK:{name}:TRIPS", kind="longin", doc=f"{name}: trips", initial=0))
        group.command(f"{name}:RESET", f"{name}: reset", self._reset)

    def _text(self, suffix: str, kind: str, doc: str) -> Channel:
        name = self.spec.name
        length = LONG if kind == "charin" else 1
        return self.group.declare(
            Record(name=f"INTLK:{name}:{suffix}", kind=kind, doc=f"{name}: {doc}"[:SHORT], initial="", length=length))

    def _limit(self, kind: dict[str, Any]) -> None:
        spec, name = self.spec, self.spec.name
        if spec.is_state:
            keywords = kind | {"doc": f"{name}: healthy states", "initial": " ".join(spec.healthy)[:SHORT]}
        elif spec.limit is None:
            keywords = {"kind": "ai", "unit": "s", "precision": 1, "doc": f"{name}: longest silence",
                        "initial": spec.stale}  # fmt: skip
        else:
            keywords = kind | {"doc": f"{name}: limit", "initial": spec.limit}
        # Who restores a save set need not be who may change interlocks.
        self.limit = Pair(self.group, f"{name}:LIMIT", keywords | {"asg": ACCESS}, about=About(restorable=False))
        self.group.accept(self.limit.wish, self._put_limit)

    # --- puts ----------------------------------------------------------------------------------------

    async def _reset(self) -> None:
        self._calls.reset()

    async def _put_bypass(self, request: Put) -> None:
        self._calls.bypass(60.0 * float(request.value))
        self.bypass.wish.post(request.value, force=True)

    async def _put_limit(self, request: Put) -> None:
        value = request.value
        self._calls.narrow(float("nan") if isinstance(value, str) else float(value))
        self.show_limit(value)

    # --- showing -------------------------------------------------------------------------------------

    def show_limit(self, value: Any) -> None:
        """Show the limit in force."""
        self.limit.truth.post(value)
        self.limit.wish.post(value, force=True)

    def show(self, state: str, *, trips: int) -> None:
        """Show the state."""
        self.state.post(state)
        self.trips.post(trips)

    def show_value(self, value: float | str | None, lack: str) -> None:
        """Show what the input said last, None: nothing yet; ``lack``: why that is not what it is now."""
        if value is None:
            return
        alarm: dict[str, Any] = {"status": "LINK", "severity": "INVALID", "message": lack} if lack else {}
        self.value.post(plain(value)[:SHORT] if isinstance(value, str) else value, **alarm)

    def show_bypass(self, seconds: float) -> None:
        """Show what is left of a bypass, [s]."""
        self.bypass.truth.post(seconds / 60.0)
        if seconds <= 0.0:
            self.bypass.wish.post(0.0)

    def explain(self, short: str, long: str) -> None:
        """Show why it tripped; empty after a reset."""
        self.why.post(plain(short)[:SHORT])
        self.why_long.post(plain(long)[: LONG - 1])

    def unprotected(self, reason: str) -> None:
        """Show that nothing is watched: unknown, and never a healthy state."""
        self.explain(reason, f"Not protected: {reason}")
        self.state.post("OK", status="LINK", severity="INVALID", message="not protected")
        self._no_value("not protected")

    def disabled(self, reason: str) -> None:
        """Show that it is not carried out."""
        self.explain(reason, reason)
        self.state.post("Bypassed")
        self._no_value("disabled")

    def _no_value(self, message: str) -> None:
        self.value.post("" if self.spec.is_state else 0.0, status="LINK", severity="INVALID", message=message)


def plain(text: str) -> str:
    """Return a text as Channel Access can carry it."""
    return text.encode("ascii", "replace").decode()


def wall_time(stamp: tuple[int, int]) -> str:
    """Return the time stamp of a channel, s and ns since 1990, for people to read, UTC."""
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(stamp[0] + EPICS_EPOCH)) + " UTC"
