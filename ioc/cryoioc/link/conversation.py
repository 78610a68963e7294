"""One message and the answers in it: composing, checking the shape, cutting.

A chain ends in the sentinel, so a reply says by itself whether every query was answered.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cryoioc.errors import ReplyError
from cryoioc.link.alignment import align
from cryoioc.link.line import Line
from cryoioc.wire.chain import compose, is_query, split_reply


class Conversation:
    """What a transaction speaks through; the wire is its own for the duration."""

    def __init__(self, line: Line, counter: Iterator[int]) -> None:
        self._line, self._counter = line, counter

    async def chain(self, units: Sequence[str]) -> list[str]:
        """Send commands and queries in one message; return the answers to the queries, in order.

        The sentinel is added and checked.  With a single query its answer may hold ``;``.  Where the
        dialect has no chains each unit is a message of its own, and every one is answered, or only the
        queries where the dialect has quiet commands.

        Raises
        ------
        Refused
            Nothing was sent: a unit cannot be, or the message is too long.
        ReplyTimeout, ReplyError, LinkDown
            Sent, and not or not properly answered: whether the commands were obeyed is not known.
        """
        if self._line.dialect.chained:
            queries = sum(map(is_query, units))
            return await self._message(units, queries, whole=queries == 1)
        for unit in units:
            compose([unit], self._line.dialect.max_text)
        return [reply for unit in units for reply in await self._alone(unit)]

    async def ask(self, queries: Sequence[str], reply_chars: int, *, whole: bool) -> list[str]:
        """Ask ``queries`` in one message.

        Parameters
        ----------
        queries : sequence of str
            One where the dialect has no chains.
        reply_chars : int
            Expected length of the reply, [characters].
        whole : bool
            Whether the answer, to a single query, may hold ``;``.
        """
        return await self._message(queries, len(queries), reply_chars, whole=whole)

    async def _alone(self, unit: str) -> list[str]:
        """Send one unit as a message of its own; return its answer, if it has one."""
        if is_query(unit) or not self._line.dialect.quiet_commands:
            return await self._message([unit], 1)
        await self._line.quiet()
        await self.align()
        await self._line.tell(unit)
        return []

    async def align(self) -> None:
        """Prove the alignment if it is in doubt; LinkDown when it cannot be had."""
        if not self._line.aligned:
            await align(self._line, self._counter)

    async def _message(
        self, units: Sequence[str], queries: int, reply_chars: int | None = None, *, whole: bool = False
    ) -> list[str]:
        dialect = self._line.dialect
        tail = [dialect.sentinel] if dialect.chained else []
        text = compose([*units, *tail], dialect.max_text)
        await self._line.quiet()
        await self.align()
        reply = await self._line.exchange(text, dialect.max_chars if reply_chars is None else reply_chars)
        if not dialect.chained:
            return [reply]
        pieces = _whole(reply) if whole else split_reply(reply)
        return self._checked(pieces, queries, text)

    def _checked(self, pieces: list[str], queries: int, text: str) -> list[str]:
        """Return the answers without the sentinel's, or raise ReplyError."""
        *answers, last = pieces
        complete = last.strip() == self._line.dialect.sentinel_reply
        if complete and len(answers) == queries:
            return answers
        self._line.tally.bad_replies += 1
        # Too few answers with the sentinel behind them: the message is over, only its values are lost.
        self._line.aligned = complete and len(answers) < queries
        end = "" if complete else f" and no {self._line.dialect.sentinel}"
        raise ReplyError(f"{len(answers)} of {queries} answers{end} to {text}")


def _whole(reply: str) -> list[str]:
    """Cut only the sentinel's answer off."""
    head, separator, last = reply.rpartition(";")
    return [head, last] if separator else [last]
