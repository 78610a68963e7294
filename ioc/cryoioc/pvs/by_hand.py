"""A quantity that nobody measures: somebody looks and enters it, and that is logged."""

from __future__ import annotations

import logging
from typing import Any

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
        What can be entered, in the unit of the quantity; one of its states if it has states.
    """

    def __init__(self, quantity: RigQuantity, saved: Saved, low: float, high: float) -> None:
        self.quantity, self.saved = quantity, saved
        group, record = quantity.group, quantity.channel.record
        shape: dict[str, Any] = {"kind": "ao", "unit": record.unit, "precision": record.precision, "low": low,
                                 "high": high}  # fmt: skip
        if record.states:
            shape = {"kind": "bo", "states": record.states}
        self.wish = group.declare(
            Record(name=f"{quantity.name}:SP", doc=record.doc, writable=True, **shape), about=About(restorable=False)
        )
        group.desk.alias(f"{quantity.name}:SP:RBV", quantity.name)
        group.accept(self.wish, self._put)
        before = saved.get(quantity.name)
        if before is None:
            quantity.lose("Not entered", "UDF")
            return
        quantity.show(before)
        quantity.lose("Too old", "READ")
        group.say(f"Entered before the restart: enter it again ({self._words(before)})")

    async def _put(self, request: Put) -> None:
        quantity, states = self.quantity, self.wish.record.states
        value = float(states.index(request.value) if states else request.value)
        quantity.take(value, quantity.clock.now(), "Entered by hand")
        self.wish.post(request.value, force=True)
        self.saved.put(quantity.name, value)
        entry = f"{quantity.name}: {self._words(value)} entered by {request.user}@{request.host}"
        log.info("%s", entry)
        quantity.group.note(entry)

    def _words(self, value: float) -> str:
        record = self.wish.record
        return record.states[round(value)] if record.states else f"{value:g} {record.unit}".rstrip()
