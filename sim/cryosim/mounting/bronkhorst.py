"""Bronkhorst flow meters in the pipe of a plant."""

from __future__ import annotations

from cryoioc.station import Instrument
from cryosim.emulators.bronkhorst import Bronkhorst, Options
from cryosim.emulators.bronkhorst.instrument import ANY_NODE, KELVIN
from cryosim.gas import ZERO_CELSIUS, GasLine, helium_mass_flow
from cryosim.mounting.rack import Bench, Mounting, Rack, Wired
from cryosim.plant import DummyPlant, Plant

BENCH_FLOW = 8.8  # SLPM


def _unit(celsius: float) -> str:
    """Return the capacity unit whose litres refer to a temperature; normal litres where there is none."""
    letters = [letter for letter, kelvin in KELVIN.items() if abs(kelvin - ZERO_CELSIUS - celsius) < 0.01]
    return f"l{letters[0] if letters else 'n'}/min"


def install(rack: Rack, unit: Instrument, seed: int) -> Wired:
    """Return the flow meter of a station, set to what its file says."""
    flow, factory = rack.station.flow, Options()
    node = int(unit.unit, 16)
    options = Options(
        node=node if node != ANY_NODE else factory.node,
        serial=unit.serial or factory.serial,
        fluid=flow.gas if flow else factory.fluid,
        unit=_unit(flow.meter_tref) if flow else factory.unit,
        controller=bool(flow and flow.setpoint_max),
        setpoint=1.0,  # somebody has opened it
    )
    return Wired(Bronkhorst(GasLine(rack.plant), options))


def on_bench(bench: Bench) -> tuple[Plant, Wired]:
    """Return a meter or controller alone, in a constant stream of helium."""
    plant = DummyPlant((), temperatures={}, heaters={}, mass_flow=helium_mass_flow(BENCH_FLOW, 0.0))
    return plant, Wired(Bronkhorst(GasLine(plant), Options(controller=bench.controller)))


MOUNTING = Mounting(install, on_bench, terminator=b"\r\n")
