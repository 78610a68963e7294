"""Which curve each input uses: its header is read when the number changes, and now and then anew."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from cryoioc.clock import Clock
from cryoioc.errors import CryoError
from cryoioc.link import Conversation, Priority
from cryoioc.pvs.background import Background
from cryoioc.pvs.device import Device, Values, status_of
from cryoioc.pvs.loop import LoopGroup
from cryoioc.pvs.thermometer import ThermometerGroup

REREAD = 8.0  # s; a header can be edited at the front panel


class CurveHeaders:
    """Keeps name, serial and setpoint limit of the curves in use, and with them the loops' limits.

    The number of the curve is polled; its header is another exchange, addressed by that number, so
    it is asked for in a transaction of its own.
    """

    def __init__(self, device: Device, thermometers: Sequence[ThermometerGroup], loops: Sequence[LoopGroup],
                 clock: Clock) -> None:  # fmt: skip
        self.device, self.loops, self.clock = device, loops, clock
        self._read: dict[str, tuple[int, float]] = {}  # name -> curve number, time of reading
        self._running: set[str] = set()
        self._told: dict[str, int] = {}  # name -> curve whose header could not be had, said once
        self._background = Background(device.give_up)
        for thermometer in thermometers:
            device.watch(
                thermometer.incrv,
                partial(self._number, thermometer),
                partial(self._forget, thermometer),
            )

    def _forget(self, thermometer: ThermometerGroup, status: str) -> None:
        self._read.pop(thermometer.name, None)
        thermometer.hide_curve(status)

    def _number(self, thermometer: ThermometerGroup, values: Values) -> None:
        number, when = self._read.get(thermometer.name, (-1, 0.0))
        fresh = number == values["curve"] and self.clock.now() - when < REREAD
        if fresh or thermometer.name in self._running:
            return
        self._running.add(thermometer.name)
        self._background.spawn(self._ask(thermometer, values["curve"]))

    async def _ask(self, thermometer: ThermometerGroup, number: int) -> None:
        row = self.device.model["CRVHDR"]

        async def work(talk: Conversation) -> Values:
            (reply,) = await talk.chain([row.ask(number)])
            return row.parse(reply)

        try:
            header = await self.device.transact(work, Priority.BACKGROUND) if number else None
        except CryoError as error:
            self._forget(thermometer, status_of(error))
            if self._told.get(thermometer.name) != number:
                self._told[thermometer.name] = number
                thermometer.say(f"Curve {number}: {error}")
        else:
            self._told.pop(thermometer.name, None)
            self._read[thermometer.name] = (number, self.clock.now())
            thermometer.show_curve(header)
        finally:
            self._running.discard(thermometer.name)
        for loop in self.loops:
            loop.show_limits()
