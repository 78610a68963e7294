"""One owner per port: connect, identify, read, serve transactions, and begin again when it breaks.

On connect the instrument is only read.  The rule of precedence is in :mod:`cryoioc.link.session`, the
argument why no reply goes to the wrong request in :mod:`cryoioc.link.alignment`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from cryoioc.clock import Clock
from cryoioc.errors import CryoError, InternalFault, LinkDown, LinkError, ReplyError, kept
from cryoioc.link.alignment import nonces
from cryoioc.link.conversation import Conversation
from cryoioc.link.dialect import Dialect, Poll
from cryoioc.link.faultlog import FaultLog
from cryoioc.link.line import Line
from cryoioc.link.plan import PollPlan
from cryoioc.link.queue import Priority, TransactionQueue
from cryoioc.link.session import Listener, Parts, Session
from cryoioc.link.statistics import LinkStatistics, State, Tally
from cryoioc.link.suspects import Suspects
from cryoioc.link.transport import Transport

T = TypeVar("T")

FIRST_BACKOFF = 0.5  # s
LONGEST_BACKOFF = 10.0  # s


class Link:
    """An instrument at the end of a line.

    Parameters
    ----------
    name : str
        Of the instrument, for the log.
    opener : callable
        Opens the port; LinkDown when it cannot.
    dialect : Dialect
    polls : sequence of Poll
        What is asked again and again.
    listener : Listener
        Who is told.
    clock : Clock

    Raises
    ------
    PlanError
        The polls do not fit on the line.
    """

    def __init__(
        self,
        name: str,
        opener: Callable[[], Awaitable[Transport]],
        dialect: Dialect,
        polls: Sequence[Poll],
        listener: Listener,
        clock: Clock,
    ) -> None:
        self.name = name
        self._opener, self._dialect, self._clock, self._listener = opener, dialect, clock, listener
        self._log = logging.getLogger(f"cryoioc.link.{name}")
        self._faults = FaultLog(clock, self._log)
        self._queue = TransactionQueue(clock, self._log)
        self._suspects = Suspects()
        self._tally = Tally()
        self._nonces = nonces()
        self._state = State.STARTING
        self._identity = ""
        self._line: Line | None = None
        self._parts = Parts(
            plan=PollPlan(polls, dialect),
            suspects=self._suspects,
            queue=self._queue,
            listener=listener,
            faults=self._faults,
            clock=clock,
        )

    async def run(self) -> None:
        """Own the port until cancelled."""
        delay = FIRST_BACKOFF
        try:
            while True:
                try:
                    error, healthy = await self._connect()
                except Exception as fault:  # noqa: BLE001
                    # Whatever is wrong in the code for one instrument, the others stay served.
                    error, healthy = self._fault(fault), False
                self._go_down(kept(error))
                if healthy:
                    delay = FIRST_BACKOFF
                await self._clock.sleep(delay)
                delay = min(2.0 * delay, LONGEST_BACKOFF)
        finally:
            self._state = State.STOPPED
            self._queue.refuse_all(LinkDown(f"{self.name}: stopped"))

    async def transact(
        self, work: Callable[[Conversation], Awaitable[T]], priority: Priority = Priority.PUT
    ) -> T:
        """Do ``work`` with the wire to itself and return its result.

        ``work`` awaits nothing but its conversation.  If the caller is cancelled, work that has begun
        is still completed and work that has not is dropped.

        Raises
        ------
        LinkDown
            The instrument is not connected; nothing was sent.  Also whatever ``work`` raises.
        """
        if self._state is not State.UP:
            raise LinkDown(f"{self.name} is not connected: {self._tally.last_error or self._state.value}")
        return await self._queue.put(work, priority)

    def break_off(self, fault: BaseException) -> None:
        """Give the connection up, because code that deals with this instrument has failed; it is tried again."""
        error = self._fault(fault)
        if self._line is not None:
            self._line.fail(error)
            self._queue.wake()

    def refuse_puts(self, error: CryoError) -> None:
        """Give ``error`` to every put that waits for the wire; none of them is carried out."""
        self._queue.refuse_all(error, Priority.PUT)

    def statistics(self) -> LinkStatistics:
        """Return the state and the counters."""
        tally = self._tally
        return LinkStatistics(
            state=self._state,
            attempts=tally.attempts,
            messages=tally.messages,
            timeouts=tally.timeouts,
            resyncs=tally.resyncs,
            bad_replies=tally.bad_replies,
            unanswered=tuple(convict.poll.text for convict in self._suspects.convicts),
            reconnects=tally.reconnects,
            unsolicited=tally.unsolicited,
            internal=tally.internal,
            last_error=tally.last_error,
            sweep_period=tally.sweep_period,
            slots_per_second=tally.slots_per_second(),
        )

    async def _connect(self) -> tuple[LinkError, bool]:
        """Live through one connection; return why it ended and whether it had worked."""
        self._tally.attempts += 1
        try:
            transport = await self._opener()
        except LinkDown as error:
            return error, False
        self._line = line = Line(transport, self._dialect, self._clock, self._log, self._tally)
        session = Session(line, Conversation(line, self._nonces), self._parts)
        pump = asyncio.create_task(line.pump())
        pump.add_done_callback(lambda _: self._queue.wake())
        try:
            await session.run(lambda: self._go_up(line.identity))
        except LinkError as error:
            return error, session.healthy and not isinstance(error, InternalFault)
        except ReplyError as error:
            return LinkDown(str(error)), session.healthy
        finally:
            self._line = None
            transport.close()
            pump.cancel()
            await asyncio.wait({pump})
            if not pump.cancelled():
                pump.result()  # a mistake in the pump is not a fault of the line

    def _fault(self, fault: BaseException) -> InternalFault:
        """Count a fault of our own and return how it is told; its trace is logged when it is another than the last."""
        self._tally.internal += 1
        error = InternalFault(f"internal error: {type(fault).__name__}: {fault}")
        if self._tally.last_error != str(error):
            self._log.error("%s", error, exc_info=fault)
        self._tally.last_error = str(error)
        return error

    def _go_up(self, identity: str) -> None:
        if self._state is State.DOWN:
            self._tally.reconnects += bool(self._identity)
        self._identity = identity
        self._state = State.UP
        self._faults.end("link", "connected again")
        self._log.info("connected: %s", identity)
        self._listener.up()

    def _go_down(self, error: LinkError) -> None:
        self._tally.last_error = str(error)
        self._tally.slots.clear()
        self._queue.refuse_all(LinkDown(f"{self.name}: {error}"))
        self._faults.begin("link", "not connected: %s", error)
        if self._state is not State.DOWN:
            self._state = State.DOWN
            self._listener.down(error)
