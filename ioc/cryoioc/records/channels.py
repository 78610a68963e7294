"""The kind of record decides the kind of channel."""

from __future__ import annotations

from cryoioc.records import declaration
from cryoioc.records.channel import Channel
from cryoioc.records.channel_array import ArrayChannel
from cryoioc.records.channel_enum import EnumChannel
from cryoioc.records.channel_number import NumberChannel
from cryoioc.records.channel_text import TextChannel
from cryoioc.records.declaration import Record

CLASSES: dict[str, type[Channel]] = {
    **dict.fromkeys(declaration.NUMBERS, NumberChannel),
    **dict.fromkeys(declaration.ENUMS, EnumChannel),
    **dict.fromkeys((*declaration.STRINGS, *declaration.LONG_STRINGS), TextChannel),
    "waveform": ArrayChannel,
}


def make_channel(record: Record) -> Channel:
    """Return the channel of a declaration, with its initial value if it has one.

    Raises
    ------
    ValueError
        For an initial value the record cannot hold.
    """
    channel = CLASSES[record.kind](record)
    if record.initial is not None:
        channel.post(record.initial)
    return channel
