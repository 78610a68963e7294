"""The world of a station file: a plant, and the instruments that the file lists, mounted on it."""

from __future__ import annotations

from dataclasses import replace

from cryoioc.clock import Clock
from cryoioc.errors import StationError
from cryoioc.station import Station
from cryosim.emulators.line import Line, LineSettings
from cryosim.gas import helium_mass_flow
from cryosim.mounting.lakeshore import SENSORS, thermometer_of
from cryosim.mounting.rack import Equipment, Rack
from cryosim.mounting.table import MOUNTINGS
from cryosim.plant import Crx, DummyPlant, Plant
from cryosim.plant.crx import OPERATING
from cryosim.plant.crx_state import STAGE2, STAGES
from cryosim.plant.dummy import Mount, sample, vaporizer
from cryosim.plant.stvp import Stvp
from cryosim.plant.stvp_parameters import AS_RECORDED
from cryosim.station_amplifiers import amplifiers, unknown_amplifiers
from cryosim.world import Installed, World

STVP_THERMOMETERS = ("VAP", "SAMPLE")


def build(station: Station, clock: Clock, *, seed: int | None = None, equipment: Equipment | None = None) -> World:
    """Build the world of a station, instruments set up and ranges off.

    Parameters
    ----------
    station : Station
        What stands in the laboratory.
    clock : Clock
        Paces world and lines.
    seed : int, optional
        Seed of everything random; the station's own when not given.
    equipment : Equipment, optional
        Lines and options, when not the usual ones.

    Raises
    ------
    StationError
        When the station describes something that the twin has not got.
    """
    _check(station)
    equipment = equipment or Equipment()
    seed = station.sim.seed if seed is None else seed
    rack = Rack(station, _plant(station, seed), equipment)
    installed = {}
    for number, unit in enumerate(station.instruments.values()):
        own_seed = seed + 1000 * number
        mounting = MOUNTINGS[unit.model]
        wired = mounting.install(rack, unit, own_seed)
        settings = equipment.lines.get(unit.model, LineSettings())
        settings = replace(settings, terminator=mounting.terminator, ending=mounting.ending)
        line = Line(wired.instrument, clock, settings, seed=own_seed)
        installed[unit.name] = Installed(unit.model, wired.instrument, line, wired.sensors, wired.heaters)
    return World(rack.plant, clock, installed)


def _check(station: Station) -> None:
    """Complain about what the twin has not got."""
    lines = [*unknown_amplifiers(station)]
    if station.sim.plant == "stvp":
        lines += [*_check_names(station, STVP_THERMOMETERS), *_check_stvp(station)]
    if station.sim.plant == "crx":
        lines += [*_check_names(station, STAGES), *_check_crx(station)]
    for thermometer in station.thermometers.values():
        if thermometer.curve and thermometer.curve not in SENSORS:
            known = ", ".join(SENSORS)
            where = f"thermometer.{thermometer.name}.curve"
            lines.append(f"{station.path}: {where}: the twin has sensors {known}, found {thermometer.curve!r}")
    for loop in station.loops.values():
        if thermometer_of(station, loop) is None:
            lines.append(f"{station.path}: loop.{loop.name}: the twin needs a thermometer to heat, found none")
    if lines:
        raise StationError(lines)


def _check_names(station: Station, known: tuple[str, ...]) -> list[str]:
    """Complain about thermometers that a plant has not got."""
    return [
        f"{station.path}: thermometer.{name}: sim.plant {station.sim.plant} has {' and '.join(known)}"
        for name in station.thermometers
        if name not in known
    ]


def _check_crx(station: Station) -> list[str]:
    """Complain about what a closed-cycle cryostat has not got."""
    lines = [f"{station.path}: loop.{name}: sim.plant crx has no control loop" for name in station.loops]
    if station.flow is not None:
        lines.append(f"{station.path}: flow: sim.plant crx has no gas flow")
    return lines


def _check_stvp(station: Station) -> list[str]:
    """Complain about a station that is not the STVP: its plant knows two heaters."""
    lines = []
    for loop in station.loops.values():
        thermometer = thermometer_of(station, loop)
        if thermometer is not None and thermometer.name in STVP_THERMOMETERS:
            ohm = _stvp_ohm(thermometer.name)
            if loop.heater_ohm != ohm:
                lines.append(f"{station.path}: loop.{loop.name}.heater_ohm: sim.plant stvp has {ohm:g}")
    return lines


def _stvp_ohm(thermometer: str) -> float:
    parameters = AS_RECORDED
    return parameters.heater_ohm if thermometer == "VAP" else parameters.sample_heater_ohm


def _stvp(station: Station) -> Plant:
    """Return the cryostat of the acceptance sheet, cold and running at the station's temperatures and flow."""
    loops = {t.name: loop.name for loop in station.loops.values() if (t := thermometer_of(station, loop))}
    plant = Stvp(loops=(loops.get("VAP", "LOOP1"), loops.get("SAMPLE", "LOOP2")))
    kelvin = station.sim.temperatures
    if kelvin:
        tref = station.flow.tref if station.flow else 25.0
        flow = helium_mass_flow(station.sim.flow, tref)
        plant.start(kelvin.get("VAP", 13.0), kelvin.get("SAMPLE", 15.0), flow)
    return plant


def _crx(station: Station, seed: int) -> Plant:
    """Return the receiver, cold and running at the station's temperatures, else warm with air in it."""
    plant = Crx(seed=seed)
    # All of them on the cold plate, wherever their thermometer is.
    plant.amplifiers = amplifiers(station, lambda _: plant.state.kelvin[STAGE2]) or plant.amplifiers
    kelvin = station.sim.temperatures
    if kelvin:
        first, second = (kelvin.get(name, usual) for name, usual in zip(STAGES, OPERATING, strict=True))
        plant.start(first, second)
    return plant


def _plant(station: Station, seed: int) -> Plant:
    """Return the plant; of the thermal load, the first thermometer is where the helium comes in."""
    if station.sim.plant == "stvp":
        return _stvp(station)
    if station.sim.plant == "crx":
        return _crx(station, seed)
    mounts: list[Mount] = []
    for name in station.thermometers:
        mounts.append(sample(name) if mounts else vaporizer(name))
    heaters = {}
    for loop in station.loops.values():
        thermometer = thermometer_of(station, loop)
        if thermometer is not None:
            heaters[loop.name] = (thermometer.name, loop.heater_ohm)
    tref = station.flow.tref if station.flow else 25.0
    plant = DummyPlant(
        tuple(mounts),
        temperatures=station.sim.temperatures,
        heaters=heaters,
        mass_flow=helium_mass_flow(station.sim.flow, tref),
    )
    plant.amplifiers = amplifiers(station, plant.temperature)
    return plant
