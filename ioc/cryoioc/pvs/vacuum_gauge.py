"""One vacuum gauge of a controller: its pressure in mbar and its state, whatever the maker."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from cryoioc.devices import gauges
from cryoioc.pvs import alerts
from cryoioc.pvs.about import About
from cryoioc.pvs.desk import Group
from cryoioc.pvs.device import Device, Slot, Values
from cryoioc.records import Record
from cryoioc.station_vacuum import Gauge

DROPPED, NO_READING = "Dropped", "No reading"
STATES = (*gauges.STATES, DROPPED, NO_READING)


def slot_of(device: Device, row: str, channel: int) -> Slot:
    """Return the slot of a row about a socket, or about all sockets where the model has no other."""
    known = {"address": device.model.units[0], "channel": str(channel)}
    return device.slot(row, *(known[name] for name in device.model[row].addresses))


class VacuumGauge:
    """``X`` and ``X:STATUS``.

    Parameters
    ----------
    group : Group
    suffix : str
        Name within the group.
    spec : Gauge
    device : Device
        Its controller.
    bounds : mapping
        State -> pressure that stands for it, [mbar]: where the gauge ends, the end of its range is known.
    calm : tuple of str
        States that are no alarm beside ``OK`` and ``Off``.
    changed : callable
        Called when pressure or state has changed.
    """

    def __init__(self, group: Group, suffix: str, spec: Gauge, device: Device, *, bounds: dict[str, float],
                 calm: tuple[str, ...], changed: Callable[[], None]) -> None:  # fmt: skip
        self.device, self.clock = device, group.desk.clock
        self.state = NO_READING
        self.mbar: float | None = None  # None: not known
        self._when = -math.inf  # s, time of the last good answer
        self.dropped = False  # went off, and nobody here had switched it off
        self._bounds, self._changed = bounds, changed
        self._slot = slot_of(device, "PR", spec.channel)
        units = self._slot.units
        assert units is not None
        self._units = units
        row = self._slot.row
        wire: dict[str, Any] = {
            "instrument": device.name, "query": row.ask(*self._slot.address), "every": row.every}  # fmt: skip
        name = group.pv(suffix)
        self.pressure = group.declare(
            Record(name=name, kind="ai", unit="mbar", precision=9, doc="Pressure, for nitrogen"), **wire
        )
        severities = dict.fromkeys((s for s in STATES if s not in (gauges.OK, gauges.OFF, *calm)), "MINOR")
        self.status = group.declare(
            Record(name=f"{name}:STATUS", kind="mbbi", states=STATES, severities=severities, doc="State of the gauge"),
            about=About(alert=alerts.GAUGE_STATUS), **wire)  # fmt: skip
        device.watch(self._slot, self._good, self._bad)

    @property
    def age(self) -> float:
        """Time since the last good answer, [s]."""
        return self.clock.now() - self._when

    def show(self) -> None:
        """Post state and pressure; what is no pressure is INVALID."""
        word = DROPPED if self.state == gauges.OFF and self.dropped else self.state
        if self.mbar is None:
            self.pressure.invalidate("READ")
        else:
            self.pressure.post(self.mbar)
        self.status.post(word)

    def _good(self, values: Values) -> None:
        self.state, self._when = values["status"], self.clock.now()
        factor = gauges.MBAR.get(self._units.values["unit"]) if self._units.values is not None else None
        if self.state == gauges.OK and factor is not None and values["pressure"] > 0.0:
            self.mbar = values["pressure"] * factor
        else:
            # What a controller puts in place of a pressure differs: it is never shown (bias-flow-vacuum.md 4.1).
            self.mbar = self._bounds.get(self.state)
            if self.mbar is not None and factor is not None and self.state == gauges.UNDER:
                # Some say where they end: of two ends the one that promises less is believed.
                self.mbar = max(self.mbar, factor * values.get("bound", 0.0))
        self.show()
        self._changed()

    def _bad(self, status: str) -> None:
        self.state, self.mbar = NO_READING, None
        self.pressure.invalidate(status)
        self.status.post(NO_READING, status=status, severity="INVALID")
        self._changed()
