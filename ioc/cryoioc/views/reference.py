"""Reference pages in Markdown: the PVs of a station, and the keys of a station file."""

from __future__ import annotations

import dataclasses
import inspect
from itertools import groupby
from typing import Any, get_type_hints

from cryoioc import (
    station,
    station_amplifier,
    station_cooler,
    station_heated,
    station_interlock,
    station_power,
    station_rig,
    station_vacuum,
    station_y_factor,
)
from cryoioc.pvs.desk import Desk
from cryoioc.toml_tables import key_of, show, wanted
from cryoioc.views.describe import rows

PV_HEAD = """# PV reference

Generated from the declarations of the station `{prefix}` by `cryoioc describe STATION --as reference`; do not edit.

Every setting `X` has a wish `X:SP` and answers as `X:SP:RBV` too. A put to a wish completes when the instrument has it; a
refused one fails, changes nothing, and says why in the group's `MSG` and `MSG:LONG`. "put" says what a put does: *set* goes to
the instrument or the IOC, *run* is a command (put 1).
"""
KEY_HEAD = """# Station file

Generated from the declarations by `make docs`; do not edit.

One TOML file describes one station: one IOC, one failure unit. `run` uses `port` and ignores `[sim]`; `demo` and `cryosim` never
open a `port`. `${NAME}` in any text is replaced by the environment variable. A key that is not known, a value of the wrong kind
or outside its range gives one line with file, key and what was expected, and exit status 2.
"""
QUANTITIES = "]`, `[".join((
    "dewar.level", "dewar.pressure", "tube.pressure", "compressor.state", "power.NAME.monitor", "y_factor.hot",
    "y_factor.cold", "y_factor.power",
))  # fmt: skip
TABLES = (
    ("station", station.Head),
    ("ca", station.CA),
    ("instrument.NAME", station.Instrument),
    ("thermometer.NAME", station.Thermometer),
    ("loop.NAME", station.Loop),
    ("heated.NAME", station_heated.Heated),
    ("flow", station.Flow),
    ("dewar", station_rig.Dewar),
    ("tube", station_rig.Tube),
    ("valve", station_rig.Valve),
    ("compressor", station_rig.Compressor),
    ("cooler", station_cooler.Cooler),
    ("y_factor", station_y_factor.YFactor),
    ("y_factor.channel.NAME", station_y_factor.Channel),
    (QUANTITIES, station_rig.Quantity),
    ("power.NAME", station_power.Power),
    ("amplifier.NAME", station_amplifier.Amplifier),
    ("[amplifier.NAME.stage]", station_amplifier.Stage),
    ("amplifier.NAME.stage.drain", station_amplifier.Drain),
    ("amplifier.NAME.stage.gate", station_amplifier.Gate),
    ("vacuum", station_vacuum.Vacuum),
    ("vacuum.pirani]`, `[vacuum.cold_cathode", station_vacuum.Gauge),
    ("interlock.NAME", station_interlock.Interlock),
    ("sim", station.Sim),
)
ALIASES = """
## `[alias]`

`presets = [...]` with any of {presets}; every other key is an extra name for a PV, both without prefix: `CRYO_T = "VAP:TEMP"`.
"""


def as_reference(desk: Desk, prefix: str) -> str:
    """Return the page of all PVs of a station, one table per group."""
    lines = [PV_HEAD.format(prefix=prefix)]
    entries = [row for row in rows(desk, prefix) if not row["pv"].endswith(":SP")]
    wishes = {row["pv"]: row for row in rows(desk, prefix)}
    for group, members in groupby(entries, key=lambda row: _group(row["pv"].removeprefix(prefix))):
        lines.append(f"\n## {group or 'Station'}\n")
        lines.append("| PV | record | unit | put | limits | states | what | query | set |")
        lines.append("|---|---|---|---|---|---|---|---|---|")
        lines += [_pv_line(row, wishes.get(row["pv"] + ":SP"), prefix) for row in members]
    return "\n".join(lines)


def _group(name: str) -> str:
    return name.partition(":")[0] if ":" in name and not name.startswith(("MSG", "INTLK")) else ""


def _pv_line(row: dict[str, Any], wish: dict[str, Any] | None, prefix: str) -> str:
    settable = wish if wish is not None else row
    put = "run" if row["command"] else "set" if settable["writable"] else ""
    limits = f"{settable['low']:g} to {settable['high']:g}" if settable["low"] is not None else ""
    name = row["pv"].removeprefix(prefix) + (", `:SP`" if wish is not None else "")
    name = f"`{name}`" if wish is None else "`" + name.replace(",", "`,")
    cells = (name, row["record"], row["unit"], put, limits, ", ".join(row["enum"]), row["doc"],
             f"`{row['query']}`" if row["query"] else "", f"`{settable['set']}`" if settable["set"] else "")  # fmt: skip
    return "| " + " | ".join(cells) + " |"


def station_reference() -> str:
    """Return the page of all keys of a station file."""
    lines = [KEY_HEAD]
    for name, table in TABLES:
        lines.append(f"\n## `[{name}]`\n\n{inspect.getdoc(table)}\n")
        lines.append("| key | takes | default | what |")
        lines.append("|---|---|---|---|")
        lines += [_key_line(spec, table) for spec in dataclasses.fields(table) if "doc" in spec.metadata]
    lines.append(ALIASES.format(presets=", ".join(f'"{preset}"' for preset in station.PRESETS)))
    return "\n".join(lines)


def _key_line(spec: dataclasses.Field[Any], table: type) -> str:
    hint = get_type_hints(table)[spec.name]
    if spec.default is dataclasses.MISSING:
        default = "needed" if spec.default_factory is dataclasses.MISSING else "none"
    else:
        default = "none" if spec.default is None else f"`{show(spec.default)}`"
    return f"| `{key_of(spec)}` | {wanted(hint, spec.metadata)} | {default} | {spec.metadata['doc']} |"

