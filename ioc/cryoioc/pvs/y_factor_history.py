"""What was measured of each channel of the receiver, kept over restarts: time, Y, noise temperature, uncertainty."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields

from cryoioc.pvs.desk import Group
from cryoioc.pvs.saved import Saved
from cryoioc.records import Record

MOST = 100  # measurements of one channel; the oldest go


@dataclass(frozen=True)
class Measurement:
    """One measurement."""

    time: float  # s since 1970, UTC
    y: float
    kelvin: float
    error: float  # K


class History:
    """``YF:HISTORY:...`` of the channel in hand.

    Parameters
    ----------
    group : Group
        ``YF``.
    channels : sequence of str
        Names of all channels.
    """

    def __init__(self, group: Group, channels: Sequence[str]) -> None:
        self._group, self._saved = group, group.desk.saved
        self._kept = {name: _restore(self._saved, self._name(name)) for name in channels}
        shapes = (("TIME", "s", 0, "When it was measured, since 1970 UTC"), ("Y", "", 4, "Y factors, oldest first"),
                  ("TRX", "K", 2, "Noise temperatures, oldest first"),
                  ("ERR", "K", 2, "Their standard uncertainties"))  # fmt: skip
        self._shown = [
            group.declare(Record(name=group.pv(f"HISTORY:{suffix}"), kind="waveform", unit=unit, precision=precision,
                                 length=MOST, doc=doc))
            for suffix, unit, precision, doc in shapes
        ]  # fmt: skip

    def _name(self, channel: str) -> str:
        return self._group.pv(f"HISTORY:{channel}")

    def add(self, channel: str, measurement: Measurement) -> None:
        """Keep a measurement, and show it."""
        kept = [*self._kept[channel], measurement][-MOST:]
        self._kept[channel] = kept
        self._saved.put_text(self._name(channel), json.dumps([astuple(one) for one in kept]))
        self.show(channel)

    def show(self, channel: str) -> None:
        """Show what was measured of a channel."""
        columns = zip(*(astuple(one) for one in self._kept[channel]), strict=True)
        for shown, column in zip(self._shown, list(columns) or [()] * len(self._shown), strict=True):
            shown.post(column)


def _restore(saved: Saved, name: str) -> list[Measurement]:
    text = saved.get_text(name)
    if text is None:
        return []
    try:
        rows = json.loads(text)
        kept = [Measurement(*map(float, row)) for row in rows]
        if not all(math.isfinite(number) for one in kept for number in astuple(one)):
            raise ValueError("a number that is none")
    except (ValueError, TypeError, RecursionError) as error:
        saved.drop(name, f"no measurements of {len(fields(Measurement))} numbers: {error}")
        return []
    return kept[-MOST:]
