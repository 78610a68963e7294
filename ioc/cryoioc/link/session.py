"""One connection, from the identification to the end: what goes over the line next.

Order of precedence, decided anew whenever the pacing allows a message and never before, so that a put
waits for nothing but the message in flight: transactions by their priority, what is left of
the first sweep, probes of suspects (every second message at most while polls are due), polls.
"""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import NoReturn, Protocol

from cryoioc.clock import Clock
from cryoioc.errors import CryoError, LinkError, ReplyError, ReplyTimeout, kept
from cryoioc.link.conversation import Conversation
from cryoioc.link.dialect import Poll
from cryoioc.link.faultlog import FaultLog
from cryoioc.link.line import TICK, Line
from cryoioc.link.plan import PollPlan
from cryoioc.link.queue import TransactionQueue
from cryoioc.link.suspects import Suspects
from cryoioc.link.widths import Widths
from cryoioc.wire.chain import SEPARATOR

HEALTHY = 10  # answered poll messages after which a connection counts as good
IDLE = 3600.0  # s, longest sleep with nothing to ask


class Listener(Protocol):
    """Who is told what the link hears.  Every call returns at once."""

    def identified(self, reply: str) -> None:
        """Take who the instrument says it is; ReplyError (wrong model) takes the link down."""

    def received(self, key: Hashable, reply: str, when: float) -> None:
        """Take an answer heard at clock time ``when``, [s]; ReplyError if it is unreadable."""

    def failed(self, key: Hashable, error: CryoError) -> None:
        """Note that something is not answered, or that its answer is unreadable."""

    def up(self) -> None:
        """Note that the instrument is identified and transactions are accepted."""

    def down(self, error: LinkError) -> None:
        """Note that the instrument cannot be spoken to."""


@dataclass(frozen=True, kw_only=True)
class Parts:
    """What outlives a connection and belongs to one link."""

    plan: PollPlan
    suspects: Suspects
    queue: TransactionQueue
    listener: Listener
    faults: FaultLog
    clock: Clock


class Session:
    """The life of one connection."""

    def __init__(self, line: Line, conversation: Conversation, parts: Parts) -> None:
        self._line, self._conversation = line, conversation
        self._plan, self._suspects, self._queue = parts.plan, parts.suspects, parts.queue
        self._listener, self._faults, self._clock = parts.listener, parts.faults, parts.clock
        self._tally = line.tally
        self._sweep: deque[tuple[Poll, ...]] = deque()
        self._widths = Widths()
        self._probed_last = False
        self._answered = 0
        self._pass_began = 0.0
        self._seen: set[Hashable] = set()

    @property
    def healthy(self) -> bool:
        """Whether this connection has worked for a while."""
        return self._answered >= HEALTHY

    async def run(self, identified: Callable[[], None]) -> NoReturn:
        """Identify, call ``identified``, ask everything once, then follow the plan; never return.

        Raises
        ------
        LinkError, ReplyError
            Why the connection is over.
        """
        await self._conversation.align()
        self._listener.identified(self._line.identity)
        identified()
        self._suspects.amnesty()
        for convict in self._suspects.convicts:
            self._listener.failed(convict.poll.key, convict.error)
        self._pass_began = self._clock.now()
        self._plan.start(self._pass_began)
        self._plan.exclude(self._suspects.keys)
        self._sweep.extend(self._plan.sweep())
        while True:
            await self._step()

    async def _step(self) -> None:
        """Do the one thing that comes first, or wait until there is one."""
        await self._line.quiet()
        await self._conversation.align()
        transaction = self._queue.take()
        if transaction is not None:
            if isinstance(await transaction.perform(self._conversation), ReplyError):
                self._doubt()
            return
        now = self._clock.now()
        if self._sweep:
            await self._ask(self._sweep.popleft(), probe=False)
        elif polls := self._probe(now):
            await self._ask(polls, probe=True)
        elif polls := self._plan.next_message(now):
            if await self._ask(polls, probe=False):
                self._tally.slots.append(self._clock.now())
        else:
            wait = min(IDLE, self._plan.due - now, self._suspects.due(now) - now)
            await self._queue.wait(max(TICK, wait))

    def _probe(self, now: float) -> tuple[Poll, ...]:
        turn = not (self._probed_last and self._plan.due <= now)
        polls = self._suspects.next_probe(now) if turn else ()
        self._probed_last = bool(polls)
        return polls

    async def _ask(self, polls: Sequence[Poll], *, probe: bool) -> bool:
        """Ask ``polls`` in one message and pass the answers on; say whether they were answered."""
        whole = len(polls) == 1 and polls[0].alone and polls[0].answers(self._line.dialect) == 1
        reply_chars = sum(poll.reply_chars + 1 for poll in polls)
        try:
            queries = [query for poll in polls for query in poll.queries]
            replies = iter(await self._conversation.ask(queries, reply_chars, whole=whole))
        except (ReplyTimeout, ReplyError) as error:
            self._tally.last_error = str(error)
            self._blame(polls, error, probe=probe)
            return False
        now = self._clock.now()
        self._answered += 1
        self._suspects.clear(polls)
        self._plan.exclude(self._suspects.keys)
        self._plan.asked(polls, now)
        for poll in polls:
            self._faults.end(("unanswered", poll.key), "%s is answered again", poll.text)
            answers = itertools.islice(replies, poll.answers(self._line.dialect))
            self._deliver(poll, SEPARATOR.join(answers), now)
        self._note_pass(polls, now)
        return True

    def _deliver(self, poll: Poll, reply: str, now: float) -> None:
        unreadable = ("unreadable", poll.key)
        if self._line.dialect.steady and not self._widths.believe(poll.key, reply):
            self._tally.bad_replies += 1
            self._tally.last_error = f"{reply!r} to {poll.text} is not as wide as before: asked again"
            return
        try:
            self._listener.received(poll.key, reply, now)
        except ReplyError as error:
            self._tally.bad_replies += 1
            self._tally.last_error = str(error)
            self._doubt()
            self._faults.begin(unreadable, "%s: %s", poll.text, error)
            self._listener.failed(poll.key, kept(error))
        else:
            self._faults.end(unreadable, "the answer to %s is readable again", poll.text)

    def _doubt(self) -> None:
        """Take an unreadable answer as a sign of misalignment where no sentinel checks the shape."""
        self._line.aligned &= self._line.dialect.chained

    def _blame(self, polls: Sequence[Poll], error: CryoError, *, probe: bool) -> None:
        """Look for the culprit of a failed message; found, if it was asked alone."""
        if probe and len(polls) == 1:
            (poll,) = polls
            self._suspects.convict(poll, kept(error), self._clock.now())
            self._faults.begin(("unanswered", poll.key), "%s is not answered: %s", poll.text, error)
            self._listener.failed(poll.key, error)
        else:
            self._suspects.accuse(polls)
        self._plan.exclude(self._suspects.keys)

    def _note_pass(self, polls: Sequence[Poll], now: float) -> None:
        """Keep the time of one full pass over everything that is answered."""
        self._seen.update(poll.key for poll in polls)
        if not self._sweep and self._plan.keys <= self._seen:
            self._tally.sweep_period = now - self._pass_began
            self._pass_began = now
            self._seen.clear()
