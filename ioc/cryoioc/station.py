"""Station file (TOML) -> frozen dataclasses.

One file per station is the deployment unit.  Tables in code say what is true of a model of
instrument; the file says what is true of this laboratory.  Every mistake in a file becomes one
sentence that names the file, the key and what was expected, and all of them are reported at once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryoioc.errors import StationError
from cryoioc.station_amplifier import Amplifier, read_amplifiers
from cryoioc.station_checks import check_together
from cryoioc.station_cooler import Cooler
from cryoioc.station_heated import Heated
from cryoioc.station_interlock import Interlock, read_interlocks
from cryoioc.station_models import MODELS, OUTPUT_TYPES
from cryoioc.station_ports import HIGHEST, LOWEST, with_port
from cryoioc.station_power import Power
from cryoioc.station_rig import TABLES as RIG_TABLES
from cryoioc.station_rig import Compressor, Dewar, Tube, Valve, read_rig
from cryoioc.station_vacuum import Vacuum, read_vacuum
from cryoioc.station_y_factor import YFactor, read_y_factor
from cryoioc.toml_tables import Reader, expand, key, read_with_includes, show

PREFIX = re.compile(r"[A-Z0-9_:\-]{1,24}:")
ALIAS = re.compile(r"[A-Za-z0-9_:\-]+")
PLANTS = ("dummy", "stvp", "crx")  # of the twin
SENSOR_UNITS = ("Ohm", "V", "mV")
LEAVE, RANGE_OFF = "leave", "range off"  # what is done to a heater when the IOC is told to end


@dataclass(frozen=True, kw_only=True)
class CA:
    """Where Channel Access is served; loopback unless the file says otherwise."""

    interfaces: tuple[str, ...] = key("addresses to listen on", ("127.0.0.1",))
    port: int = key("TCP and UDP port; where no file names one, $EPICS_CAS_SERVER_PORT or $EPICS_CA_SERVER_PORT counts",
                    5064, low=LOWEST, high=HIGHEST)  # fmt: skip
    acf: str = key("access file, beside this one; empty: everybody reads, this machine writes", "")
    search: tuple[str, ...] = key("addresses where PVs of other IOCs are searched for, with :port if not 5064",
                                  ("127.0.0.1",))  # fmt: skip
    put_log: str = key("file of the put log; empty: puts.jsonl in the state folder, none without one", "")
    put_log_size: float = key("size at which a new file is begun, MB", 10.0, low=0.001, high=10000.0)
    put_log_files: int = key("older files that are kept", 10, low=1, high=1000)


@dataclass(frozen=True, kw_only=True)
class Instrument:
    """One instrument and the port it is reached through."""

    name: str
    model: str = key("what it is", choices=tuple(MODELS))
    port: str = key('"/dev/serial/by-id/...", "socket://host:7777" or "rfc2217://host:port"')
    serial: str = key("expected serial number; another one is reported, not refused", "")
    baud: int = key("baud rate, 0: the model's own", 0, low=300, high=921600)
    unit_id: str = key("unit ID on a line that can be shared; empty: the model's first", "")
    profile: str = key("file of what is said to a bias board, beside this one; empty: the model's own", "")
    slot: float = key("seconds between poll messages, 0: the model's own", 0.0, low=0.0, high=10.0)

    @property
    def unit(self) -> str:
        """Unit ID in use; empty for a model that has none."""
        return self.unit_id or next(iter(MODELS[self.model].unit_ids), "")


@dataclass(frozen=True, kw_only=True)
class Thermometer:
    """One input of a temperature instrument."""

    name: str
    instrument: str = key("the instrument it is wired to")
    input: str = key('letter or number of the input, such as "A" or "1"')
    curve: str = key("expected calibration: a delivered one by name, or a file beside this one", "")
    unit: str = key("unit of the sensor reading", "Ohm", choices=SENSOR_UNITS)
    low: float = key("lower end of the valid range, K", 0.0, low=0.0, high=2000.0)
    high: float = key("upper end of the valid range, K; 0: none stated", 0.0, low=0.0, high=2000.0)
    lolo_alarm: float | None = key("MAJOR alarm at or below, K", None, low=0.0, high=2000.0)
    low_alarm: float | None = key("MINOR alarm at or below, K", None, low=0.0, high=2000.0)
    high_alarm: float | None = key("MINOR alarm at or above, K", None, low=0.0, high=2000.0)
    hihi_alarm: float | None = key("MAJOR alarm at or above, K", None, low=0.0, high=2000.0)
    tlimit: float | None = key("TLIMIT the instrument must hold, between trip and end of curve, K", None,
                               low=0.0, high=2000.0)  # fmt: skip
    setpoint_limit: float | None = key("setpoint limit that its curve must hold, K", None, low=0.0, high=2000.0)


@dataclass(frozen=True, kw_only=True)
class Loop:
    """One control output and what is wired to it."""

    name: str
    instrument: str = key("the instrument whose output it is")
    output: int = key("number of the output", low=1, high=4)
    type: str = key("type of the output, which decides the states of RANGE", "current", choices=OUTPUT_TYPES)
    heater_ohm: float = key("resistance of the heater, ohm", low=1.0, high=1000.0)
    max_current: float = key("most that heater and wiring stand, A", low=0.0, high=2.0)
    sp_min: float = key("lowest setpoint, K", low=0.0, high=2000.0)
    sp_max: float = key("highest setpoint, K; the limit of the curve in use narrows it", low=0.0, high=2000.0)
    park: str = key("what is done when the IOC is told to end", LEAVE, choices=(LEAVE, RANGE_OFF))
    tolerance: float = key("TOL at start, K", 0.1, low=0.0, high=100.0)
    dwell: float = key("DWELL at start, s", 10.0, low=0.0, high=86400.0)
    zone_range: int = key("highest range code that its zone table may set by itself", 0, low=0, high=5)


@dataclass(frozen=True, kw_only=True)
class Flow:
    """The helium mass-flow meter."""

    instrument: str = key("the meter")
    tref: float = key("reference temperature of FLOW in SLPM, degC", 25.0, low=-50.0, high=100.0)
    meter_tref: float = key("reference the meter itself is set to, degC", 25.0, low=-50.0, high=100.0)
    gas: str = key("gas the meter must be set to", "He")
    setpoint_max: float = key("highest setpoint of a flow controller, SLPM; 0: a meter", 0.0, low=0.0, high=500.0)
    low_alarm: float | None = key("MINOR alarm at or below, SLPM", None, low=0.0, high=1000.0)
    high_alarm: float | None = key("MINOR alarm at or above, SLPM", None, low=0.0, high=1000.0)


@dataclass(frozen=True, kw_only=True)
class Sim:
    """What only ``cryosim`` and ``demo`` read."""

    plant: str = key("plant behind the instruments", "dummy", choices=PLANTS)
    seed: int = key("seed of everything random", 1, low=0, high=2**31)
    temperatures: Mapping[str, float] = key("initial temperature by thermometer, K", {})
    flow: float = key("initial helium flow, SLPM at flow.tref", 0.0, low=0.0, high=500.0)


@dataclass(frozen=True, kw_only=True)
class Head:
    """The station itself."""

    name: str = key("name of the station")
    prefix: str = key('put before every PV name; upper case, ends with ":"')
    state_dir: str = key("folder for what survives a restart; empty: $STATE_DIRECTORY, else none", "")
    engineer: str = key("who is responsible", "")
    location: str = key("where the station is", "")
    include: tuple[str, ...] = key("files whose tables lie under this one's", ())


@dataclass(frozen=True, kw_only=True)
class Station:
    """Everything a station file says."""

    path: Path
    name: str
    prefix: str
    state_dir: str = ""
    engineer: str = ""
    location: str = ""
    ca: CA = CA()
    instruments: Mapping[str, Instrument]
    thermometers: Mapping[str, Thermometer]
    loops: Mapping[str, Loop]
    heated: Mapping[str, Heated] = field(default_factory=dict)
    flow: Flow | None = None
    dewar: Dewar | None = None
    tube: Tube | None = None
    valve: Valve | None = None
    compressor: Compressor | None = None
    cooler: Cooler | None = None
    y_factor: YFactor | None = None
    powers: Mapping[str, Power] = field(default_factory=dict)
    amplifiers: Mapping[str, Amplifier] = field(default_factory=dict)
    vacuum: Vacuum | None = None
    interlocks: Mapping[str, Interlock] = field(default_factory=dict)
    presets: tuple[str, ...] = ()  # alias presets: "synapps", "rbv"
    aliases: Mapping[str, str] = field(default_factory=dict)  # extra name -> real name
    sim: Sim = Sim()


TABLES = ("station", "ca", "instrument", "thermometer", "loop", "heated", "flow", *RIG_TABLES, "cooler", "power",
          "amplifier", "y_factor", "vacuum", "interlock", "alias", "sim")  # fmt: skip
PRESETS = ("synapps", "rbv")


def load(path: str | Path) -> Station:
    """Read a station file.

    Raises
    ------
    StationError
        With one sentence per mistake.
    """
    path = Path(path)
    reader = Reader(path)
    raw = expand(read_with_includes(path, reader), "", reader)
    for name in raw:
        if name not in TABLES:
            reader.unknown("", name, list(TABLES))
    parts: dict[str, Any] = {
        "ca": reader.read(CA, with_port(raw.get("ca", {}), reader), "ca"),
        "flow": _flow(reader, raw["flow"]) if "flow" in raw else None,
        "cooler": reader.read(Cooler, raw["cooler"], "cooler") if "cooler" in raw else None,
        "sim": reader.read(Sim, raw.get("sim", {}), "sim"),
    }
    parts |= read_rig(reader, raw)
    parts["vacuum"] = read_vacuum(reader, raw)
    parts["y_factor"] = read_y_factor(reader, raw)
    for table, plural, cls in (
        ("instrument", "instruments", Instrument),
        ("thermometer", "thermometers", Thermometer),
        ("loop", "loops", Loop),
        ("heated", "heated", Heated),
        ("power", "powers", Power),
    ):
        parts[plural] = _named(reader, table, cls, raw.get(table, {}))
    parts["amplifiers"] = read_amplifiers(reader, raw.get("amplifier", {}))
    parts["interlocks"] = _named(reader, "interlock", Interlock, read_interlocks(reader, raw.get("interlock", {})))
    parts["presets"], parts["aliases"] = _aliases(reader, raw.get("alias", {}))
    head = reader.read(Head, raw.get("station", {}), "station")
    if head is not None:
        parts |= {"name": head.name, "prefix": head.prefix, "state_dir": head.state_dir}
        parts |= {"engineer": head.engineer, "location": head.location}
        if not PREFIX.fullmatch(head.prefix):
            reader.complain(
                "station.prefix", f"expected upper-case letters, digits, _ - : and a final ':', found {head.prefix!r}"
            )
    check_together(reader, parts)
    if reader.lines:
        raise StationError(reader.lines)
    return Station(path=path, **parts)


def _flow(reader: Reader, raw: Any) -> Flow | None:
    if isinstance(raw, dict) and "source" in raw:
        why = "the flow is read from a meter of this file, 5 times a second; over another IOC nobody can promise that"
        reader.complain("flow.source", f'{why}: watch it by [interlock.NAME] input = "ca:PV"')
        return None
    flow: Flow | None = reader.read(Flow, raw, "flow")
    return flow


def _named(reader: Reader, table: str, cls: type, raw: Any) -> dict[str, Any]:
    found = {}
    for name, body in reader.table(raw, table).items():
        found[name] = reader.read(cls, body, f"{table}.{name}", name=name)
    return found


def _aliases(reader: Reader, raw: Any) -> tuple[tuple[str, ...], dict[str, str]]:
    raw = dict(reader.table(raw, "alias"))
    presets = raw.pop("presets", [])
    if not isinstance(presets, list) or not all(p in PRESETS for p in presets):
        reader.complain("alias.presets", f"expected a list out of {', '.join(PRESETS)}, found {show(presets)}")
        presets = []
    for name, target in raw.items():
        if not isinstance(target, str) or not ALIAS.fullmatch(name):
            reader.complain(f"alias.{name}", f"expected 'extra name = \"real name\"', found {show(target)}")
    return tuple(presets), raw
