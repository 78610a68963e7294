"""What the names of a server stand for: records, their aliases, and their fields as clients ask for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from weakref import WeakValueDictionary

from cryoioc.records import dbr, fields
from cryoioc.records.channel import Channel
from cryoioc.records.declaration import MAX_NAME
from cryoioc.records.source import LongText, Source


class Names:
    """Names of one server.

    Parameters
    ----------
    channels : iterable of Channel
        Each is served under ``prefix`` and the name of its record.
    prefix : str
        Put before every name.
    aliases : mapping
        Extra name -> real name, both without prefix.

    Raises
    ------
    ValueError
        For a name that is taken, too long, or an alias of nothing.
    """

    def __init__(self, channels: Iterable[Channel], prefix: str, aliases: Mapping[str, str]) -> None:
        self.channels: dict[str, Channel] = {}  # aliases too
        for channel in channels:
            channel.full_name = self._take(prefix + channel.record.name, channel)
        for extra, real in aliases.items():
            if prefix + real not in self.channels:
                raise ValueError(f"alias {extra}: there is no {real}")
            self._take(prefix + extra, self.channels[prefix + real])
        # Fields live as long as a client has a channel to them: all fields of all records are many.
        self._fields: WeakValueDictionary[str, Source] = WeakValueDictionary()

    def _take(self, name: str, channel: Channel) -> str:
        if name in self.channels:
            raise ValueError(f"{name} is there twice")
        if len(name) > MAX_NAME:
            raise ValueError(f"{name} is longer than {MAX_NAME} characters")
        self.channels[name] = channel
        return name

    def find(self, name: str) -> Source | None:
        """Return the record or field of a name, ``$`` at its end for a string as characters."""
        channel = self.channels.get(name)
        if channel is not None:
            return channel
        source = self._fields.get(name) or self._make(name)
        if source is not None and source.owner is not source:
            self._fields[name] = source
        return source

    def _make(self, name: str) -> Source | None:
        if name.endswith("$$"):
            return None  # each would be another name of the same
        if name.endswith("$"):
            source = self.find(name[:-1])
            if source is None or source.kind not in (dbr.STRING, dbr.CHAR):
                return None
            return LongText(source) if source.kind == dbr.STRING else source
        record, dot, field = name.partition(".")
        channel = self.channels.get(record)
        return fields.get_field(channel, field) if channel is not None and dot else None
