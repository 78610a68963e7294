"""One instrument alone on the bench, with dummy sensors and heaters, for people who write drivers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

from cryoioc.clock import Clock
from cryoioc.station import INPUTS, MODELS, OUTPUTS, Loop, Thermometer
from cryosim.emulators.alicat import Alicat
from cryosim.emulators.alicat import Options as AlicatOptions
from cryosim.emulators.lakeshore import LakeShore, Model
from cryosim.emulators.line import Line, LineSettings, Spacing
from cryosim.gas import GasLine, helium_mass_flow
from cryosim.plant import DummyPlant
from cryosim.plant.dummy import sample, vaporizer
from cryosim.presets import CURRENT_OUTPUTS, lakeshore_setup, tell
from cryosim.sensors import DiodeSensor
from cryosim.wiring import HeaterLeads
from cryosim.world import Installed, World

BENCH_MODELS = MODELS
START = 20.0  # K, of every mount on the bench
FLOW = 8.8  # SLPM, which keeps the bench cold without a heater
HEATER = 25.0  # ohm
MAX_CURRENT = 1.0  # A


@dataclass(frozen=True)
class Bench:
    """Which instrument, and on what line."""

    model: str
    controller: bool = False  # alicat only
    baud: int = 0  # bit/s; 0: no throttle
    latency: float = 0.008  # s
    spacing: Spacing = Spacing.OFF
    serial_line: bool = False  # one client at a time


def build_bench(bench: Bench, clock: Clock) -> World:
    """Return a world with one instrument, named after its model."""
    inputs = INPUTS.get(bench.model, ())
    outputs = OUTPUTS.get(bench.model, ())
    names = inputs or ("A",)
    plant = DummyPlant(
        (vaporizer(names[0]), *(sample(name) for name in names[1:])),
        temperatures=dict.fromkeys(names, START),
        heaters={str(output): (inputs[output - 1], HEATER) for output in outputs},
        mass_flow=helium_mass_flow(FLOW, 25.0),
    )
    alicat = bench.model == "alicat"
    settings = LineSettings(
        latency=bench.latency,
        baud=bench.baud,
        spacing=bench.spacing,
        max_clients=1 if bench.serial_line else 2,
        terminator=b"\r" if alicat else b"\n",
    )
    if alicat:
        meter = Alicat(GasLine(plant), AlicatOptions(controller=bench.controller))
        return World(plant, clock, {bench.model: Installed(bench.model, meter, Line(meter, clock, settings))})
    sensors = {name: DiodeSensor(lambda name=name: plant.temperature(name)) for name in inputs}  # type: ignore[misc]
    heaters = {output: HeaterLeads(plant.heater(str(output))) for output in outputs}
    device = LakeShore(cast(Model, bench.model), sensors, heaters)
    tell(device, _setup(bench.model))
    unit = Installed(bench.model, device, Line(device, clock, settings), sensors, heaters)
    return World(plant, clock, {bench.model: unit})


def _setup(model: str) -> Iterator[str]:
    """Yield the settings of a bench instrument: every input a diode, every heater on its own input."""
    thermometers = [Thermometer(name=name, instrument=model, input=name) for name in INPUTS[model]]
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
    start = dict.fromkeys(INPUTS[model], START)
    return lakeshore_setup(model, thermometers, loops, controlled, start)
