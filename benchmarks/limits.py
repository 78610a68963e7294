"""What a line allows: pacing plus characters, as formula and number.

Sources: 50 ms of silence after a message or its reply, at most 255 characters a message
(lakeshore-protocol.md 2.2, 2.4 [M350]); ten bits a character (caproto-performance.md, "The wire").
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

GAP = 0.050  # s
LONGEST = 255  # characters
SLOT_RATE = 10.0  # /s, poll messages of the plan: the instrument's own reading rate
TIMEOUT = 0.300  # s, until the link gives a reply up
SETTLE = 0.100  # s, between a line end and the identification when the link synchronises anew
BITS = 10  # of one character


@dataclass(frozen=True)
class Limit:
    """The best that can be, and how it comes about."""

    value: float
    formula: str


@dataclass(frozen=True)
class Line:
    """A line as the twin keeps it."""

    baud: int  # 0: a network, characters take no time
    latency: float  # s

    @property
    def character(self) -> float:
        """Time of one character, [s]."""
        return BITS / self.baud if self.baud else 0.0

    def message_time(self, characters: float) -> float:
        """Time for which a message and its reply keep the line, silence included, [s]."""
        return GAP + self.latency + characters * self.character

    def formula(self, characters: float) -> str:
        """Say how :meth:`message_time` comes about, in milliseconds."""
        fixed = f"{1e3 * GAP:.0f} + {1e3 * self.latency:.0f}"
        return f"{fixed} + {characters:.0f}·{1e3 * self.character:.4f}" if self.baud else fixed


@dataclass(frozen=True)
class Part:
    """A part of the poll plan in characters, with the separators; line ends and sentinel not counted."""

    asked: float
    answered: float

    @property
    def total(self) -> float:
        """Characters in both directions."""
        return self.asked + self.answered


FRAME = Part(6, 3)  # "*OPC?\n" and "1\r\n"; the separators before them belong to the parts


def part(queries: Iterable[str], answer_sizes: dict[str, float]) -> Part:
    """Return the characters of some queries and their answers, one separator with each."""
    queries = list(queries)
    return Part(sum(len(q) + 1 for q in queries), sum(answer_sizes[q] + 1 for q in queries))


def fast_rate(line: Line, fast: Part) -> Limit:
    """Return how often the fast part could be had if nothing else were asked, [Hz]."""
    characters = fast.total + FRAME.total
    return Limit(1.0 / line.message_time(characters), f"1/({line.formula(characters)} ms)")


def spare(line: Line, fast: Part) -> tuple[float, float]:
    """Return what ten fast messages a second leave: time, [s/s], and characters to send, [1/s]."""
    time = 1.0 - SLOT_RATE * line.message_time(fast.total + FRAME.total)
    return time, SLOT_RATE * (LONGEST - fast.asked - FRAME.asked)


def slow_rate(line: Line, fast: Part, slow: Part) -> Limit:
    """Return how often ``slow`` could be had beside ten fast messages a second, [Hz]; once a message at most."""
    time, characters = spare(line, fast)
    by_length = characters / slow.asked
    by_time = time / (slow.total * line.character) if line.baud else float("inf")
    if min(by_length, by_time) >= SLOT_RATE:
        return Limit(SLOT_RATE, f"{SLOT_RATE:.0f}/s: once in each message")
    if by_length < by_time:
        return Limit(by_length, f"{characters:.0f}/{slow.asked:.0f}: 255-character messages")
    return Limit(by_time, f"{1e3 * time:.0f} ms/s / ({slow.total:.0f}·{1e3 * line.character:.4f} ms)")


def longest_gap(line: Line, fast: Part, slow: Part) -> Limit:
    """Return the time of one pass over ``slow`` beside ten fast messages a second, [s]."""
    rate = slow_rate(line, fast, slow)
    return Limit(1.0 / rate.value, f"1/({rate.formula})" if rate.value < SLOT_RATE else "1/(10/s)")


@dataclass(frozen=True)
class Traffic:
    """The polls that a put meets."""

    rate: float  # messages per second
    characters: float  # of a message and its reply, in the mean


def put_delay(line: Line, traffic: Traffic, command: float, before: float, part_of_puts: float) -> Limit:
    """Return the delay that ``part_of_puts`` of the puts need not exceed, [s].

    A put that arrives at a random moment waits for nothing but the message under way and the silence
    behind it: not at all with the probability that the line is idle, else evenly up to that time.

    Parameters
    ----------
    command : float
        Characters of the message with the command.
    before : float
        Characters of the exchange that must come first (read-modify-write); 0: none.
    part_of_puts : float
        0.5 for the median.
    """
    busy = line.message_time(traffic.characters)
    wait = max(0.0, busy - (1.0 - part_of_puts) / traffic.rate)
    first = line.message_time(before) if before else 0.0
    return Limit(wait + first + command * line.character, put_formula(line, traffic, command, before))


def put_formula(line: Line, traffic: Traffic, command: float, before: float) -> str:
    """Say how :func:`put_delay` comes about, in milliseconds; p is the part of the puts."""
    wait = f"({line.formula(traffic.characters)}) − (1−p)·{1e3 / traffic.rate:.1f}"
    first = f" + ({line.formula(before)})" if before else ""
    own = f" + {command:.0f}·{1e3 * line.character:.4f}" if line.baud else ""
    return wait + first + own


def silent_chain(line: Line, traffic: Traffic, command: float, identification: float) -> Limit:
    """Return the delay of a put that arrives with a message that is never answered, [s].

    The reply is given up, the line synchronised (line end, identification), then the put is sent.
    """
    sending = (traffic.characters + command + 1) * line.character
    value = sending + TIMEOUT + SETTLE + line.message_time(identification)
    own = f"{traffic.characters + command + 1:.0f}·{1e3 * line.character:.4f} + " if line.baud else ""
    return Limit(value, f"{own}{1e3 * TIMEOUT:.0f} + {1e3 * SETTLE:.0f} + ({line.formula(identification)})")
