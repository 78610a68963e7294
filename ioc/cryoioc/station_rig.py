"""Tables of the rig around the cryostat: dewar, tube, valve, compressor; what each of their quantities comes from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryoioc.station_models import MODELS, measuring
from cryoioc.toml_tables import Reader, key

MANUAL = "manual"
ELSEWHERE = "ca:"  # a PV of another IOC
PV = re.compile(r"[A-Za-z0-9_:.<>;\[\]-]{1,60}")


@dataclass(frozen=True)
class Signal:
    """What a transmitter sends, and what it cannot be sending when it is whole.

    Below ``least`` or above ``most`` the loop is broken or the transmitter says that it is (NAMUR NE 43 for
    currents: 3.6 and 21 mA).
    """

    unit: str
    low: float
    high: float
    least: float
    most: float


SIGNALS = {
    "0-10 V": Signal("V", 0.0, 10.0, -0.2, 10.2),
    "0-5 V": Signal("V", 0.0, 5.0, -0.1, 5.1),
    "4-20 mA": Signal("mA", 4.0, 20.0, 3.6, 21.0),
}


@dataclass(frozen=True, kw_only=True)
class Quantity:
    """Where a quantity comes from.

    A level is in %, a pressure in mbar (dewar above the atmosphere, tube absolute), a state 0 or 1, a voltage in V,
    the power of a receiver in the unit its table names.
    """

    source: str = key('the instrument that measures it, "manual": entered through its :SP, or "ca:PV" of another IOC')
    channel: int = key("probe of a level meter, or input of a box", 1, low=0, high=31)
    signal: str = key("what is wired to the input of a box", "0-10 V", choices=tuple(SIGNALS))
    at_low: float = key("value at the low end of the signal", 0.0, low=-1e6, high=1e6)
    at_high: float = key("value at the high end of the signal", 0.0, low=-1e6, high=1e6)
    max_age: float = key("hours after which a sample or an entry is INVALID", 24.0, low=0.001, high=1e6)
    lolo_alarm: float | None = key("MAJOR alarm at or below", None, low=-1e6, high=1e6)
    low_alarm: float | None = key("MINOR alarm at or below", None, low=-1e6, high=1e6)
    high_alarm: float | None = key("MINOR alarm at or above", None, low=-1e6, high=1e6)
    hihi_alarm: float | None = key("MAJOR alarm at or above", None, low=-1e6, high=1e6)


@dataclass(frozen=True, kw_only=True)
class Dewar:
    """The storage dewar."""

    level: Quantity | None
    pressure: Quantity | None
    litres: float = key("volume at 100 %, L; 0: HOLD is not known from the flow", 0.0, low=0.0, high=1e5)
    empty: float = key("level at which it gives no more liquid, %", 0.0, low=0.0, high=99.0)
    loss: float = key("what it loses by itself, L of liquid a day", 0.0, low=0.0, high=1e4)
    hold_alarm: float | None = key("MINOR alarm when it lasts no longer, h", None, low=0.0, high=999.0)


@dataclass(frozen=True, kw_only=True)
class Tube:
    """The sample tube."""

    pressure: Quantity | None


@dataclass(frozen=True, kw_only=True)
class Valve:
    """The needle valve of the transfer line."""

    source: str = key('"manual": the operator enters how far it is open', MANUAL)
    turns: float = key("turns from closed to fully open", 4.0, low=0.1, high=100.0)


@dataclass(frozen=True, kw_only=True)
class Compressor:
    """The compressor of a closed-cycle cooler, which somebody else switches."""

    state: Quantity | None  # 0 Off, 1 On; a contact on an input of a box has at_low = 0 and at_high = 1, or the reverse
    cold_below: float = key("while a stage is colder than this, K, Off is MAJOR; 0: never", 0.0, low=0.0, high=400.0)


QUANTITIES = {"dewar": ("level", "pressure"), "tube": ("pressure",), "valve": (), "compressor": ("state",),
              "y_factor": ("hot", "cold", "power")}  # fmt: skip
TABLES: Mapping[str, type] = {"dewar": Dewar, "tube": Tube, "valve": Valve, "compressor": Compressor}


def read_rig(reader: Reader, raw: Mapping[str, Any]) -> dict[str, Any]:
    """Return the tables of the rig by name; None for one that is missing or wrong."""
    return {name: _table(reader, name, raw[name]) if name in raw else None for name in TABLES}


def _table(reader: Reader, name: str, raw: Any) -> Any:
    before = len(reader.lines)
    body = dict(reader.table(raw, name))
    found = {}
    for one in QUANTITIES[name]:
        found[one] = reader.read(Quantity, body.pop(one), f"{name}.{one}") if one in body else None
    for one in [one for one, value in body.items() if isinstance(value, dict)]:
        reader.unknown(name, one, list(QUANTITIES[name]) or ["none"])
        del body[one]
    table = reader.read(TABLES[name], body, name, **found)
    return table if len(reader.lines) == before else None


def quantities(parts: Mapping[str, Any]) -> dict[str, Quantity]:
    """Return what is measured or entered, by its place in the file."""
    found = {
        f"{table}.{one}": spec
        for table, names in QUANTITIES.items()
        if parts.get(table) is not None
        for one in names
        if (spec := getattr(parts[table], one)) is not None
    }
    powers = filter(None, parts.get("powers", {}).values())
    return found | {f"power.{one.name}.monitor": one.monitor for one in powers if one.monitor is not None}


def check_rig(reader: Reader, parts: Mapping[str, Any]) -> None:
    """Check that every source exists and can measure what it is to measure."""
    users: dict[tuple[str, int], str] = {}
    for where, spec in quantities(parts).items():
        if spec.source.startswith(ELSEWHERE):
            if not PV.fullmatch(spec.source.removeprefix(ELSEWHERE)):
                reader.complain(f"{where}.source", f"expected the name of a PV behind ca:, found {spec.source!r}")
        elif spec.source != MANUAL and _exists(reader, where, spec.source, parts["instruments"]):
            _check_wiring(reader, where, spec, parts["instruments"][spec.source].model)
            other = users.setdefault((spec.source, spec.channel), where)
            if other != where:
                reader.complain(f"{where}.channel", f"{spec.source} channel {spec.channel} is already used by {other}")
    valve = parts.get("valve")
    if valve is not None and valve.source != MANUAL:
        reader.complain("valve.source", f"expected {MANUAL!r}, found {valve.source!r}")


def _exists(reader: Reader, where: str, source: str, instruments: Mapping[str, Any]) -> bool:
    if source not in instruments:
        wanted = f"{MANUAL!r}, {ELSEWHERE + 'PV'!r} or an instrument of this file"
        reader.complain(f"{where}.source", f"expected {wanted}, found {source!r}")
        return False
    return instruments[source] is not None  # one with a mistake in it has been told of already


def _check_wiring(reader: Reader, where: str, spec: Quantity, model: str) -> None:
    wanted = ("level", "signal") if where.endswith("level") else ("signal",)
    facts = MODELS[model]
    if model not in measuring(*wanted):
        reader.complain(f"{where}.source", f"expected one of {', '.join(measuring(*wanted))}, found a {model}")
    elif spec.channel not in facts.channels:
        listed = ", ".join(map(str, facts.channels))
        reader.complain(f"{where}.channel", f"{spec.source} has channels {listed}, found {spec.channel}")
    elif "signal" in facts.measures and spec.at_low == spec.at_high:
        reader.complain(where, f"at_low and at_high, what {spec.signal} means, must differ, found {spec.at_low:g}")
