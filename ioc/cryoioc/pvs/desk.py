"""Where groups declare their PVs: channels, where each comes from on the wire, messages, aliases."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from cryoioc.clock import Clock
from cryoioc.errors import CryoError
from cryoioc.pvs.about import NOTHING_SPECIAL, About
from cryoioc.pvs.saved import Saved
from cryoioc.records import Channel, Put, Record, make_channel

SHORT = 39  # characters of a stringin
LONG = 400
ACCESS = "INTERLOCK"  # access group of what makes an interlock weaker or stronger, or silent


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One declared PV and the exchange behind it."""

    record: Record
    instrument: str = ""
    query: str = ""
    set: str = ""
    every: float = 0.0  # s between polls; 0: it is not polled itself
    group: str = ""  # common prefix, "" for the station itself
    needs: str = ""  # instrument without which nothing of the group is known
    about: About = NOTHING_SPECIAL


class Desk:
    """All PVs of a station, in the order of their declaration."""

    def __init__(self, clock: Clock, saved: Saved | None = None) -> None:
        self.clock = clock
        self.saved = saved or Saved(None)
        self.entries: dict[str, Entry] = {}
        self.channels: dict[str, Channel] = {}
        self.aliases: dict[str, str] = {}
        self.station: Group | None = None  # whose MSG repeats the last refusal anywhere
        self._groups: dict[str, Group] = {}
        self._refusal_watchers: dict[str, Callable[[], None]] = {}

    def declare(self, group: Group, entry: Entry) -> Channel:
        """Make the channel of a PV."""
        name = entry.record.name
        if name in self.channels or name in self.aliases:
            raise ValueError(f"PV {name} is declared twice")
        channel = make_channel(entry.record)
        self.entries[name] = entry
        self.channels[name] = channel
        self._groups[name] = group
        return channel

    def alias(self, extra: str, real: str) -> None:
        """Serve the PV ``real`` under the name ``extra`` too."""
        if real not in self.channels:
            raise ValueError(f"alias {extra}: there is no PV {real}")
        if extra in self.channels or self.aliases.get(extra, real) != real:
            raise ValueError(f"alias {extra} is already a name")
        self.aliases[extra] = real

    def on_refusal(self, channel: Channel, watcher: Callable[[], None]) -> None:
        """Call ``watcher`` whenever a put to ``channel`` is refused, whatever the reason."""
        self._refusal_watchers[channel.record.name] = watcher

    def refused(self, channel: Channel, reason: str) -> None:
        """Say why a put failed: in the group's MSG and, with the PV's name, in the station's."""
        name = channel.record.name
        if self._groups[name] is not self.station:
            self._groups[name].say(reason)
        if self.station is not None:
            self.station.say(f"{name}: {reason}")
        if name in self._refusal_watchers:
            self._refusal_watchers[name]()


class Group:
    """PVs with a common prefix and a common ``MSG``.

    Parameters
    ----------
    desk : Desk
        Where the PVs are declared.
    name : str
        Common prefix without the final colon; "" for the station itself.
    needs : str
        Instrument without which nothing of the group is known.
    """

    def __init__(self, desk: Desk, name: str, needs: str = "") -> None:
        self.desk = desk
        self.name = name
        self.needs = needs
        self.said = 0
        self._short = self.declare(
            Record(name=self.pv("MSG"), kind="stringin", doc="Last message, reason first", initial="")
        )
        self._long = self.declare(
            Record(name=self.pv("MSG:LONG"), kind="charin", length=LONG, doc="Last message in full", initial="")
        )

    def pv(self, suffix: str) -> str:
        """Return the name of a PV of this group, without the station prefix; that of the group itself for ""."""
        return ":".join(filter(None, (self.name, suffix)))

    def declare(self, record: Record, *, instrument: str = "", query: str = "", set: str = "", every: float = 0.0,
                needs: str | None = None, about: About = NOTHING_SPECIAL) -> Channel:  # fmt: skip
        """Declare a PV of this group; ``record.name`` is complete, ``needs`` is its instrument's or the group's."""
        needed = (instrument or self.needs) if needs is None else needs
        entry = Entry(record=record, instrument=instrument, query=query, set=set, every=every, group=self.name,
                      needs=needed, about=about)  # fmt: skip
        return self.desk.declare(self, entry)

    def say(self, text: str) -> None:
        """Show a message to the operators of this group."""
        self.said += 1
        plain = text.encode("ascii", "replace").decode()
        self._short.post(plain[:SHORT], force=True)
        self._long.post(plain[: LONG - 1], force=True)

    def note(self, text: str) -> None:
        """Tell more of an accepted put: ``MSG`` is empty, as the sign that it was accepted."""
        self.said += 1
        self._short.post("", force=True)
        self._long.post(text.encode("ascii", "replace").decode()[: LONG - 1], force=True)

    def quiet(self) -> None:
        """Empty the message, after an accepted put that had nothing to say."""
        self._short.post("")
        self._long.post("")

    def accept(self, channel: Channel, handler: Callable[[Put], Awaitable[None]]) -> None:
        """Run ``handler`` for puts to ``channel``; an accepted put empties the messages."""

        async def put(request: Put) -> None:
            before = self.said
            await handler(request)
            if self.said == before:
                self.quiet()

        channel.on_put = put

    def command(self, suffix: str, doc: str, handler: Callable[[], Awaitable[None]], *, instrument: str = "",
                set: str = "", asg: str = "", stays_open: bool = False) -> Channel:  # fmt: skip
        """Declare a command: put 1, it completes when done and reads 0 again; ``stays_open`` where it switches off."""
        record = Record(
            name=self.pv(suffix),
            kind="bo",
            states=("Idle", "Run"),
            doc=doc,
            writable=True,
            command=True,
            initial="Idle",
            asg=asg,
            stays_open=stays_open,
        )
        channel = self.declare(record, instrument=instrument, set=set)

        async def put(request: Put) -> None:
            if request.value == "Run":
                await handler()

        self.accept(channel, put)
        return channel


def reason(error: CryoError) -> str:
    """Return the sentence of an error."""
    return str(error) or type(error).__name__
