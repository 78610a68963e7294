"""Lake Shore temperature monitors with their sensors.

Each is set up through its own wire grammar, as somebody in the laboratory has done once before;
after that nobody here speaks to it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from cryoioc.station import Instrument, Thermometer
from cryoioc.station_models import MODELS
from cryosim.emulators.lakeshore218 import Monitor, Options, Version
from cryosim.gas import helium_mass_flow
from cryosim.mounting.lakeshore import FLOW, START, sensor_of
from cryosim.mounting.rack import FACTORY_SERIAL, Bench, Mounting, Rack, Wired
from cryosim.plant import DummyPlant, Plant
from cryosim.plant.dummy import sample, vaporizer
from cryosim.presets import curve_upload, tell
from cryosim.sensors import DiodeSensor, cernox_x138113

VERSIONS: Mapping[str, Version] = {"lakeshore218": "218S", "lakeshore218e": "218E"}
DT670 = 4  # standard curve; lakeshore-protocol.md 7.3
DIODE, CERNOX = 0, 5  # sensor types of INTYPE


def install(rack: Rack, unit: Instrument, seed: int) -> Wired:
    """Return a monitor of a station, set up."""
    thermometers = [t for t in rack.station.thermometers.values() if t.instrument == unit.name]
    sensors = {
        t.input: sensor_of(t, rack.plant, seed + n, rack.equipment.noise) for n, t in enumerate(thermometers, 1)
    }
    ports = {int(number): sensor for number, sensor in sensors.items()}
    options = replace(rack.equipment.monitor_options, model=VERSIONS[unit.model])
    device = Monitor(ports, serial=unit.serial or FACTORY_SERIAL[:6], options=options)
    tell(device, setup(thermometers), combined=False)
    return Wired(device, sensors)


def on_bench(bench: Bench) -> tuple[Plant, Wired]:
    """Return a monitor alone, with a diode on every input."""
    inputs = MODELS[bench.model].inputs
    plant = DummyPlant(
        (vaporizer(inputs[0]), *(sample(name) for name in inputs[1:])),
        temperatures=dict.fromkeys(inputs, START),
        heaters={},
        mass_flow=helium_mass_flow(FLOW, 25.0),
    )
    sensors = {name: DiodeSensor(lambda name=name: plant.temperature(name)) for name in inputs}  # type: ignore[misc]
    ports = {int(name): sensor for name, sensor in sensors.items()}
    device = Monitor(ports, options=Options(model=VERSIONS[bench.model]))
    wired = [Thermometer(name=name, instrument=bench.model, input=name) for name in inputs]
    tell(device, setup(wired), combined=False)
    return plant, Wired(device, sensors)


def setup(thermometers: Sequence[Thermometer]) -> Iterator[str]:
    """Yield the settings of a monitor: sensor types by group, curves, unused inputs off."""
    used = {int(t.input): t for t in thermometers}
    for letter, numbers in (("A", range(1, 5)), ("B", range(5, 9))):
        resistive = any(used[n].curve == "X138113" for n in numbers if n in used)
        yield f"INTYPE {letter},{CERNOX if resistive else DIODE}"
    for number in range(1, 9):
        yield f"INPUT {number},{int(number in used)}"
    for number, thermometer in used.items():
        if thermometer.curve == "X138113":
            yield from curve_upload(20 + number, cernox_x138113(), limit=325.0)
        yield f"INCRV {number},{20 + number if thermometer.curve == 'X138113' else DT670}"


MOUNTING = Mounting(install, on_bench)
