"""From the ``source`` of a quantity in the station file to what keeps it true: a hand, an instrument, another IOC."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cryoioc.pvs.about import Alert
from cryoioc.pvs.by_hand import ByHand
from cryoioc.pvs.desk import Group
from cryoioc.pvs.device import Device
from cryoioc.pvs.elsewhere import OtherIocs
from cryoioc.pvs.rig_quantity import RigQuantity
from cryoioc.pvs.rig_switch import RigSwitch
from cryoioc.pvs.saved import Saved
from cryoioc.pvs.signal_input import Measured, SignalInput
from cryoioc.station_rig import ELSEWHERE, MANUAL, Quantity

POLLED = {"ami1700": "MEAS:HE:LEV", "lm500": "MEAS", "adam4017": "#N"}  # row behind the value, by model


class Sources:
    """The instruments of a station, its memory, and other IOCs, as sources of quantities."""

    def __init__(self, devices: Mapping[str, Device], saved: Saved, others: OtherIocs) -> None:
        self.devices, self.saved, self.others = devices, saved, others

    def model(self, spec: Quantity) -> str:
        """Return the model of the instrument behind a quantity; empty for one that is entered."""
        return self.devices[spec.source].model.name if spec.source in self.devices else ""

    def behind(self, *specs: Quantity | None) -> tuple[Device, ...]:
        """Return the instruments behind some quantities."""
        names = {spec.source: None for spec in specs if spec is not None}
        return tuple(self.devices[name] for name in names if name in self.devices)

    def instrument(self, spec: Quantity | None) -> str:
        """Return the instrument behind a quantity; empty for one that is entered or is none."""
        return spec.source if spec is not None and spec.source in self.devices else ""

    def declare(self, group: Group, suffix: str, spec: Quantity, alert: Alert | None, **keywords: Any) -> RigQuantity:
        """Declare the PVs of a quantity, with the alarm limits of the station file; nothing keeps it true yet."""
        limits = {"lolo": spec.lolo_alarm, "low_alarm": spec.low_alarm, "high_alarm": spec.high_alarm,
                  "hihi": spec.hihi_alarm}  # fmt: skip
        wire = self._wire(spec)
        return RigQuantity(group, suffix, max_age=spec.max_age, alert=alert, wire=wire, **keywords, **limits)

    def switch(self, group: Group, suffix: str, spec: Quantity, alert: Alert, **keywords: Any) -> RigSwitch:
        """Declare something that is Off or On, and let its source keep it true."""
        switch = RigSwitch(group, suffix, max_age=spec.max_age, alert=alert, wire=self._wire(spec), **keywords)
        self.connect(switch, spec, (0.0, 1.0))
        return switch

    def connect(self, quantity: RigQuantity, spec: Quantity, entered: tuple[float, float]) -> None:
        """Let a hand or an input keep a quantity true; ``entered`` is what a hand can enter."""
        if spec.source == MANUAL:
            ByHand(quantity, self.saved, *entered)
        else:
            self.measure(quantity, spec, quantity.channel.record.unit, quantity.name)

    def measure(self, quantity: Measured, spec: Quantity, unit: str, shown: str) -> None:
        """Let an input or another IOC keep something true that nobody can enter, in ``unit``; a PV shows it."""
        if spec.source.startswith(ELSEWHERE):
            quantity.lose("No reading", "LINK")
            self.others.add(spec.source.removeprefix(ELSEWHERE), quantity, unit, shown)
        else:
            SignalInput(quantity, spec, self.devices[spec.source])

    def quantity(self, group: Group, suffix: str, spec: Quantity, alert: Alert | None, entered: tuple[float, float],
                 **keywords: Any) -> RigQuantity:  # fmt: skip
        """Declare a quantity and let its source keep it true."""
        quantity = self.declare(group, suffix, spec, alert, **keywords)
        self.connect(quantity, spec, entered)
        return quantity

    def _wire(self, spec: Quantity) -> dict[str, Any]:
        """Return where a quantity comes from on the wire."""
        if spec.source not in self.devices:
            return {"needs": ""}
        model = self.devices[spec.source].model
        row = model[POLLED[model.name]]
        known = {"address": model.units[0], "channel": str(spec.channel)}
        query = row.ask(*(known[name] for name in row.addresses))
        return {"instrument": spec.source, "query": query, "every": row.every}
