"""Curve slots of one instrument, read and written over its link, one message a transaction.

Between two messages others may speak: a running IOC goes on polling while its curves are read.  Reading,
erasing and writing are all repeatable, so a message whose answer was lost is simply sent again; what the
instrument has in the end is decided by reading it back, not by what it was sent.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from cryoioc.clock import Clock
from cryoioc.curves.formats import WORDS
from cryoioc.curves.rules import Header, Point
from cryoioc.curves.tables import Breakpoints
from cryoioc.devices.lakeshore import COMMAND_ERROR, EXECUTION_ERROR
from cryoioc.errors import DeviceRefused, LinkDown, LinkError, ReplyError
from cryoioc.link import Conversation
from cryoioc.link.dialects import DIALECTS
from cryoioc.quantities import Model

T = TypeVar("T")
POINTS = 200
READS = 10  # points asked for in one message: 140 characters, a reply of 180
LONE_READS = 4  # points asked for in one transaction where each is a message of its own, a tenth of a second
TRIES = 4  # of a message that was not answered, or not understood
LOOK = 0.25  # s between two looks whether the link is back
PATIENCE = 60.0  # s a link may stay away
COEFFICIENTS = {"Negative": 1, "Positive": 2}
UNUSED: Point = (0.0, 0.0)


class Transact(Protocol):
    """What carries transactions: ``Link.transact`` or ``Device.transact``."""

    async def __call__(self, work: Callable[[Conversation], Awaitable[T]], /) -> T:
        """Do ``work`` with the wire to itself."""


@dataclass(frozen=True)
class Stored:
    """What a slot holds: its header and all 200 points, unused ones as two zeros."""

    header: Header
    points: tuple[Point, ...]

    @property
    def used(self) -> tuple[Point, ...]:
        """Points up to the first pair of zeros, which ends a curve."""
        return self.points[: self.points.index(UNUSED)] if UNUSED in self.points else self.points

    def rounded(self, decimals: int) -> bool:
        """Say whether nothing is shown beyond some decimals, which a real curve always needs in one point."""
        shown = all(round(value, decimals) == value for point in self.points for value in point)
        return shown and bool(self.used)

    @property
    def distinct(self) -> bool:
        """Whether no two points in use have the same sensor units or temperature."""
        units, kelvin = zip(*self.used, strict=True) if self.used else ((), ())
        return len(set(units)) == len(units) and len(set(kelvin)) == len(kelvin)

    @property
    def empty(self) -> bool:
        """Whether nothing is stored."""
        return all(point == UNUSED for point in self.points) and not self.header.name

    def breakpoints(self) -> Breakpoints:
        """Return the curve as it would be written into a file."""
        units, kelvin = zip(*self.used, strict=True) if self.used else ((), ())
        return Breakpoints(name=self.header.name, serial=self.header.serial, format=self.header.format,
                           limit=self.header.limit, units=units, kelvin=kelvin)  # fmt: skip


class Slots:
    """The curves of one instrument.

    Parameters
    ----------
    model : Model
        Its rows.
    transact : callable
        What carries a transaction.
    clock : Clock
    patience : float
        How long a link that is away is waited for, [s].
    """

    def __init__(self, model: Model, transact: Transact, clock: Clock, patience: float = PATIENCE) -> None:
        self.model, self.clock = model, clock
        self._transact, self._patience = transact, patience

    # --- reading -----------------------------------------------------------------------------------

    async def header(self, slot: int) -> Header:
        """Return the header of a slot."""
        row = self.model["CRVHDR"]
        (reply,) = await self._say([row.ask(slot)])
        values = row.parse(reply)
        return Header(values["name"], values["serial"], WORDS[values["format"]], values["limit"],
                      COEFFICIENTS[values["coefficient"]])  # fmt: skip

    async def points(self, slot: int, numbers: Sequence[int]) -> list[Point]:
        """Return points of a slot by their numbers, in one message."""
        row = self.model["CRVPT"]
        found = [row.parse(reply) for reply in await self._say([row.ask(slot, number) for number in numbers])]
        return [(values["sensor"], values["kelvin"]) for values in found]

    async def read(self, slot: int, progress: Callable[[int], None] = lambda count: None) -> Stored:
        """Return everything a slot holds; ``progress`` is told the number of points read."""
        header = await self.header(slot)
        points: list[Point] = []
        reads = READS if DIALECTS[self.model.name].chained else LONE_READS
        for first in range(1, POINTS + 1, reads):
            points += await self.points(slot, range(first, first + reads))
            progress(len(points))
        return Stored(header, tuple(points))

    async def users(self, slot: int) -> list[str]:
        """Return the inputs that use a slot."""
        row = self.model["INCRV"]
        replies = await self._say([row.ask(letter) for letter in self.model.inputs])
        return [letter for letter, reply in zip(self.model.inputs, replies, strict=True)
                if row.parse(reply)["curve"] == slot]  # fmt: skip

    # --- writing -----------------------------------------------------------------------------------

    async def erase(self, slot: int) -> None:
        """Empty a slot."""
        await self._command([self.model["CRVDEL"].tell({}, slot)])

    async def write_header(self, slot: int, header: Header) -> None:
        """Store a header."""
        values: dict[str, Any] = {
            "name": header.name,
            "serial": header.serial,
            "format": header.format.words,
            "limit": header.limit,
            "coefficient": next(word for word, code in COEFFICIENTS.items() if code == header.coefficient),
        }
        await self._command([self.model["CRVHDR"].tell(values, slot)])

    def point_command(self, slot: int, number: int, point: Point) -> str:
        """Return the command that stores one point."""
        return self.model["CRVPT"].tell({"sensor": point[0], "kelvin": point[1]}, slot, number)

    async def write_points(self, commands: Sequence[str]) -> None:
        """Store points, all in one message."""
        await self._command(commands)

    async def assign(self, letter: str, slot: int) -> bool:
        """Let an input use a slot, 0 for none; say whether it does: it does not where the sensor type does not fit."""
        row = self.model["INCRV"]
        for _ in range(TRIES):  # a command that was lost looks the same
            (reply,) = await self._command([row.tell({"curve": slot}, letter), row.ask(letter)])
            if row.parse(reply)["curve"] == slot:
                return True
        return False

    # --- messages ----------------------------------------------------------------------------------

    async def _say(self, units: Sequence[str]) -> list[str]:
        async def work(talk: Conversation) -> list[str]:
            return await talk.chain(units)

        return await self._persist(work)

    async def _command(self, units: Sequence[str]) -> list[str]:
        """Send commands between two ``*ESR?``, the first of which clears what others left."""
        row = self.model["*ESR"]

        async def work(talk: Conversation) -> list[str]:
            _, *replies, last = await talk.chain([row.query, *units, row.query])
            if row.parse(last)["events"] & (EXECUTION_ERROR | COMMAND_ERROR):
                raise DeviceRefused(f"the instrument did not accept {'; '.join(u for u in units if '?' not in u)}")
            return replies

        return await self._persist(work)

    async def _persist(self, work: Callable[[Conversation], Awaitable[T]]) -> T:
        """Carry out repeatable work: again when it failed, and when the link comes back."""
        give_up = self.clock.now() + self._patience
        tries = TRIES
        while True:
            try:
                return await self._transact(work)
            except LinkDown:
                if self.clock.now() >= give_up:
                    raise
                await self.clock.sleep(LOOK)
            except (LinkError, ReplyError, DeviceRefused):
                tries -= 1
                if not tries:
                    raise


