"""One loop per amplifier: read, decide, carry out, and again.

What is decided is in :mod:`cryoioc.bias`.  Here is only when a reading is complete, how actions get to instruments side
by side, and that nothing waits long for an instrument that does not answer: the others may have to be switched off.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from cryoioc import bias
from cryoioc.bias import Action, Failure, Reading, State, Surroundings, Switch, Terminal, disagreement
from cryoioc.clock import Clock
from cryoioc.errors import CryoError
from cryoioc.link import Priority
from cryoioc.pvs.bias_supply import Bank, Order

SETTLED = 0.1  # s after an action until a reading counts: drains settle in 20 ms (bias-flow-vacuum.md 2.3)
LOOK = 0.25  # s until something is decided, whatever has been read by then
PATIENCE = 0.6  # s for actions; a supply that takes longer is left to go on by itself
PAUSE = 1.0  # s after a fault of the code


@dataclass(frozen=True)
class Wire:
    """Where a terminal of an amplifier is."""

    bank: Bank
    output: int


class BiasLoop:
    """Keeps one amplifier.

    Parameters
    ----------
    amplifier : cryoioc.bias.Amplifier
    wires : mapping of Terminal to Wire
    surroundings : callable
        What is around it now.
    changed : callable
        Told after every step.

    Attributes
    ----------
    state : State
    reading : Reading
        The last one.
    """

    def __init__(self, amplifier: bias.Amplifier, wires: Mapping[Terminal, Wire],
                 surroundings: Callable[[], Surroundings], changed: Callable[[], None]) -> None:  # fmt: skip
        self.amplifier, self.wires = amplifier, wires
        self._surroundings, self._changed = surroundings, changed
        self.clock = Clock()  # of the lines: transistors do not live faster with the station's
        self.state = State()
        self.reading = Reading(outputs={}, around=Surroundings())
        self._after = -math.inf  # s, before which nothing that was read counts
        self._news = asyncio.Event()
        self._asked = False
        self._banks = tuple({id(wire.bank): wire.bank for wire in wires.values()}.values())
        for bank in self._banks:
            for slot in bank.slots:
                bank.device.watch(slot, lambda values: self._news.set(), lambda status: self._news.set())

    def ask(self, request: bias.Request) -> None:
        """Ask for another bias; the next step acts, at once.

        Raises
        ------
        Refused
            Why not; nothing is changed.
        """
        self.state = bias.ask(self.amplifier, self.state, self.clock.now(), self._read(-math.inf), request)
        self._asked = True
        self._news.set()

    def acted(self) -> list[str]:
        """Return which protections of the supplies have acted, as each output was read last."""
        last = self._read(-math.inf).outputs
        return [f"{terminal} {', '.join(read.tripped)}" for terminal, read in last.items() if read and read.tripped]

    async def run(self) -> None:
        """Keep it until cancelled."""
        failure: Failure | None = None
        while True:
            try:
                failure = await self._cycle(failure)
            except Exception as fault:  # noqa: BLE001 - whatever is wrong with one amplifier, the others are kept
                for bank in self._banks:
                    bank.device.give_up(fault)
                await self.clock.sleep(PAUSE)

    async def _cycle(self, failure: Failure | None) -> Failure | None:
        """Take one step; return what of it was not done."""
        await self._complete()
        now = self.clock.now()
        self.reading = self._read(-math.inf if self._in_danger() else self._after)
        step = bias.step(self.amplifier, self.state, now, self.reading, failure)
        self.state = step.state
        self._changed()
        self._after = now
        if not step.actions:
            return None
        failure = await self._carry_out(step.actions)
        self._after = self.clock.now() + SETTLED
        return failure

    async def _complete(self) -> None:
        """Return when everything has been read anew, somebody has asked for something, or it takes too long."""
        refreshing: list[asyncio.Future[None]] = []
        try:
            async with self.clock.timeout(max(0.0, self._after - self.clock.now()) + LOOK):
                if self._after > self.clock.now() and not self._asked:
                    # Something was done: what comes of it is looked at as soon as it can be, not at the next poll.
                    await self.clock.sleep_until(self._after)
                    refreshing += [_left_alone(bank.refresh()) for bank in self._banks]
                while not (self._asked or self._in_danger() or self._all_new()):
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            pass
        finally:
            for task in refreshing:
                task.cancel()
        self._asked = False

    def _in_danger(self) -> bool:
        """Say whether a drain is outside its window: that waits neither for other readings nor for other work."""
        return bool(bias.out_of_window(self.amplifier, self.state, self._read(-math.inf)))

    def _all_new(self) -> bool:
        return all(slot.error is None and slot.when > self._after for bank in self._banks for slot in bank.slots)

    def _read(self, after: float) -> Reading:
        """Return every output that was read after a moment, [s]; others are not known."""
        outputs = {}
        for terminal, wire in self.wires.items():
            read = wire.bank.read(wire.output, terminal.port)
            outputs[terminal] = read if read is not None and read.when > after else None
        return Reading(outputs=outputs, around=self._surroundings())

    # --- actions ----------------------------------------------------------------------------------

    async def _carry_out(self, actions: Sequence[Action]) -> Failure | None:
        """Do what stands side by side at the same time; what follows only if all of it was done, or switches off."""
        undone: dict[Action, str] = {}
        for _, alike in groupby(actions, type):
            group = list(alike)
            if undone and not all(map(_switches_off, group)):
                undone |= dict.fromkeys(group, "not begun")
            else:
                undone |= await self._side_by_side(group)
        return Failure(tuple(undone), next(iter(undone.values()))) if undone else None

    async def _side_by_side(self, actions: Sequence[Action]) -> dict[Action, str]:
        """Return what was not done, and why."""
        ends = any(map(_switches_off, actions))
        priority = Priority.URGENT if ends else Priority.PUT
        work = {_left_alone(bank.carry_out(orders, priority)): (bank, orders)
                for bank, orders in self._orders(actions)}  # fmt: skip
        try:
            async with self.clock.timeout(PATIENCE):
                await self._done_or_danger(set(work))
        except TimeoutError:
            pass
        undone: dict[Action, str] = {}
        for task, (bank, orders) in work.items():
            undone |= self._judged(task, bank, orders)
        return undone

    async def _done_or_danger(self, pending: set[asyncio.Future[None]]) -> None:
        """Return when all of it is done, or a drain is outside its window."""
        while pending and not self._in_danger():
            self._news.clear()
            news = asyncio.ensure_future(self._news.wait())
            waited: set[asyncio.Future[Any]] = {*pending, news}
            try:
                await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
            finally:
                news.cancel()
            pending = {task for task in pending if not task.done()}

    def _orders(self, actions: Sequence[Action]) -> Iterator[tuple[Bank, list[Order]]]:
        for bank in self._banks:
            orders = [Order(action, wire.output) for action in actions
                      if (wire := self.wires[action.terminal]).bank is bank]  # fmt: skip
            if orders:
                yield bank, orders

    def _judged(self, task: asyncio.Future[None], bank: Bank, orders: Sequence[Order]) -> dict[Action, str]:
        """Return what of the work at one instrument was not done, and why."""
        name = bank.device.name
        if not task.done():
            task.cancel()  # what has begun on the wire is completed all the same
            return {order.action: f"{name} has not answered for {PATIENCE:g} s" for order in orders}
        fault = task.exception()
        if isinstance(fault, CryoError):
            return {order.action: f"{name}: {fault}" for order in orders}
        if fault is not None:
            raise fault
        found = {order.action: self._objection(order.action, bank, order.output) for order in orders}
        return {action: why for action, why in found.items() if why}

    def _objection(self, action: Action, bank: Bank, output: int) -> str:
        read = bank.read(output, action.terminal.port)
        if read is None:
            return f"{action.terminal} is not read"
        return disagreement(action, self.amplifier.output(action.terminal), read)


def _switches_off(action: Action) -> bool:
    return isinstance(action, Switch) and not action.on


def _left_alone(work: Coroutine[Any, Any, None]) -> asyncio.Future[None]:
    """Begin work at an instrument that may end after nobody waits for it any more."""
    task = asyncio.ensure_future(work)
    task.add_done_callback(_noted)
    return task


def _noted(task: asyncio.Future[None]) -> None:
    """Take note of how work ended: whether it was done is seen in what is read."""
    if not task.cancelled():
        task.exception()
