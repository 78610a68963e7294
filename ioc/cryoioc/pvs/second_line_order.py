"""In which order limits of a temperature must act: interlock, TLIMIT of the instrument, end of the curve.

Beyond its curve a thermometer gives no number any more.  What is to act there never does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain

from cryoioc.curves import evaluator
from cryoioc.curves.demanded import Demanded
from cryoioc.devices.catalogue import DRIVERS
from cryoioc.errors import StationError
from cryoioc.station import Station, Thermometer
from cryoioc.station_interlock import Interlock

ROW = "TLIMIT"


def check_order(station: Station, curves: Mapping[str, Demanded]) -> None:
    """Raise :class:`StationError` with one line for each limit of a station that is out of its order.

    Parameters
    ----------
    station : Station
    curves : mapping of str to Demanded
        What each thermometer's ``curve`` stands for, by its name.
    """
    lines = [line for spec in station.thermometers.values() for line in _wrong(station, spec, curves.get(spec.name))]
    if lines:
        raise StationError([f"{station.path}: {line}" for line in lines])


def not_protected(station: Station) -> list[str]:
    """Return in sentences which thermometers that a controller heats by have no TLIMIT."""
    return [f"{spec.name}: no {ROW}" for spec in station.thermometers.values()
            if spec.tlimit is None and _has_limit(station, spec)]  # fmt: skip


def not_compared(station: Station) -> list[str]:
    """Return in sentences which setpoint limits of curves the station file leaves open."""
    return [f"{spec.name}: setpoint limit of its curve not compared" for spec in station.thermometers.values()
            if spec.setpoint_limit is None and _has_limit(station, spec)]  # fmt: skip


def _has_limit(station: Station, spec: Thermometer) -> bool:
    return ROW in DRIVERS[station.instruments[spec.instrument].model].model.rows


def _wrong(station: Station, spec: Thermometer, curve: Demanded | None) -> Iterator[str]:
    ends = list(_ends(spec, curve))
    trips = [one for one in station.interlocks.values() if one.input == f"{spec.name}:TEMP" and one.above is not None]
    beyond = {trip.name: list(_beyond(f"interlock.{trip.name}.above", trip.limit, ends)) for trip in trips}
    yield from chain(*beyond.values())
    limit, where = spec.tlimit, f"thermometer.{spec.name}.tlimit"
    if limit is None:
        return
    if not _has_limit(station, spec):
        yield f"{where}: {spec.instrument} is a {station.instruments[spec.instrument].model}, which has no {ROW}"
    elif limit == 0.0:
        yield f"{where}: 0 K switches it off; expected one between trip and end of the curve, or no key"
    else:
        yield from _beyond(where, limit, ends)
        yield from _below(where, limit, [trip for trip in trips if not beyond[trip.name]])


def _ends(spec: Thermometer, curve: Demanded | None) -> Iterator[tuple[float, str]]:
    """Yield where readings of a thermometer end, [K], and what says so."""
    if spec.high:
        yield spec.high, "range"
    if curve is not None:
        held = curve.curve if curve.breakpoints is None else evaluator(curve.breakpoints)
        yield held.high, f"curve {curve.said}"


def _beyond(where: str, limit: float | None, ends: list[tuple[float, str]]) -> Iterator[str]:
    end, what = min(ends, default=(float("inf"), ""))
    if limit is not None and limit >= end:
        yield f"{where}: {limit:g} K must be below the end of the {what}, {end:.5g} K"


def _below(where: str, limit: float, trips: list[Interlock]) -> Iterator[str]:
    for trip in trips:
        if trip.above is not None and limit <= trip.above:
            yield f"{where}: {limit:g} K must be above the trip of {trip.name}, {trip.above:g} K"
