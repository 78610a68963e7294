"""When a polled ``SETP?`` may be believed: it is in units that a person can change at any time.

The units (``INTYPE?``) are polled more rarely than the setpoint.  A change of units makes ``SETP?`` jump,
by 273.15 or to sensor units; so a jump is not believed until control input, units, setpoint and ramp
have been asked for in one message.
"""

from __future__ import annotations

import logging
import math
from typing import TYPE_CHECKING

from cryoioc.errors import CryoError

if TYPE_CHECKING:
    from cryoioc.link import Conversation
    from cryoioc.pvs.target import Target

log = logging.getLogger(__name__)

RAMP_STEP = 2.0  # K; the fastest ramp, 100 K/min, moves 0.7 K from poll to poll


class Doubt:
    """Whether the setpoint of one loop needs asking anew, and the asking."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._believed: float | None = None  # last SETP? whose units are certain, in preferred units
        self._certain = False  # units and setpoint come from one message
        self.asking = False

    def forget(self) -> None:
        """Believe nothing that was read before: the instrument was away."""
        self._believed = None

    def about(self, wire: float) -> bool:
        """Say whether ``wire``, in preferred units, must not be taken now; then it is being asked anew."""
        target = self._target
        step = abs(wire - self._believed) if self._believed is not None else math.inf
        alone = not (target.busy or self._certain) and target.loop.reading is not None
        if alone and step > (RAMP_STEP if target.ramping else 0.0):
            if not self.asking:
                self.asking = True
                target.loop.spawn(self._ask())
            return True
        self._believed = wire
        return False

    async def _ask(self) -> None:
        target, device, reading = self._target, self._target.device, self._target.loop.reading
        assert reading is not None
        slots = [target.writer.outmode, reading.intype, target.setp, target.rampst]

        async def work(talk: Conversation) -> None:
            replies = await talk.chain([slot.row.ask(*slot.address) for slot in slots])
            values = [slot.row.parse(reply) for slot, reply in zip(slots, replies, strict=True)]
            self.asking, self._certain = False, values[0]["input"] == reading.letter
            try:
                for slot, one in zip(slots, values, strict=True):
                    device.learn(slot, one, target.loop.desk.clock.now())
            finally:
                self._certain = False

        try:
            await device.transact(work)
        except CryoError as error:
            log.info("%s: units of the setpoint could not be asked for: %s", target.loop.name, error)
        finally:
            self.asking = False
