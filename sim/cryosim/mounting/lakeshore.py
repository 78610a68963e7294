"""Lake Shore temperature controllers with their sensors and heaters.

Each is set up through its own wire grammar, as somebody in the laboratory has done once before;
after that nobody here speaks to it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import cast

from cryoioc.station import Instrument, Loop, Station, Thermometer
from cryoioc.station_models import MODELS
from cryosim.emulators.lakeshore import LakeShore, Model
from cryosim.gas import helium_mass_flow
from cryosim.mounting.rack import FACTORY_SERIAL, Bench, Mounting, Rack, Wired
from cryosim.plant import DummyPlant, Plant
from cryosim.plant.dummy import sample, vaporizer
from cryosim.plant.protocol import TwoWire
from cryosim.presets import CURRENT_OUTPUTS, lakeshore_setup, tell
from cryosim.sensors import CernoxSensor, DiodeSensor, Sensor
from cryosim.wiring import HeaterLeads

SENSORS: Mapping[str, type[CernoxSensor] | type[DiodeSensor]] = {"X138113": CernoxSensor, "DT-670": DiodeSensor}
START = 20.0  # K, of every mount on the bench
FLOW = 8.8  # SLPM, which keeps the bench cold without a heater
HEATER = 25.0  # ohm
MAX_CURRENT = 1.0  # A


def thermometer_of(station: Station, loop: Loop) -> Thermometer | None:
    """Return what a loop controls: input A for output 1 and so on, else any input of its instrument."""
    same = [t for t in station.thermometers.values() if t.instrument == loop.instrument]
    straight = [t for t in same if t.input == "ABCD"[loop.output - 1]]
    return next(iter(straight + same), None)


def install(rack: Rack, unit: Instrument, seed: int) -> Wired:
    """Return a temperature controller of a station, set up."""
    station, plant, equipment = rack.station, rack.plant, rack.equipment
    thermometers = [t for t in station.thermometers.values() if t.instrument == unit.name]
    loops = [loop for loop in station.loops.values() if loop.instrument == unit.name]
    sensors = {t.input: sensor_of(t, plant, seed + n, equipment.noise) for n, t in enumerate(thermometers, 1)}
    heaters = {loop.output: HeaterLeads(plant.heater(loop.name)) for loop in loops}
    device = LakeShore(
        cast(Model, unit.model),
        sensors,
        heaters,
        serial=unit.serial or FACTORY_SERIAL,
        seed=seed,
        options=equipment.lakeshore_options,
    )
    controlled = {loop.output: thermometer for loop in loops if (thermometer := thermometer_of(station, loop))}
    start = {t.name: plant.temperature(t.name) for t in thermometers}
    tell(device, lakeshore_setup(unit.model, thermometers, loops, controlled, start))
    return Wired(device, sensors, heaters)


def sensor_of(thermometer: Thermometer, plant: Plant, seed: int, noise: bool) -> Sensor:
    """Return the sensor a station file names by its curve, on the plant's thermometer of that name."""
    kind = SENSORS[thermometer.curve or "DT-670"]

    def kelvin() -> float:
        return plant.temperature(thermometer.name)

    amount = kind.NOISE if noise else 0.0
    if kind is DiodeSensor and isinstance(plant, TwoWire):
        return DiodeSensor(kelvin, noise=amount, seed=seed, leads=plant.sensor_leads)
    return kind(kelvin, noise=amount, seed=seed)


def on_bench(bench: Bench) -> tuple[Plant, Wired]:
    """Return a controller alone, with a diode on every input and a resistor on every output."""
    facts = MODELS[bench.model]
    plant = DummyPlant(
        (vaporizer(facts.inputs[0]), *(sample(name) for name in facts.inputs[1:])),
        temperatures=dict.fromkeys(facts.inputs, START),
        heaters={str(output): (facts.inputs[output - 1], HEATER) for output in facts.outputs},
        mass_flow=helium_mass_flow(FLOW, 25.0),
    )
    sensors = {name: DiodeSensor(lambda name=name: plant.temperature(name)) for name in facts.inputs}  # type: ignore[misc]
    heaters = {output: HeaterLeads(plant.heater(str(output))) for output in facts.outputs}
    device = LakeShore(cast(Model, bench.model), sensors, heaters)
    tell(device, _bench_setup(bench.model))
    return plant, Wired(device, sensors, heaters)


def _bench_setup(model: str) -> Iterator[str]:
    """Yield the settings of a bench instrument: every input a diode, every heater on its own input."""
    inputs = MODELS[model].inputs
    thermometers = [Thermometer(name=name, instrument=model, input=name) for name in inputs]
    loops = [
        Loop(
            name=str(output),
            instrument=model,
            output=output,
            heater_ohm=HEATER,
            max_current=MAX_CURRENT,
            sp_min=0.0,
            sp_max=300.0,
        )
        for output in CURRENT_OUTPUTS
    ]
    controlled = {loop.output: thermometers[loop.output - 1] for loop in loops}
    return lakeshore_setup(model, thermometers, loops, controlled, dict.fromkeys(inputs, START))


MOUNTING = Mounting(install, on_bench)
