"""One message and the answers in it: composing, checking the shape, cutting.

A chain ends in the sentinel, so a reply says by itself whether every query was answered.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cryoioc.errors import ReplyError
from cryoioc.link.alignment import align
from cryoioc.link.dialect import Dialect
from cryoioc.link.line import Line
from cryoioc.wire.chain import SEPARATOR, compose, is_query, split_reply


class Conversation:
    """What a transaction speaks through; the wire is its own for the duration."""

    def __init__(self, line: Line, counter: Iterator[int]) -> None:
        self._line, self._counter = line, counter

    async def chain(self, units: Sequence[str]) -> list[str]:
        """Send commands and queries in one message; return the answers to the queries, in order.

        The sentinel is added and checked.  With a single query its answer may hold ``;``.  Where the
        dialect has no chains each query is a message of its own, behind the commands that came before it where
        it can carry them; commands are answered too, unless the dialect has quiet ones.

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
        if self._line.dialect.appended:
            return await self._appended(units)
        for unit in units:
            compose([unit], self._line.dialect.max_text)
        return [reply for unit in units for reply in await self._alone(unit)]

    async def ask(self, queries: Sequence[str], reply_chars: int, *, whole: bool) -> list[str]:
        """Ask ``queries`` in one message, or one after the other where the dialect has no chains.

        Parameters
        ----------
        queries : sequence of str
            In a chain with commands that make a selection among them.
        reply_chars : int
            Expected length of the reply, [characters].
        whole : bool
            Whether the answer, to a single query, may hold ``;``.
        """
        if self._line.dialect.chained:
            return await self._message(queries, sum(map(is_query, queries)), reply_chars, whole=whole)
        return [reply for query in queries for reply in await self._message([query], 1, reply_chars)]

    async def _appended(self, units: Sequence[str]) -> list[str]:
        """Send one message for each query, behind its commands; the sentinel's answer is checked and kept back."""
        messages = appended(units, self._line.dialect)
        for message, _ in messages:
            compose(message, self._line.dialect.max_text)
        replies = []
        for message, asks in messages:
            (reply,) = await self._message(message, 1)
            if asks:
                replies.append(reply)
            else:
                self._check_sentinel(reply, message)
        return replies

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

    def _check_sentinel(self, reply: str, message: Sequence[str]) -> None:
        """Raise ReplyError unless a message of commands alone was answered by the sentinel's reply."""
        if reply.strip() != self._line.dialect.sentinel_reply:
            self._line.tally.bad_replies += 1
            self._line.aligned = False
            raise ReplyError(f"{reply!r} instead of {self._line.dialect.sentinel_reply} to {';'.join(message)}")

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


def appended(units: Sequence[str], dialect: Dialect) -> list[tuple[list[str], bool]]:
    """Cut units into messages with one query each, at the end, and say whether that query is one of theirs.

    Commands without a query behind them, or without room for one, get the sentinel.
    """
    messages: list[tuple[list[str], bool]] = []
    commands: list[str] = []

    def ends_in(query: str) -> bool:
        return len(SEPARATOR.join([*commands, query])) <= dialect.max_text

    for unit in units:
        if commands and not ends_in(unit if is_query(unit) else f"{unit}{SEPARATOR}{dialect.sentinel}"):
            messages.append(([*commands, dialect.sentinel], False))
            commands = []
        commands.append(unit)
        if is_query(unit):
            messages.append((commands, True))
            commands = []
    return [*messages, ([*commands, dialect.sentinel], False)] if commands else messages


def _whole(reply: str) -> list[str]:
    """Cut only the sentinel's answer off."""
    head, separator, last = reply.rpartition(";")
    return [head, last] if separator else [last]
