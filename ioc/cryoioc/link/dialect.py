"""What a model's line demands, and what is asked on it: data, decided in ``devices/``."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from cryoioc.link.transport import PortSettings
from cryoioc.wire.chain import SEPARATOR, is_query


@dataclass(frozen=True)
class Handshake:
    """A message is first accepted or refused, in a line of its own; what it brought is then asked for."""

    accepted: str = "\x06"  # ACK
    refused: str = "\x15"  # NAK
    enquiry: bytes = b"\x05"  # ENQ, without a terminator

    @property
    def characters(self) -> int:
        """How many characters it adds to an exchange, without the terminator of its line."""
        return len(self.accepted) + len(self.enquiry)


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """How one model wants to be spoken to."""

    name: str
    settings: PortSettings
    send_terminator: bytes
    reply_terminator: bytes
    spacing: float  # s of silence after a message or its reply
    max_chars: int  # of one message with its terminator
    timeout: float  # s until a reply is given up
    chained: bool  # several queries in one message joined by ";"
    echo: bool = False  # what is sent may come back as a line of its own, before anything else
    quiet_commands: bool = False  # without chains: only what ends in a question mark is answered
    appended: bool = False  # without chains: commands may stand before the one query of a message, joined by ";"
    sentinel: str = ""  # query that ends each chain, so that a missing element is known at once; or commands alone
    sentinel_reply: str = "1"
    identify: str = "*IDN?"
    identify_last: bool = False  # nothing may be asked behind the identification in one message
    handshake: Handshake | None = None  # without chains: what stands between a message and its answer
    nonsense: str = ""  # turns a command of which the instrument has a part into none; "" if nothing is ever set
    steady: bool = False  # numbers in the answers to one query seldom change their width
    latency: float = 0.01  # s from the last character of a message to the first of its reply
    slot: float = 0.1  # s between poll messages

    @property
    def max_text(self) -> int:
        """Longest message without its terminator, [characters]."""
        return self.max_chars - len(self.send_terminator)

    def wire_time(self, characters: int) -> float:
        """Return how long ``characters`` take on the line, [s]."""
        return characters * self.settings.character_time


@dataclass(frozen=True, kw_only=True)
class Poll:
    """One thing asked again and again."""

    key: Hashable  # whose answer it is; unique on its link
    text: str  # one query, or several joined by ";" that belong together: so are their answers then
    every: float  # s
    reply_chars: int  # expected length of the answer
    alone: bool = False  # the answer may hold ";": a message of its own (and the sentinel)

    @property
    def queries(self) -> tuple[str, ...]:
        """What is asked one by one; in a chain commands that make a selection may stand among it."""
        return tuple(self.text.split(SEPARATOR))

    def answers(self, dialect: Dialect) -> int:
        """Return how many answers come."""
        return sum(map(is_query, self.queries)) if dialect.chained else len(self.queries)


def message_time(polls: Sequence[Poll], dialect: Dialect) -> float:
    """Return how long one message of ``polls`` keeps the line, spacing included, [s].

    Without chains a poll of several queries is as many messages, one after the other.
    """
    if not dialect.chained:
        queries = [query for poll in polls for query in poll.queries]
        ends = len(queries) * (len(dialect.send_terminator) + len(dialect.reply_terminator))
        said = sum(map(len, queries)) + sum(poll.reply_chars for poll in polls)
        waits = dialect.latency + dialect.spacing
        if dialect.handshake is not None:
            ends += len(queries) * (dialect.handshake.characters + len(dialect.reply_terminator))
            waits += dialect.latency
        return dialect.wire_time(said + ends) + len(queries) * waits
    sent = message_chars(polls, dialect)
    reply = sum(poll.reply_chars for poll in polls) + len(polls) - 1 + len(dialect.reply_terminator)
    reply += 1 + len(dialect.sentinel_reply)
    return dialect.wire_time(sent + reply) + dialect.latency + dialect.spacing


def message_chars(polls: Sequence[Poll], dialect: Dialect) -> int:
    """Return the length of one message of ``polls`` with its terminator, the longest one, [characters]."""
    if not dialect.chained:
        longest = max((len(query) for poll in polls for query in poll.queries), default=0)
        return longest + len(dialect.send_terminator)
    text = sum(len(poll.text) for poll in polls) + len(polls) - 1
    text += 1 + len(dialect.sentinel)
    return text + len(dialect.send_terminator)
