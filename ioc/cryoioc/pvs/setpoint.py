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
    from cryoioc.pvs.reading import Reading
    from cryoioc.pvs.target import Target

log = logging.getLogger(__name__)

RETRY = 10.0  # s between two askings that come to nothing
RAMP_STEP = 2.0  # K; the fastest ramp, 100 K/min, moves 0.7 K from poll to poll


class Doubt:
    """Whether the setpoint of one loop needs asking anew, and the asking."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._believed: float | None = None  # last SETP? whose units are certain, in preferred units
        self.certain = False  # units and setpoint come from one message
        self.asking = False
        self._again = 0.0  # s, not asked before

    def forget(self) -> None:
        """Believe nothing that was read before: the instrument was away."""
        self._believed, self._again = None, 0.0

    def about(self, wire: float) -> bool:
        """Say whether ``wire``, in preferred units, must not be taken now; then it is being asked anew."""
        target = self._target
        reading = target.loop.reading
        step = abs(wire - self._believed) if self._believed is not None else math.inf
        if reading is None or target.busy or self.certain or step <= (RAMP_STEP if target.ramping else 0.0):
            self._believed = wire
            return False
        self.ask()
        return True

    def ask(self) -> None:
        """Ask for setpoint, ramp, control input and its units in one message, unless that has just failed."""
        loop = self._target.loop
        reading, now = loop.reading, loop.desk.clock.now()
        if reading is not None and not self.asking and now >= self._again:
            self.asking, self._again = True, now + RETRY
            loop.background.spawn(self._ask(reading))

    async def _ask(self, reading: Reading) -> None:
        target, device = self._target, self._target.device
        slots = [target.writer.outmode, reading.intype, target.setp, target.rampst]

        async def work(talk: Conversation) -> None:
            replies = await talk.chain([slot.row.ask(*slot.address) for slot in slots])
            values = [slot.row.parse(reply) for slot, reply in zip(slots, replies, strict=True)]
            self.asking, self._again = False, 0.0
            self.certain = values[0]["input"] == reading.letter
            try:
                for slot, one in zip(slots, values, strict=True):
                    device.learn(slot, one, target.loop.desk.clock.now())
            finally:
                self.certain = False

        try:
            await device.transact(work)
        except CryoError as error:
            log.info("%s: units of the setpoint could not be asked for: %s", target.loop.name, error)
            target.unbelieved()
        finally:
            self.asking = False
