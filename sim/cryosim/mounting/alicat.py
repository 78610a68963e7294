"""Alicat flow meters in the pipe of a plant."""

from __future__ import annotations

from cryoioc.station import Instrument
from cryosim.emulators.alicat import Alicat, Options
from cryosim.gas import GasLine, helium_mass_flow
from cryosim.mounting.rack import FACTORY_SERIAL, Bench, Mounting, Rack, Wired
from cryosim.plant import DummyPlant, Plant

FIRMWARE = "10v20.0-R24"  # new enough to say what its standard litres refer to
BENCH_FLOW = 8.8  # SLPM


def install(rack: Rack, unit: Instrument, seed: int) -> Wired:
    """Return the flow meter of a station, set to what its file says."""
    flow = rack.station.flow
    options = Options(
        unit_id=unit.unit,
        firmware=FIRMWARE,
        gas=flow.gas if flow else "He",
        reference_celsius=flow.meter_tref if flow else 25.0,
        serial=unit.serial or FACTORY_SERIAL,
    )
    return Wired(Alicat(GasLine(rack.plant), options, seed=seed))


def on_bench(bench: Bench) -> tuple[Plant, Wired]:
    """Return a meter or controller alone, in a constant stream of helium."""
    plant = DummyPlant((), temperatures={}, heaters={}, mass_flow=helium_mass_flow(BENCH_FLOW, 25.0))
    return plant, Wired(Alicat(GasLine(plant), Options(controller=bench.controller)))


MOUNTING = Mounting(install, on_bench, terminator=b"\r")
