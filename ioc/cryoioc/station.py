"""Station file (TOML) -> frozen dataclasses.

One file per station is the deployment unit.  Tables in code say what is true of a model of
instrument; the file says what is true of this laboratory.  Every mistake in a file becomes one
sentence that names the file, the key and what was expected, and all of them are reported at once.
"""

from __future__ import annotations

import dataclasses
import difflib
import math
import os
import re
import tomllib
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryoioc.errors import StationError

NAME = re.compile(r"[A-Z][A-Z0-9_]{0,19}")
PREFIX = re.compile(r"[A-Z0-9_:\-]{1,24}:")
ALIAS = re.compile(r"[A-Za-z0-9_:\-]+")
MODELS = ("lakeshore335", "lakeshore336", "lakeshore350", "alicat")
OUTPUT_TYPES = ("current", "voltage")
SENSOR_UNITS = ("Ohm", "V", "mV")


def number(low: float, high: float, default: Any = dataclasses.MISSING) -> Any:
    """Declare a numeric key whose value lies in [low, high]."""
    return field(default=default, metadata={"range": (low, high)})


def choice(options: tuple[Any, ...], default: Any = dataclasses.MISSING) -> Any:
    """Declare a key whose value is one of ``options``."""
    return field(default=default, metadata={"choices": options})


@dataclass(frozen=True, kw_only=True)
class CA:
    """Where Channel Access is served; loopback unless the file says otherwise."""

    interfaces: tuple[str, ...] = ("127.0.0.1",)
    port: int = number(1024, 65535, 5064)


@dataclass(frozen=True, kw_only=True)
class Instrument:
    """One instrument and the port it is reached through."""

    name: str
    model: str = choice(MODELS)
    port: str  # "/dev/serial/by-id/...", "socket://host:7777", "rfc2217://host:port"
    serial: str = ""  # expected serial number; another one is reported, not refused
    baud: int = number(300, 921600, 0)  # 0: the model's own
    unit_id: str = "A"  # Alicat only
    slot: float = number(0.0, 10.0, 0.0)  # seconds between poll messages; 0: the model's own


@dataclass(frozen=True, kw_only=True)
class Thermometer:
    """One input of a temperature instrument."""

    name: str
    instrument: str
    input: str
    curve: str = ""  # name of the expected calibration curve
    unit: str = choice(SENSOR_UNITS, "Ohm")  # of the sensor
    low: float = number(0.0, 2000.0, 0.0)  # K, end of the valid range
    high: float = number(0.0, 2000.0, 0.0)  # K; 0: no valid range stated
    lolo_alarm: float | None = number(0.0, 2000.0, None)  # K
    low_alarm: float | None = number(0.0, 2000.0, None)
    high_alarm: float | None = number(0.0, 2000.0, None)
    hihi_alarm: float | None = number(0.0, 2000.0, None)


@dataclass(frozen=True, kw_only=True)
class Loop:
    """One control output and what is wired to it."""

    name: str
    instrument: str
    output: int = number(1, 4)
    type: str = choice(OUTPUT_TYPES, "current")
    heater_ohm: float = number(1.0, 1000.0)
    max_current: float = number(0.0, 2.0)  # A, what heater and wiring stand
    sp_min: float = number(0.0, 2000.0)  # K
    sp_max: float = number(0.0, 2000.0)  # K
    tolerance: float = number(0.0, 100.0, 0.1)  # K
    dwell: float = number(0.0, 86400.0, 10.0)  # s


@dataclass(frozen=True, kw_only=True)
class Flow:
    """The helium mass-flow meter."""

    instrument: str
    tref: float = number(-50.0, 100.0, 25.0)  # degC, reference of FLOW in SLPM
    meter_tref: float = number(-50.0, 100.0, 25.0)  # degC, what the meter itself is set to
    gas: str = "He"
    low_alarm: float | None = number(0.0, 1000.0, None)  # SLPM
    high_alarm: float | None = number(0.0, 1000.0, None)


@dataclass(frozen=True, kw_only=True)
class Sim:
    """What only ``cryosim`` and ``demo`` read."""

    plant: str = "dummy"
    seed: int = number(0, 2**31, 1)
    temperatures: Mapping[str, float] = field(default_factory=dict)  # K by thermometer
    flow: float = number(0.0, 500.0, 0.0)  # SLPM at Flow.tref


@dataclass(frozen=True, kw_only=True)
class Station:
    """Everything a station file says."""

    path: Path
    name: str
    prefix: str
    state_dir: str = ""
    ca: CA = CA()
    instruments: Mapping[str, Instrument]
    thermometers: Mapping[str, Thermometer]
    loops: Mapping[str, Loop]
    flow: Flow | None = None
    presets: tuple[str, ...] = ()  # alias presets: "synapps", "rbv"
    aliases: Mapping[str, str] = field(default_factory=dict)  # extra name -> real name
    sim: Sim = Sim()

    def loop_input_names(self) -> tuple[str, ...]:
        """Return the loop names in file order."""
        return tuple(self.loops)


class _Reader:
    """Collects one sentence per mistake while the tables are read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lines: list[str] = []

    def complain(self, where: str, what: str) -> None:
        self.lines.append(f"{self.path}: {where}: {what}" if where else f"{self.path}: {what}")

    def unknown(self, where: str, key: str, known: list[str]) -> None:
        close = difflib.get_close_matches(key, known, 1)
        hint = f"did you mean {close[0]}?" if close else f"known keys: {', '.join(known)}"
        self.complain(f"{where}.{key}" if where else key, f"unknown key; {hint}")

    def table(self, value: Any, where: str) -> dict[str, Any]:
        if isinstance(value, dict):
            return value
        self.complain(where, f"expected a table, found {_show(value)}")
        return {}

    def read(self, cls: type, raw: Any, where: str, **given: Any) -> Any:
        """Build ``cls`` from a TOML table; None when something is wrong with it."""
        before = len(self.lines)
        raw = self.table(raw, where)
        hints = typing.get_type_hints(cls)
        fields = {f.name: f for f in dataclasses.fields(cls) if f.name not in given}
        for key in raw:
            if key not in fields:
                self.unknown(where, key, list(fields))
        values = dict(given)
        for name, spec in fields.items():
            if name in raw:
                values[name] = self.value(raw[name], hints[name], spec.metadata, f"{where}.{name}")
            elif spec.default is dataclasses.MISSING and spec.default_factory is dataclasses.MISSING:
                self.complain(where, f"key {name} is missing; expected {_wanted(hints[name], spec.metadata)}")
        return cls(**values) if len(self.lines) == before else None

    def value(self, value: Any, hint: Any, meta: Mapping[str, Any], where: str) -> Any:
        fits, converted = _fits(value, hint)
        if fits and "choices" in meta:
            fits = converted in meta["choices"]
        if fits and "range" in meta and converted is not None:
            low, high = meta["range"]
            fits = low <= converted <= high
        if not fits:
            self.complain(where, f"expected {_wanted(hint, meta)}, found {_show(value)}")
        return converted


def _show(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _wanted(hint: Any, meta: Mapping[str, Any]) -> str:
    if "choices" in meta:
        return "one of " + ", ".join(map(str, meta["choices"]))
    word = "text"
    if hint in (int,):
        word = "a whole number"
    elif hint is float or isinstance(hint, types.UnionType):
        word = "a number"
    elif typing.get_origin(hint) is tuple:
        word = "a list of texts"
    elif typing.get_origin(hint) is Mapping:
        word = "a table of numbers"
    if "range" in meta:
        low, high = meta["range"]
        word += f" from {low:g} to {high:g}"
    return word


def _fits(value: Any, hint: Any) -> tuple[bool, Any]:
    """Say whether ``value`` is of the annotated type, and convert it."""
    if isinstance(value, bool):
        return hint is bool, value
    if hint is float or isinstance(hint, types.UnionType):
        ok = isinstance(value, int | float) and math.isfinite(value)
        return ok, float(value) if ok else value
    if hint is int:
        return isinstance(value, int), value
    if hint is str:
        return isinstance(value, str), value
    if typing.get_origin(hint) is tuple:
        ok = isinstance(value, list) and all(isinstance(item, str) for item in value)
        return ok, tuple(value) if ok else value
    ok = isinstance(value, dict) and all(
        isinstance(v, int | float) and not isinstance(v, bool) and math.isfinite(v) for v in value.values()
    )
    return ok, {k: float(v) for k, v in value.items()} if ok else value


def _expand(value: Any, where: str, reader: _Reader) -> Any:
    """Replace ``${ENV}`` in every text of a TOML tree."""
    if isinstance(value, dict):
        return {k: _expand(v, f"{where}.{k}" if where else k, reader) for k, v in value.items()}
    if isinstance(value, list):
        return [_expand(v, where, reader) for v in value]
    if not isinstance(value, str):
        return value

    def environment(match: re.Match[str]) -> str:
        if match[1] not in os.environ:
            reader.complain(where, f"environment variable {match[1]} is not set")
        return os.environ.get(match[1], "")

    return re.sub(r"\$\{(\w+)\}", environment, value)


def _parse(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_bytes().decode("utf-8"))
    except OSError as error:
        raise StationError([f"{path}: cannot be read: {error.strerror}"]) from error
    except UnicodeDecodeError as error:
        raise StationError(
            [f"{path}: not UTF-8 text: byte {error.start} is {error.object[error.start]:#04x}"]
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise StationError([f"{path}: not TOML: {error}"]) from error
    except RecursionError as error:
        raise StationError([f"{path}: not TOML: nested too deeply"]) from error


def _merge(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """Lay ``over`` on ``base``, table by table."""
    merged = dict(base)
    for key, value in over.items():
        both = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = _merge(merged[key], value) if both else value
    return merged


def _with_includes(path: Path, reader: _Reader) -> dict[str, Any]:
    raw = _parse(path)
    head = raw.get("station")
    includes = head.pop("include", []) if isinstance(head, dict) else []
    if not isinstance(includes, list) or not all(isinstance(i, str) for i in includes):
        reader.complain("station.include", f"expected a list of file names, found {_show(includes)}")
        return raw
    base: dict[str, Any] = {}
    for name in includes:
        base = _merge(base, _parse(path.parent / name))
    return _merge(base, raw)


TABLES = ("station", "ca", "instrument", "thermometer", "loop", "flow", "alias", "sim")
PRESETS = ("synapps", "rbv")


def load(path: str | Path) -> Station:
    """Read a station file.

    Raises
    ------
    StationError
        With one sentence per mistake.
    """
    path = Path(path)
    reader = _Reader(path)
    raw = _expand(_with_includes(path, reader), "", reader)
    for key in raw:
        if key not in TABLES:
            reader.unknown("", key, list(TABLES))
    parts: dict[str, Any] = {
        "ca": reader.read(CA, raw.get("ca", {}), "ca"),
        "flow": reader.read(Flow, raw["flow"], "flow") if "flow" in raw else None,
        "sim": reader.read(Sim, raw.get("sim", {}), "sim"),
    }
    for table, plural, cls in (
        ("instrument", "instruments", Instrument),
        ("thermometer", "thermometers", Thermometer),
        ("loop", "loops", Loop),
    ):
        parts[plural] = _named(reader, table, cls, raw.get(table, {}))
    parts["presets"], parts["aliases"] = _aliases(reader, raw.get("alias", {}))
    head = reader.table(raw.get("station", {}), "station")
    for key in head:
        if key not in ("name", "prefix", "state_dir"):
            reader.unknown("station", key, ["name", "prefix", "state_dir", "include"])
    for key in ("name", "prefix", "state_dir"):
        value = head.get(key, "" if key == "state_dir" else None)
        if not isinstance(value, str):
            reader.complain(f"station.{key}", f"expected text, found {_show(value)}")
        elif key == "prefix" and not PREFIX.fullmatch(value):
            reader.complain(
                "station.prefix", f"expected upper-case letters, digits, _ - : and a final ':', found {value!r}"
            )
        parts[key] = value
    _cross_check(reader, parts)
    if reader.lines:
        raise StationError(reader.lines)
    return Station(path=path, **parts)


def _named(reader: _Reader, table: str, cls: type, raw: Any) -> dict[str, Any]:
    found = {}
    for name, body in reader.table(raw, table).items():
        if not NAME.fullmatch(name):
            reader.complain(f"{table}.{name}", "expected a name of upper-case letters, digits and _, at most 20")
        found[name] = reader.read(cls, body, f"{table}.{name}", name=name)
    return found


def _aliases(reader: _Reader, raw: Any) -> tuple[tuple[str, ...], dict[str, str]]:
    raw = dict(reader.table(raw, "alias"))
    presets = raw.pop("presets", [])
    if not isinstance(presets, list) or not all(p in PRESETS for p in presets):
        reader.complain("alias.presets", f"expected a list out of {', '.join(PRESETS)}, found {_show(presets)}")
        presets = []
    for name, target in raw.items():
        if not isinstance(target, str) or not ALIAS.fullmatch(name):
            reader.complain(f"alias.{name}", f"expected 'extra name = \"real name\"', found {_show(target)}")
    return tuple(presets), raw


def _cross_check(reader: _Reader, parts: Mapping[str, Any]) -> None:
    """Check what one table says about another."""
    instruments = parts["instruments"]
    users: dict[tuple[str, object], str] = {}

    def check(where: str, name: str, key: str, address: object, allowed: tuple[object, ...]) -> None:
        if name not in instruments:
            reader.complain(f"{where}.instrument", f"no [instrument.{name}] in this file")
            return
        if address not in allowed:
            listed = ", ".join(map(str, allowed)) or "none"
            reader.complain(f"{where}.{key}", f"{name} has {key}s {listed}, found {_show(address)}")
        other = users.setdefault((name, address), where)
        if other != where:
            reader.complain(f"{where}.{key}", f"{name} {key} {address} is already used by {other}")

    for thermometer in filter(None, parts["thermometers"].values()):
        where = f"thermometer.{thermometer.name}"
        instrument = instruments.get(thermometer.instrument)
        check(
            where, thermometer.instrument, "input", thermometer.input, INPUTS.get(getattr(instrument, "model", ""), ())
        )
        if thermometer.high and not thermometer.low < thermometer.high:
            reader.complain(where, f"low {thermometer.low:g} K must be below high {thermometer.high:g} K")
    for loop in filter(None, parts["loops"].values()):
        where = f"loop.{loop.name}"
        instrument = instruments.get(loop.instrument)
        check(where, loop.instrument, "output", loop.output, OUTPUTS.get(getattr(instrument, "model", ""), ()))
        if not loop.sp_min < loop.sp_max:
            reader.complain(where, f"sp_min {loop.sp_min:g} K must be below sp_max {loop.sp_max:g} K")
    flow = parts["flow"]
    if flow is not None:
        check("flow", flow.instrument, "unit", "flow", ("flow",))
    ports: dict[str, str] = {}
    for instrument in filter(None, instruments.values()):
        if instrument.port in ports:
            reader.complain(f"instrument.{instrument.name}.port", f"also used by {ports[instrument.port]}")
        ports[instrument.port] = f"instrument.{instrument.name}"


# What the models have; the drivers' rows say the rest.
INPUTS: dict[str, tuple[str, ...]] = {
    "lakeshore335": ("A", "B"),
    "lakeshore336": ("A", "B", "C", "D"),
    "lakeshore350": ("A", "B", "C", "D"),
}
OUTPUTS: dict[str, tuple[int, ...]] = {
    "lakeshore335": (1, 2),
    "lakeshore336": (1, 2, 3, 4),
    "lakeshore350": (1, 2, 3, 4),
}
