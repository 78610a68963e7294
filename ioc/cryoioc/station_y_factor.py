"""``[y_factor]`` of the station file: loads, power meter, and the channels of a receiver that are calibrated."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryoioc.station_rig import MANUAL, Quantity
from cryoioc.toml_tables import Reader, key
from cryoioc.y_factor import UNITS

TABLE = "y_factor"
MOST = 16  # channels: as many as an enum has states
BY_SCRIPT = Quantity(source=MANUAL, max_age=1.0)
NAME = re.compile(r"[A-Z][A-Z0-9_]{0,19}")


@dataclass(frozen=True, kw_only=True)
class Channel:
    """One band in one polarisation."""

    name: str
    low: float = key("lower end of the band, GHz", low=0.001, high=1000.0)
    high: float = key("upper end of the band, GHz", low=0.001, high=1000.0)
    polarisation: str = key("which", choices=("LHCP", "RHCP", "X", "Y"))
    reference: float | None = key("noise temperature that was reported for it, K", None, low=0.0, high=1e4)
    injected: Mapping[str, float] = key("injected noise that was measured, K, by attenuation in dB", {})

    @property
    def measured(self) -> dict[float, float]:
        """Injected noise by attenuation, [dB] to [K]."""
        return {float(decibel): kelvin for decibel, kelvin in self.injected.items()}


@dataclass(frozen=True, kw_only=True)
class YFactor:
    """Calibration with a hot and a cold load; what can go wrong with them is in the uncertainties."""

    channels: Mapping[str, Channel]
    unit: str = key("unit of the powers", "mW", choices=UNITS)
    hot: Quantity | None = key("power with the hot load; put by a script if not given", None)
    cold: Quantity | None = key("power with the cold load; put by a script if not given", None)
    power: Quantity | None = key("power as the meter shows it now, for YF:HOT:TAKE and YF:COLD:TAKE", None)
    take: float = key("time over which TAKE averages, s", 5.0, low=1.0, high=600.0)
    t_hot: float = key("TH at start, K", 295.0, low=4.0, high=1000.0)
    t_cold: float = key("TC at start, K", 77.0, low=1.0, high=400.0)
    t_hot_error: float = key("standard uncertainty of TH, K", 0.5, low=0.0, high=100.0)
    t_cold_error: float = key("standard uncertainty of TC, K", 0.5, low=0.0, high=100.0)
    power_error: float = key("standard uncertainty of each power, relative to it", 0.002, low=0.0, high=0.5)


def read_y_factor(reader: Reader, raw: Mapping[str, Any]) -> YFactor | None:
    """Return the table; None where it is missing or wrong."""
    if TABLE not in raw:
        return None
    before = len(reader.lines)
    body = dict(reader.table(raw[TABLE], TABLE))
    channels = {
        name: reader.read(Channel, one, f"{TABLE}.channel.{name}", name=name)
        for name, one in reader.table(body.pop("channel", {}), f"{TABLE}.channel").items()
    }
    table = reader.read(YFactor, body, TABLE, channels=channels)
    return table if len(reader.lines) == before else None


def check_y_factor(reader: Reader, parts: Mapping[str, Any]) -> None:
    """Check that there are channels, that they can be told apart, and that their numbers are in order."""
    table = parts.get(TABLE)
    if table is None:
        return
    if not 1 <= len(table.channels) <= MOST:
        found = len(table.channels)
        reader.complain(f"{TABLE}.channel", f"expected 1 to {MOST} tables [{TABLE}.channel.NAME], found {found}")
    if table.power is not None and table.power.source == MANUAL:
        reader.complain(f"{TABLE}.power.source", f"expected what measures it, found {MANUAL!r}")
    if not table.t_cold < table.t_hot:
        reader.complain(TABLE, f"t_cold {table.t_cold:g} K must be below t_hot {table.t_hot:g} K")
    for name, channel in table.channels.items():
        where = f"{TABLE}.channel.{name}"
        if not NAME.fullmatch(name):
            reader.complain(where, "expected a name of upper-case letters, digits and _, at most 20")
        if not channel.low < channel.high:
            reader.complain(where, f"low {channel.low:g} GHz must be below high {channel.high:g} GHz")
        for decibel, kelvin in channel.injected.items():
            if not _is_step(decibel) or kelvin <= 0.0:
                reader.complain(f"{where}.injected", f"expected dB = K, found {decibel!r} = {kelvin:g}")


def _is_step(text: str) -> bool:
    try:
        return 0.0 <= float(text) <= 200.0
    except ValueError:
        return False
