"""What was on the line: the twin's log as messages with their answers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

SENTINEL = "*OPC?"
UNITS = "INTYPE?"
NUMBER = r"([-+]?[\d.]+)"

Window = tuple[float, float]  # s, monotonic; from and to


@dataclass(frozen=True)
class Message:
    """One message to the instrument, and its reply if there was one."""

    sent: float  # s, last byte
    text: str
    size: int  # characters with terminator
    replied: float | None = None  # s, last byte
    reply_size: int = 0
    answers: tuple[str, ...] = field(default=())

    @property
    def queries(self) -> list[str]:
        """What was asked, the sentinel included."""
        return [unit for unit in self.text.split(";") if "?" in unit]

    @property
    def complete(self) -> bool:
        """Whether each query was answered."""
        return self.replied is not None and len(self.queries) == len(self.answers)

    @property
    def polled(self) -> bool:
        """Whether it is a poll: only queries, and none of the error register."""
        return self.text.count("?") == self.text.count(";") + 1 and "*ESR?" not in self.text


def read(rows: Iterable[Sequence[float | str]]) -> list[Message]:
    """Return the messages of a line log, in order; a reply belongs to the message before it."""
    messages: list[Message] = []
    for when, direction, data in rows:
        assert isinstance(when, float) and isinstance(data, str)
        if direction == ">":
            messages.append(Message(when, data.rstrip("\r\n"), len(data)))
        else:
            last = messages.pop()
            answers = tuple(data.rstrip("\r\n").split(";"))
            messages.append(Message(last.sent, last.text, last.size, when, len(data), answers))
    return messages


def within(messages: Iterable[Message], window: Window) -> list[Message]:
    """Return the messages that were sent in a window."""
    begin, end = window
    return [message for message in messages if begin <= message.sent < end]


def answer_times(messages: Iterable[Message]) -> dict[str, list[float]]:
    """Return for each query when it was answered, in messages answered completely, [s]."""
    times: dict[str, list[float]] = {}
    for message in messages:
        if message.complete and message.replied is not None:
            for query in message.queries:
                times.setdefault(query, []).append(message.replied)
    return times


def answer_sizes(messages: Iterable[Message]) -> dict[str, float]:
    """Return for each query the mean length of its answer, [characters]."""
    sizes: dict[str, list[int]] = {}
    for message in messages:
        if message.complete:
            for query, answer in zip(message.queries, message.answers, strict=True):
                sizes.setdefault(query, []).append(len(answer))
    return {query: sum(found) / len(found) for query, found in sizes.items()}


def longest_silence(times: Iterable[float], window: Window) -> float:
    """Return the longest time in a window without any of ``times``, [s]."""
    begin, end = window
    marks = [begin, *(time for time in times if begin < time < end), end]
    return max(later - earlier for earlier, later in pairwise(marks))


def changes(messages: Iterable[Message], query: str) -> int:
    """Return how often the answer to ``query`` was another one than before."""
    texts = [m.answers[m.queries.index(query)] for m in messages if m.complete and query in m.queries]
    return sum(earlier != later for earlier, later in pairwise(texts))


def find_command(messages: Iterable[Message], command: str, value: float, after: float) -> tuple[Message, int] | None:
    """Return the first message sent after ``after`` with ``command`` and a number equal to ``value``.

    With it comes how many of its characters have been sent when the command has, separator included.
    """
    pattern = re.compile(rf"(?:^|;){re.escape(command)}{NUMBER}[^;]*")
    for message in messages:
        for match in pattern.finditer(message.text) if message.sent > after else ():
            if abs(float(match[1]) - value) < 1e-6:
                return message, match.end() + 1
    return None


def first_asked(messages: Iterable[Message], query: str, after: float) -> Message | None:
    """Return the first message sent after ``after`` that asks ``query``."""
    return next((m for m in messages if m.sent > after and query in m.queries), None)


def first_alone(messages: Iterable[Message], query: str, after: float) -> Message | None:
    """Return the first message sent after ``after`` that asks ``query``, the units of its values, and nothing else."""

    def alone(message: Message) -> bool:
        return [q for q in message.queries if q != SENTINEL and not q.startswith(UNITS)] == [query]

    return next((m for m in messages if m.sent > after and alone(m)), None)
