"""A curve into an instrument: verified point by point, or the slot as it was before.

An input never follows half a curve: inputs that use the slot are taken off it first, which turns their
heaters off, and get it back when every point has been read back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from cryoioc.curves.rules import RULES, Header, Prepared, Rules, as_sent, check_slot
from cryoioc.curves.slots import POINTS, UNUSED, Slots, Stored
from cryoioc.errors import CryoError, DeviceRefused, LinkError, Refused, ReplyError
from cryoioc.quantities import Model
from cryoioc.wire.codecs import Codec

ROUNDS = 5  # of reading back and rewriting what differs
MESSAGE = 215  # characters of commands in one message, beside the two *ESR? and the sentinel
Progress = Callable[[str, int, int], None]
"""What is going on, how much is done, of how much."""


class UploadFailed(CryoError):
    """A curve could not be stored; the message says what the slot holds now and who uses it."""


@dataclass(frozen=True)
class Outcome:
    """What an upload did."""

    slot: int
    written: int  # points sent, rewritten ones included; 0: it was all there
    rewritten: int  # points that had to be sent again
    inputs: tuple[str, ...]  # that were taken off the slot and got it back
    coarse: int | None = None  # decimals the instrument shows of a point, where it does not show them all


def coarseness(model: Model, stored: Stored) -> int | None:
    """Return the decimals to which an instrument shows its points, if it may be content with few and is; else None."""
    decimals = RULES[model.name].coarse
    return decimals if decimals is not None and stored.rounded(decimals) else None


def differences(model: Model, wanted: Prepared, stored: Stored) -> list[int]:
    """Return the numbers of the points that are not as wanted; 0 stands for the header.

    What an instrument shows with fewer decimals than it keeps is compared with these: rounded or cut, both are so
    within one of the last.
    """
    row = model["CRVPT"]
    coarse = coarseness(model, stored)

    def same(codec: Codec, asked: float, found: float) -> bool:
        if coarse is not None:
            return abs(asked - found) < 10.0**-coarse * (1.0 - 1e-9)
        return codec.same(asked, found)

    sensor, kelvin = row["sensor"].codec, row["kelvin"].codec
    expected = (*wanted.points, *(UNUSED,) * (POINTS - len(wanted.points)))
    wrong = [0] if not same_header(model, wanted.header, stored.header) else []
    for number, ((u, t), (v, w)) in enumerate(zip(expected, stored.points, strict=True), 1):
        if not (same(sensor, u, v) and same(kelvin, t, w)):
            wrong.append(number)
    return wrong


def same_header(model: Model, wanted: Header, found: Header) -> bool:
    """Say whether an instrument kept a header."""
    limit = model["CRVHDR"]["limit"].codec.same(wanted.limit, found.limit)
    rules = RULES[model.name]
    names = (wanted.name, wanted.serial) == (as_sent(found.name, rules), as_sent(found.serial, rules))
    return limit and names and (wanted.format, wanted.coefficient) == (found.format, found.coefficient)


class Upload:
    """One upload into one slot.

    Parameters
    ----------
    slots : Slots
    rules : Rules
    slot : int
    wanted : Prepared
    force : bool
        Replace a curve that is there, or that inputs use.
    progress : callable
        Told what is going on.
    """

    def __init__(self, slots: Slots, rules: Rules, slot: int, wanted: Prepared, *, force: bool = False,
                 progress: Progress = lambda what, done, total: None) -> None:  # fmt: skip
        check_slot(slot, rules)
        self.slots, self.rules, self.slot, self.wanted = slots, rules, slot, wanted
        self.force, self.progress = force, progress
        self._written = self._rewritten = 0
        self._coarse: int | None = None

    async def run(self) -> Outcome:
        """Store the curve and verify it.

        Raises
        ------
        Refused
            The slot is in use or filled, and ``force`` was not given; nothing was changed.
        UploadFailed
            It could not be stored.  The slot is as before, or no input uses it.
        """
        users = await self.slots.users(self.slot)
        before = await self._read("reading what is there")
        if not differences(self.slots.model, self.wanted, before):
            return Outcome(self.slot, 0, 0, (), coarseness(self.slots.model, before))
        self._may_replace(before, users)
        detached: list[str] = []
        try:
            detached += users
            await self._detach(users)
            await self._store(self.wanted)
            await self._give_back(detached)
        except (CryoError, asyncio.CancelledError) as error:
            told = await self._undo(before, detached)
            if isinstance(error, asyncio.CancelledError):
                raise
            raise UploadFailed(f"{error}; {told}") from error
        return Outcome(self.slot, self._written, self._rewritten, tuple(detached), self._coarse)

    def _may_replace(self, before: Stored, users: list[str]) -> None:
        if self.force or (before.empty and not users):
            return
        header = before.header
        what = f"curve {self.slot} holds {header.name!r} ({header.serial}), {len(before.used)} points"
        used = f", and input {' and '.join(users)} uses it" if users else ""
        raise Refused(f"{what}{used}; --force replaces it")

    async def _store(self, wanted: Prepared) -> None:
        """Write everything, then read back and rewrite what differs until nothing does."""
        await self.slots.erase(self.slot)
        await self.slots.clock.sleep(self.rules.settle)
        if wanted.points or wanted.header.name:
            await self.slots.write_header(self.slot, wanted.header)
        await self._write(wanted, range(1, len(wanted.points) + 1), "writing")
        for _ in range(ROUNDS):
            stored = await self._read("reading back")
            wrong = differences(self.slots.model, wanted, stored)
            self._coarse = coarseness(self.slots.model, stored)
            if not wrong or (wrong == [0] and not wanted.points):
                return
            if wrong[-1] > len(wanted.points):  # left over from before: the erasing was lost
                await self.slots.erase(self.slot)
                await self.slots.clock.sleep(self.rules.settle)
                wrong = [*range(len(wanted.points) + 1)]
            if 0 in wrong:
                await self.slots.write_header(self.slot, wanted.header)
            points = [number for number in wrong if number]
            self._rewritten += len(points)
            await self._write(wanted, points, "rewriting")
        raise DeviceRefused(f"curve {self.slot} does not keep what it is sent: {_list(wrong)} after {ROUNDS} rounds")

    async def _write(self, wanted: Prepared, numbers: Iterable[int], what: str) -> None:
        """Send points, as many in a message as fit."""
        commands = [self.slots.point_command(self.slot, n, wanted.points[n - 1]) for n in numbers]
        done = 0
        while done < len(commands):
            some = [commands[done]]
            while done + len(some) < len(commands) and len(";".join([*some, commands[done + len(some)]])) <= MESSAGE:
                some.append(commands[done + len(some)])
            await self.slots.write_points(some)
            done += len(some)
            self._written += len(some)
            self.progress(what, done, len(commands))

    async def _read(self, what: str) -> Stored:
        return await self.slots.read(self.slot, lambda done: self.progress(what, done, POINTS))

    async def _give_back(self, letters: Iterable[str]) -> None:
        for letter in letters:
            if not await self.slots.assign(letter, self.slot):
                raise DeviceRefused(f"input {letter} does not take curve {self.slot}: its sensor type does not fit")

    async def _undo(self, before: Stored, detached: list[str]) -> str:
        """Put back what was there; where that cannot be done, make sure that nobody uses it.  Say which."""
        old = Prepared(before.header, before.used)
        try:
            await self._detach(await self.slots.users(self.slot))
            await self._store(old)
            await self._give_back(detached)
        except (LinkError, ReplyError, DeviceRefused) as error:
            off = f"; input {' and '.join(detached)} has no curve now" if detached else ""
            return f"curve {self.slot} may hold a part of it ({error}){off}. No input uses it: upload again"
        return f"curve {self.slot} is as it was before"

    async def _detach(self, letters: Iterable[str]) -> None:
        for letter in letters:
            if not await self.slots.assign(letter, 0):
                raise DeviceRefused(f"input {letter} cannot be taken off curve {self.slot}")


def _list(numbers: list[int]) -> str:
    named = ["the header" if n == 0 else f"point {n}" for n in numbers[:5]]
    return ", ".join(named) + (f" and {len(numbers) - 5} more" if len(numbers) > 5 else "")

