"""Putting outputs of one controller off before everything else, and making sure that they are."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from cryoioc.clock import Clock
from cryoioc.errors import DeviceRefused, Refused, ReplyError, ReplyTimeout
from cryoioc.link import Conversation, Priority
from cryoioc.pvs.device import Device
from cryoioc.pvs.loop import LoopGroup

TRIES = 5  # of an ALLOFF that is not confirmed
FALL = 1.5  # s for an output to fall once its range is off: it is read ten times a second
NOTHING = 1.0  # %; an output that is off may show a last digit


class HeaterSwitch:
    """The outputs of one controller.

    Parameters
    ----------
    loops : sequence of LoopGroup
        All loops of the controller.
    clock : Clock
        Of the station.
    """

    def __init__(self, device: Device, loops: Sequence[LoopGroup], clock: Clock) -> None:
        self.device, self.loops, self.clock = device, loops, clock
        self.name = device.name
        self.names = frozenset(loop.name for loop in loops)
        self.last_resort = "all heaters off"
        self._line_clock = Clock()  # how long an output may take is a matter of the line, not of the station
        self._active = 0
        self._news = asyncio.Event()
        for loop in loops:
            device.watch(loop.output.percent_slot, lambda values: self._news.set())

    def refuse(self, why: str) -> None:
        """Refuse puts that wait for this wire: nobody meant them to come after this."""
        if self.device.link is not None:
            self.device.link.refuse_puts(Refused(why))

    async def all_off(self) -> None:
        """Put every output off, those no loop uses too; repeat until it says so or patience ends."""
        await self._carry_out(self.device.model.outputs, self.loops, "ALLOFF was put", TRIES)

    async def off(self, names: frozenset[str], why: str) -> None:
        """Put the outputs of some loops off, once."""
        loops = [loop for loop in self.loops if loop.name in names]
        await self._carry_out([loop.spec.output for loop in loops], loops, f"interlock {why}", 1)

    async def fallen(self, names: frozenset[str]) -> None:
        """Return when the outputs of some loops have fallen.

        Raises
        ------
        DeviceRefused
            They have not, or it cannot be seen.
        """
        loops = [loop for loop in self.loops if loop.name in names and loop.mode != "Monitor out"]
        try:
            async with self._line_clock.timeout(FALL):
                while any(map(_output, loops)):
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            still = ", ".join(f"{loop.name} {_output(loop)}" for loop in loops if _output(loop))
            raise DeviceRefused(f"range is Off, output is not: {still}") from None

    async def _carry_out(self, outputs: Sequence[int], loops: Sequence[LoopGroup], why: str, tries: int) -> None:
        """Put outputs off; repeat until they say so, the line is down, or ``tries`` end."""
        device = self.device
        pairs = [loop.output.range_setting.pair for loop in loops]
        self._active += 1
        device.switching_off = why
        for pair in pairs:
            pair.ours = True
        self.refuse(why)
        try:
            for tries_left in reversed(range(tries)):
                try:
                    await device.transact(self._switch_off(outputs, loops), Priority.URGENT)
                    break
                except (ReplyTimeout, ReplyError, DeviceRefused):
                    if not tries_left:
                        raise
        finally:
            self._active -= 1
            device.switching_off = device.switching_off if self._active else ""
            for pair in pairs:
                pair.ours = False
                pair.wish.post(pair.truth.value, force=True)
        for loop in loops:
            loop.target.wanted = False

    def _switch_off(
        self, outputs: Sequence[int], loops: Sequence[LoopGroup]
    ) -> Callable[[Conversation], Awaitable[None]]:
        device = self.device
        row = device.model["RANGE"]
        commands = [row.tell({"range": "Off"}, n) for n in outputs]
        for loop in loops:
            ramp = loop.target.writer.ramp
            if loop.mode == "Zone" and ramp.values is not None:
                # A setpoint that goes on moving would let the next zone switch its range on.
                commands.append(ramp.row.tell(ramp.values | {"on": "Off"}, *ramp.address))

        async def work(talk: Conversation) -> None:
            replies = await device.checked(talk, [*commands, *(row.ask(n) for n in outputs)])
            still = [str(n) for n, reply in zip(outputs, replies, strict=True) if row.parse(reply)["range"] != "Off"]
            answers = dict(zip(outputs, replies, strict=True))
            for loop in loops:
                slot = loop.output.range_slot  # heater and voltage outputs name their ranges differently
                device.learn(slot, slot.row.parse(answers[loop.spec.output]), self.clock.now())
            if still:
                raise DeviceRefused(f"output {', '.join(still)} is still on")

        return work


def _output(loop: LoopGroup) -> str:
    """Return what the output of a loop still gives; empty: nothing."""
    slot = loop.output.percent_slot
    if slot.values is None or slot.error is not None:
        return "not known"
    percent = float(slot.values["percent"])
    return f"{percent:g} %" if abs(percent) > NOTHING else ""
