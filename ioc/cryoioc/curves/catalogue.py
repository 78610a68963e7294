"""The calibrations delivered with the project: manifests, data as printed, corrections by name.

A calibration is asked for as ``SENSOR`` or ``SENSOR:form``, such as ``X138113:340``.  Data are used as
printed except for the corrections a manifest lists; ``:as-printed`` leaves those out (docs/errata.md).
"""

from __future__ import annotations

import csv
import hashlib
import math
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

import numpy as np

from cryoioc.curves.chebychev import ChebychevRange
from cryoioc.curves.errors import BadCurve
from cryoioc.curves.formats import FORMATS, LOG_OHM, SPLINE, VOLT
from cryoioc.curves.tables import Breakpoints, Calibration, ChebychevFit, InterpolationTable, TestData

SCAN = 20_001  # points on which a fit is searched for the ends of its range
ROUNDED = 5e-4  # the ends of a range are printed with three digits: half of the last belongs to it
Row = dict[str, str]


@dataclass(frozen=True)
class Sensor:
    """One folder of calibrations/."""

    folder: Traversable
    manifest: Mapping[str, Any]

    @property
    def serial(self) -> str:
        """Serial number, or the name of a standard curve where there is none."""
        return str(self.manifest["serial"])

    @property
    def model(self) -> str:
        """Model of the sensor."""
        return str(self.manifest["model"])

    def rows(self, name: str) -> list[Row]:
        """Return the rows of a delivered table, every cell as printed."""
        text = self.folder.joinpath(name).read_text("utf-8")
        return list(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))

    def toml(self, name: str) -> dict[str, Any]:
        """Return a delivered TOML file."""
        return tomllib.loads(self.folder.joinpath(name).read_text("utf-8"))

    def has(self, name: str) -> bool:
        """Say whether a file was delivered."""
        return self.folder.joinpath(name).is_file()

    def changed_files(self) -> list[str]:
        """Return the files that are not what the manifest's sha256 says."""
        wanted: Mapping[str, str] = self.manifest["sha256"]
        found = {
            entry.name: hashlib.sha256(entry.read_bytes()).hexdigest()
            for entry in self.folder.iterdir()
            if entry.name.endswith((".csv", ".toml")) and entry.name != "manifest.toml"
        }
        return sorted(name for name in {*wanted, *found} if wanted.get(name) != found.get(name))


@cache
def sensors() -> dict[str, Sensor]:
    """Return the delivered sensors by the name they are asked for, upper case: folder, serial number, model."""
    found: dict[str, Sensor] = {}
    for folder in resources.files("cryoioc.calibrations").iterdir():
        manifest = folder.joinpath("manifest.toml")
        if not folder.is_dir() or not manifest.is_file():
            continue
        sensor = Sensor(folder, tomllib.loads(manifest.read_text("utf-8")))
        for name in (folder.name, sensor.serial, sensor.model):
            found[name.upper()] = sensor
    return found


def sensor(name: str) -> Sensor:
    """Return a delivered sensor; BadCurve if there is none of that name."""
    try:
        return sensors()[name.upper()]
    except KeyError:
        known = ", ".join(sorted({one.serial if one.manifest["report"] else one.model for one in sensors().values()}))
        raise BadCurve(f"no calibration of {name!r} was delivered; there are {known}") from None


def delivered(name: str) -> Calibration:
    """Return a delivered calibration, ``SENSOR`` or ``SENSOR:form``.

    Raises
    ------
    BadCurve
        Naming what there is instead.
    """
    which, _, form = name.partition(":")
    one = sensor(which)
    available = forms(one)
    if not form:
        form = next(iter(available))
    if form not in available:
        raise BadCurve(f"{which} was not delivered as {form!r}; there are {', '.join(available)}")
    return available[form]()


def instrument_curve(name: str) -> Breakpoints:
    """Return what an instrument carries for a sensor, as its manifest's ``[curve]`` says.

    Raises
    ------
    BadCurve
        The sensor has none.
    """
    one = sensor(name)
    said = one.manifest.get("curve")
    if said is None:
        raise BadCurve(f"{name} was delivered without breakpoints for an instrument: make some with 'curve fit'")
    rows = [r for r in one.rows(said["file"]) if "set" not in said or r["set"] == said["set"]]
    units = "volts" if said["format"] == VOLT.code else "log10_ohm"
    return Breakpoints(
        name=said["name"], serial=one.serial, format=FORMATS[said["format"]], limit=said["limit"],
        units=_column(rows, units), kelvin=_column(rows, "kelvin"),
    )  # fmt: skip


def forms(one: Sensor) -> dict[str, Callable[[], Calibration]]:
    """Return what a sensor was delivered as, the most exact form first."""
    found: dict[str, Callable[[], Calibration]] = {}
    if one.has("chebychev.toml"):
        corrections = tuple(one.manifest.get("corrections", ()))
        found["chebychev"] = lambda: chebychev(one, corrections)
        if corrections:
            found["as-printed"] = lambda: chebychev(one, ())
    if one.has("cubic_spline.csv"):
        found["spline"] = lambda: _breakpoints(one, "cubic_spline.csv", "ohm", format=SPLINE)
    if one.has("interpolation_table.csv"):
        found["table"] = lambda: _interpolation_table(one, "interpolation_table.csv")
    if one.has("table.csv"):
        found["table"] = lambda: _interpolation_table(one, "table.csv")
    if one.has("breakpoints_340.csv"):
        found["340"] = lambda: instrument_curve(one.serial)
    if one.has("breakpoints_330.csv"):
        found["330"] = lambda: _breakpoints(one, "breakpoints_330.csv", "log10_ohm", interpolation="lagrange")
    if one.has("breakpoints_234.csv"):
        found["234"] = lambda: _breakpoints(one, "breakpoints_234.csv", "log10_ohm")
    if one.has("test_data.csv"):
        found["data"] = lambda: measured_points(one)
    if one.has("breakpoints.csv"):
        found["table144"] = lambda: _voltage_set(one, "table144")
        found["instrument75"] = lambda: _voltage_set(one, "instrument75")
    return found


def chebychev(one: Sensor, corrections: tuple[str, ...]) -> ChebychevFit:
    """Return the Chebychev fit with the named corrections applied to the printed numbers."""
    ranges = one.toml("chebychev.toml")["range"]
    for correction in one.toml("corrections.toml")["correction"] if corrections else ():
        if correction["name"] not in corrections:
            continue
        where: Any = ranges[correction["range"] - 1]
        at: str | int = correction.get("key", 1)
        if "coefficient" in correction:
            where = where["coefficients"][correction["coefficient"]]
        if where[at] != correction["printed"]:
            raise BadCurve(f"{correction['name']}: {where[at]} is printed, not {correction['printed']}")
        where[at] = correction["correct"]
    fits = sorted((_range(body) for body in ranges), key=lambda r: r.z_low)
    # Two fits do not meet in a number: the join is where the colder one says so.
    joined = [replace(warm, z_high=cold.z_low) for warm, cold in zip(fits, fits[1:], strict=False)]
    return ChebychevFit(name=one.model, serial=one.serial, ranges=(*joined, fits[-1]))


def _range(body: Mapping[str, Any]) -> ChebychevRange:
    whole = ChebychevRange(body["zl"], body["zu"], tuple(c[1] for c in body["coefficients"]), body["zl"], body["zu"])
    if "ohm_at_low" in body:
        low, high = math.log10(body["ohm_at_high"]), math.log10(body["ohm_at_low"])
    else:
        low = _reading_at(whole, body["high_kelvin"] * (1.0 + ROUNDED))
        high = _reading_at(whole, body["low_kelvin"] * (1.0 - ROUNDED))
    return replace(whole, z_low=low, z_high=high)


def _reading_at(fit: ChebychevRange, kelvin: float) -> float:
    """Return the first Z above ZL at which a falling fit says ``kelvin``; it may turn round further on."""
    from scipy.optimize import brentq  # needed where no reading is printed with the temperature

    z = np.linspace(fit.zl, fit.zu, SCAN)
    (below,) = np.nonzero(fit.kelvin(z) <= kelvin)
    if not len(below) or below[0] == 0:
        raise BadCurve(f"the fit never says {kelvin:g} K")
    return float(brentq(lambda x: fit.kelvin_of_one(x) - kelvin, z[below[0] - 1], z[below[0]], xtol=1e-13))


def measured_points(one: Sensor) -> TestData:
    """Return the measured points with the most digits printed of each: R and T of the residual pages."""
    measured = {row["index"]: row for row in reversed(one.rows("fit_residuals.csv"))}
    rows = [measured[row["index"]] for row in one.rows("test_data.csv")]
    return TestData(
        name=one.model, serial=one.serial, kelvin=_column(rows, "kelvin_measured"), sensor=_column(rows, "ohm")
    )


def _breakpoints(one: Sensor, name: str, units: str, **more: Any) -> Breakpoints:
    rows = one.rows(name)
    curvature = _column(rows, "curvature") if "curvature" in rows[0] else ()
    return Breakpoints(**{"format": LOG_OHM, "name": one.model, "serial": one.serial, **more},
                       limit=float(one.manifest["high_kelvin"]), units=_column(rows, units),
                       kelvin=_column(rows, "kelvin"), curvature=curvature)  # fmt: skip


def _interpolation_table(one: Sensor, name: str) -> InterpolationTable:
    rows = one.rows(name)
    return InterpolationTable(
        name=one.model, serial=one.serial, kelvin=_column(rows, "kelvin"), sensor=_column(rows, "ohm"),
        slope=_column(rows, "ohm_per_kelvin"), sensitivity=_column(rows, "dlogr_dlogt"),
    )  # fmt: skip


def _voltage_set(one: Sensor, which: str) -> Breakpoints:
    rows = [row for row in one.rows("breakpoints.csv") if row["set"] == which]
    return Breakpoints(name=one.model, serial=one.serial, format=VOLT, limit=475.0, units=_column(rows, "volts"),
                       kelvin=_column(rows, "kelvin"))  # fmt: skip


def _column(rows: list[Row], name: str) -> tuple[float, ...]:
    return tuple(float(row[name]) for row in rows)
