"""Bias tables of amplifiers: what the maker found to be best, by serial number and temperature.

A table is a TOML file, read and checked, never typed into a program: values copied by hand were wrong elsewhere
(bias-flow-vacuum.md 2.1).  Those of ``calibrations/bias/`` are delivered; a station file may name another.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from cryoioc.errors import StationError
from cryoioc.toml_tables import Reader, key

# What a transistor of the receiver stands (bias-flow-vacuum.md 2.1).
DRAIN_MAX = 2.0  # V
CURRENT_MAX = 15e-3  # A
GATES = (-6.0, 2.0)  # V
ROUNDED = 0.5e-3  # W: a printed power is rounded to a milliwatt


@dataclass(frozen=True)
class StageBias:
    """The bias of one stage, at the connector of its amplifier."""

    drain: float  # V
    current: float  # A
    gate: float  # V


@dataclass(frozen=True, kw_only=True)
class Row:
    """``[[row]]``: the optimum bias at one temperature."""

    temperature: float = key("temperature of the amplifier, K", low=1.0, high=400.0)
    drain: tuple[float, ...] = key("drain voltage of each stage, V", low=0.0, high=DRAIN_MAX)
    current: tuple[float, ...] = key("drain current of each stage, A", low=0.0, high=CURRENT_MAX)
    gate: tuple[float, ...] = key("gate voltage of each stage, V", low=GATES[0], high=GATES[1])
    noise: float = key("noise temperature, K", low=0.1, high=1000.0)
    gain: float = key("gain, dB", low=0.0, high=100.0)
    power: float | None = key("power as printed, W: must be that of the bias", None, low=0.0, high=1.0)

    @property
    def stages(self) -> tuple[StageBias, ...]:
        """The bias stage by stage."""
        return tuple(map(StageBias, self.drain, self.current, self.gate))


@dataclass(frozen=True, kw_only=True)
class Head:
    """Keys of a table outside its rows."""

    serial: str = key("serial number of the amplifier")
    source: str = key("where the figures are from")


@dataclass(frozen=True)
class BiasTable:
    """What is known of one amplifier."""

    serial: str
    source: str
    rows: tuple[Row, ...]  # temperature rises

    @property
    def stages(self) -> int:
        """Number of stages."""
        return len(self.rows[0].drain)

    def between(self, low: float, high: float) -> Row | None:
        """Return the row of a range of temperatures, [K]; None where there is none."""
        return next((row for row in self.rows if low <= row.temperature <= high), None)


def delivered() -> dict[str, Traversable]:
    """Return the delivered tables by serial number."""
    found = {}
    folder = resources.files("cryoioc.calibrations").joinpath("bias")
    for file in sorted(folder.iterdir(), key=lambda one: one.name) if folder.is_dir() else ():
        found[str(tomllib.loads(file.read_text("utf-8"))["serial"])] = file
    return found


def load(serial: str, path: Path | None) -> BiasTable:
    """Return the table of an amplifier.

    Parameters
    ----------
    serial : str
        Of the amplifier.
    path : Path or None
        Its file; the delivered one when None.

    Raises
    ------
    StationError
        With one sentence per mistake.
    """
    source: Traversable | Path | None = path
    if path is None:
        tables = delivered()
        source = tables.get(serial)
        if source is None:
            raise StationError([f"no bias table of {serial!r} is delivered, only of {', '.join(tables)}: name a file"])
    assert source is not None
    reader = Reader(Path(source.name) if path is None else path)
    try:
        raw = tomllib.loads(source.read_text("utf-8"))
    except OSError as error:
        raise StationError([f"{path}: cannot be read: {error.strerror}"]) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise StationError([f"{path}: not TOML: {error}"]) from error
    table = read(reader, raw)
    if table is not None and table.serial != serial:
        reader.complain("serial", f"expected {serial!r}, found {table.serial!r}")
    if table is None or reader.lines:
        raise StationError(reader.lines)
    return table


def read(reader: Reader, raw: Mapping[str, Any]) -> BiasTable | None:
    """Return the table of a parsed file; None where something is wrong with it, which is then told."""
    before = len(reader.lines)
    head = reader.read(Head, {name: value for name, value in raw.items() if name != "row"}, "")
    listed = raw.get("row")
    if not isinstance(listed, list) or not listed:
        reader.complain("row", "expected at least one [[row]]")
        return None
    rows = [reader.read(Row, body, f"row {number}") for number, body in enumerate(listed, 1)]
    for number, row in enumerate(rows, 1):
        if row is not None:
            _check_row(reader, f"row {number}", row, rows)
    if head is None or len(reader.lines) > before:
        return None
    return BiasTable(head.serial, head.source, tuple(sorted(rows, key=lambda row: row.temperature)))


def _check_row(reader: Reader, where: str, row: Row, rows: list[Row | None]) -> None:
    """Check a row against itself and the others."""
    counts = {name: len(getattr(row, name)) for name in ("drain", "current", "gate")}
    first = next(other for other in rows if other is not None)
    if len({*counts.values(), len(first.drain)}) > 1 or not row.drain:
        listed = ", ".join(f"{name} {count}" for name, count in counts.items())
        reader.complain(where, f"expected {len(first.drain) or 1} stages as in the first row, found {listed}")
        return
    for name in ("drain", "current"):
        if not all(getattr(row, name)):
            reader.complain(f"{where}.{name}", f"expected numbers above 0, found {list(getattr(row, name))}")
    if sum(other is not None and other.temperature == row.temperature for other in rows) > 1:
        reader.complain(f"{where}.temperature", f"{row.temperature:g} K is there twice")
    power = sum(stage.drain * stage.current for stage in row.stages)
    if row.power is not None and abs(power - row.power) > ROUNDED:
        reader.complain(f"{where}.power", f"drain times current is {1e3 * power:.1f} mW, found {1e3 * row.power:g} mW")
