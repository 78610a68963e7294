"""The conversation path in front of one instrument: latency, baud rate, pacing rule and faults.

A serial line or a socket ends here; the instrument behind it gets whole messages and gives whole
replies.  All times are those of a clock, so that a benchmark on the virtual clock is exact.
"""

from __future__ import annotations

import asyncio
import contextlib
import enum
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from cryoioc.errors import LinkDown
from cryosim.emulators.ports import Instrument

if TYPE_CHECKING:
    from cryoioc.clock import Clock
    from cryoioc.link.transport import Transport

BITS_PER_CHARACTER = 10  # 7O1 and 8N1 alike: start, eight, stop
LONGEST_MESSAGE = 4096  # characters without a terminator that are held back from the instrument
ROUNDING = 1e-5  # s, forgiven by the spacing rule; the virtual loop counts in microseconds


class Spacing(enum.Enum):
    """What happens to a message that starts too early after the one before."""

    OFF = "off"
    COUNT = "count"
    DROP = "drop"


@dataclass(frozen=True)
class LineSettings:
    """How the path behaves when nothing is wrong."""

    latency: float = 0.008  # s, from the last character of a request to the first of its reply
    baud: int = 0  # characters take 10 / baud seconds in both directions; 0: no time at all
    spacing: Spacing = Spacing.OFF
    gap: float = 0.050  # s, after a reply or a command; lakeshore-protocol.md 2.4 [M350 6.3.5]
    max_clients: int = 2  # lakeshore-protocol.md 2.1 [M350 6.4.3]; 1 is a serial line
    terminator: bytes = b"\n"  # each of these bytes ends a message to this instrument,
    ending: bytes = b""  # if the message then ends in this


@dataclass
class LineFaults:
    """Switches of the path; any of them may be on together."""

    silence: bool = False  # nothing is heard, nothing is answered
    no_reply: bool = False  # heard and carried out, not answered
    delay: float = 0.0  # s, on top of the latency
    garbage: bool = False  # the reply as random characters
    half_line: bool = False  # the first half of the reply and no terminator
    extra_line: bytes = b""  # sent before each reply
    wrong_id: Callable[[bytes], bytes] | None = None  # another instrument seems to answer


@dataclass
class LineCounters:
    """What happened since the line was built."""

    messages: int = 0
    replies: int = 0
    violations: int = 0  # of the spacing rule
    dropped: int = 0  # messages lost because of them
    refused: int = 0  # connections


@runtime_checkable
class Talker(Protocol):
    """An instrument that may send without being asked (streaming)."""

    def speak(self) -> bytes:
        """Return what has been said since the last call."""


@dataclass(frozen=True)
class Message:
    """One message to the instrument and its time on the wire."""

    data: bytes
    started: float  # s, first character
    arrived: float  # s, last character


@dataclass(eq=False)
class Conversation:
    """One client and what it has sent so far."""

    transport: Transport
    buffer: bytearray
    started: float = 0.0  # s, first character in the buffer
    inbox: asyncio.Queue[Message | None] = field(default_factory=asyncio.Queue)
    listener: asyncio.Task[None] | None = None
    cut: bool = False


class Line:
    """One conversation path in front of an instrument.

    Parameters
    ----------
    instrument : Instrument
        What is at the far end.
    clock : Clock
        Measures latency, throttle and spacing.
    settings : LineSettings
        Behaviour of the path.
    seed : int
        Seed of the garbage fault.
    """

    def __init__(
        self, instrument: Instrument, clock: Clock, settings: LineSettings | None = None, *, seed: int = 0
    ) -> None:
        self.instrument = instrument
        self.clock = clock
        self.settings = settings or LineSettings()
        self.spacing = self.settings.spacing
        self.faults = LineFaults()
        self.counters = LineCounters()
        self.log: list[tuple[float, str, bytes]] | None = None  # (time of last byte, ">" or "<", bytes)
        self.accepting = asyncio.Event()  # cleared while the connection cannot be opened
        self.accepting.set()
        self._talker = instrument if isinstance(instrument, Talker) else None
        self._random = random.Random(seed)
        self._conversations: list[Conversation] = []
        self._busy = asyncio.Lock()  # the instrument handles one message at a time
        self._serial_buffer = bytearray()
        self._wire_free = float("-inf")  # s, when the last character under way has arrived
        self._quiet_since = float("-inf")  # s, end of the last command or reply

    async def serve(self, transport: Transport) -> None:
        """Carry one conversation until either end closes; refuse it when there are too many."""
        if not self.accepting.is_set() or len(self._conversations) >= self.settings.max_clients:
            self.counters.refused += 1
            transport.close()
            return
        # A serial instrument does not notice that the far end was closed in the middle of a message.
        buffer = self._serial_buffer if self.settings.max_clients == 1 else bytearray()
        conversation = Conversation(transport, buffer)
        self._conversations.append(conversation)
        try:
            async with asyncio.TaskGroup() as group:
                conversation.listener = group.create_task(self._listen(conversation))
                group.create_task(self._answer(conversation))
        finally:
            self._conversations.remove(conversation)
            transport.close()

    def disconnect(self) -> None:
        """Close every connection; what was under way is lost."""
        for conversation in self._conversations:
            conversation.cut = True
            conversation.transport.close()
            if conversation.listener is not None:
                conversation.listener.cancel()
        self._serial_buffer.clear()

    def pump(self) -> None:
        """Pass on what the instrument says without being asked."""
        if self._talker is None:
            return
        data = self._talker.speak()
        if data and not self.faults.silence:
            for conversation in self._conversations:
                self._send(conversation, data)

    async def _listen(self, conversation: Conversation) -> None:
        try:
            while data := await conversation.transport.read():
                self._take(conversation, data)
        finally:
            conversation.inbox.put_nowait(None)

    def _take(self, conversation: Conversation, data: bytes) -> None:
        """Cut what has come into messages and say when each is complete."""
        per_character = self._character_time()
        begin = max(self.clock.now(), self._wire_free)
        self._wire_free = begin + len(data) * per_character
        taken = 0
        while data:
            if not conversation.buffer:
                conversation.started = begin + taken * per_character
            end = self._end_of_message(conversation.buffer, data)
            piece, data = data[: end or len(data)], data[end or len(data) :]
            conversation.buffer += piece
            taken += len(piece)
            if end or len(conversation.buffer) > LONGEST_MESSAGE:
                arrived = begin + taken * per_character
                message = Message(bytes(conversation.buffer), conversation.started, arrived)
                conversation.inbox.put_nowait(message)
                conversation.buffer.clear()

    def _end_of_message(self, before: bytearray, data: bytes) -> int:
        """Return how much of ``data`` completes the message that has begun; 0 when it goes on."""
        settings = self.settings
        ends = (n for n, byte in enumerate(data, 1) if byte in settings.terminator)
        return next((n for n in ends if (bytes(before) + data[:n]).endswith(settings.ending)), 0)

    async def _answer(self, conversation: Conversation) -> None:
        while message := await conversation.inbox.get():
            await self.clock.sleep_until(message.arrived)
            async with self._busy:
                if not conversation.cut:
                    await self._exchange(conversation, message)

    async def _exchange(self, conversation: Conversation, message: Message) -> None:
        """Hand one message to the instrument and send its reply."""
        self.counters.messages += 1
        self._record(message.arrived, ">", message.data)
        if self._too_early(message) or self.faults.silence:
            return
        reply = self.instrument.receive(message.data)
        self._quiet_since = max(message.arrived, self._quiet_since)
        if not reply or self.faults.no_reply:
            return
        reply = self._disturbed(reply)
        begin = self.clock.now() + self.settings.latency + self.faults.delay
        end = begin + len(reply) * self._character_time()
        await self.clock.sleep_until(end)
        self._quiet_since = end
        self.counters.replies += 1
        self._record(end, "<", reply)
        self._send(conversation, reply)

    def _too_early(self, message: Message) -> bool:
        """Apply the spacing rule; True when the message is to be dropped."""
        if self.spacing is Spacing.OFF:
            return False
        if message.started >= self._quiet_since + self.settings.gap - ROUNDING:
            return False
        self.counters.violations += 1
        if self.spacing is Spacing.COUNT:
            return False
        self.counters.dropped += 1
        return True

    def _disturbed(self, reply: bytes) -> bytes:
        """Apply the faults that change what a reply looks like."""
        faults = self.faults
        if faults.wrong_id is not None:
            reply = faults.wrong_id(reply)
        if faults.garbage:
            end = reply[len(reply.rstrip(b"\r\n")) :]
            noise = (self._random.randrange(33, 256) for _ in range(len(reply) - len(end)))
            reply = bytes(noise) + end
        if faults.half_line:
            reply = reply[: len(reply.rstrip(b"\r\n")) // 2]
        return faults.extra_line + reply

    def _send(self, conversation: Conversation, data: bytes) -> None:
        if conversation.cut:
            return
        with contextlib.suppress(LinkDown):  # the client has gone while its reply was under way
            conversation.transport.write(data)

    def _record(self, when: float, direction: str, data: bytes) -> None:
        if self.log is not None:
            self.log.append((when, direction, data))

    def _character_time(self) -> float:
        return BITS_PER_CHARACTER / self.settings.baud if self.settings.baud else 0.0
