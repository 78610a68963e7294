"""Proof that the next line answers the next message.

A late reply looks like any other reply, so after a time-out or an unreadable line nothing on the
line can be trusted until this has succeeded.  *No reply is ever credited to the wrong request*:

1. The line keeps the order of its bytes, and the instrument answers messages in the order they came,
   each with at most one line, and never speaks first (lakeshore-protocol.md 2.3, 2.4 [M350]).
2. One message is in flight at a time.  So while the line is aligned, the first line to come answers
   the message in flight.  The line stays aligned only if that line was complete, readable and of the
   right shape; then nothing older can still be under way, by 1.
3. Otherwise :func:`align` drops the input and asks for the identification followed by *n* sentinels.
   Of a command cut off by the fault the instrument may hold the beginning, ``SETP 1,2`` of
   ``SETP 1,200``, and a line end would have it carried out.  So nonsense goes in front of the line end,
   and what becomes of both is an error (lakeshore-protocol.md 2.5), not a command.
   Only a line that is exactly the identification with *n* ones is accepted; the ones stand in front where nothing
   may be asked behind the identification.  By 1, whatever was under
   way came before it and was dropped; nothing is under way after it.
4. The answer to an earlier attempt has another *n*, because *n* goes on counting through attempts and
   connections alike; so it is not taken for the answer to this one.  ``NONCES`` attempts, more than
   twice the patience of a connection, would have to pass before an equal one.
5. The identification is compared with the one of this connection, so a half line in front of the
   reply spoils it.  The first reply of a connection has nothing to be compared with: there the number
   of elements and the listener, who knows the model, decide.

What breaks 1 is beyond any argument: an instrument that says of its own accord, in the short time a
message is in flight, a line of exactly the shape that is expected.  What comes while the line is idle
is dropped before the next message.

Where a line echoes, what was sent comes back as a line of its own: it is known by its text, dropped whether it
comes or not, and no line in the sense of 1.  Commands that are not answered leave the line as it was.

Instruments without chains cannot carry *n*.  There a time-out's worth of silence comes before and
after the identification: a reply later than that could be taken for another.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from cryoioc.errors import LinkDown, ReplyError, ReplyTimeout
from cryoioc.link.dialect import Dialect
from cryoioc.link.line import Line
from cryoioc.wire.chain import compose

PATIENCE = 2.0  # s, then the port is opened anew
SETTLE = 0.1  # s after a line end of ours, as the manufacturer's driver waits (lakeshore-protocol.md 2.5 [PY])
NONCES = range(1, 21)


def nonces() -> Iterator[int]:
    """Count through ``NONCES`` for ever; one such iterator per link."""
    return itertools.cycle(NONCES)


async def align(line: Line, counter: Iterator[int]) -> None:
    """Make ``line`` aligned.

    Raises
    ------
    LinkDown
        Not achieved within ``PATIENCE``; the line is then of no further use.
    """
    line.tally.resyncs += bool(line.identity)
    limit = line.clock.now() + PATIENCE
    attempts = 0
    while line.clock.now() < limit or attempts < 2:
        attempts += 1
        try:
            reply = await (_chained if line.dialect.chained else _unchained)(line, next(counter))
        except (ReplyTimeout, ReplyError):
            continue
        line.drop()
        line.identity = reply
        line.aligned = True
        return
    error = LinkDown(f"no answer to {line.dialect.identify} in {attempts} attempts")
    line.fail(error)
    raise error


async def _chained(line: Line, number: int) -> str:
    """Make one attempt with ``number`` sentinels; return the identification."""
    dialect = line.dialect
    await line.quiet()
    line.send(dialect.nonsense)  # ends, and spoils, a message of which the instrument has only a part
    await line.clock.sleep(SETTLE)
    await line.quiet()
    sentinels = [dialect.sentinel] * number
    units = [*sentinels, dialect.identify] if dialect.identify_last else [dialect.identify, *sentinels]
    line.send(compose(units, dialect.max_text))
    deadline = line.deadline(dialect.max_chars)
    while True:
        try:
            reply = await line.receive(deadline)
        except ReplyError:
            reply = ""  # unreadable, and as foreign as any other
        head = _identification(reply, number, dialect)
        if head and line.identity in ("", head):
            return head
        line.tally.unsolicited += 1


def _identification(reply: str, number: int, dialect: Dialect) -> str:
    """Return the identification that stands with exactly ``number`` answers to the sentinel; empty if none does."""
    one = dialect.sentinel_reply
    first, last = (f"{one};" * number, "") if dialect.identify_last else ("", f";{one}" * number)
    head = reply.removeprefix(first).removesuffix(last)
    return head if head != reply and ";" not in head else ""


async def _unchained(line: Line, _number: int) -> str:
    """Make one attempt between two silences; return the identification."""
    dialect = line.dialect
    await line.quiet()
    line.send(dialect.nonsense)
    await line.clock.sleep(dialect.timeout)
    await line.quiet()
    line.send(dialect.identify)
    reply = await line.answer(dialect.max_chars)
    await line.clock.sleep(dialect.timeout)
    if line.identity not in ("", reply):
        raise ReplyError(f"{reply!r} instead of the identification {line.identity!r}")
    return reply
