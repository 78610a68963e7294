"""Which elements of a failed message are to blame.

All elements of a message that was not properly answered are suspects and leave the chains.  They are
asked again ``PART`` at a time, because mostly only one message was lost, and the elements of a part
that fails again each alone.  An answer clears an element; silence to it alone convicts it, and then it
is asked again, alone: after ``FIRST_RETRY``, because an instrument or a host may only have been busy for a
second and an interlock waits for the reading, then after twice as long each time, up to ``LONGEST_RETRY``.
The others go on without it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

from cryoioc.errors import CryoError
from cryoioc.link.dialect import Poll

FIRST_RETRY = 2.0  # s
LONGEST_RETRY = 60.0  # s
PART = 4  # suspects asked together: one lost message costs few probes, and a culprit little time


@dataclass(frozen=True, kw_only=True)
class Convict:
    """An element that the instrument does not answer, and why we say so."""

    poll: Poll
    error: CryoError
    again: float  # s, clock time of the next try
    wait: float  # s from the last try to the next


class Suspects:
    """The elements under suspicion; pure bookkeeping, times are arguments."""

    def __init__(self) -> None:
        self._groups: deque[tuple[Poll, ...]] = deque()
        self._convicts: dict[Hashable, Convict] = {}

    @property
    def convicts(self) -> tuple[Convict, ...]:
        """Those the instrument does not answer."""
        return tuple(self._convicts.values())

    @property
    def keys(self) -> set[Hashable]:
        """Everything that must stay out of the chains."""
        return {poll.key for group in self._groups for poll in group} | set(self._convicts)

    def due(self, now: float) -> float:
        """Return when the next probe should be sent, [s]; infinity when none is wanted."""
        if self._groups:
            return now
        return min((convict.again for convict in self._convicts.values()), default=float("inf"))

    def next_probe(self, now: float) -> tuple[Poll, ...]:
        """Return what to ask now in one message; nothing if no probe is due."""
        if self._groups:
            return self._groups.popleft()
        for convict in self._convicts.values():
            if convict.again <= now:
                return (convict.poll,)
        return ()

    def accuse(self, polls: Sequence[Poll]) -> None:
        """Put the elements of a failed message under suspicion."""
        size = PART if len(polls) > PART else 1
        self._groups.extend(tuple(polls[n : n + size]) for n in range(0, len(polls), size))

    def convict(self, poll: Poll, error: CryoError, now: float) -> None:
        """Settle that ``poll`` is not answered."""
        before = self._convicts.get(poll.key)
        wait = FIRST_RETRY if before is None else min(2.0 * before.wait, LONGEST_RETRY)
        self._convicts[poll.key] = Convict(poll=poll, error=error, again=now + wait, wait=wait)

    def clear(self, polls: Iterable[Poll]) -> None:
        """Settle that ``polls`` have been answered."""
        for poll in polls:
            self._convicts.pop(poll.key, None)

    def amnesty(self) -> None:
        """Forget the open suspicions of a connection that is gone; what was settled stays."""
        self._groups.clear()
