"""Which poll goes into which message: computed, shown, and refused when it does not fit.

Time is cut into slots.  What is wanted in every slot (the fast part) opens its message; behind it
goes whatever else has the earliest deadline, as far as the message and the slot have room.  An element
whose answer may hold ``;``, and every element of a dialect without chains, is a message of its own,
sent between two slots when its time has come, frequent ones first.  A slot that starts late shrinks its
slow part, so that the grid is caught up with; an element past its deadline is asked all the same.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from cryoioc.errors import CryoError
from cryoioc.link.dialect import Dialect, Poll, message_chars, message_time

EARLY = 0.8  # part of its period that passes before an element is asked again
MEAN_SLACK = 1.05  # the plan may be slower than wanted by this factor in the mean
WORST_SLACK = 3  # and by this number of slots at worst,
WORST_PART = 1.2  # or by this factor where that is more
REHEARSAL = 60.0  # s of the plan are played through; what is rarer is judged by utilisation alone


class PlanError(CryoError):
    """The polls of an instrument do not fit on its line."""


@dataclass(frozen=True, kw_only=True)
class PlanRow:
    """What the plan makes of one poll."""

    key: Hashable
    text: str
    every: float  # s, wanted
    mean: float  # s, planned
    worst: float  # s, planned


class PollPlan:
    """The order of the polls of one link.

    Parameters
    ----------
    polls : sequence of Poll
        In order of importance; keys are unique.
    dialect : Dialect

    Raises
    ------
    PlanError
        They do not fit; the text holds the numbers.
    """

    def __init__(self, polls: Sequence[Poll], dialect: Dialect) -> None:
        self._dialect = dialect
        self._polls = tuple(polls)
        self._alone = tuple(poll for poll in polls if poll.alone or not dialect.chained)
        chained = tuple(poll for poll in polls if poll not in self._alone)
        self._fast = tuple(poll for poll in chained if poll.every <= dialect.slot)
        self._slow = tuple(poll for poll in chained if poll not in self._fast)
        self._check_sizes()
        self._rows = self._rehearse()
        self._check_rates()
        self.start(0.0)

    def start(self, now: float) -> None:
        """Begin at ``now``, [s], as if everything had just been asked and nothing were excluded."""
        self._excluded: frozenset[Hashable] = frozenset()
        self._keys: frozenset[Hashable] = frozenset(poll.key for poll in self._polls)
        self._deadlines = {poll.key: now + poll.every for poll in self._polls}
        for every in {poll.every for poll in self._alone} if not self._dialect.chained else ():
            # Spread over their period: what is due at the same time once stays so, and holds everything up.
            same = [poll for poll in self._alone if poll.every == every]
            self._deadlines |= {poll.key: now + every * n / len(same) for n, poll in enumerate(same, 1)}
        self._slot = now  # s, start of the next slot
        self._alone_last = False

    def exclude(self, keys: Iterable[Hashable]) -> None:
        """Leave exactly ``keys`` out of all messages from now on."""
        self._excluded = frozenset(keys)

    @property
    def keys(self) -> frozenset[Hashable]:
        """What is asked at present: everything not excluded."""
        return self._keys - self._excluded if self._excluded else self._keys

    @property
    def due(self) -> float:
        """When the next message should be sent, [s]; infinity when there is nothing to ask."""
        times = [self._deadlines[poll.key] for poll in self._allowed(self._alone)]
        if self._allowed(self._fast) or self._allowed(self._slow):
            times.append(self._slot)
        return min(times, default=math.inf)

    def next_message(self, now: float) -> tuple[Poll, ...]:
        """Return what to ask in one message at ``now``, [s], and count it as asked; nothing before `due`."""
        slot_due = self._slot <= now and bool(self._fast or self._slow)
        waiting = [poll for poll in self._allowed(self._alone) if self._deadlines[poll.key] <= now]
        self._alone_last = bool(waiting) and not (slot_due and self._alone_last)
        message: tuple[Poll, ...] = ()
        if self._alone_last:
            # A burst of rare ones may not hold the frequent ones up.
            message = (min(waiting, key=lambda poll: (poll.every, self._deadlines[poll.key])),)
        elif slot_due:
            message = self._slot_message(now)
        self.asked(message, now)
        return message

    def asked(self, polls: Iterable[Poll], now: float) -> None:
        """Count ``polls`` as asked at ``now``, [s]."""
        self._deadlines.update((poll.key, now + poll.every) for poll in polls)

    def sweep(self) -> list[tuple[Poll, ...]]:
        """Return the messages that ask everything not excluded once, the fast part first.

        Of those that are messages of their own the rare ones come first: settings, without which no reading counts.
        """
        messages: list[tuple[Poll, ...]] = []
        current: tuple[Poll, ...] = ()
        for poll in self._allowed((*self._fast, *sorted(self._slow, key=lambda poll: poll.every))):
            if current and message_chars((*current, poll), self._dialect) > self._dialect.max_chars:
                messages.append(current)
                current = ()
            current = (*current, poll)
        alone = sorted(self._alone, key=lambda poll: -poll.every)
        return [*messages, *([current] if current else []), *((poll,) for poll in self._allowed(alone))]

    @property
    def utilisation(self) -> float:
        """Part of the time for which the line is needed, spacing included; more than 1 cannot be had."""
        per_second = sum(message_time((poll,), self._dialect) / poll.every for poll in self._alone)
        per_second += sum(self._added_time(poll) / poll.every for poll in self._slow)
        if self._fast or self._slow:
            per_second += message_time(self._fast, self._dialect) / self._dialect.slot
        return per_second

    def table(self) -> tuple[PlanRow, ...]:
        """Return what the plan makes of each poll, in the order given."""
        return self._rows

    def _deadline(self, poll: Poll) -> float:
        return self._deadlines[poll.key]

    def _allowed(self, polls: Iterable[Poll]) -> list[Poll]:
        if not self._excluded:  # as a rule, and this is asked for every message
            return list(polls)
        return [poll for poll in polls if poll.key not in self._excluded]

    def _added_time(self, poll: Poll) -> float:
        """Return what ``poll`` and its two separators add to a message, [s]."""
        return self._dialect.wire_time(len(poll.text) + poll.reply_chars + 2)

    def _slot_message(self, now: float) -> tuple[Poll, ...]:
        """Begin a slot: the fast part, and what else fits or is overdue, earliest deadline first."""
        length = self._dialect.slot
        self._slot = (self._slot if now - self._slot < length else now) + length
        message = self._allowed(self._fast)
        room = self._dialect.max_chars - message_chars(message, self._dialect)
        used = message_time(message, self._dialect)
        # A late slot has little to spare; what is overdue may use a whole one, and no more: puts wait.
        spare, most = self._slot - now - used, length - used
        for poll in sorted(self._allowed(self._slow), key=self._deadline):
            left = self._deadlines[poll.key] - now
            if left > (1.0 - EARLY) * poll.every:
                continue
            needed = self._added_time(poll)
            if 1 + len(poll.text) <= room and needed <= (most if left <= 0 else spare):
                message.append(poll)
                room -= 1 + len(poll.text)
                spare, most = spare - needed, most - needed
        return tuple(message)

    def _check_sizes(self) -> None:
        dialect = self._dialect
        keys = [poll.key for poll in self._polls]
        if len(set(keys)) < len(keys):
            twice = next(key for key in keys if keys.count(key) > 1)
            raise PlanError(f"{dialect.name}: {twice} is polled twice")
        for poll in self._polls:
            beside = (poll,) if poll in self._alone or poll in self._fast else (*self._fast, poll)
            if (length := message_chars(beside, dialect)) > dialect.max_chars:
                fast = f" behind the fast part of {len(self._fast)} queries" if len(beside) > 1 else ""
                raise PlanError(
                    f"{dialect.name}: {poll.text}{fast} makes a message of {length} characters; "
                    f"{dialect.max_chars} are allowed"
                )
        length, time = message_chars(self._fast, dialect), message_time(self._fast, dialect)
        if self._fast and (length > dialect.max_chars or time > dialect.slot):
            raise PlanError(
                f"{dialect.name}: the {len(self._fast)} queries wanted every {dialect.slot:g} s need "
                f"{1e3 * time:.0f} ms and {length} characters of each message; "
                f"{1e3 * dialect.slot:.0f} ms and {dialect.max_chars} characters are there"
            )

    def _check_rates(self) -> None:
        name = self._dialect.name
        if self.utilisation > 1.0:
            raise PlanError(f"{name}: the polls need {100 * self.utilisation:.0f} % of the time of the line")
        for row in self._rows:
            worst = max(row.every + WORST_SLACK * self._dialect.slot, row.every * WORST_PART)
            if row.mean > MEAN_SLACK * row.every or row.worst > worst:
                raise PlanError(
                    f"{name}: {row.text} is wanted every {row.every:g} s and can be had every "
                    f"{row.mean:.3g} s, at worst after {row.worst:.3g} s"
                )

    def _rehearse(self) -> tuple[PlanRow, ...]:
        """Play the plan through with every message taking its computed time."""
        self.start(0.0)
        horizon = min(REHEARSAL, 10 * max((poll.every for poll in self._polls), default=0.0))
        times: dict[Hashable, list[float]] = {poll.key: [0.0] for poll in self._polls}
        now = 0.0
        while now < horizon:
            message = self.next_message(now)
            for poll in message:
                times[poll.key].append(now)
            now = now + message_time(message, self._dialect) if message else self.due
        return tuple(self._row(poll, times[poll.key], horizon) for poll in self._polls)

    def _row(self, poll: Poll, times: list[float], horizon: float) -> PlanRow:
        gaps = [later - earlier for earlier, later in pairwise(times)]
        if horizon - times[-1] > poll.every or not gaps:
            gaps.append(horizon - times[-1])
        mean = sum(gaps) / len(gaps)
        return PlanRow(key=poll.key, text=poll.text, every=poll.every, mean=mean, worst=max(gaps))
