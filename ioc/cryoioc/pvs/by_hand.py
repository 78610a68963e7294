"""A quantity that nobody measures: somebody looks and enters it, and that is logged."""

from __future__ import annotations

import logging

from cryoioc.pvs.about import About
from cryoioc.pvs.rig_quantity import RigQuantity
from cryoioc.pvs.saved import Saved
from cryoioc.records import Put, Record

log = logging.getLogger(__name__)


class ByHand:
    """``X:SP`` of a quantity with ``source = "manual"``.

    An entry outlives a restart, but how old it then is nobody knows: it comes back INVALID, until somebody
    enters it again.  It is no setting: a save set must not bring an old reading back.

    Parameters
    ----------
    quantity : RigQuantity
    saved : Saved
        Where the entry outlives a restart.
    low, high : float
        What can be entered, in the unit of the quantity.
    """

    def __init__(self, quantity: RigQuantity, saved: Saved, low: float, high: float) -> None:
        self.quantity, self.saved = quantity, saved
        group, record = quantity.group, quantity.channel.record
        self.wish = group.declare(
            Record(name=f"{quantity.name}:SP", kind="ao", unit=record.unit, precision=record.precision, low=low,
                   high=high, doc=record.doc, writable=True),
            about=About(restorable=False),
        )  # fmt: skip
        group.desk.alias(f"{quantity.name}:SP:RBV", quantity.name)
        group.accept(self.wish, self._put)
        before = saved.get(quantity.name)
        if before is None:
            quantity.lose("Not entered", "UDF")
            return
        quantity.channel.post(before)
        quantity.lose("Too old", "READ")
        group.say(f"Entered before the restart: enter it again ({before:g} {record.unit})")

    async def _put(self, request: Put) -> None:
        value, quantity = float(request.value), self.quantity
        quantity.take(value, quantity.clock.now(), "Entered by hand")
        self.wish.post(value, force=True)
        self.saved.put(quantity.name, value)
        entry = f"{quantity.name}: {value:g} {self.wish.record.unit} entered by {request.user}@{request.host}"
        log.info("%s", entry)
        quantity.group.note(entry)
