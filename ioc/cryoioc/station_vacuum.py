"""Table ``[vacuum]``: the gauges on the insulating vacuum, and when a cold cathode may be on; or who else has them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryoioc.station_models import MODELS, measuring
from cryoioc.station_rig import ELSEWHERE, PV
from cryoioc.toml_tables import Reader, key

TABLE = "vacuum"
GAUGES = ("pirani", "cold_cathode")


@dataclass(frozen=True, kw_only=True)
class Gauge:
    """One gauge on a socket of a controller."""

    instrument: str = key("the controller it is plugged into")
    channel: int = key("number of its socket", low=1, high=6)


@dataclass(frozen=True, kw_only=True)
class Vacuum:
    """The insulating vacuum; beyond the ends of its range the Pirani's reading is a bound."""

    # The limits of a cold cathode: bias-flow-vacuum.md 4.2, where they are proposed without an outside source.
    pirani: Gauge | None
    cold_cathode: Gauge | None
    source: str = key('"ca:PV": another IOC has the gauges; empty: they are those below', "")
    pirani_low: float = key("lower end of the Pirani's range, mbar", 8e-4, low=1e-6, high=1.0)
    pirani_high: float = key("upper end of the Pirani's range, mbar", 1000.0, low=1.0, high=2000.0)
    on_below: float = key("pressure below which a cold cathode may be switched on, mbar", 1e-3, low=1e-6, high=1e-2)
    on_after: float = key("how long it must have been below, s", 10.0, low=0.0, high=3600.0)
    off_above: float = key("pressure above which it is switched off by itself, mbar", 2e-3, low=1e-6, high=1e-2)
    high_alarm: float | None = key("MINOR alarm of VAC at or above, mbar", None, low=0.0, high=2000.0)
    hihi_alarm: float | None = key("MAJOR alarm of VAC at or above, mbar", None, low=0.0, high=2000.0)


def read_vacuum(reader: Reader, raw: Mapping[str, Any]) -> Vacuum | None:
    """Return the table; None where it is missing or wrong."""
    if TABLE not in raw:
        return None
    before = len(reader.lines)
    body = dict(reader.table(raw[TABLE], TABLE))
    gauges = {name: reader.read(Gauge, body.pop(name), f"{TABLE}.{name}") if name in body else None for name in GAUGES}
    for other in [name for name, value in body.items() if isinstance(value, dict)]:
        reader.unknown(TABLE, other, list(GAUGES))
        del body[other]
    table = reader.read(Vacuum, body, TABLE, **gauges)
    return table if len(reader.lines) == before else None


def check_vacuum(reader: Reader, parts: Mapping[str, Any]) -> None:
    """Check that every gauge has a socket of its own, and that a cold cathode has a Pirani to go by."""
    vacuum = parts.get(TABLE)
    if vacuum is None:
        return
    gauges = {name: gauge for name in GAUGES if (gauge := getattr(vacuum, name)) is not None}
    if vacuum.source:
        _check_source(reader, vacuum.source, list(gauges))
        return
    if "pirani" not in gauges:
        reader.complain(TABLE, "expected [vacuum.pirani]: without it nobody knows when a cold cathode may be on")
    for name, gauge in gauges.items():
        _check_socket(reader, f"{TABLE}.{name}", gauge, parts["instruments"])
    if len(gauges) == 2 and gauges["pirani"] == gauges["cold_cathode"]:
        reader.complain(f"{TABLE}.cold_cathode.channel", "is already used by vacuum.pirani")
    elif len(gauges) == 2:
        _check_modules(reader, gauges["pirani"], gauges["cold_cathode"], parts["instruments"])
    if not vacuum.on_below < vacuum.off_above:
        limits = f"on_below {vacuum.on_below:g} mbar must be below off_above {vacuum.off_above:g} mbar"
        reader.complain(TABLE, limits)
    if not vacuum.pirani_low < vacuum.on_below:
        limits = f"on_below {vacuum.on_below:g} mbar must be above pirani_low {vacuum.pirani_low:g} mbar"
        reader.complain(TABLE, f"{limits}, where the Pirani ends")


def _check_source(reader: Reader, source: str, gauges: list[str]) -> None:
    if not source.startswith(ELSEWHERE) or not PV.fullmatch(source.removeprefix(ELSEWHERE)):
        reader.complain(f"{TABLE}.source", f"expected {ELSEWHERE} and the name of a PV, found {source!r}")
    if gauges:
        reader.complain(f"{TABLE}.source", f"expected gauges or a source, found {TABLE}.{gauges[0]} too")


def _check_modules(reader: Reader, pirani: Gauge, cold: Gauge, instruments: Mapping[str, Any]) -> None:
    """Check that gauges of two kinds are on two modules, where the controller has modules."""
    spec = instruments.get(cold.instrument)
    if spec is None or pirani.instrument != cold.instrument:
        return
    size = MODELS[spec.model].per_module
    if (pirani.channel - 1) // size == (cold.channel - 1) // size:
        reader.complain(f"{TABLE}.cold_cathode.channel", f"is on one module with {TABLE}.pirani, which has one kind")


def _check_socket(reader: Reader, where: str, gauge: Gauge, instruments: Mapping[str, Any]) -> None:
    if gauge.instrument not in instruments:
        reader.complain(f"{where}.instrument", f"no [instrument.{gauge.instrument}] in this file")
        return
    spec = instruments[gauge.instrument]
    if spec is None:  # it has been told of already
        return
    channels = MODELS[spec.model].channels
    if spec.model not in measuring("vacuum"):
        wanted = f"expected one of {', '.join(measuring('vacuum'))}"
        reader.complain(f"{where}.instrument", f"{wanted}, found a {spec.model}")
    elif gauge.channel not in channels:
        listed = ", ".join(map(str, channels))
        reader.complain(f"{where}.channel", f"{gauge.instrument} has channels {listed}, found {gauge.channel}")
