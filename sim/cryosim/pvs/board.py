"""Where the PVs of the simulator IOC are declared: readings, settings as pairs, commands, messages."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from cryoioc.records import Channel, Hooks, Put, Record, make_channel
from cryoioc.records.declaration import MAX_DOC, MAX_UNIT

SHORT = 39  # characters of a stringin
LONG = 400
READBACKS = {"ao": "ai", "bo": "bi", "mbbo": "mbbi"}  # kind of X:SP -> kind of X


class Board:
    """All PVs of the simulator IOC, in the order of their declaration.

    Attributes
    ----------
    channels : dict
        By name without prefix.
    hooks : Hooks
        For :func:`cryoioc.records.put`: a refusal is told in ``MSG``.
    """

    def __init__(self) -> None:
        self.channels: dict[str, Channel] = {}
        self.hooks = Hooks(refused=self.refused)
        self._followed: list[Callable[[], None]] = []
        self._short = self.declare(Record(name="MSG", kind="stringin", doc="Why the last put was refused", initial=""))
        self._long = self.declare(
            Record(name="MSG:LONG", kind="charin", length=LONG, doc="The same in full, with the PV", initial="")
        )

    def declare(self, record: Record) -> Channel:
        """Make the channel of a PV."""
        if record.name in self.channels:
            raise ValueError(f"PV {record.name} is declared twice")
        channel = self.channels[record.name] = make_channel(record)
        return channel

    def reading(self, record: Record, read: Callable[[], Any]) -> Channel:
        """Declare a PV that shows what ``read`` returns."""
        channel = self.declare(record)
        self._followed.append(lambda: channel.post(read()))
        return channel

    def setting(
        self, wish: Record, read: Callable[[], Any], write: Callable[[Put], None], severities: Mapping[str, str] = {}
    ) -> None:
        """Declare a pair: ``X`` shows what ``read`` returns, a put to ``X:SP`` runs ``write``.

        Parameters
        ----------
        wish : Record
            As ``X:SP``, an ao, bo or mbbo with the name of ``X``.
        read : callable
            Returns the present value; ``X:SP`` follows it.
        write : callable
            Does what a put asks for; raises a ``CryoError`` to refuse.
        severities : mapping
            Of the states of ``X``.
        """
        fact = replace(
            wish, kind=READBACKS[wish.kind], low=None, high=None, display=_range(wish), severities=severities
        )
        shown = self.declare(fact)
        asked = self.declare(replace(wish, name=f"{wish.name}:SP", writable=True))

        def follow() -> None:
            shown.post(read())
            asked.post(shown.value)

        self._followed.append(follow)
        self.accept(asked, write)

    def command(self, name: str, doc: str, act: Callable[[], None]) -> None:
        """Declare a command: put 1, it completes when done and reads 0 again."""
        record = Record(
            name=name, kind="bo", states=("Idle", "Run"), doc=doc, writable=True, command=True, initial="Idle"
        )
        self.accept(self.declare(record), lambda _: act())

    def accept(self, channel: Channel, write: Callable[[Put], None]) -> None:
        """Run ``write`` for puts; an accepted one empties the messages, and every PV shows what it has changed."""

        async def handle(request: Put) -> None:
            write(request)
            self._short.post("")
            self._long.post("")
            self.refresh()

        channel.on_put = handle

    def refresh(self) -> None:
        """Let every PV show what is true now."""
        for follow in self._followed:
            follow()

    def refused(self, channel: Channel, reason: str) -> None:
        """Say why a put was refused."""
        plain = reason.encode("ascii", "replace").decode()
        self._short.post(plain[:SHORT], force=True)
        self._long.post(f"{channel.record.name}: {plain}"[: LONG - 1], force=True)


def _range(wish: Record) -> tuple[float, float] | None:
    low, high = wish.display_range
    return (low, high) if low < high else None


def described(text: str) -> str:
    """Return a text as DESC can hold it: without what follows a bracket, colon or comma, then word by word."""
    for mark in ("(", ":", ","):
        text = text if len(text) <= MAX_DOC else text.partition(mark)[0].strip()
    text = textwrap.shorten(text, MAX_DOC, placeholder="")
    return text[:1].upper() + text[1:]


def unit_of(text: str) -> str:
    """Return a unit as EGU can hold it; a longer one is a remark and no unit."""
    return text if len(text) <= MAX_UNIT else ""
