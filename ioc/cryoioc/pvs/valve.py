"""The needle valve of the transfer line: turned by hand, and entered by who has turned it."""

from __future__ import annotations

import math

from cryoioc.pvs import alerts
from cryoioc.pvs.by_hand import ByHand
from cryoioc.pvs.desk import Desk, Group
from cryoioc.pvs.device import Device
from cryoioc.pvs.rig_quantity import RigQuantity
from cryoioc.pvs.saved import Saved
from cryoioc.station_rig import Valve


class ValveGroup(Group):
    """``VALVE`` with ``:SP``; it stays where it is, so that no age makes it wrong."""

    def __init__(self, desk: Desk, spec: Valve, saved: Saved) -> None:
        super().__init__(desk, "VALVE")
        self.devices: tuple[Device, ...] = ()
        self.turns = RigQuantity(self, "", max_age=math.inf, alert=alerts.VALVE, wire={}, unit="turns", precision=2,
                                 doc="Needle valve, turns from closed", display=(0.0, spec.turns))  # fmt: skip
        ByHand(self.turns, saved, 0.0, spec.turns)

    def tick(self) -> None:
        """Bring the age up to date; called about once a second."""
        self.turns.tick()
