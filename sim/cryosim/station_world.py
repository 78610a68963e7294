"""The world of a station file: plant, sensors and heaters wired to the instruments it lists.

Each instrument is set up through its own wire grammar, as somebody in the laboratory has done once
before; after that nobody here speaks to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from cryoioc.clock import Clock
from cryoioc.errors import StationError
from cryoioc.station import Instrument as StationInstrument
from cryoioc.station import Loop, Station, Thermometer
from cryosim.emulators.alicat import Alicat
from cryosim.emulators.alicat import Options as AlicatOptions
from cryosim.emulators.lakeshore import LakeShore, Model
from cryosim.emulators.lakeshore import Options as LakeShoreOptions
from cryosim.emulators.line import Line, LineSettings
from cryosim.emulators.ports import Instrument
from cryosim.gas import GasLine, helium_mass_flow
from cryosim.plant import DummyPlant, Plant
from cryosim.plant.dummy import Mount, sample, vaporizer
from cryosim.plant.stvp import Stvp
from cryosim.plant.stvp_parameters import AS_RECORDED
from cryosim.presets import lakeshore_setup, tell
from cryosim.sensors import CernoxSensor, DiodeSensor, Sensor
from cryosim.wiring import HeaterLeads
from cryosim.world import Installed, World

SENSORS: Mapping[str, type[CernoxSensor] | type[DiodeSensor]] = {"X138113": CernoxSensor, "DT-670": DiodeSensor}
PLANTS = ("dummy", "stvp")
STVP_THERMOMETERS = ("VAP", "SAMPLE")
FACTORY_SERIAL = "0000000"  # of an instrument whose serial number the station does not state
METER_FIRMWARE = "10v20.0-R24"  # new enough to say what its standard litres refer to


@dataclass(frozen=True)
class Equipment:
    """What a station file does not say about the instruments and their lines."""

    lakeshore_line: LineSettings = LineSettings()
    alicat_line: LineSettings = LineSettings(terminator=b"\r")
    lakeshore_options: LakeShoreOptions = LakeShoreOptions()
    noise: bool = False  # of the sensors, as large as physics.md 3.9 says


Wired = tuple[Instrument, Mapping[str, Sensor], Mapping[int, HeaterLeads]]


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
    plant = _plant(station)
    installed = {}
    for number, unit in enumerate(station.instruments.values()):
        own_seed = seed + 1000 * number
        if unit.model == "alicat":
            settings, wired = equipment.alicat_line, _alicat(station, unit, plant, own_seed)
        else:
            settings, wired = equipment.lakeshore_line, _lakeshore(station, unit, plant, equipment, own_seed)
        instrument, sensors, heaters = wired
        line = Line(instrument, clock, settings, seed=own_seed)
        installed[unit.name] = Installed(unit.model, instrument, line, sensors, heaters)
    return World(plant, clock, installed)


def _check(station: Station) -> None:
    """Complain about what the twin has not got."""
    lines = []
    if station.sim.plant not in PLANTS:
        lines.append(f"{station.path}: sim.plant: expected {' or '.join(PLANTS)}, found {station.sim.plant!r}")
    if station.sim.plant == "stvp":
        lines += _check_stvp(station)
    for thermometer in station.thermometers.values():
        if thermometer.curve and thermometer.curve not in SENSORS:
            known = ", ".join(SENSORS)
            where = f"thermometer.{thermometer.name}.curve"
            lines.append(f"{station.path}: {where}: the twin has sensors {known}, found {thermometer.curve!r}")
    for name in station.sim.temperatures:
        if name not in station.thermometers:
            lines.append(f"{station.path}: sim.temperatures.{name}: no [thermometer.{name}] in this file")
    for loop in station.loops.values():
        if _thermometer_of(station, loop) is None:
            lines.append(f"{station.path}: loop.{loop.name}: the twin needs a thermometer to heat, found none")
    if lines:
        raise StationError(lines)


def _check_stvp(station: Station) -> list[str]:
    """Complain about a station that is not the STVP: its plant knows two thermometers and two loops."""
    lines = [
        f"{station.path}: thermometer.{name}: sim.plant stvp has {' and '.join(STVP_THERMOMETERS)}"
        for name in station.thermometers
        if name not in STVP_THERMOMETERS
    ]
    for loop in station.loops.values():
        thermometer = _thermometer_of(station, loop)
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
    loops = {t.name: loop.name for loop in station.loops.values() if (t := _thermometer_of(station, loop))}
    plant = Stvp(loops=(loops.get("VAP", "LOOP1"), loops.get("SAMPLE", "LOOP2")))
    kelvin = station.sim.temperatures
    if kelvin:
        tref = station.flow.tref if station.flow else 25.0
        flow = helium_mass_flow(station.sim.flow, tref)
        plant.start(kelvin.get("VAP", 13.0), kelvin.get("SAMPLE", 15.0), flow)
    return plant


def _thermometer_of(station: Station, loop: Loop) -> Thermometer | None:
    """Return what a loop controls: input A for output 1 and so on, else any input of its instrument."""
    same = [t for t in station.thermometers.values() if t.instrument == loop.instrument]
    straight = [t for t in same if t.input == "ABCD"[loop.output - 1]]
    return next(iter(straight + same), None)


def _plant(station: Station) -> Plant:
    """Return the plant; of the thermal load, the first thermometer is where the helium comes in."""
    if station.sim.plant == "stvp":
        return _stvp(station)
    mounts: list[Mount] = []
    for name in station.thermometers:
        mounts.append(sample(name) if mounts else vaporizer(name))
    heaters = {}
    for loop in station.loops.values():
        thermometer = _thermometer_of(station, loop)
        if thermometer is not None:
            heaters[loop.name] = (thermometer.name, loop.heater_ohm)
    tref = station.flow.tref if station.flow else 25.0
    return DummyPlant(
        tuple(mounts),
        temperatures=station.sim.temperatures,
        heaters=heaters,
        mass_flow=helium_mass_flow(station.sim.flow, tref),
    )


def _sensor(thermometer: Thermometer, plant: Plant, seed: int, noise: bool) -> Sensor:
    kind = SENSORS[thermometer.curve or "DT-670"]
    return kind(lambda: plant.temperature(thermometer.name), noise=kind.NOISE if noise else 0.0, seed=seed)


def _lakeshore(station: Station, unit: StationInstrument, plant: Plant, equipment: Equipment, seed: int) -> Wired:
    """Return a temperature controller with its sensors and heaters, set up."""
    thermometers = [t for t in station.thermometers.values() if t.instrument == unit.name]
    loops = [loop for loop in station.loops.values() if loop.instrument == unit.name]
    sensors = {t.input: _sensor(t, plant, seed + n, equipment.noise) for n, t in enumerate(thermometers, 1)}
    heaters = {loop.output: HeaterLeads(plant.heater(loop.name)) for loop in loops}
    device = LakeShore(
        cast(Model, unit.model),
        sensors,
        heaters,
        serial=unit.serial or FACTORY_SERIAL,
        seed=seed,
        options=equipment.lakeshore_options,
    )
    controlled = {loop.output: thermometer for loop in loops if (thermometer := _thermometer_of(station, loop))}
    start = {t.name: plant.temperature(t.name) for t in thermometers}
    tell(device, lakeshore_setup(unit.model, thermometers, loops, controlled, start))
    return device, sensors, heaters


def _alicat(station: Station, unit: StationInstrument, plant: Plant, seed: int) -> Wired:
    """Return a flow meter in the pipe of the plant."""
    flow = station.flow
    options = AlicatOptions(
        unit_id=unit.unit_id,
        firmware=METER_FIRMWARE,
        gas=flow.gas if flow else "He",
        reference_celsius=flow.meter_tref if flow else 25.0,
        serial=unit.serial or FACTORY_SERIAL,
    )
    return Alicat(GasLine(plant), options, seed=seed), {}, {}
