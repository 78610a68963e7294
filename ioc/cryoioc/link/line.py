"""One open line: framing, pacing, one message in flight.

Rule: nothing starts before ``spacing`` has passed since the last character in either direction, and
what was not asked for is dropped before the next message, not after it.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque

from cryoioc.clock import Clock
from cryoioc.errors import LinkDown, LinkError, ReplyError, ReplyTimeout
from cryoioc.link.dialect import Dialect
from cryoioc.link.statistics import Tally
from cryoioc.link.transport import Transport
from cryoioc.wire.framing import LineBuffer

ECHOES = 4  # messages whose echo may still be under way
TICK = 1e-4  # s, shortest sleep: clocks round, and a loop must not wait without any time passing


class Line:
    """A transport on which messages in text are sent and lines come back.

    Attributes
    ----------
    aligned : bool
        Whether the next line is known to answer the next message.  False from the start and after
        anything that leaves a doubt; only :func:`cryoioc.link.alignment.align` makes it True.
    identity : str
        What the instrument answered to its identification on this connection; empty before.
    """

    def __init__(self, transport: Transport, dialect: Dialect, clock: Clock, log: logging.Logger, tally: Tally) -> None:
        self.dialect, self.clock, self.tally = dialect, clock, tally
        self.aligned = False
        self.identity = ""
        self._transport = transport
        self._log = log
        self._buffer = LineBuffer(dialect.reply_terminator)
        self._echoes: deque[str] = deque(maxlen=ECHOES)  # sent, and not come back yet
        self._listening = False  # a reply is expected: lines are kept
        self._quiet_since = clock.now()  # s, end of the last character in either direction
        self._broken: LinkError | None = None
        self._changed = asyncio.Event()

    async def pump(self) -> None:
        """Take bytes from the transport until it ends; run as a task beside the user of the line."""
        try:
            while data := await self._transport.read():
                self._quiet_since = max(self._quiet_since, self.clock.now())
                self._buffer.feed(data)
                if not self._listening:
                    self._discard_lines()
                self._changed.set()
            self.fail(LinkDown("the far end closed the line"))
        except LinkDown as error:
            self.fail(error)

    def fail(self, error: LinkError) -> None:
        """Make every further use of the line raise ``error``."""
        if self._broken is None:
            self._broken = error
        self._changed.set()

    @property
    def broken(self) -> bool:
        """Whether the line can no longer be used."""
        return self._broken is not None

    def check(self) -> None:
        """Raise LinkDown if the line is broken."""
        if self._broken is not None:
            raise self._broken

    async def quiet(self) -> None:
        """Return when a message may start.

        An instrument that does not fall silent within its time-out, or stops in the middle of a line,
        leaves a doubt whose answer comes next: the line is then no longer aligned.

        Raises
        ------
        LinkDown
        """
        limit = self.clock.now() + self.dialect.spacing + self.dialect.timeout
        while (passed := self.clock.now() - self._quiet_since) < self.dialect.spacing:
            if self.clock.now() > limit:
                self.aligned = False
                break
            await self.clock.sleep(max(self.dialect.spacing - passed, TICK))
        if self._buffer.pending:
            self.aligned = False
        self.check()

    def send(self, text: str) -> None:
        """Send one message now, after dropping what came unasked.  Use :meth:`quiet` before.

        Raises
        ------
        LinkDown
        """
        self.check()
        self.drop()
        self._log.debug("> %s", text)
        self._listening = True
        if self.dialect.echo:
            self._echoes.append(text)
        self._write(text.encode("ascii") + self.dialect.send_terminator)

    def _write(self, data: bytes) -> None:
        """Put characters on the wire and reckon when the last of them leaves."""
        try:
            self._transport.write(data)
        except LinkDown as error:
            self.fail(error)
            raise
        # The port has the message; its last character leaves when all before it have.
        start = max(self._quiet_since, self.clock.now())
        self._quiet_since = start + self.dialect.wire_time(len(data))

    async def receive(self, deadline: float) -> str:
        """Return the next line.

        Parameters
        ----------
        deadline : float
            Clock time at which to give up, [s].

        Raises
        ------
        ReplyTimeout, ReplyError, LinkDown
            ReplyError: longer than a line can be, or not ASCII.
        """
        while (line := self._next_line()) is None:
            self.check()
            self._changed.clear()
            try:
                async with self.clock.timeout(deadline - self.clock.now()):
                    await self._changed.wait()
            except TimeoutError:
                raise ReplyTimeout(f"no answer within {self.dialect.timeout:g} s") from None
        self._log.debug("< %s", line.decode("ascii", "backslashreplace"))
        try:
            return line.decode("ascii")
        except UnicodeDecodeError:
            raise ReplyError(f"unreadable characters in the answer {line!r:.60}") from None

    def _next_line(self) -> bytes | None:
        """Return the oldest line that is no echo; None when more bytes are needed."""
        while (line := self._buffer.next_line()) is not None:
            text = line.strip().decode("ascii", "replace")
            if text not in self._echoes:
                break
            while self._echoes.popleft() != text:  # the line keeps the order: older ones do not come any more
                pass
        return line

    def deadline(self, reply_chars: int) -> float:
        """Return when a reply of ``reply_chars`` to the message just sent is given up, [s]."""
        return self._quiet_since + self.dialect.timeout + self.dialect.wire_time(reply_chars)

    async def answer(self, reply_chars: int) -> str:
        """Return what answers the message just sent, by way of the handshake where the dialect has one.

        Raises
        ------
        ReplyTimeout, ReplyError, LinkDown
            ReplyError: also when the instrument refuses the message; it holds the instrument's reason.
        """
        handshake = self.dialect.handshake
        if handshake is None:
            return await self.receive(self.deadline(reply_chars))
        deadline = self.deadline(len(handshake.accepted))
        while (word := (await self.receive(deadline)).strip()) not in (handshake.accepted, handshake.refused):
            self.tally.unsolicited += 1  # said of its own accord, before it had the message
        self._write(handshake.enquiry)
        reply = await self.receive(self.deadline(reply_chars))
        if word == handshake.refused:
            raise ReplyError(f"the instrument refused the message, error word {reply.strip()!r}")
        return reply

    async def exchange(self, text: str, reply_chars: int) -> str:
        """Send one message on an aligned line and return the line that answers it.

        Whatever goes wrong leaves the line not aligned.

        Raises
        ------
        ReplyTimeout, ReplyError, LinkDown
        """
        await self.quiet()
        if not self.aligned:
            raise ReplyTimeout("the instrument does not fall silent; nothing was sent")
        self.aligned = False
        self.send(text)
        self.tally.messages += 1
        try:
            reply = await self.answer(reply_chars)
        except ReplyTimeout:
            self.tally.timeouts += 1
            raise
        except ReplyError:
            self.tally.bad_replies += 1
            raise
        finally:
            self._listening = False
        self.aligned = True
        return reply

    async def tell(self, text: str) -> None:
        """Send one message that is not answered, on an aligned line, which stays so.

        Raises
        ------
        ReplyTimeout, LinkDown
        """
        await self.quiet()
        if not self.aligned:
            raise ReplyTimeout("the instrument does not fall silent; nothing was sent")
        self.send(text)
        self._listening = False
        self.tally.messages += 1

    def drop(self) -> None:
        """Drop and count whatever has arrived."""
        self._discard_lines()
        if self._buffer.pending:
            self._log.debug("dropped, unasked: %r", self._buffer.pending)
            self.tally.unsolicited += 1
        self._buffer.clear()
        self._listening = False

    def _discard_lines(self) -> None:
        while True:
            try:
                line = self._next_line()
            except ReplyError:
                line = b"(overlong)"
            if line is None:
                return
            self._log.debug("dropped, unasked: %r", line)
            self.tally.unsolicited += 1
